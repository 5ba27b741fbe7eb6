/* Also in double and quad. */
/* Muon: what PyTorch did (tests/record/muon.py), singular values, threads, and what is beside a matrix. */
#include "recorded.h"

#include "optim/optim.h"

#include "allocations.h"
#include "gemm_plain.h"

/* Of the step's own numbers; a matrix of rank 1 or with small singular values makes errors larger. */
#if PMY_SCALAR == 32
static const double tolerance = 1e-5;
#else
static const double tolerance = 1e-12;
#endif

static const double rate = 0.02;

static bool has_name(const pmy_node *parameter, const void *context)
{
    return strcmp(pmy_node_name(parameter), context) == 0;
}

static pmy_real *gradient_of(const pmy_optim *optim, const pmy_node *parameter)
{
    return optim->parameters.gradients + (pmy_value(parameter).data - optim->parameters.values);
}

/* --- Against PyTorch -------------------------------------------------------- */

enum { STEPS = 6, PARTS = 3 };

static const char *const names[PARTS] = {"matrix", "table", "vector"};

static void expect_case(FILE *file, size_t rows, size_t columns, const pmy_optim_options *options)
{
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    const pmy_shape shapes[PARTS] = {PMY_SHAPE(rows, columns), PMY_SHAPE(5, 3), PMY_SHAPE(7)};
    pmy_node *parameter[PARTS];
    for (size_t p = 0; p < PARTS; p++)
        parameter[p] = pmy_parameter(graph, shapes[p], names[p], PMY_ZEROS, 0);
    assert_int_equal(pmy_build(graph, pmy_add(graph, parameter[0], parameter[0]), NULL), PMY_OK);
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&pmy_optim_muon, options, graph, &optim, NULL), PMY_OK);
    pmy_optim_elementwise(optim, has_name, "table");
    for (size_t p = 0; p < PARTS; p++)
        fill_recorded(parameter[p], 0, 1.0 / 8);
    for (size_t step = 1; step <= STEPS; step++) {
        for (size_t p = 0; p < PARTS; p++) {
            pmy_real *gradient = gradient_of(optim, parameter[p]); /* [shapes[p]] */
            for (size_t i = 0; i < pmy_shape_size(shapes[p]); i++)
                gradient[i] = (pmy_real)(((double)((7 * i + 13 * step + i * i) % 29) - 14) / 8);
        }
        pmy_optim_step(optim, rate);
        for (size_t p = 0; p < PARTS; p++)
            expect_recorded(file, names[p], pmy_value(parameter[p]), tolerance);
    }
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

static void a_matrix_moves_as_recorded(void **state)
{
    (void)state;
    FILE *file = open_recorded("tests/data/muon_pytorch.txt");
    char line[128];
    size_t cases = 0;
    while (fgets(line, sizeof line, file)) {
        size_t rows, columns;
        int nesterov;
        pmy_optim_options options = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-6};
        if (sscanf(line, "muon %zu %zu %lf %d %lf", &rows, &columns, &options.momentum, &nesterov,
                   &options.weight_decay) != 5)
            continue;
        options.nesterov = nesterov;
        expect_case(file, rows, columns, &options);
        cases++;
    }
    assert_int_equal(cases, 8);
    (void)fclose(file);
}

/* --- Steps ------------------------------------------------------------------ */

/* A layer's matrices and what is beside them, with numbers that look random. */
enum { TENSORS = 8 };
static pmy_graph *problem_new(pmy_pool *pool)
{
    static const pmy_shape shapes[TENSORS] = {{{50, 16}}, {{48, 16}}, {{48}},      {{16, 16}},
                                              {{64, 16}}, {{16, 64}}, {{3, 2, 2}}, {{17, 5}}};
    pmy_graph *graph = pmy_graph_new(pool, 1);
    pmy_node *root = NULL;
    for (size_t t = 0; t < TENSORS; t++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%zu", t);
        root = pmy_parameter(graph, shapes[t], name, PMY_UNIFORM, 1);
    }
    assert_int_equal(pmy_build(graph, pmy_add(graph, root, root), NULL), PMY_OK);
    return graph;
}

static pmy_optim *optim_for(pmy_graph *graph)
{
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&pmy_optim_muon, NULL, graph, &optim, NULL), PMY_OK);
    pmy_optim_elementwise(optim, has_name, "0");
    return optim;
}

