/* Also in double. */
/* The losses against what PyTorch computed in float64 (tests/record/losses.py). */
#include "running.h"

#include <stdio.h>

/* A double's are within 1e-12, of the largest gradient or of the loss. */
static const double tolerance = sizeof(pmy_real) == 4 ? 2e-6 : 1e-12;

enum { MOST = 64 };

static void read_numbers(FILE *file, size_t count, double *numbers)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fscanf(file, "%la", &numbers[i]), 1);
}

static void fill_recorded(FILE *file, pmy_node *node)
{
    double numbers[MOST];
    pmy_tensor to = pmy_value(node);
    read_numbers(file, pmy_shape_size(to.shape), numbers);
    for (size_t i = 0; i < pmy_shape_size(to.shape); i++)
        to.data[i] = (pmy_real)numbers[i];
}

static void expect_recorded(FILE *file, const char *what, pmy_tensor got)
{
    double numbers[MOST], largest = 0;
    size_t size = pmy_shape_size(got.shape);
    read_numbers(file, size, numbers);
    for (size_t i = 0; i < size; i++)
        largest = fmax(largest, fabs(numbers[i]));
    for (size_t i = 0; i < size; i++)
        if (!(fabs((double)got.data[i] - numbers[i]) <= tolerance * largest))
            fail_msg("%s[%zu] is %.17g, not %.17g", what, i, (double)got.data[i], numbers[i]);
}

static void run_recorded(FILE *file, pmy_graph *graph, pmy_node *loss, pmy_node *x)
{
    forward(graph, PMY_TRAIN);
    pmy_backward(graph);
    expect_recorded(file, "loss", pmy_value(loss));
    expect_recorded(file, "dx", pmy_gradient(x));
}

static bool xent(FILE *file, const char *line)
{
    size_t rows, classes;
    double temperature, smoothing;
    int ignores, sum, weighted, soft;
    if (sscanf(line, "xent %zu %zu %lf %lf %d %d %d %d", &rows, &classes, &temperature, &smoothing, &ignores,
               &sum, &weighted, &soft) != 8)
        return false;
    double logits[MOST], targets[MOST], class_weights[MOST];
    read_numbers(file, rows * classes, logits);
    read_numbers(file, soft ? rows * classes : rows, targets);
    pmy_real weights[MOST];
    read_numbers(file, weighted ? classes : 0, class_weights);
    for (size_t i = 0; weighted && i < classes; i++)
        weights[i] = (pmy_real)class_weights[i];
    pmy_softmax_xent_options options = {.temperature = temperature,
                                        .label_smoothing = smoothing,
                                        .ignores = ignores,
                                        .ignored = 1,
                                        .reduction = sum ? PMY_SUM : PMY_MEAN,
                                        .class_weights = weighted ? weights : NULL};
    pmy_graph *g = new_graph(NULL);
    pmy_node *z = pmy_input(g, PMY_SHAPE(rows, classes));
    pmy_node *target = soft ? pmy_input(g, PMY_SHAPE(rows, classes)) : pmy_labels(g, rows);
    pmy_want_gradient(z);
    pmy_node *loss = pmy_softmax_xent(g, z, target, &options);
    memset(weights, 0, sizeof weights); /* the builder has its own */
    build(g, loss);
    for (size_t i = 0; i < rows * classes; i++)
        pmy_value(z).data[i] = (pmy_real)logits[i];
    for (size_t i = 0; soft && i < rows * classes; i++)
        pmy_value(target).data[i] = (pmy_real)targets[i];
    for (size_t r = 0; !soft && r < rows; r++)
        pmy_integer_data(target)[r] = (int32_t)targets[r];
    run_recorded(file, g, loss, z);
    pmy_graph_free(g);
    return true;
}

