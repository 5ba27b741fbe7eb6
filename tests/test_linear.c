/* Also in double. */
/* The linear layer against its formula: narrow and wide, with and without empty columns. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 5e-6 : 1e-13;

static double activated(pmy_activation f, double z, double *slope)
{
    double y = z;
    *slope = 1;
    switch (f) {
    default: /* one that is not known here */
        fail();
    case PMY_NONE:
        break;
    case PMY_RELU:
        y = z > 0 ? z : 0;
        *slope = z > 0;
        break;
    case PMY_LEAKY_RELU:
        y = z > 0 ? z : 0.01 * z;
        *slope = z > 0 ? 1 : 0.01;
        break;
    case PMY_TANH:
        y = tanh(z);
        *slope = 1 - y * y;
        break;
    case PMY_SIGMOID:
        y = 1 / (1 + exp(-z));
        *slope = y * (1 - y);
        break;
    case PMY_GELU:
        y = 0.5 * z * erfc(-z / sqrt(2.0));
        *slope = 0.5 * erfc(-z / sqrt(2.0)) + z * exp(-z * z / 2) / sqrt(2 * acos(-1.0));
        break;
    case PMY_SILU:
        y = z / (1 + exp(-z));
        *slope = (1 + exp(-z) + z * exp(-z)) / ((1 + exp(-z)) * (1 + exp(-z)));
        break;
    }
    return y;
}

typedef struct layer {
    size_t batch, in, out;
    pmy_activation f;
    bool wanted;   /* x's gradient */
    bool computed; /* x is no leaf */
} layer;

/* How the columns of x are filled. */
typedef enum columns { FULL, NONE_USED, ONE_USED, LAST_EMPTY, EVERY_OTHER, RUNS, JUST_TOO_FEW } columns;

static bool is_empty(columns kind, size_t column, size_t in)
{
    switch (kind) {
    case FULL:
        return false;
    case NONE_USED:
        return true;
    case ONE_USED:
        return column != in / 2;
    case LAST_EMPTY:
        return column + in / 10 + 1 >= in;
    case EVERY_OTHER:
        return column % 2 == 1;
    case RUNS:
        return column / 5 % 3 == 1;
    case JUST_TOO_FEW:
        return column + 1 < in / 16;
    }
    return false;
}

/* x with some columns zero in every row, the others zero in some rows. */
static void fill_columns(pmy_node *x, columns kind, uint64_t seed)
{
    pmy_tensor t = pmy_value(x);
    size_t in = t.shape.dim[1];
    fill(x, seed, -1, 1);
    for (size_t i = 0; i < pmy_shape_size(t.shape); i++)
        if (is_empty(kind, i % in, in) || (t.shape.dim[0] > 1 && i % 7 == 0))
            t.data[i] = 0;
}

static void expect_layer(const layer *l, pmy_node *x, pmy_node *y, pmy_node *w, pmy_node *b,
                         const pmy_real *dy)
{
    double *dw = calloc(l->out * l->in, sizeof *dw), *db = calloc(l->out, sizeof *db);
    double *dx = calloc(l->batch * l->in, sizeof *dx);
    assert_true(dw && db && dx);
    const pmy_real *xs = pmy_value(x).data, *ws = pmy_value(w).data;
    for (size_t r = 0; r < l->batch; r++)
        for (size_t o = 0; o < l->out; o++) {
            double z = (double)pmy_value(b).data[o], slope;
            for (size_t i = 0; i < l->in; i++)
                z += (double)xs[r * l->in + i] * (double)ws[o * l->in + i];
            double expected = activated(l->f, z, &slope), dz = slope * (double)dy[r * l->out + o];
            expect_close("y", r * l->out + o, (double)pmy_value(y).data[r * l->out + o], expected, tolerance);
            db[o] += dz;
            for (size_t i = 0; i < l->in; i++) {
                dw[o * l->in + i] += dz * (double)xs[r * l->in + i];
                dx[r * l->in + i] += dz * (double)ws[o * l->in + i];
            }
        }
    for (size_t i = 0; i < l->out * l->in; i++)
        expect_close("dw", i, (double)pmy_gradient(w).data[i], dw[i], tolerance);
    for (size_t i = 0; i < l->out; i++)
        expect_close("db", i, (double)pmy_gradient(b).data[i], db[i], tolerance);
    for (size_t i = 0; l->wanted && i < l->batch * l->in; i++)
        expect_close("dx", i, (double)pmy_gradient(x).data[i], dx[i], tolerance);
    free(dw);
    free(db);
    free(dx);
}

