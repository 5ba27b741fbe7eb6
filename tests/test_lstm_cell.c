/* Also in double. */
/* An LSTM cell (Hochreiter and Schmidhuber, 1997) twice over: as an op of its own, written as a user would
 * from pmy's public headers, and as a handful of plain ops. Both pass the gradient check, and both compute
 * what PyTorch's LSTMCell does (tests/record/lstm.py).
 *
 * With [i, f, g, o] = x W_ihᵀ + b_ih + h W_hhᵀ + b_hh side by side, [batch, 4 hidden], and i, f, o through
 * the sigmoid and g through tanh,
 *
 *   c' = f c + i g,   h' = o tanh(c')
 *
 * and backward, from dh' and dc',
 *
 *   do = dh' tanh(c'),   dc'' = dc' + dh' o (1 − tanh²(c')),   di = dc'' g,   df = dc'' c,   dg = dc'' i
 *   dc = dc'' f */
#include "gradcheck/gradcheck.h"
#include "recorded.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-12;

enum { BATCH = 3, IN = 4, HIDDEN = 5 };

/* --- An op of seven inputs ------------------------------------------------ */

enum { X, H, C, WEIGHT_IH, WEIGHT_HH, BIAS_IH, BIAS_HH, INPUTS };

/* The four gates of a row, each [hidden]. */
enum { I, F, G, O, GATES };

typedef struct lstm_saved {
    pmy_real *gates;  /* [batch, 4 hidden], after their functions */
    pmy_real *dgates; /* [batch, 4 hidden], of what the functions take */
    pmy_real *dc;     /* [batch, hidden]: dc'' above */
} lstm_saved;

static size_t hidden_of(const pmy_node *node)
{
    return node->input[C]->shape.dim[1];
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    size_t batch = node->input[X]->shape.dim[0], in = node->input[X]->shape.dim[1];
    size_t hidden = hidden_of(node);
    const pmy_shape needed[INPUTS] = {PMY_SHAPE(batch, in),          PMY_SHAPE(batch, hidden),
                                      PMY_SHAPE(batch, hidden),      PMY_SHAPE(4 * hidden, in),
                                      PMY_SHAPE(4 * hidden, hidden), PMY_SHAPE(4 * hidden),
                                      PMY_SHAPE(4 * hidden)};
    for (unsigned i = 0; i < INPUTS; i++)
        if (!pmy_shape_equal(node->input[i]->shape, needed[i]) || node->input[i]->batched != (i <= C))
            return pmy_fail(error, PMY_BAD_SHAPE, "input %u should be %s", i,
                            pmy_shape_print(needed[i]).text);
    node->shape = PMY_SHAPE(batch, 2 * hidden);
    return PMY_OK;
}

static bool take(pmy_node *node)
{
    size_t numbers = node->shape.dim[0] * hidden_of(node);
    lstm_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    return saved && (saved->gates = pmy_take(node, GATES * numbers, sizeof(pmy_real))) &&
           (saved->dgates = pmy_take(node, GATES * numbers, sizeof(pmy_real))) &&
           (saved->dc = pmy_take(node, numbers, sizeof(pmy_real)));
}

