/* The table of a recipe's fields: it has every one of them, and each comes back from its text. */
#include "train/recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_FIELDS = 64 };

/* Two recipes that differ in every member. All are written out, without names, so that the compiler refuses a
 * list that lacks a new one; and static, so that the bytes between members are zeros. */
static pmy_recipe one = {"linear 1",
                         2,
                         &pmy_optim_sgd,
                         {0.1, 0.2, false, 0.3, 0.4, 0.5},
                         PMY_DECAY_ALL,
                         0.6,
                         NULL,
                         7,
                         0.01,
                         0,
                         0.7,
                         0.8,
                         1,
                         /* pictures */ 1,
                         PMY_ORDER_SHUFFLE,
                         {0.25f, 0.5f},
                         false,
                         NULL,
                         {1, 2, 0.3, 0.4, 0.5, 1, 7},
                         1,
                         /* text */ 100,
                         64,
                         PMY_BYTES,
                         false,
                         NULL};
static pmy_recipe other = {"linear 2",
                           4,
                           &pmy_optim_adam,
                           {0.11, 0.22, true, 0.33, 0.44, 0.55},
                           PMY_DECAY_MATRICES,
                           0.66,
                           NULL,
                           8,
                           0.02,
                           1.5,
                           0.77,
                           0.88,
                           UINT64_MAX,
                           /* pictures */ 3,
                           PMY_ORDER_FILE,
                           {0.1f, 0.3f},
                           true,
                           NULL,
                           {2, 3, 0.4, 0.5, 0.6, 2, 8},
                           5,
                           /* text */ 101,
                           65,
                           PMY_CHARACTERS,
                           true,
                           NULL};

static int find_words(void **state)
{
    (void)state;
    one.loss = pmy_loss_kind_at(0);
    other.loss = pmy_loss_kind_at(2);
    one.start = pmy_net_start_at(0);
    other.start = pmy_net_start_at(1);
    one.schedule = pmy_schedule_find("cosine");
    other.schedule = pmy_schedule_find("step");
    return 0;
}

/* Whether a table has all of a recipe: its fields' bytes, taken from one recipe to another, make them the
 * same. */
static bool is_whole(const pmy_recipe_field *const *table, size_t count)
{
    static pmy_recipe copy;
    memcpy(&copy, &one, sizeof copy);
    for (size_t i = 0; i < count; i++)
        memcpy((char *)&copy + table[i]->offset, (const char *)&other + table[i]->offset, table[i]->size);
    return memcmp(&copy, &other, sizeof copy) == 0;
}

static void no_field_is_forgotten(void **state)
{
    (void)state;
    const pmy_recipe_field *table[MOST_FIELDS];
    size_t count = 0;
    while (count < MOST_FIELDS && (table[count] = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, count)))
        count++;
    assert_true(count < MOST_FIELDS);
    assert_true(is_whole(table, count));
    /* And a table in which any one of them is forgotten is seen. */
    for (size_t forgotten = 0; forgotten < count; forgotten++) {
        const pmy_recipe_field *rest[MOST_FIELDS];
        memcpy(rest, table, forgotten * sizeof *rest);
        memcpy(rest + forgotten, table + forgotten + 1, (count - forgotten - 1) * sizeof *rest);
        assert_false(is_whole(rest, count - 1));
    }
}

/* Each field is of one kind of run or of both, and a kind's are those of the table, in its order. */
static void each_kind_has_its_fields(void **state)
{
    (void)state;
    const pmy_recipe_field *field;
    size_t pictures = 0, text = 0;
    for (size_t i = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, i)); i++) {
        if (field->kind & PMY_RECIPE_OF_PICTURES)
            assert_ptr_equal(pmy_recipe_field_at(PMY_RECIPE_OF_PICTURES, pictures++), field);
        if (field->kind & PMY_RECIPE_OF_TEXT)
            assert_ptr_equal(pmy_recipe_field_at(PMY_RECIPE_OF_TEXT, text++), field);
        /* What the run's owner alone reads is of its kind alone: the members from epochs on, from steps on.
         */
        pmy_recipe_kind kind = field->offset >= offsetof(pmy_recipe, steps)    ? PMY_RECIPE_OF_TEXT
                               : field->offset >= offsetof(pmy_recipe, epochs) ? PMY_RECIPE_OF_PICTURES
                                                                               : PMY_RECIPE_OF_ANY;
        assert_int_equal(field->kind, kind);
    }
    assert_null(pmy_recipe_field_at(PMY_RECIPE_OF_PICTURES, pictures));
    assert_null(pmy_recipe_field_at(PMY_RECIPE_OF_TEXT, text));
}