/* Several batches in turn, each with other empty columns, so that what one leaves shows in the next. */
static void expect_layer_on(layer l, const columns *kinds, size_t count)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(l.batch, l.in));
    if (l.wanted)
        pmy_want_gradient(x);
    pmy_node *y = pmy_linear(g, l.computed ? pmy_scale(g, x, 1) : x, l.out, l.f);
    build(g, y);
    pmy_real *dy = malloc(l.batch * l.out * sizeof *dy);
    assert_non_null(dy);
    pmy_random random = {.seed = 3};
    for (size_t i = 0; i < l.batch * l.out; i++)
        dy[i] = (pmy_real)(pmy_random_uniform(&random) - 0.5);
    for (size_t k = 0; k < count; k++) {
        fill_columns(x, kinds[k], k);
        forward(g, PMY_TRAIN);
        pmy_backward_from(g, dy);
        expect_layer(&l, x, y, pmy_find(g, "linear0.weight"), pmy_find(g, "linear0.bias"), dy);
    }
    free(dy);
    pmy_graph_free(g);
}

static void narrow_and_wide_layers(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{1, 1, 1},     {5, 7, 3},     {1, 33, 64},   {9, 65, 63},
                                      {9, 64, 65},   {17, 300, 10}, {17, 10, 300}, {3, 257, 129},
                                      {30, 129, 83}, {4, 131, 133}, {2, 8, 2049}};
    static const columns full = FULL;
    for (size_t s = 0; s < ROOM(sizes); s++)
        for (pmy_activation f = PMY_NONE; f <= PMY_SILU; f++)
            for (unsigned kind = 0; kind < 4; kind++)
                expect_layer_on((layer){sizes[s][0], sizes[s][1], sizes[s][2], f, kind & 1, kind & 2}, &full,
                                1);
}

static void empty_columns_change_nothing(void **state)
{
    (void)state;
    static const columns kinds[] = {RUNS, FULL,       EVERY_OTHER, NONE_USED,    ONE_USED,
                                    FULL, LAST_EMPTY, NONE_USED,   JUST_TOO_FEW, RUNS};
    static const size_t sizes[][3] = {{7, 100, 64}, {1, 100, 64},   {7, 33, 300}, {5, 1, 65},
                                      {3, 2, 64},   {20, 784, 128}, {7, 100, 10}};
    for (size_t s = 0; s < ROOM(sizes); s++)
        for (unsigned wanted = 0; wanted < 2; wanted++) {
            expect_layer_on((layer){sizes[s][0], sizes[s][1], sizes[s][2], PMY_NONE, wanted, false}, kinds,
                            ROOM(kinds));
            expect_layer_on((layer){sizes[s][0], sizes[s][1], sizes[s][2], PMY_GELU, wanted, false}, kinds,
                            ROOM(kinds));
        }
}

/* The weights of an empty column get exact zeros, which an optimizer may count on. */
static void weights_of_empty_columns_get_exact_zeros(void **state)
{
    (void)state;
    enum { IN = 80, OUT = 64 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(6, IN)), *y = pmy_linear(g, x, OUT, PMY_TANH);
    build(g, pmy_mean(g, y));
    for (unsigned step = 0; step < 2; step++) {
        fill_columns(x, step ? RUNS : FULL, 1);
        forward(g, PMY_TRAIN);
        pmy_backward(g);
    }
    pmy_tensor dw = pmy_gradient(pmy_find(g, "linear0.weight"));
    for (size_t i = 0; i < (size_t)IN * OUT; i++)
        assert_int_equal(dw.data[i] == 0, is_empty(RUNS, i % IN, IN));
    pmy_graph_free(g);
}

/* Two layers on one input with the same weight: the second to give its gradient adds to the first's,
 * empty columns or not. */
static void empty_columns_and_shared_weights(void **state)
{
    (void)state;
    enum { IN = 90, OUT = 70 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(6, IN)), *full = pmy_input(g, PMY_SHAPE(6, IN));
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(OUT, IN), "w", PMY_UNIFORM, 0.1);
    pmy_node *b = pmy_parameter(g, PMY_SHAPE(OUT), "b", PMY_UNIFORM, 0.1);
    pmy_node *sum =
        pmy_add(g, pmy_linear_with(g, x, w, b, PMY_NONE), pmy_linear_with(g, full, w, b, PMY_NONE));
    build(g, pmy_sum(g, sum));
    fill_columns(x, RUNS, 1);
    fill(full, 2, -1, 1);
    for (unsigned time = 0; time < 2; time++) {
        forward(g, PMY_TRAIN);
        pmy_backward(g);
        for (size_t i = 0; i < (size_t)IN * OUT; i++) {
            double expected = 0;
            for (size_t r = 0; r < 6; r++)
                expected += (double)pmy_value(x).data[r * IN + i % IN] +
                            (double)pmy_value(full).data[r * IN + i % IN];
            expect_close("dw", i, (double)pmy_gradient(w).data[i], expected, tolerance);
        }
        for (size_t o = 0; o < OUT; o++)
            expect_close("db", o, (double)pmy_gradient(b).data[o], 12, tolerance);
    }
    pmy_graph_free(g);
}

