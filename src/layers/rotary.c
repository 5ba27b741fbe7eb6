/* rotary: in each head of a position p, for i < half = dim/2, with a = p 10000^(−i/half),
 *
 *   y_i = x_i cos a − x_{i + half} sin a
 *   y_{i + half} = x_{i + half} cos a + x_i sin a
 *
 * and dx is dy turned back, by −a. */
#include "layers/rotary.h"

#include "base/simd.h"
#include "tensor/op.h"

enum { X, POSITIONS };

typedef struct rotary_attributes {
    size_t heads, most;
} rotary_attributes;

static const rotary_attributes *attributes_of(const pmy_node *node)
{
    return node->attributes;
}

static size_t half_of(const pmy_node *node)
{
    return pmy_shape_last(node->shape) / attributes_of(node)->heads / 2;
}

static bool has_positions(const pmy_node *node)
{
    return node->inputs > POSITIONS;
}

/* Of a vector; a negative one is larger than any. */
static size_t position_of(const pmy_node *node, size_t vector)
{
    return has_positions(node) ? (size_t)node->input[POSITIONS]->integers[vector]
                               : vector % node->shape.dim[1];
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape;
    size_t heads = attributes_of(node)->heads;
    if (pmy_shape_rank(x) != 3 || node->input[X]->type != PMY_REALS)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, time, heads*dim]");
    if (!heads || x.dim[2] % heads || x.dim[2] / heads % 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "the last axis is no even number for each of %zu heads", heads);
    node->shape = x;
    if (!has_positions(node))
        return PMY_OK;
    const pmy_node *positions = node->input[POSITIONS];
    pmy_shape needed = PMY_SHAPE(x.dim[0], x.dim[1]);
    if (positions->type != PMY_INTEGERS || !pmy_shape_equal(positions->shape, needed) ||
        !node->input[X]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the positions must be integers %s",
                        pmy_shape_print(needed).text);
    if (attributes_of(node)->most == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "there must be a position that a vector can be at");
    return PMY_OK;
}

/* Of each position the cosines of its angles, then their sines: turns [positions, 2, half]. */
static void fill_turns(size_t half, size_t positions, pmy_real *turns)
{
    for (size_t i = 0; i < half; i++) {
        const pmy_accum base = 10000, slowness = (pmy_accum)i / (pmy_accum)half;
        pmy_accum frequency = PMY_ACCUM_ELEMENTARY(pow)(base, -slowness);
        for (size_t p = 0; p < positions; p++) {
            pmy_accum angle = (pmy_accum)p * frequency;
            turns[p * 2 * half + i] = (pmy_real)PMY_ACCUM_ELEMENTARY(cos)(angle);
            turns[p * 2 * half + half + i] = (pmy_real)PMY_ACCUM_ELEMENTARY(sin)(angle);
        }
    }
}

static bool take(pmy_node *node)
{
    size_t half = half_of(node), size;
    size_t positions = has_positions(node) ? attributes_of(node)->most : node->shape.dim[1];
    if (!pmy_size_multiply(positions, 2 * half, &size))
        return false;
    pmy_real *turns = node->saved = pmy_take(node, size, sizeof *turns);
    if (turns)
        fill_turns(half, positions, turns);
    return turns;
}

/* y (+)= x, both [heads, 2, half], turned, or turned back. */
PMY_CLONES
static void pmy_rotary_turn(size_t heads, size_t half, const pmy_real *turn /* [2, half] */, bool back,
                            const pmy_real *x, pmy_real *y, bool accumulate)
{
    pmy_real direction = back ? -1 : 1;
    for (size_t h = 0; h < heads; h++, x += 2 * half, y += 2 * half)
        for (size_t i = 0; i < half; i++) {
            pmy_real cosine = turn[i], sine = direction * turn[half + i];
            pmy_real first = x[i] * cosine - x[half + i] * sine;
            pmy_real second = x[half + i] * cosine + x[i] * sine;
            pmy_put(&y[i], first, accumulate);
            pmy_put(&y[half + i], second, accumulate);
        }
}

static void turn_rows(const pmy_node *node, pmy_piece piece, bool back, const pmy_real *x, pmy_real *y,
                      bool accumulate)
{
    size_t half = half_of(node), time = node->shape.dim[1], width = node->shape.dim[2];
    const pmy_real *turns = node->saved; /* [positions, 2, half] */
    for (size_t v = piece.begin * time; v < piece.end * time; v++)
        pmy_rotary_turn(width / half / 2, half, turns + position_of(node, v) * 2 * half, back, x + v * width,
                        y + v * width, accumulate);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t time = node->shape.dim[1], most = attributes_of(node)->most;
    for (size_t v = piece.begin * time; has_positions(node) && v < piece.end * time; v++)
        if (position_of(node, v) >= most) {
            pmy_report_vector(node, v, "the position %ld is not in 0 … %zu",
                              (long)node->input[POSITIONS]->integers[v], most - 1);
            return;
        }
    turn_rows(node, piece, false, node->input[X]->value, node->value, false);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    turn_rows(node, piece, true, node->gradient, node->input[X]->gradient, pmy_accumulates(node, X));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        size_t heads;
        bool positions;
    } instance[] = {
        {NULL, {{3, 4, 6}}, 1, false},
        {"three heads", {{2, 5, 12}}, 3, false},
        {"pairs", {{2, 3, 4}}, 2, false},
        {"at positions", {{3, 4, 8}}, 2, true},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape shape = instance[index].x;
    pmy_node *x = pmy_sample_input(s, shape, -1, 1);
    pmy_node *positions =
        instance[index].positions ? pmy_sample_integers(s, PMY_SHAPE(shape.dim[0], shape.dim[1]), 9) : NULL;
    return pmy_rotary(s->graph, x, instance[index].heads, positions, 9);
}

const pmy_op pmy_op_rotary = {
    .name = "rotary",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward}},
    .integers = 1 << POSITIONS,
    .backward = {{.run = backward, .gives = 1 << X}},
    .checks = {.formula = "y = the pairs (x_i, x_{i+dim/2}) turned by position 10000^(-2i/dim)",
               .sample = sample},
};

pmy_node *pmy_rotary(pmy_graph *graph, pmy_node *x, size_t heads, pmy_node *positions, size_t most)
{
    return pmy_append(graph, &pmy_op_rotary, positions ? 2 : 1, (pmy_node *[]){x, positions},
                      &(rotary_attributes){heads, most}, sizeof(rotary_attributes));
}
