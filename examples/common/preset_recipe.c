#include "common/preset_recipe.h"

#include <assert.h>
#include <string.h>

const pmy_recipe_field *preset_field(pmy_recipe_kind kind, const char *option)
{
    const pmy_recipe_field *field;
    size_t dashes = strspn(option, "-");
    for (size_t i = 0; (field = pmy_recipe_field_at(kind, i)); i++)
        if (field->option && strcmp(field->option, option + dashes) == 0)
            break;
    return field;
}

/* Options with their values, as one would type them. */
static void take(pmy_recipe *recipe, char *const *words, pmy_recipe_kind kind)
{
    for (; words[0]; words += 2) {
        const pmy_recipe_field *field = preset_field(kind, words[0]);
        pmy_status status = field ? pmy_recipe_set(recipe, field, words[1], NULL) : PMY_BAD_ARGUMENT;
        assert(status == PMY_OK); /* the tables are ours */
        (void)status;
    }
}

pmy_recipe preset_recipe(const preset_table *table, const preset *p, pmy_recipe_kind kind)
{
    pmy_recipe recipe = {.net = p->net};
    take(&recipe, table->usual, kind);
    take(&recipe, p->options, kind);
    return recipe;
}
