#include "common/recipe_options.h"

#include "common/underline.h"

#include <math.h>
#include <string.h>

/* The field of that option, and its index. */
static const pmy_recipe_field *field_of(pmy_recipe_kind kind, const char *option, size_t *index)
{
    const pmy_recipe_field *field;
    for (*index = 0; (field = pmy_recipe_field_at(kind, *index)); ++*index)
        if (field->option && strcmp(field->option, option) == 0)
            break;
    return field;
}

recipe_value *recipe_options_value(recipe_options *o, const char *option)
{
    size_t index;
    (void)field_of(o->kind, option, &index);
    return &o->value[index];
}

static option_row row_of(recipe_options *o, size_t index, const pmy_recipe_field *field)
{
    recipe_value *value = &o->value[index];
    option_row row = {OPTION_COMMON(field->option, field->argument, OPTION_IS_TEXT, field->help)};
    switch (field->type) {
    case PMY_RECIPE_COUNT:
    case PMY_RECIPE_SEED:
        row.kind = OPTION_IS_WHOLE;
        row.destination.whole = &value->whole;
        value->whole = -1;
        row.least = (long long)field->least;
        row.most = field->most < (double)LLONG_MAX ? (long long)field->most : LLONG_MAX;
        break;
    case PMY_RECIPE_DOUBLE:
    case PMY_RECIPE_REAL:
        row.kind = OPTION_IS_REAL;
        row.destination.real = &value->real;
        value->real = (double)NAN;
        row.range = (number_range){field->least, field->most, field->above_least, field->below_most};
        break;
    case PMY_RECIPE_OPTIM:
    case PMY_RECIPE_SCHEDULE:
    case PMY_RECIPE_ORDER:
    case PMY_RECIPE_DECAY:
    case PMY_RECIPE_UNIT:
    case PMY_RECIPE_START:
    case PMY_RECIPE_LOSS:
        row.kind = OPTION_IS_WORD;
        row.destination.word = &value->word;
        value->word = -1;
        row.words = o->word[index];
        for (size_t i = 0; i < MOST_RECIPE_WORDS; i++)
            if (!(o->word[index][i] = pmy_recipe_word(field->type, i)))
                break;
        break;
    case PMY_RECIPE_FLAG:
        row.kind = OPTION_IS_FLAG;
        row.destination.flag = &value->flag;
        value->flag = false;
        break;
    case PMY_RECIPE_TEXT:
    case PMY_RECIPE_AUGMENTATION:
        row.destination.text = &value->text;
        value->text = NULL;
        break;
    }
    return row;
}

size_t recipe_options_rows(recipe_options *o, pmy_recipe_kind kind, option_row *rows)
{
    const pmy_recipe_field *field;
    size_t count = 0;
    o->kind = kind;
    for (size_t i = 0; (field = pmy_recipe_field_at(kind, i)); i++)
        if (field->option)
            rows[count++] = row_of(o, i, field);
    return count;
}

options_result recipe_options_make(const recipe_options *o, const options *command, pmy_recipe *recipe)
{
    for (size_t i = 0; i < command->row_count; i++) {
        pmy_error error;
        pmy_number_text number;
        size_t index;
        const option_row *row = &command->rows[i];
        const pmy_recipe_field *field = field_of(o->kind, row->name, &index);
        if (!field)
            continue;
        const char *text = row->kind == OPTION_IS_FLAG ? (*row->destination.flag ? "1" : "0")
                                                       : option_value_text(row, &number);
        if (!text || pmy_recipe_set(recipe, field, text, &error) == PMY_OK)
            continue;
        (void)options_wrong(command, "--%s: %s", row->name, error.message);
        if (error.length)
            underline(stderr, text, error.position, error.length);
        return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}
