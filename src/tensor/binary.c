#include "tensor/binary.h"

#include "base/parts.h"

/* Numbers of the result that a tile takes, at least. */
enum { TILE = 4096 };

/* Whether the rows of an input are those of the result, also in a smaller batch. */
static bool has_rows(const pmy_node *node, const pmy_node *input)
{
    return input->batched == node->batched && input->shape.dim[0] == node->shape.dim[0] &&
           pmy_shape_rank(input->shape) == pmy_shape_rank(node->shape);
}

pmy_status pmy_binary_infer(pmy_node *node, pmy_error *error)
{
    if (!pmy_broadcast_shape(node->input[0]->shape, node->input[1]->shape, &node->shape))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs two sizes that are equal, or one that is 1 or missing, in each axis, counted "
                        "from the last");
    for (unsigned i = 0; i < node->inputs; i++) {
        const pmy_node *input = node->input[i];
        bool without = pmy_shape_rank(input->shape) < pmy_shape_rank(node->shape) || input->shape.dim[0] == 1;
        if (!has_rows(node, input) && (input->batched || !without))
            return pmy_fail(error, PMY_BAD_SHAPE,
                            "the axis of the batch must be the first of the result, and 1 or missing in what "
                            "is not of the batch");
    }
    return PMY_OK;
}

/* --- Splitting ---------------------------------------------------------------- */

/* What take saves, of the shapes that the graph is built for: a smaller batch has fewer rows. */
typedef struct plan {
    pmy_broadcast loops;
    size_t row[2]; /* elements in a row of an input that has the result's rows; else 0 */
} plan;

bool pmy_binary_take(pmy_node *node)
{
    plan *saved = pmy_take(node, 1, sizeof *saved);
    node->saved = saved;
    if (!saved)
        return false;
    saved->loops = pmy_broadcast_of(node->input[0]->shape, node->input[1]->shape, node->shape);
    for (unsigned i = 0; i < 2; i++)
        saved->row[i] = has_rows(node, node->input[i]) ? pmy_row_size(node->input[i]) : 0;
    return true;
}

/* Rows of the result: the loops over them, and where those of the inputs begin. */
typedef struct part {
    pmy_broadcast loops;
    const pmy_real *a, *b;
} part;

static part rows_of(const pmy_node *node, size_t begin, size_t end)
{
    const plan *saved = node->saved;
    return (part){pmy_broadcast_rows(&saved->loops, end - begin),
                  node->input[0]->value + begin * saved->row[0],
                  node->input[1]->value + begin * saved->row[1]};
}

/* How many of `count` rows or runs a tile takes. */
static size_t of_a_tile(const pmy_node *node, size_t count)
{
    size_t each = pmy_shape_size(node->shape) / count;
    return each < TILE ? TILE / each : 1;
}

static size_t tiles_of(const pmy_node *node, size_t count)
{
    return pmy_parts(count, of_a_tile(node, count));
}

static pmy_piece of_tiles(const pmy_node *node, pmy_piece piece, size_t count)
{
    return pmy_tiled(piece, of_a_tile(node, count), count);
}

/* --- Forward -------------------------------------------------------------------- */

/* By tiles where rows of constants are broadcast: the plan would take one of as many rows as the result for
 * one that is read row by row. What is broadcast over a batch is complete before the batch's rows run. */
size_t pmy_binary_tiles(const pmy_node *node)
{
    const plan *saved = node->saved;
    bool by_rows = node->batched || (saved->row[0] && saved->row[1]);
    return by_rows ? PMY_BY_ROWS : tiles_of(node, pmy_rows(node));
}

void pmy_binary_forward(const pmy_node *node, pmy_piece piece, const pmy_binary *rule)
{
    if (pmy_binary_tiles(node) != PMY_BY_ROWS)
        piece = of_tiles(node, piece, pmy_rows(node));
    part p = rows_of(node, piece.begin, piece.end);
    pmy_real *c = node->value + piece.begin * pmy_row_size(node); /* the rows of c */
    pmy_broadcast_map(&p.loops, rule->forward, p.a, p.b, c, c, false);
}

/* --- Backward ------------------------------------------------------------------- */

size_t pmy_binary_backward_tiles(const pmy_node *node, unsigned input)
{
    if (((const plan *)node->saved)->row[input])
        return PMY_BY_ROWS;
    part all = rows_of(node, 0, pmy_rows(node));
    return tiles_of(node, pmy_broadcast_runs(&all.loops, input));
}