static void no_two_fields_are_called_the_same(void **state)
{
    (void)state;
    const pmy_recipe_field *a, *b;
    for (size_t i = 0; (a = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, i)); i++)
        for (size_t k = i + 1; (b = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, k)); k++) {
            assert_string_not_equal(a->key, b->key);
            if (a->option && b->option)
                assert_string_not_equal(a->option, b->option);
        }
}

static void a_recipe_comes_back_from_its_texts(void **state)
{
    (void)state;
    static pmy_recipe again;
    static pmy_recipe_text text[MOST_FIELDS];
    const pmy_recipe *const recipes[] = {&one, &other, &one};
    for (size_t r = 0; r < 3; r++) {
        const pmy_recipe_field *field;
        for (size_t i = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, i)); i++) {
            text[i] = pmy_recipe_print(recipes[r], field);
            pmy_error error;
            if (pmy_recipe_set(&again, field, text[i].text, &error) != PMY_OK)
                fail_msg("%s", error.message);
        }
        assert_string_equal(again.net, recipes[r]->net);
        again.net = recipes[r]->net;
        assert_memory_equal(&again, recipes[r], sizeof again);
    }
}

static const pmy_recipe_field *field_of(const char *key)
{
    const pmy_recipe_field *field;
    for (size_t i = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_ANY, i)); i++)
        if (strcmp(field->key, key) == 0)
            return field;
    fail_msg("there is no field '%s'", key);
    return NULL;
}

static void texts_that_are_no_value_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"epochs", "0"},
        {"epochs", "100001"},
        {"epochs", "1.5"},
        {"epochs", ""},
        {"batch", "-1"},
        {"batch", "99999999999999999999"},
        {"optimizer", "lion"},
        {"learning rate", "-0.1"},
        {"learning rate", "nan"},
        {"momentum", "1"},
        {"momentum", "1e999"},
        {"nesterov", "2"},
        {"schedule", "never"},
        {"label smoothing", "1.1"},
        {"deviation", "0"},
        {"deviation", "1e-300"},
        {"mean", "x"},
        {"augmentation", "shift 1, turn 2"},
        {"seed", "-1"},
        {"seed", "0x10"},
        {"order", "backwards"},
        {"order", "2"},
        {"warm-up", "-1"},
        {"last learning rate", "-1e-3"},
        {"clip", "-1"},
        {"clip", "inf"},
        {"decayed", "biases"},
        {"decayed", "0"},
        {"steps", "0"},
        {"block", "65537"},
        {"tokens", "words"},
        {"lines", "yes"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        static pmy_recipe recipe;
        memcpy(&recipe, &one, sizeof recipe);
        pmy_error error = {0};
        const pmy_recipe_field *field = field_of(wrong[i][0]);
        if (pmy_recipe_set(&recipe, field, wrong[i][1], &error) != PMY_BAD_ARGUMENT)
            fail_msg("%s '%s' is taken", wrong[i][0], wrong[i][1]);
        if (field->type == PMY_RECIPE_AUGMENTATION)
            assert_int_equal(error.position, strlen("shift 1, "));
        else
            assert_non_null(strstr(error.message, wrong[i][0]));
        assert_memory_equal(&recipe, &one, sizeof recipe);
    }
}

static void an_optimizer_brings_its_options(void **state)
{
    (void)state;
    static pmy_recipe recipe;
    assert_int_equal(pmy_recipe_set(&recipe, field_of("optimizer"), "adamw", NULL), PMY_OK);
    assert_ptr_equal(recipe.optim, pmy_optim_find("adamw"));
    assert_memory_equal(&recipe.optim_options, &recipe.optim->defaults, sizeof recipe.optim_options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_field_is_forgotten),
        cmocka_unit_test(each_kind_has_its_fields),
        cmocka_unit_test(no_two_fields_are_called_the_same),
        cmocka_unit_test(a_recipe_comes_back_from_its_texts),
        cmocka_unit_test(texts_that_are_no_value_are_refused),
        cmocka_unit_test(an_optimizer_brings_its_options),
    };
    return cmocka_run_group_tests(tests, find_words, NULL);
}
