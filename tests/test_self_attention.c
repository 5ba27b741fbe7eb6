/* Also in double. */
/* Self-attention with its projections: against what PyTorch computed (tests/record/self_attention.py), one
 * position at a time, and with rotary positions, which are held to their definition. */
#include "recorded.h"

#include <math.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

typedef struct record {
    size_t batch, time, d, heads;
    int causal, biased;
} record;

static const char *const parts[] = {"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"};

static pmy_node *part(const pmy_graph *g, size_t index)
{
    char name[64];
    (void)snprintf(name, sizeof name, "block.%s", parts[index]);
    return pmy_find(g, name);
}

static void expect_record(FILE *file, const record *r)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(r->batch, r->time, r->d));
    pmy_want_gradient(x);
    pmy_prefix(g, "block");
    pmy_self_attention_options options = {.heads = r->heads, .causal = r->causal, .nobias = !r->biased};
    pmy_node *y = pmy_self_attention(g, x, &options);
    build(g, y);
    fill_recorded(x, 0, 1);
    for (size_t p = 0, place = 1; p < ROOM(parts); p++)
        if (part(g, p))
            fill_recorded(part(g, p), place++, 0.25);
    forward(g, PMY_TRAIN);
    backward_recorded(g);
    expect_recorded(file, "y", pmy_value(y), tolerance);
    expect_recorded(file, "dx", pmy_gradient(x), tolerance);
    for (size_t p = 0; p < ROOM(parts); p++) {
        char name[32];
        (void)snprintf(name, sizeof name, "d%s", parts[p]);
        if (part(g, p))
            expect_recorded(file, name, pmy_gradient(part(g, p)), tolerance);
    }
    pmy_graph_free(g);
}

static void as_recorded(void **state)
{
    (void)state;
    FILE *file = open_recorded("tests/data/self_attention_pytorch.txt");
    int skipped = fscanf(file, "%*[^\n]");
    assert_int_equal(skipped, 0);
    size_t cases = 0;
    for (record r; fscanf(file, " attention %zu %zu %zu %zu %d %d", &r.batch, &r.time, &r.d, &r.heads,
                          &r.causal, &r.biased) == 6;
         cases++)
        expect_record(file, &r);
    assert_true(feof(file));
    assert_int_equal(cases, 3);
    fclose(file);
}

/* Of nn.MultiheadAttention: xavier_uniform for the three projections at once, zeros for all biases. */
static void parameters_start_as_pytorchs(void **state)
{
    (void)state;
    enum { D = 40 };
    pmy_graph *g = new_graph(NULL);
    pmy_prefix(g, "block");
    build(g,
          pmy_self_attention(g, pmy_input(g, PMY_SHAPE(1, 2, D)), &(pmy_self_attention_options){.heads = 4}));
    static const double bounds[] = {0.19364916731037085, 0, 0.15811388300841897, 0}; /* √(6/4D), 1/√D */
    for (size_t p = 0; p < ROOM(parts); p++) {
        pmy_tensor value = pmy_value(part(g, p));
        double largest = 0;
        for (size_t i = 0; i < pmy_shape_size(value.shape); i++)
            largest = fmax(largest, fabs((double)value.data[i]));
        assert_true(largest <= bounds[p] * 1.000001 && largest >= bounds[p] * 0.99);
    }
    pmy_graph_free(g);
}

static void what_is_no_sequence_is_refused(void **state)
{
    (void)state;
    pmy_error error = {0};
    pmy_graph *g = new_graph(NULL);
    pmy_node *y =
        pmy_self_attention(g, pmy_input(g, PMY_SHAPE(3, 4)), &(pmy_self_attention_options){.heads = 2});
    assert_int_equal(pmy_build(g, y, &error), PMY_BAD_SHAPE);
    assert_string_equal(error.message, "self-attention: needs [batch, time, d], not 3x4");
    pmy_graph_free(g);
}

/* --- Rotary positions ----------------------------------------------------------- */

enum { BATCH = 2, TIME = 5, HEADS = 2, DIM = 6, HALF = DIM / 2 };

