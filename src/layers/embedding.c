/* embedding: y[t] = table[token t]; dtable[e] = Σ dy[t] over the tokens t that are e, in their order, carried
 * in pmy_accum. Backward first sorts the tokens by entry, so that it costs what the table and dy cost to
 * pass over, whatever the tokens are. */
#include "layers/embedding.h"

#include "base/simd.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

#include <string.h>

enum { TOKENS, TABLE };

/* Of the table, what one tile of backward takes: of a small one all entries, but few columns. */
enum { TILE_ENTRIES = 128, TILE_COLUMNS = 32 };

typedef struct embedding_saved {
    size_t *order; /* [tokens]: those of entry 0, of 1, … */
    size_t *end;   /* [entries]: where in order those of an entry end, and the next one's begin */
} embedding_saved;

typedef struct size_of {
    size_t tokens, entries, dim;
} size_of;

static size_of sizes(const pmy_node *node)
{
    pmy_shape table = node->input[TABLE]->shape;
    return (size_of){pmy_vectors(node), table.dim[0], table.dim[1]};
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *tokens = node->input[TOKENS], *table = node->input[TABLE];
    unsigned rank = pmy_shape_rank(tokens->shape);
    if (tokens->type != PMY_INTEGERS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s holds no integers", tokens->name);
    if (rank < 1 || rank == PMY_MAX_RANK || pmy_shape_rank(table->shape) != 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs tokens of one to %d axes and a table [entries, dim]",
                        PMY_MAX_RANK - 1);
    if (table->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the table cannot be a part of the batch");
    node->shape = tokens->shape;
    node->shape.dim[rank] = table->shape.dim[1];
    return PMY_OK;
}

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    embedding_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    return saved && (saved->order = pmy_take(node, n.tokens, sizeof(size_t))) &&
           (saved->end = pmy_take(node, n.entries, sizeof(size_t)));
}

static bool is_entry(int32_t token, size_t entries)
{
    return token >= 0 && (size_t)token < entries;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    size_t each = n.tokens / pmy_rows(node);
    for (size_t t = piece.begin * each; t < piece.end * each; t++) {
        int32_t token = node->input[TOKENS]->integers[t];
        if (is_entry(token, n.entries))
            memcpy(node->value + t * n.dim, node->input[TABLE]->value + (size_t)token * n.dim,
                   n.dim * sizeof(pmy_real));
        else
            pmy_report_vector(node, t, "the token %ld is not in 0 … %zu", (long)token, n.entries - 1);
    }
}

/* By counting. Tokens that are no entries, of which forward said so, are left out. */
static void backward_sort(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_of n = sizes(node);
    const int32_t *token = node->input[TOKENS]->integers; /* [tokens] */
    const embedding_saved *saved = node->saved;
    size_t *end = saved->end, sum = 0;
    memset(end, 0, n.entries * sizeof *end);
    for (size_t t = 0; t < n.tokens; t++)
        if (is_entry(token[t], n.entries))
            end[token[t]]++;
    for (size_t e = 0; e < n.entries; e++) {
        size_t count = end[e];
        end[e] = sum; /* where they begin: filling moves it to their end */
        sum += count;
    }
    for (size_t t = 0; t < n.tokens; t++)
        if (is_entry(token[t], n.entries))
            saved->order[end[token[t]]++] = t;
}

static bool goes_by_columns(size_of n)
{
    return n.entries <= TILE_ENTRIES;
}

static size_t table_tiles(const pmy_node *node)
{
    size_of n = sizes(node);
    return goes_by_columns(n) ? pmy_parts(n.dim, TILE_COLUMNS) : pmy_parts(n.entries, TILE_ENTRIES);
}

/* row [width] (+)= Σ dy[t] over the tokens t in order, whose vectors are `dim` apart. */
PMY_INLINED void sum_rows(size_t tokens, const size_t *restrict order, size_t dim, size_t width,
                          const pmy_real *restrict dy, pmy_real *restrict row, bool accumulate)
{
    enum { AHEAD = 16 }; /* tokens: no processor foresees where the next ones lie */
    pmy_accum sum[TILE_COLUMNS] = {0};
    for (size_t i = 0; i < tokens; i++) {
        const pmy_real *one = dy + order[i] * dim; /* [width] */
        const pmy_real *later = dy + order[i + AHEAD < tokens ? i + AHEAD : i] * dim;
        PMY_PREFETCH(later);
        PMY_PREFETCH(later + TILE_COLUMNS / 2);
        for (size_t j = 0; j < width; j++)
            sum[j] += (pmy_accum)one[j];
    }
    for (size_t j = 0; j < width; j++)
        pmy_put(&row[j], (pmy_real)sum[j], accumulate);
}

PMY_CLONES
static void pmy_embedding_sum(size_t tokens, const size_t *order, size_t dim, size_t width,
                              const pmy_real *dy, pmy_real *row, bool accumulate)
{
    if (width == TILE_COLUMNS)
        sum_rows(tokens, order, dim, TILE_COLUMNS, dy, row, accumulate);
    else
        sum_rows(tokens, order, dim, width, dy, row, accumulate);
}

static void backward_table(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    const embedding_saved *saved = node->saved;
    bool adds = pmy_accumulates(node, TABLE);
    pmy_piece entries = pmy_tiled(piece, TILE_ENTRIES, n.entries), columns = {.end = n.dim};
    if (goes_by_columns(n)) {
        entries = (pmy_piece){.end = n.entries};
        columns = pmy_tiled(piece, TILE_COLUMNS, n.dim);
    }
    for (size_t e = entries.begin; e < entries.end; e++) {
        size_t begin = e ? saved->end[e - 1] : 0, tokens = saved->end[e] - begin;
        pmy_real *row = node->input[TABLE]->gradient + e * n.dim; /* [dim] */
        if (tokens == 0 && !adds)
            memset(row + columns.begin, 0, (columns.end - columns.begin) * sizeof *row);
        for (size_t column = columns.begin; tokens > 0 && column < columns.end; column += TILE_COLUMNS) {
            size_t width = pmy_at_most(columns.end - column, TILE_COLUMNS);
            pmy_embedding_sum(tokens, saved->order + begin, n.dim, width, node->gradient + column,
                              row + column, adds);
        }
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape tokens;
        size_t entries, dim, known; /* tokens are below `known` */
    } instance[] = {
        {NULL, {{7}}, 5, 3, 5},
        {"entries that no token is", {{4, 3}}, 9, 2, 6},
        {"of rank 4", {{3, 2, 4}}, 5, 3, 5},
        {"over a tile's columns", {{3, 2}}, 3, TILE_COLUMNS + 2, 3},
        {"over a tile's entries", {{2, 70}}, TILE_ENTRIES + 3, TILE_COLUMNS + 1, TILE_ENTRIES + 3},
    };
    enum { INSTANCES = sizeof instance / sizeof *instance };
    pmy_graph *g = s->graph;
    if (index < INSTANCES) {
        s->note = instance[index].note;
        pmy_node *tokens = pmy_sample_integers(s, instance[index].tokens, instance[index].known);
        return pmy_embedding(g, tokens, instance[index].entries, instance[index].dim);
    }
    if (index > INSTANCES)
        return NULL;
    s->note = "a table used three times";
    pmy_node *table = pmy_sample_constant(s, PMY_SHAPE(5, 3), -1, 1);
    pmy_node *a = pmy_embedding_with(g, pmy_sample_integers(s, PMY_SHAPE(4), 5), table);
    pmy_node *b = pmy_embedding_with(g, pmy_sample_integers(s, PMY_SHAPE(4), 4), pmy_scale(g, table, 2));
    return pmy_add(g, pmy_mul(g, a, b),
                   pmy_embedding_with(g, pmy_sample_integers(s, PMY_SHAPE(4), 3), table));
}

const pmy_op pmy_op_embedding = {
    .name = "embedding",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward}},
    .whole = 1 << TABLE,
    .integers = 1 << TOKENS,
    .backward = {{.run = backward_sort, .tiles = pmy_one_tile, .prepares = 1 << TABLE},
                 {.run = backward_table, .tiles = table_tiles, .gives = 1 << TABLE}},
    .checks = {.formula = "y = rows of a table", .sample = sample},
};

pmy_node *pmy_embedding_with(pmy_graph *graph, pmy_node *tokens, pmy_node *table)
{
    return pmy_append(graph, &pmy_op_embedding, 2, (pmy_node *[]){tokens, table}, NULL, 0);
}

pmy_node *pmy_embedding(pmy_graph *graph, pmy_node *tokens, size_t entries, size_t dim)
{
    return pmy_embedding_with(
        graph, tokens,
        pmy_layer_parameter(graph, "embedding", "weight", PMY_SHAPE(entries, dim), PMY_NORMAL, 1));
}
