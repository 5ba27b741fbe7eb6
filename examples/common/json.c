#include "common/json.h"

#include "common/utf8.h"

#include <math.h>
#include <stdlib.h>

json_line json_begin(void)
{
    cJSON *object = cJSON_CreateObject();
    return (json_line){.object = object, .failed = !object};
}

/* Adds the item, which is NULL if there was no memory for it. */
static void add(json_line *line, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(line->object, name, item))
        return;
    cJSON_Delete(item);
    line->failed = true;
}

/* Not cJSON's own numbers: it calls two numbers the same that differ in the last bit. */
static cJSON *real_item(double value, pmy_number_precision precision)
{
    if (isnan(value))
        return cJSON_CreateString("NaN");
    if (isinf(value))
        return cJSON_CreateString(value > 0 ? "Infinity" : "-Infinity");
    return cJSON_CreateRaw(pmy_number_print(value, precision).text);
}

/* Adds the item to the array; what cannot be made or added makes the array NULL. */
static cJSON *append(cJSON *array, cJSON *item)
{
    if (array && item && cJSON_AddItemToArray(array, item))
        return array;
    cJSON_Delete(item);
    cJSON_Delete(array);
    return NULL;
}

static cJSON *reals_item(const double *values, size_t count, pmy_number_precision precision)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; array && i < count; i++)
        array = append(array, real_item(values[i], precision));
    return array;
}

/* A copy of the text in valid UTF-8, which the caller frees; NULL: no memory. */
static char *valid_copy(const char *text)
{
    char *copy = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&copy, &size);
    if (!file)
        return NULL;
    for (uint32_t character = utf8_next(&text); character; character = utf8_next(&text))
        utf8_put(file, character);
    bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed)
        return copy;
    free(copy);
    return NULL;
}

void json_flag(json_line *line, const char *name, bool value)
{
    add(line, name, cJSON_CreateBool(value));
}

void json_whole(json_line *line, const char *name, long long value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", value);
    add(line, name, cJSON_CreateRaw(text));
}

void json_real(json_line *line, const char *name, double value, pmy_number_precision precision)
{
    add(line, name, real_item(value, precision));
}

void json_reals(json_line *line, const char *name, const double *values, size_t count,
                pmy_number_precision precision)
{
    add(line, name, reals_item(values, count, precision));
}

void json_matrix(json_line *line, const char *name, const double *values, size_t rows, size_t columns,
                 pmy_number_precision precision)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; array && i < rows; i++)
        array = append(array, reals_item(values + i * columns, columns, precision));
    add(line, name, array);
}

static cJSON *text_item(const char *value)
{
    if (!value)
        return cJSON_CreateNull();
    char *copy = valid_copy(value);
    cJSON *item = copy ? cJSON_CreateString(copy) : NULL;
    free(copy);
    return item;
}

void json_text(json_line *line, const char *name, const char *value)
{
    add(line, name, text_item(value));
}

void json_texts(json_line *line, const char *name, const char *const *values, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; array && i < count; i++)
        array = append(array, text_item(values[i]));
    add(line, name, array);
}

bool json_end(json_line *line, FILE *file)
{
    char *text = line->failed ? NULL : cJSON_PrintUnformatted(line->object);
    cJSON_Delete(line->object);
    *line = (json_line){0};
    if (!text)
        return false;
    bool written = fputs(text, file) >= 0 && fputc('\n', file) != EOF;
    cJSON_free(text);
    return written;
}