static void rotary_turns_pairs_by_their_position(void **state)
{
    (void)state;
    for (int given = 0; given < 2; given++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, TIME, HEADS * DIM));
        pmy_node *positions = given ? pmy_integers(g, PMY_SHAPE(BATCH, TIME)) : NULL;
        pmy_node *y = pmy_rotary(g, x, HEADS, positions, 2000);
        build(g, y);
        fill(x, 3, -1, 1);
        if (given)
            fill_labels(positions, 4, 2000);
        forward(g, PMY_EVAL);
        for (size_t at = 0; at < BATCH * TIME * HEADS * HALF; at++) {
            size_t i = at % HALF, head = at / HALF, vector = head / HEADS;
            double position = given ? pmy_integer_data(positions)[vector] : (double)(vector % TIME);
            double angle = position / pow(10000, 2 * (double)i / DIM);
            const pmy_real *from = pmy_value(x).data + head * DIM, *to = pmy_value(y).data + head * DIM;
            double a = (double)from[i], b = (double)from[i + HALF];
            expect_close("first", at, (double)to[i], a * cos(angle) - b * sin(angle), tolerance);
            expect_close("second", at, (double)to[i + HALF], b * cos(angle) + a * sin(angle), tolerance);
        }
        pmy_graph_free(g);
    }
}

static void a_position_beyond_the_last_is_named(void **state)
{
    (void)state;
    pmy_error error = {0};
    pmy_graph *g = new_graph(NULL);
    pmy_node *positions = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    build(g, pmy_rotary(g, pmy_input(g, PMY_SHAPE(BATCH, TIME, HEADS * DIM)), HEADS, positions, 7));
    pmy_integer_data(positions)[TIME + 3] = 6;
    forward(g, PMY_EVAL);
    for (int32_t wrong = -1; wrong <= 7; wrong += 8) {
        pmy_integer_data(positions)[TIME + 3] = wrong;
        assert_int_equal(pmy_forward(g, PMY_EVAL, &error), PMY_BAD_DATA);
        assert_non_null(strstr(error.message, "rotary0, row 1, position 3: the position "));
        assert_non_null(strstr(error.message, " is not in 0 … 6"));
    }
    pmy_graph_free(g);
}