void pmy_binary_backward(const pmy_node *node, pmy_piece piece, const pmy_binary *rule, unsigned input)
{
    size_t row = ((const plan *)node->saved)->row[input], row_size = pmy_row_size(node);
    bool accumulate = pmy_accumulates(node, input);
    part p = row ? rows_of(node, piece.begin, piece.end) : rows_of(node, 0, pmy_rows(node));
    const pmy_real *dc = node->gradient + (row ? piece.begin * row_size : 0); /* the rows of c */
    pmy_real *d = node->input[input]->gradient + piece.begin * row;           /* the rows of the input */
    if (row == row_size) {
        pmy_broadcast_map(&p.loops, rule->backward[input], p.a, p.b, dc, d, accumulate);
        return;
    }
    size_t runs = pmy_broadcast_runs(&p.loops, input);
    pmy_piece mine = {.end = runs};
    if (!row)
        mine = of_tiles(node, piece, runs);
    pmy_broadcast_reduce(&p.loops, rule->reduce[input], input, mine.begin, mine.end, p.a, p.b, dc, d,
                         accumulate);
}

/* --- Checks --------------------------------------------------------------------- */

uint64_t pmy_binary_choices(const pmy_node *node)
{
    part all = rows_of(node, 0, pmy_rows(node));
    uint64_t choices = PMY_NO_CHOICES;
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++) {
        size_t at[PMY_BROADCAST_TENSORS];
        pmy_broadcast_at(&all.loops, i, at);
        pmy_real a = all.a[at[PMY_BROADCAST_A]], b = all.b[at[PMY_BROADCAST_B]];
        choices = pmy_add_choice(choices, (uint64_t)(a > b) << 1 | (uint64_t)(a < b));
    }
    return choices;
}

typedef struct instance {
    const char *note;
    pmy_shape a, b;
    bool a_constant, b_constant; /* not of the batch */
} instance;

static const instance instances[] = {
    {"same shapes", {{5, 7}}, {{5, 7}}, false, false},
    {"bias", {{5, 7}}, {{7}}, false, true},
    {"bias over a run's width", {{5, 2, 67}}, {{67}}, false, true},
    {"bias first", {{7}}, {{5, 7}}, true, false},
    {"the same for each example", {{5, 3, 4}}, {{3, 4}}, false, true},
    {"one position for all", {{5, 1, 4}}, {{5, 3, 4}}, false, false},
    {"a number for each row", {{5, 3, 70}}, {{5, 3, 1}}, false, false},
    {"a number for each example", {{5, 1, 1}}, {{5, 3, 4}}, false, false},
    {"scalar", {{5, 7}}, {{0}}, false, true},
    {"scalar over a run's width", {{0}}, {{5, 67}}, true, false},
    {"a batch's column and a row", {{5, 1}}, {{19}}, false, true},
    {"column and row", {{8, 1}}, {{1, 9}}, true, true},
    {"every second axis", {{5, 1, 3, 1}}, {{2, 1, 4}}, false, true},
    {"a number for each position and row", {{5, 2, 3, 4}}, {{3, 1}}, false, true},
    {"kept around one axis", {{3, 2, 4, 1}}, {{1, 2, 1, 5}}, true, true},
};

/* A number that is alone is from the middle: one beyond all that it is compared with would have no gradient.
 */
static pmy_node *leaf(pmy_sample *s, pmy_shape shape, bool constant, double low, double high)
{
    if (pmy_shape_rank(shape) == 0) {
        double third = (high - low) / 3;
        low += third;
        high -= third;
    }
    return constant ? pmy_sample_constant(s, shape, low, high) : pmy_sample_input(s, shape, low, high);
}

static pmy_node *apply(pmy_sample *s, const pmy_op *op, pmy_node *a, pmy_node *b)
{
    return pmy_append(s->graph, op, 2, (pmy_node *[]){a, b}, NULL, 0);
}

pmy_node *pmy_binary_sample(pmy_sample *s, unsigned index, const pmy_op *op, double low, double high)
{
    enum { INSTANCES = sizeof instances / sizeof *instances };
    if (index == INSTANCES) {
        s->note = "with itself";
        pmy_node *a = pmy_sample_input(s, PMY_SHAPE(5, 7), low, high);
        return apply(s, op, apply(s, op, a, a), a);
    }
    if (index == INSTANCES + 1) {
        s->note = "both used twice";
        pmy_node *a = pmy_sample_input(s, PMY_SHAPE(5, 3, 4), low, high);
        pmy_node *b = pmy_sample_constant(s, PMY_SHAPE(3, 1), low, high), *c = apply(s, op, a, b);
        return apply(s, op, apply(s, op, a, c), apply(s, op, c, b));
    }
    if (index > INSTANCES)
        return NULL;
    const instance *is = &instances[index];
    s->note = is->note;
    pmy_node *a = leaf(s, is->a, is->a_constant, low, high);
    return apply(s, op, a, leaf(s, is->b, is->b_constant, low, high));
}
