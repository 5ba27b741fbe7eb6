/* The moving average of a model, against its formula in double; and what a training run does with it. */
#include "running.h"

#include "optim/average.h"

#include <math.h>

static pmy_graph *small_model(void)
{
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *weight = pmy_parameter(g, PMY_SHAPE(5), "weight", PMY_UNIFORM, 1);
    pmy_node *mean = pmy_statistic(g, PMY_SHAPE(5), "mean", PMY_ZEROS);
    (void)pmy_counter(g, "count");
    build(g, pmy_sum(g, pmy_add(g, weight, mean)));
    return g;
}

/* The model after step t. */
static void change(const pmy_graph *g, uint64_t t)
{
    pmy_tensor weight = pmy_value(pmy_find(g, "weight")), mean = pmy_value(pmy_find(g, "mean"));
    for (size_t i = 0; i < 5; i++) {
        weight.data[i] = (pmy_real)(sin((double)(t + i)));
        mean.data[i] = (pmy_real)(cos((double)(t * i)));
    }
    *pmy_count_data(pmy_find(g, "count")) = (int64_t)t;
}

static void averages_follow_their_formula(void **state)
{
    (void)state;
    pmy_graph *g = small_model();
    pmy_average *average;
    pmy_error error;
    assert_int_equal(pmy_average_new(0.9, g, &average, &error), PMY_OK);
    double weight[5] = {0}, mean[5] = {0};
    for (uint64_t t = 1; t <= 200; t++) {
        change(g, t);
        pmy_average_step(average);
        double decay = fmin(0.9, ((double)t - 1) / ((double)t + 9));
        for (size_t i = 0; i < 5; i++) {
            weight[i] = decay * weight[i] + (1 - decay) * sin((double)(t + i));
            mean[i] = decay * mean[i] + (1 - decay) * cos((double)(t * i));
        }
    }
    pmy_average_swap(average);
    for (size_t i = 0; i < 5; i++) {
        assert_true(fabs((double)pmy_value(pmy_find(g, "weight")).data[i] - weight[i]) < 1e-6);
        assert_true(fabs((double)pmy_value(pmy_find(g, "mean")).data[i] - mean[i]) < 1e-6);
    }
    assert_int_equal(*pmy_count_data(pmy_find(g, "count")), 200);
    pmy_average_swap(average);
    assert_true(pmy_value(pmy_find(g, "weight")).data[2] == (pmy_real)sin(202.0));
    assert_true(pmy_value(pmy_find(g, "mean")).data[2] == (pmy_real)cos(400.0));
    pmy_average_free(average);
    pmy_graph_free(g);
}

static void the_first_step_is_the_model(void **state)
{
    (void)state;
    pmy_graph *g = small_model();
    pmy_average *average;
    pmy_error error;
    assert_int_equal(pmy_average_new(0.999, g, &average, &error), PMY_OK);
    change(g, 1);
    pmy_average_step(average);
    pmy_average_swap(average);
    assert_true(pmy_value(pmy_find(g, "weight")).data[3] == (pmy_real)sin(4.0));
    pmy_average_free(average);
    pmy_graph_free(g);
}

static void decays_out_of_range_are_refused(void **state)
{
    (void)state;
    pmy_graph *g = small_model();
    pmy_average *average;
    pmy_error error;
    const double wrong[] = {0, 1, -0.1, 1.5, (double)NAN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(pmy_average_new(wrong[i], g, &average, &error), PMY_BAD_ARGUMENT);
        assert_null(average);
    }
    pmy_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(averages_follow_their_formula),
                                       cmocka_unit_test(the_first_step_is_the_model),
                                       cmocka_unit_test(decays_out_of_range_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