static pmy_real product(size_t n, const pmy_real *a, const pmy_real *b)
{
    pmy_real sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static pmy_real function_of_gate(size_t gate, pmy_real z)
{
    return (pmy_real)(gate == G ? tanh((double)z) : 1 / (1 + exp(-(double)z)));
}

static void forward_rows(const pmy_node *node, pmy_piece piece)
{
    const lstm_saved *saved = node->saved;
    size_t hidden = hidden_of(node), in = node->input[X]->shape.dim[1];
    const pmy_real *weight_ih = node->input[WEIGHT_IH]->value; /* [4 hidden, in] */
    const pmy_real *weight_hh = node->input[WEIGHT_HH]->value; /* [4 hidden, hidden] */
    for (size_t row = piece.begin; row < piece.end; row++) {
        const pmy_real *x = node->input[X]->value + row * in;     /* [in] */
        const pmy_real *h = node->input[H]->value + row * hidden; /* [hidden] */
        const pmy_real *c = node->input[C]->value + row * hidden; /* [hidden] */
        pmy_real *gate = saved->gates + row * GATES * hidden;     /* [4 hidden] */
        pmy_real *y = node->value + row * 2 * hidden;             /* [h', c'], [2 hidden] */
        for (size_t j = 0; j < GATES * hidden; j++)
            gate[j] = function_of_gate(
                j / hidden, product(in, x, weight_ih + j * in) + node->input[BIAS_IH]->value[j] +
                                product(hidden, h, weight_hh + j * hidden) + node->input[BIAS_HH]->value[j]);
        for (size_t j = 0; j < hidden; j++) {
            y[hidden + j] = gate[F * hidden + j] * c[j] + gate[I * hidden + j] * gate[G * hidden + j];
            y[j] = gate[O * hidden + j] * (pmy_real)tanh((double)y[hidden + j]);
        }
    }
}

static void backward_gates(const pmy_node *node, pmy_piece piece)
{
    const lstm_saved *saved = node->saved;
    size_t hidden = hidden_of(node);
    for (size_t row = piece.begin; row < piece.end; row++) {
        const pmy_real *gate = saved->gates + row * GATES * hidden; /* [4 hidden] */
        pmy_real *dgate = saved->dgates + row * GATES * hidden;     /* [4 hidden] */
        for (size_t j = 0; j < hidden; j++) {
            const pmy_real *dy = node->gradient + row * 2 * hidden + j;
            pmy_real before = node->input[C]->value[row * hidden + j];
            pmy_real t = (pmy_real)tanh((double)node->value[row * 2 * hidden + hidden + j]);
            pmy_real i = gate[I * hidden + j], f = gate[F * hidden + j], g = gate[G * hidden + j],
                     o = gate[O * hidden + j];
            pmy_real dc = dy[hidden] + dy[0] * o * (1 - t * t);
            saved->dc[row * hidden + j] = dc;
            dgate[I * hidden + j] = dc * g * i * (1 - i);
            dgate[F * hidden + j] = dc * before * f * (1 - f);
            dgate[G * hidden + j] = dc * i * (1 - g * g);
            dgate[O * hidden + j] = dy[0] * t * o * (1 - o);
        }
    }
}

/* dx or dh, [rows, n], of a piece's rows: dgates · W. */
static void through_weight(const pmy_node *node, pmy_piece piece, unsigned input, unsigned weight)
{
    const lstm_saved *saved = node->saved;
    size_t gates = GATES * hidden_of(node), n = node->input[input]->shape.dim[1];
    for (size_t at = piece.begin * n; node->input[input]->gradient && at < piece.end * n; at++) {
        pmy_real sum = 0;
        for (size_t j = 0; j < gates; j++)
            sum += saved->dgates[at / n * gates + j] * node->input[weight]->value[j * n + at % n];
        pmy_put(&node->input[input]->gradient[at], sum, pmy_accumulates(node, input));
    }
}

static void backward_state(const pmy_node *node, pmy_piece piece)
{
    const lstm_saved *saved = node->saved;
    size_t hidden = hidden_of(node);
    through_weight(node, piece, X, WEIGHT_IH);
    through_weight(node, piece, H, WEIGHT_HH);
    for (size_t at = piece.begin * hidden; node->input[C]->gradient && at < piece.end * hidden; at++) {
        pmy_real f = saved->gates[at / hidden * GATES * hidden + F * hidden + at % hidden];
        pmy_put(&node->input[C]->gradient[at], saved->dc[at] * f, pmy_accumulates(node, C));
    }
}

/* A tile is a gate's row of the weights. */
static size_t weight_rows(const pmy_node *node)
{
    return GATES * hidden_of(node);
}

/* dW[j, k] = Σ dgates[row, j] x[row, k] over the batch; of a bias, x is 1. */
static void sum_over_batch(const pmy_node *node, size_t j, unsigned input, unsigned weight, unsigned bias)
{
    const lstm_saved *saved = node->saved;
    size_t gates = GATES * hidden_of(node), n = node->input[input]->shape.dim[1];
    for (size_t k = 0; k <= n; k++) {
        pmy_real sum = 0;
        for (size_t row = 0; row < node->shape.dim[0]; row++)
            sum += saved->dgates[row * gates + j] * (k < n ? node->input[input]->value[row * n + k] : 1);
        const pmy_node *to = node->input[k < n ? weight : bias];
        if (to->gradient)
            pmy_put(&to->gradient[k < n ? j * n + k : j], sum, pmy_accumulates(node, k < n ? weight : bias));
    }
}

static void backward_weights(const pmy_node *node, pmy_piece piece)
{
    for (size_t j = piece.begin; j < piece.end; j++) {
        sum_over_batch(node, j, X, WEIGHT_IH, BIAS_IH);
        sum_over_batch(node, j, H, WEIGHT_HH, BIAS_HH);
    }
}

enum { WEIGHTS = 1 << WEIGHT_IH | 1 << WEIGHT_HH | 1 << BIAS_IH | 1 << BIAS_HH };

static const pmy_op lstm_op = {
    .name = "lstm_cell",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward_rows}},
    .whole = WEIGHTS,
    .backward = {{.run = backward_gates},
                 {.run = backward_state, .gives = 1 << X | 1 << H | 1 << C},
                 {.run = backward_weights, .tiles = weight_rows, .gives = WEIGHTS}},
};