static void run_steps(pmy_optim *optim, int steps)
{
    for (int step = 0; step < steps; step++) {
        for (size_t t = 0; t < optim->tensors; t++) {
            const pmy_node *parameter = optim->tensor[t].parameter;
            pmy_real *gradient = gradient_of(optim, parameter); /* [its shape] */
            for (size_t i = 0; i < pmy_shape_size(pmy_node_shape(parameter)); i++)
                gradient[i] =
                    pmy_value(parameter).data[i] + (pmy_real)((i * 7919 + optim->steps * 31) % 101) / 101;
        }
        assert_int_equal(pmy_optim_clip(optim, 1, NULL, NULL), PMY_OK);
        pmy_optim_step(optim, rate);
    }
}

static void expect_same_bits(const pmy_optim *a, const pmy_optim *b)
{
    size_t bytes = a->parameters.size * sizeof(pmy_real);
    assert_memory_equal(a->parameters.values, b->parameters.values, bytes);
    for (size_t s = 0; s < a->states; s++)
        assert_memory_equal(a->state[s], b->state[s], bytes);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    pmy_graph *alone = problem_new(NULL);
    pmy_optim *reference = optim_for(alone);
    run_steps(reference, 3);
    for (unsigned threads = 1; threads <= 3; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        pmy_graph *graph = problem_new(pool);
        pmy_optim *optim = optim_for(graph);
        size_t before = allocations();
        run_steps(optim, 3);
        assert_int_equal(allocations(), before);
        expect_same_bits(reference, optim);
        pmy_optim_free(optim);
        pmy_graph_free(graph);
        pmy_pool_free(pool);
    }
    pmy_optim_free(reference);
    pmy_graph_free(alone);
}

static void a_resumed_run_gives_the_same_bits(void **state)
{
    (void)state;
    pmy_graph *whole = problem_new(NULL), *parts = problem_new(NULL);
    pmy_optim *uninterrupted = optim_for(whole), *before = optim_for(parts), *after = optim_for(parts);
    run_steps(uninterrupted, 5);
    run_steps(before, 2);
    after->steps = before->steps;
    for (size_t s = 0; s < before->states; s++)
        memcpy(after->state[s], before->state[s], before->parameters.size * sizeof(pmy_real));
    run_steps(after, 3);
    expect_same_bits(uninterrupted, after);
    pmy_optim_free(uninterrupted);
    pmy_optim_free(before);
    pmy_optim_free(after);
    pmy_graph_free(whole);
    pmy_graph_free(parts);
}

/* Matrices alone are wholes, and what else there is moves as with adamw, bit by bit: for one step, after
 * which the gradients' norm is another. */
static void the_rest_moves_as_with_adamw(void **state)
{
    (void)state;
    pmy_graph *graph = problem_new(NULL), *other = problem_new(NULL);
    pmy_optim *optim = optim_for(graph), *adamw;
    pmy_optim_options options = pmy_optim_adamw.defaults;
    options.weight_decay = optim->options.weight_decay;
    assert_int_equal(pmy_optim_new(&pmy_optim_adamw, &options, other, &adamw, NULL), PMY_OK);
    run_steps(optim, 1);
    run_steps(adamw, 1);
    static const bool wholes[TENSORS] = {false, true, false, true, true, true, false, true};
    for (size_t t = 0; t < TENSORS; t++) {
        const pmy_optim_tensor *tensor = &optim->tensor[t];
        size_t n = pmy_shape_size(pmy_node_shape(tensor->parameter));
        assert_int_equal(tensor->whole, wholes[t]);
        assert_false(adamw->tensor[t].whole);
        bool same = memcmp(optim->parameters.values + tensor->begin, adamw->parameters.values + tensor->begin,
                           n * sizeof(pmy_real)) == 0;
        assert_int_equal(same, !wholes[t]);
        for (size_t i = n; i < tensor->end - tensor->begin; i++)
            assert_true(optim->parameters.values[tensor->begin + i] == 0);
        for (size_t i = 0; wholes[t] && i < n; i++)
            assert_true(optim->state[1][tensor->begin + i] == 0);
    }
    pmy_optim_free(optim);
    pmy_optim_free(adamw);
    pmy_graph_free(graph);
    pmy_graph_free(other);
}

