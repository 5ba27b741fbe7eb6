/* Datasets of reals and of targets: what of them is refused, split, seen, gathered and measured, and that
 * they are learned. */
#include "data/batch.h"
#include "train/training.h"

#include "training_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 240, WIDTH = 3, TARGETS = 2 };

/* A table whose second column differs in the fifth digit alone; targets follow from the columns. */
typedef struct table {
    float x[ROWS * WIDTH], y[ROWS * TARGETS];
    pmy_dataset dataset;
} table;

static void draw_table(table *t, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    for (size_t row = 0; row < ROWS; row++) {
        float *x = t->x + row * WIDTH, *y = t->y + row * TARGETS;
        int fifth = (int)pmy_random_below(&random, 10);
        x[0] = (float)pmy_random_below(&random, 1000);
        x[1] = 1.2345f + (float)fifth * 1e-5f;
        x[2] = 7;
        y[0] = 1000 + 50 * (float)fifth;
        y[1] = 1e-3f * x[0];
    }
    t->dataset =
        (pmy_dataset){.reals = t->x, .targets = t->y, .count = ROWS, .width = WIDTH, .target_width = TARGETS};
}

static pmy_recipe table_recipe(const char *net)
{
    pmy_recipe recipe = recipe_for(net);
    recipe.by_column = true;
    recipe.epochs = 60;
    return recipe;
}

static void a_table_is_learned(void **state)
{
    (void)state;
    static table train, test;
    draw_table(&train, 1);
    draw_table(&test, 2);
    pmy_recipe recipe = table_recipe("linear 2");
    pmy_training *training;
    pmy_score score;
    pmy_error error;
    if (pmy_training_new(&recipe, &train.dataset, NULL, &training, &error) != PMY_OK ||
        pmy_train(training, &test.dataset, &(pmy_watcher){0}, &error) != PMY_OK ||
        pmy_evaluate(training, &test.dataset, (pmy_predictions_watcher){0}, &score, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_true(pmy_r_squared(&score, &test.dataset) > 0.999);
    pmy_training_free(training);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