static void heads_without_pairs_and_vectors_without_positions_are_refused(void **state)
{
    (void)state;
    static const struct {
        pmy_shape x;
        size_t heads;
    } cases[] = {{{{2, 3, 6}}, 2}, {{{2, 3, 6}}, 4}, {{{2, 3, 6}}, 0}, {{{2, 6}}, 1}};
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_graph *g = new_graph(NULL);
        assert_int_equal(pmy_build(g, pmy_rotary(g, pmy_input(g, cases[i].x), cases[i].heads, NULL, 0), NULL),
                         PMY_BAD_SHAPE);
        pmy_graph_free(g);
    }
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 3, 4));
    pmy_node *y = pmy_rotary(g, x, 1, pmy_integers(g, PMY_SHAPE(2, 4)), 4);
    assert_int_equal(pmy_build(g, y, NULL), PMY_BAD_SHAPE);
    pmy_graph_free(g);
    g = new_graph(NULL);
    x = pmy_input(g, PMY_SHAPE(2, 3, 4));
    y = pmy_rotary(g, x, 1, pmy_integers(g, PMY_SHAPE(2, 3)), 0);
    assert_int_equal(pmy_build(g, y, NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

static void a_row_is_put_where_there_is_one(void **state)
{
    (void)state;
    pmy_error error = {0};
    pmy_graph *g = new_graph(NULL);
    pmy_node *cache = pmy_input(g, PMY_SHAPE(2, 3, 2)), *row = pmy_input(g, PMY_SHAPE(2, 1, 2));
    pmy_node *position = pmy_integers(g, PMY_SHAPE(2, 1));
    pmy_node *y = pmy_put_row(g, cache, row, position);
    build(g, y);
    fill(cache, 1, -1, 1);
    fill(row, 2, 5, 6);
    pmy_real before[12];
    memcpy(before, pmy_value(cache).data, sizeof before);
    pmy_integer_data(position)[0] = 2;
    forward(g, PMY_EVAL);
    for (size_t i = 0; i < 12; i++) {
        bool put = i >= 4 && i < 8; /* row 2 of the first, row 0 of the second */
        pmy_real expected = put ? pmy_value(row).data[i - 4] : before[i];
        assert_true(pmy_value(y).data[i] == expected && pmy_value(cache).data[i] == expected);
    }
    pmy_integer_data(position)[1] = 3;
    assert_int_equal(pmy_forward(g, PMY_EVAL, &error), PMY_BAD_DATA);
    assert_string_equal(error.message, "put_row0, row 1: the position 3 is not in 0 … 2");
    pmy_integer_data(position)[1] = -1;
    assert_int_equal(pmy_forward(g, PMY_EVAL, &error), PMY_BAD_DATA);
    pmy_graph_free(g);
}

/* It would find a row there that it did not expect. */
static void nobody_else_uses_a_cache(void **state)
{
    (void)state;
    for (int viewed = 0; viewed < 2; viewed++) {
        pmy_error error = {0};
        pmy_graph *g = new_graph(NULL);
        pmy_node *cache = pmy_input(g, PMY_SHAPE(2, 3, 2)), *row = pmy_input(g, PMY_SHAPE(2, 1, 2));
        pmy_node *place = viewed ? pmy_reshape(g, cache, PMY_SHAPE(2, 3, 2)) : cache;
        pmy_node *y = pmy_put_row(g, place, row, pmy_integers(g, PMY_SHAPE(2, 1)));
        assert_int_equal(pmy_build(g, pmy_add(g, y, cache), &error), PMY_BAD_ARGUMENT);
        assert_string_equal(error.message, "put_row0 changes input0, which others use");
        pmy_graph_free(g);
    }
}

/* Zeros in a whole batch are looked for before a forward; these columns are not zero any more in it. */
static void a_cache_is_no_given_number(void **state)
{
    (void)state;
    enum { D = 64, OUT = 70 };
    pmy_graph *g = new_graph(NULL);
    pmy_node *cache = pmy_input(g, PMY_SHAPE(2, 3, D)), *row = pmy_input(g, PMY_SHAPE(2, 1, D));
    pmy_node *y = pmy_linear(g, pmy_put_row(g, cache, row, pmy_integers(g, PMY_SHAPE(2, 1))), OUT, PMY_NONE);
    build(g, y);
    fill(row, 2, 5, 6);
    forward(g, PMY_EVAL);
    pmy_real first[2 * 3 * OUT];
    memcpy(first, pmy_value(y).data, sizeof first);
    forward(g, PMY_EVAL);
    assert_true(same_bits(first, pmy_value(y).data, ROOM(first)));
    pmy_graph_free(g);
}

/* --- One position at a time ------------------------------------------------------- */

static void steps_give_what_the_whole_gives(void **state)
{
    (void)state;
    const pmy_self_attention_options options = {.heads = HEADS, .causal = true, .rotary = true};
    enum { D = HEADS * DIM };
    pmy_graph *whole = new_graph(NULL), *step = new_graph(NULL);
    pmy_node *x = pmy_input(whole, PMY_SHAPE(BATCH, TIME, D));
    pmy_node *y = pmy_self_attention(whole, x, &options);
    build(whole, y);
    pmy_attention_past past = {.position = pmy_integers(step, PMY_SHAPE(BATCH, 1)),
                               .mask = pmy_integers(step, PMY_SHAPE(BATCH, TIME))};
    pmy_node *one = pmy_input(step, PMY_SHAPE(BATCH, 1, D));
    pmy_node *z = pmy_self_attention_step(step, one, &options, &past);
    build(step, z);
    fill(x, 3, -1, 1);
    forward(whole, PMY_EVAL);
    for (size_t t = 0; t < TIME; t++) {
        for (size_t b = 0; b < BATCH; b++) {
            pmy_integer_data(past.position)[b] = (int32_t)t;
            pmy_integer_data(past.mask)[b * TIME + t] = 1;
            memcpy(pmy_value(one).data + b * D, pmy_value(x).data + (b * TIME + t) * D, D * sizeof(pmy_real));
        }
        forward(step, PMY_EVAL);
        for (size_t b = 0; b < BATCH; b++) {
            for (size_t i = 0; i < D; i++)
                expect_close("y", i, (double)pmy_value(z).data[b * D + i],
                             (double)pmy_value(y).data[(b * TIME + t) * D + i], tolerance / 10);
        }
    }
    pmy_graph_free(whole);
    pmy_graph_free(step);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_recorded),
        cmocka_unit_test(parameters_start_as_pytorchs),
        cmocka_unit_test(what_is_no_sequence_is_refused),
        cmocka_unit_test(rotary_turns_pairs_by_their_position),
        cmocka_unit_test(a_position_beyond_the_last_is_named),
        cmocka_unit_test(heads_without_pairs_and_vectors_without_positions_are_refused),
        cmocka_unit_test(a_row_is_put_where_there_is_one),
        cmocka_unit_test(nobody_else_uses_a_cache),
        cmocka_unit_test(a_cache_is_no_given_number),
        cmocka_unit_test(steps_give_what_the_whole_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
