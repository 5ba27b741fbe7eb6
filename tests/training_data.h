/* Something small to train on, and a run that learns it. Whatever fails in here fails the test. */
#ifndef TESTS_TRAINING_DATA_H
#define TESTS_TRAINING_DATA_H

#include "base/random.h"
#include "train/training.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 300, SIDE = 8, CLASSES = 3 };

/* Pictures that can be told apart: class c has its ink in the columns around 2 c + 1, and empty borders. */
typedef struct pictures {
    uint8_t images[COUNT * SIDE * SIDE];
    int32_t labels[COUNT];
    pmy_dataset dataset;
} pictures;

static inline void draw(pictures *p, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    memset(p->images, 0, sizeof p->images);
    for (size_t i = 0; i < COUNT; i++) {
        p->labels[i] = (int32_t)pmy_random_below(&random, CLASSES);
        for (size_t y = 1; y < SIDE - 1; y++)
            for (size_t x = 0; x < 3; x++)
                p->images[(i * SIDE + y) * SIDE + (size_t)p->labels[i] * 2 + x] =
                    (uint8_t)pmy_random_below(&random, 256);
    }
    p->dataset = (pmy_dataset){.images = p->images,
                               .labels = p->labels,
                               .count = COUNT,
                               .channels = 1,
                               .height = SIDE,
                               .width = SIDE,
                               .classes = CLASSES};
}

static inline pmy_recipe recipe_for(const char *net)
{
    pmy_recipe recipe = {.net = net,
                         .epochs = 4,
                         .batch = 32,
                         .optim = pmy_optim_find("sgd"),
                         .learning_rate = 0.1,
                         .schedule = pmy_schedule_find("cosine"),
                         .seed = 3};
    recipe.optim_options = recipe.optim->defaults;
    recipe.optim_options.momentum = 0.9;
    return recipe;
}

static inline pmy_training *new_training(const pmy_recipe *recipe, const pictures *p, pmy_pool *pool)
{
    pmy_error error;
    pmy_training *training;
    if (pmy_training_new(recipe, &p->dataset, pool, &training, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return training;
}

#endif