static pmy_node *own_cell(pmy_graph *g, pmy_node *const input[INPUTS])
{
    return pmy_append(g, &lstm_op, INPUTS, input, NULL, 0);
}

/* --- The same of plain ops -------------------------------------------------- */

static pmy_node *plain_cell(pmy_graph *g, pmy_node *const input[INPUTS])
{
    size_t n = pmy_node_shape(input[C]).dim[1];
    pmy_node *gates = pmy_add(g, pmy_linear_with(g, input[X], input[WEIGHT_IH], input[BIAS_IH], PMY_NONE),
                              pmy_linear_with(g, input[H], input[WEIGHT_HH], input[BIAS_HH], PMY_NONE));
    pmy_node *i = pmy_sigmoid(g, pmy_slice(g, gates, 1, I * n, F * n));
    pmy_node *f = pmy_sigmoid(g, pmy_slice(g, gates, 1, F * n, G * n));
    pmy_node *candidate = pmy_tanh(g, pmy_slice(g, gates, 1, G * n, O * n));
    pmy_node *o = pmy_sigmoid(g, pmy_slice(g, gates, 1, O * n, GATES * n));
    pmy_node *c = pmy_add(g, pmy_mul(g, f, input[C]), pmy_mul(g, i, candidate));
    return pmy_concat(g, 2, (pmy_node *[]){pmy_mul(g, o, pmy_tanh(g, c)), c}, 1);
}

/* --- Two steps of a cell ----------------------------------------------------- */

typedef pmy_node *cell(pmy_graph *g, pmy_node *const input[INPUTS]);

typedef struct model {
    pmy_graph *graph;
    pmy_node *first[INPUTS]; /* what goes into the first step */
    pmy_node *second;        /* the x of the second */
    pmy_node *y;             /* [h, c] after it, [batch, 2 hidden] */
} model;

static pmy_node *given(pmy_graph *g, size_t size)
{
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, size));
    pmy_want_gradient(x);
    return x;
}