/* --- The plain way ----------------------------------------------------------- */

/* X = a X + b (X Xᵀ) X + c (X Xᵀ)² X five times, X [rows, columns] with norm 1. */
static void plainly_orthogonal(size_t rows, size_t columns, pmy_real *x)
{
    pmy_real *gram = malloc(rows * rows * sizeof *gram), *once = malloc(rows * columns * sizeof *once),
             *twice = malloc(rows * columns * sizeof *twice);
    assert_true(gram && once && twice);
    for (int turn = 0; turn < 5; turn++) {
        pmy_gemm_plain(PMY_PLAIN, PMY_TRANSPOSED, rows, rows, columns, x, columns, x, columns, false, gram,
                       rows);
        pmy_gemm_plain(PMY_PLAIN, PMY_PLAIN, rows, columns, rows, gram, rows, x, columns, false, once,
                       columns);
        pmy_gemm_plain(PMY_PLAIN, PMY_PLAIN, rows, columns, rows, gram, rows, once, columns, false, twice,
                       columns);
        for (size_t i = 0; i < rows * columns; i++)
            x[i] = (pmy_real)3.4445 * x[i] - (pmy_real)4.775 * once[i] + (pmy_real)2.0315 * twice[i];
    }
    free(gram);
    free(once);
    free(twice);
}

/* Of full rank and of rank 1 with little else, in which products of the Gram matrix lose the most digits. */
static void expect_plain_step(size_t rows, size_t columns, double little, double closeness)
{
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    pmy_node *w = pmy_parameter(graph, PMY_SHAPE(rows, columns), "w", PMY_ZEROS, 0);
    assert_int_equal(pmy_build(graph, pmy_add(graph, w, w), NULL), PMY_OK);
    pmy_optim_options options = pmy_optim_muon.defaults;
    options.momentum = 0;
    options.nesterov = false;
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&pmy_optim_muon, &options, graph, &optim, NULL), PMY_OK);
    size_t n = rows * columns;
    pmy_real *gradient = gradient_of(optim, w), *x = malloc(n * sizeof *x); /* [rows, columns] */
    assert_non_null(x);
    pmy_random random = {.seed = 11};
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        gradient[i] = (pmy_real)(1 + little * pmy_random_normal(&random));
        squares += (double)(gradient[i] * gradient[i]);
    }
    for (size_t i = 0; i < n; i++)
        x[i] = gradient[i] / (pmy_real)sqrt(squares);
    plainly_orthogonal(rows, columns, x);
    pmy_optim_step(optim, 1);
    double scale = 0.2 * sqrt((double)(rows > columns ? rows : columns));
    for (size_t i = 0; i < n; i++)
        expect_close("a number's step", i, (double)-pmy_value(w).data[i], scale * (double)x[i], closeness);
    free(x);
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

static void a_step_is_the_plain_one(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{16, 64}, {64, 16}, {24, 24}, {24, 60}, {60, 24}};
    const double close = sizeof(pmy_real) == 4 ? 1e-4 : 1e-12;
    for (size_t s = 0; s < ROOM(sizes); s++) {
        expect_plain_step(sizes[s][0], sizes[s][1], 10, close);
        expect_plain_step(sizes[s][0], sizes[s][1], 1e-3, 100 * close);
    }
}

/* A matrix without a gradient only shrinks. */
static void no_gradient_is_no_step(void **state)
{
    (void)state;
    pmy_graph *graph = problem_new(NULL), *start = problem_new(NULL);
    pmy_optim *optim = optim_for(graph);
    pmy_optim_step(optim, 0.5);
    pmy_parameters before = pmy_graph_parameters(start);
    for (size_t i = 0; i < before.size; i++)
        assert_true(optim->parameters.values[i] == before.values[i] * (pmy_real)(1 - 0.5 * 0.1));
    pmy_optim_free(optim);
    pmy_graph_free(graph);
    pmy_graph_free(start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matrix_moves_as_recorded),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(a_resumed_run_gives_the_same_bits),
        cmocka_unit_test(the_rest_moves_as_with_adamw),
        cmocka_unit_test(a_step_is_the_plain_one),
        cmocka_unit_test(no_gradient_is_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
