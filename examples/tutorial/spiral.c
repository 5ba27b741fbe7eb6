/* A dataset of one's own in memory, a net that is a line of text: three arms of a spiral. */
#include "pmy.h"

#include <math.h>
#include <stdio.h>

enum { ARMS = 3, POINTS = 300, OTHERS = 150 };

/* Points on the arms, or a little beside them: at [count, 2], arm [count]. */
static void draw(size_t count, uint64_t seed, float *at, int32_t *arm)
{
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < count; i++) {
        arm[i] = (int32_t)(i % ARMS);
        double radius = 0.1 + 0.9 * pmy_random_uniform(&random);
        double angle = 2.1 * arm[i] + 4 * radius + 0.1 * pmy_random_normal(&random);
        at[2 * i] = (float)(radius * cos(angle));
        at[2 * i + 1] = (float)(radius * sin(angle));
    }
}

static void say(void *context, const pmy_epoch_report *epoch)
{
    (void)context;
    if (epoch->epoch % 10 == 0)
        printf("epoch %zu  loss %.2f\n", epoch->epoch, epoch->train_loss);
}

int main(void)
{
    float at[POINTS][2], other_at[OTHERS][2];
    int32_t arm[POINTS], other_arm[OTHERS];
    draw(POINTS, 1, at[0], arm);
    draw(OTHERS, 2, other_at[0], other_arm);
    const pmy_dataset points = {.reals = at[0], .labels = arm, .count = POINTS, .width = 2, .classes = ARMS};
    const pmy_dataset others = {
        .reals = other_at[0], .labels = other_arm, .count = OTHERS, .width = 2, .classes = ARMS};

    pmy_recipe recipe = {.net = "linear 32, tanh, linear 32, tanh, linear 3",
                         .epochs = 40,
                         .batch = 30,
                         .optim = &pmy_optim_adam,
                         .optim_options = pmy_optim_adam.defaults,
                         .learning_rate = 0.01,
                         .schedule = pmy_schedule_find("cosine"),
                         .seed = 1};
    pmy_training *training;
    pmy_score score;
    pmy_error error;
    pmy_status status = pmy_training_new(&recipe, &points, NULL, &training, &error);
    if (status == PMY_OK)
        status = pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){.epoch = say}, &error);
    if (status == PMY_OK)
        status = pmy_evaluate(training, &others, (pmy_predictions_watcher){0}, &score, &error);
    if (status == PMY_OK) {
        printf("%zu of %zu other points are right\n", score.correct, score.count);
        status = pmy_model_save("spiral.safetensors", &training->classifier->facts,
                                training->classifier->graph, &error);
    }
    if (status != PMY_OK)
        printf("%s\n", error.message);
    pmy_training_free(training);
    return status == PMY_OK ? 0 : 1;
}