static model new_model(cell *step, pmy_pool *pool)
{
    model m = {.graph = new_graph(pool)};
    pmy_graph *g = m.graph;
    m.first[X] = given(g, IN);
    m.second = given(g, IN);
    m.first[H] = given(g, HIDDEN);
    m.first[C] = given(g, HIDDEN);
    m.first[WEIGHT_IH] = pmy_parameter(g, PMY_SHAPE(GATES * HIDDEN, IN), "weight_ih", PMY_ZEROS, 0);
    m.first[WEIGHT_HH] = pmy_parameter(g, PMY_SHAPE(GATES * HIDDEN, HIDDEN), "weight_hh", PMY_ZEROS, 0);
    m.first[BIAS_IH] = pmy_parameter(g, PMY_SHAPE(GATES * HIDDEN), "bias_ih", PMY_ZEROS, 0);
    m.first[BIAS_HH] = pmy_parameter(g, PMY_SHAPE(GATES * HIDDEN), "bias_hh", PMY_ZEROS, 0);
    pmy_node *both = step(g, m.first), *then[INPUTS];
    memcpy(then, m.first, sizeof then);
    then[X] = m.second;
    then[H] = pmy_slice(g, both, 1, 0, HIDDEN);
    then[C] = pmy_slice(g, both, 1, HIDDEN, 2 * HIDDEN);
    m.y = step(g, then);
    build(g, m.y);
    fill_recorded(m.first[X], 0, 1);
    fill_recorded(m.second, 1, 1);
    fill_recorded(m.first[H], 2, 1);
    fill_recorded(m.first[C], 3, 1);
    for (unsigned i = WEIGHT_IH; i < INPUTS; i++)
        fill_recorded(m.first[i], 4 + i - WEIGHT_IH, 0.25);
    return m;
}

static void expect_pytorchs(cell *step)
{
    model m = new_model(step, NULL);
    forward(m.graph, PMY_TRAIN);
    backward_recorded(m.graph);
    FILE *file = open_recorded("tests/data/lstm_pytorch.txt");
    char head[128];
    assert_non_null(fgets(head, sizeof head, file));
    static const char *const names[INPUTS] = {"x0", "h", "c", "weight_ih", "weight_hh", "bias_ih", "bias_hh"};
    expect_recorded(file, "y", pmy_value(m.y), tolerance);
    expect_recorded(file, names[X], pmy_gradient(m.first[X]), tolerance);
    expect_recorded(file, "x1", pmy_gradient(m.second), tolerance);
    for (unsigned i = H; i < INPUTS; i++)
        expect_recorded(file, names[i], pmy_gradient(m.first[i]), tolerance);
    fclose(file);
    pmy_graph_free(m.graph);
}

static void both_compute_what_pytorch_does(void **state)
{
    (void)state;
    expect_pytorchs(own_cell);
    expect_pytorchs(plain_cell);
}

static void both_pass_the_gradient_check(void **state)
{
    (void)state;
    static cell *const cells[] = {own_cell, plain_cell};
    for (size_t which = 0; which < ROOM(cells); which++) {
        model m = new_model(cells[which], NULL);
        pmy_gradcheck_result result;
        pmy_error error;
        if (pmy_gradcheck(m.graph, NULL, &result, &error) != PMY_OK)
            fail_msg("%s", error.message);
        assert_int_equal(result.count, INPUTS + 1);
        for (size_t i = 0; i < result.count; i++)
            assert_int_equal(result.check[i].verdict, PMY_PASS);
        assert_true(result.passed);
        pmy_gradcheck_free(&result);
        pmy_graph_free(m.graph);
    }
}

static void the_op_gives_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    model one = new_model(own_cell, NULL);
    forward(one.graph, PMY_TRAIN);
    backward_recorded(one.graph);
    for (unsigned threads = 2; threads <= 3; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        model m = new_model(own_cell, pool);
        pmy_split_always(m.graph, true);
        forward(m.graph, PMY_TRAIN);
        backward_recorded(m.graph);
        assert_true(same_bits(pmy_value(m.y).data, pmy_value(one.y).data, BATCH * 2 * HIDDEN));
        assert_true(same_bits(pmy_graph_parameters(m.graph).gradients,
                              pmy_graph_parameters(one.graph).gradients, pmy_graph_parameters(m.graph).size));
        pmy_graph_free(m.graph);
        pmy_pool_free(pool);
    }
    pmy_graph_free(one.graph);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_compute_what_pytorch_does),
        cmocka_unit_test(both_pass_the_gradient_check),
        cmocka_unit_test(the_op_gives_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