/* A column that one row begins or ceases to use must not move the other rows' numbers. */
static void one_row_anew_leaves_the_others(void **state)
{
    (void)state;
    enum { IN = 80, OUT = 64, BATCH = 4 };
    for (int begins = 0; begins < 2; begins++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, IN));
        pmy_node *y = pmy_linear(g, x, OUT, PMY_TANH);
        build(g, pmy_mean(g, y));
        fill(x, 1, -1, 1);
        for (size_t i = 0; i < (size_t)BATCH * IN; i++)
            if (i % IN < 40 && !(i == 5 && !begins))
                pmy_value(x).data[i] = 0;
        forward(g, PMY_TRAIN);
        pmy_value(x).data[5] = begins ? 3 : 0;
        assert_int_equal(pmy_forward_rows(g, 0, 1, NULL), PMY_OK);
        pmy_real anew[BATCH * OUT];
        memcpy(anew, pmy_value(y).data, sizeof anew);
        forward(g, PMY_REPLAY);
        for (size_t i = 0; i < (size_t)BATCH * OUT; i++)
            expect_close("y", i, (double)anew[i], (double)pmy_value(y).data[i], tolerance);
        pmy_graph_free(g);
    }
}

/* Narrow, tiny, small and not small; bits, with all rows and with one, on any tiles. */
static void prepacking_changes_no_bit(void **state)
{
    (void)state;
    static const size_t cases[][2] = {{40, 20}, {40, 65}, {96, 288}, {130, 96}, {260, 257}}; /* in, out */
    for (size_t c = 0; c < ROOM(cases) * 2; c++) {
        enum { MOST = 40 };
        size_t in = cases[c / 2][0], out = cases[c / 2][1];
        pmy_graph *plain = new_graph(NULL), *packed = new_graph(NULL);
        pmy_node *y[2], *x[2];
        for (size_t i = 0; i < 2; i++) {
            pmy_graph *g = i ? packed : plain;
            x[i] = pmy_input(g, PMY_SHAPE(MOST, in));
            y[i] = pmy_linear(g, pmy_scale(g, x[i], 2), out, PMY_GELU);
            build(g, y[i]);
            fill(x[i], 1, -1, 1);
            assert_int_equal(pmy_set_batch(g, c % 2 ? 1 : MOST, NULL), PMY_OK);
        }
        size_t size = pmy_shape_size(pmy_node_shape(y[0]));
        for (uint64_t again = 0; again < 2; again++) {
            fill(pmy_parameter_at(plain, 0), again, -1, 1);
            fill(pmy_parameter_at(packed, 0), again, -1, 1);
            assert_int_equal(pmy_prepack(packed, NULL), PMY_OK);
            forward(plain, PMY_EVAL);
            forward(packed, PMY_EVAL);
            assert_true(same_bits(pmy_value(y[0]).data, pmy_value(y[1]).data, size));
        }
        /* It is for PMY_EVAL alone: training goes on with what an optimizer makes of the parameters. */
        fill(pmy_parameter_at(plain, 0), 2, -1, 1);
        fill(pmy_parameter_at(packed, 0), 2, -1, 1);
        forward(plain, PMY_TRAIN);
        forward(packed, PMY_TRAIN);
        assert_true(same_bits(pmy_value(y[0]).data, pmy_value(y[1]).data, size));
        pmy_graph_free(plain);
        pmy_graph_free(packed);
    }
}

/* Of a weight's gradient, columns 0 … 15, which are a tile of their own or more. */
enum { TILE = 16 };

static void weight_gradient(size_t in, pmy_real *gradient /* [5, TILE] */)
{
    enum { BATCH = 9, TIME = 17, OUT = 5 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, TIME, in));
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(OUT, in), "w", PMY_ONES, 0);
    pmy_node *seen = pmy_input(g, PMY_SHAPE(BATCH, TIME, OUT)); /* all that ∂y is made of */
    build(g, pmy_sum(g, pmy_mul(g, seen, pmy_linear_with(g, x, w, NULL, PMY_NONE))));
    fill(seen, 1, -1, 1);
    for (size_t i = 0; i < BATCH * TIME * in; i++)
        pmy_value(x).data[i] = (pmy_real)sin((double)(i / in * 100 + i % in));
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    for (size_t i = 0; i < OUT * TILE; i++)
        gradient[i] = pmy_gradient(w).data[i / TILE * in + i % TILE];
    pmy_graph_free(g);
}

static void a_tile_writes_no_other(void **state)
{
    (void)state;
    pmy_real alone[5 * TILE], beside[5 * TILE];
    weight_gradient(TILE, alone);
    for (size_t in = TILE + 1; in < TILE + 4; in++) {
        weight_gradient(in, beside);
        assert_true(same_bits(beside, alone, ROOM(alone)));
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_and_wide_layers),
        cmocka_unit_test(empty_columns_change_nothing),
        cmocka_unit_test(weights_of_empty_columns_get_exact_zeros),
        cmocka_unit_test(empty_columns_and_shared_weights),
        cmocka_unit_test(one_row_anew_leaves_the_others),
        cmocka_unit_test(prepacking_changes_no_bit),
        cmocka_unit_test(a_tile_writes_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
