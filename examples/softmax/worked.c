#include "softmax/worked.h"

#include "softmax/text_numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static pmy_status read_temperature(text_place at, char *field, double *temperature, pmy_error *error)
{
    char *number = field + strspn(field, " \t");
    if (*number == 'T') {
        number += 1 + strspn(number + 1, " \t");
        if (*number == '=')
            number++;
    }
    double numbers[WORKED_MOST_CLASSES];
    size_t count;
    pmy_status status =
        text_numbers(at, number, "the temperature", WORKED_MOST_CLASSES, &count, numbers, NULL, error);
    if (status != PMY_OK)
        return status;
    if (count != 1 || !(numbers[0] > 0) || isinf(numbers[0]))
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: the temperature must be one number above 0", at.name,
                        at.line);
    *temperature = numbers[0];
    return PMY_OK;
}

static pmy_status check_logits(text_place at, const worked_example *example, pmy_error *error)
{
    bool any = false;
    for (size_t i = 0; i < example->classes; i++) {
        if (example->z[i] > 0 && isinf(example->z[i]))
            return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: a logit is +inf", at.name, at.line);
        any |= isfinite(example->z[i]);
    }
    return any ? PMY_OK : pmy_fail(error, PMY_BAD_FILE, "%s:%zu: every logit is -inf", at.name, at.line);
}

static pmy_status read_example(text_place at, char *text, worked_example *example, pmy_error *error)
{
    char *first = strchr(text, '|'), *second = first ? strchr(first + 1, '|') : NULL;
    if (!second || strchr(second + 1, '|'))
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: not of the form: logits | temperature | claimed p",
                        at.name, at.line);
    *first = *second = '\0';
    *example = (worked_example){.line = at.line};
    size_t claims = 0;
    pmy_status status =
        text_numbers(at, text, "the logits", WORKED_MOST_CLASSES, &example->classes, example->z, NULL, error);
    if (status == PMY_OK)
        status = check_logits(at, example, error);
    if (status == PMY_OK)
        status = read_temperature(at, first + 1, &example->temperature, error);
    if (status == PMY_OK)
        status = text_numbers(at, second + 1, "the claimed p", WORKED_MOST_CLASSES, &claims, example->claimed,
                              example->decimals, error);
    if (status == PMY_OK && claims != example->classes)
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: %zu logits, but %zu claimed p", at.name, at.line,
                        example->classes, claims);
    return status;
}

static pmy_status add_line(text_place at, char *text, size_t length, worked_examples *examples,
                           pmy_error *error)
{
    bool blank;
    pmy_status status = text_line(at, text, length, &blank, error);
    if (status != PMY_OK || blank)
        return status;
    worked_example *more = realloc(examples->example, (examples->count + 1) * sizeof *more);
    if (!more)
        return pmy_fail(error, PMY_NO_MEMORY, "%s:%zu: no memory", at.name, at.line);
    examples->example = more;
    status = read_example(at, text, &more[examples->count], error);
    examples->count += status == PMY_OK;
    return status;
}

pmy_status worked_read(FILE *file, const char *name, worked_examples *examples, pmy_error *error)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    pmy_status status = PMY_OK;
    *examples = (worked_examples){0};
    for (text_place at = {name, 1}; status == PMY_OK && (length = getline(&text, &room, file)) >= 0;
         at.line++)
        status = add_line(at, text, (size_t)length, examples, error);
    free(text);
    if (status == PMY_OK && ferror(file))
        status = pmy_fail(error, PMY_IO, "cannot read %s", name);
    if (status == PMY_OK && examples->count == 0)
        status = pmy_fail(error, PMY_BAD_FILE, "%s holds no example", name);
    if (status != PMY_OK)
        worked_free(examples);
    return status;
}

void worked_free(worked_examples *examples)
{
    free(examples->example);
    *examples = (worked_examples){0};
}