static bool bce(FILE *file, const char *line)
{
    size_t count;
    int sum;
    if (sscanf(line, "bce %zu %d", &count, &sum) != 2)
        return false;
    if (sizeof(pmy_real) == 4 && sum) { /* has a logit of 1e300 */
        double skipped[MOST];
        read_numbers(file, count, skipped);
        read_numbers(file, count, skipped);
        read_numbers(file, count + 1, skipped);
        return true;
    }
    pmy_graph *g = new_graph(NULL);
    pmy_node *z = pmy_input(g, PMY_SHAPE(count)), *target = pmy_input(g, PMY_SHAPE(count));
    pmy_want_gradient(z);
    pmy_node *loss = pmy_bce_with_logits(g, z, target, sum ? PMY_SUM : PMY_MEAN);
    build(g, loss);
    fill_recorded(file, z);
    fill_recorded(file, target);
    run_recorded(file, g, loss, z);
    pmy_graph_free(g);
    return true;
}

static bool huber(FILE *file, const char *line)
{
    size_t count;
    double delta;
    if (sscanf(line, "huber %zu %lf", &count, &delta) != 2)
        return false;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(count)), *target = pmy_input(g, PMY_SHAPE(count));
    pmy_want_gradient(x);
    pmy_want_gradient(target);
    pmy_node *loss = pmy_huber(g, x, target, delta);
    build(g, loss);
    fill_recorded(file, x);
    fill_recorded(file, target);
    run_recorded(file, g, loss, x);
    expect_recorded(file, "dtarget", pmy_gradient(target));
    pmy_graph_free(g);
    return true;
}

static void as_pytorch(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/losses_pytorch.txt", "r");
    assert_non_null(file);
    char line[256];
    unsigned xents = 0, bces = 0, hubers = 0;
    while (fgets(line, sizeof line, file)) {
        xents += xent(file, line);
        bces += bce(file, line);
        hubers += huber(file, line);
    }
    assert_true(xents == 48 && bces == 2 && hubers == 3);
    (void)fclose(file);
}

static void confident_elements_keep_their_digits(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *z = pmy_input(g, PMY_SHAPE(2)), *target = pmy_input(g, PMY_SHAPE(2));
    pmy_want_gradient(z);
    pmy_node *loss = pmy_bce_with_logits(g, z, target, PMY_SUM);
    build(g, loss);
    pmy_value(z).data[0] = 60, pmy_value(z).data[1] = -60;
    pmy_value(target).data[0] = 1;
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    expect_close("loss/exact", 0, (double)pmy_item(loss) / (2 * exp(-60)), 1, 1e-6);
    expect_close("dz/exact", 0, (double)pmy_gradient(z).data[0] / -exp(-60), 1, 1e-6);
    expect_close("dz/exact", 1, (double)pmy_gradient(z).data[1] / exp(-60), 1, 1e-6);
    pmy_graph_free(g);
}

static void what_cannot_be_computed_is_refused(void **state)
{
    (void)state;
    static const double wrong[] = {-1e-3, 1.001, (double)NAN};
    pmy_error error = {0};
    for (size_t i = 0; i < ROOM(wrong); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *z = pmy_input(g, PMY_SHAPE(3, 2)), *target = pmy_input(g, PMY_SHAPE(3, 2));
        build(g, pmy_bce_with_logits(g, z, target, PMY_MEAN));
        pmy_value(target).data[3] = (pmy_real)wrong[i];
        assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_DATA);
        assert_non_null(strstr(error.message, "bce_with_logits0, row 1: the target "));
        pmy_graph_free(g);
    }
    static const double deltas[] = {0, -1, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < ROOM(deltas); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(2)), *target = pmy_input(g, PMY_SHAPE(2));
        assert_int_equal(pmy_build(g, pmy_huber(g, x, target, deltas[i]), &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "delta is not above 0 and finite"));
        pmy_graph_free(g);
    }
    static const double weights[] = {-1, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < ROOM(weights); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_real own[] = {1, (pmy_real)weights[i]};
        pmy_softmax_xent_options options = {.class_weights = own};
        pmy_node *loss = pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(2, 2)), pmy_labels(g, 2), &options);
        assert_int_equal(pmy_build(g, loss, &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "the weight of class 1 is negative or not finite"));
        pmy_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_pytorch),
        cmocka_unit_test(confident_elements_keep_their_digits),
        cmocka_unit_test(what_cannot_be_computed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
