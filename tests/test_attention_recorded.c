/* Also in double. */
/* Attention with every mask against what PyTorch computed in double (tests/record/attention.py). */
#include "recorded.h"

#include <math.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

typedef struct record {
    size_t batch, heads, queries, keys, dim, width;
    int causal, masked;
} record;

static void fill_mask(const record *r, int32_t *mask /* [batch, keys] */)
{
    for (size_t b = 0; b < r->batch; b++)
        for (size_t j = 0; j < r->keys; j++)
            mask[b * r->keys + j] = j == 0 || (j + 2 * b) % 3 != 1;
}

static void expect_record(FILE *file, const record *r)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *leaf[] = {pmy_input(g, PMY_SHAPE(r->batch, r->queries, r->heads * r->dim)),
                        pmy_input(g, PMY_SHAPE(r->batch, r->keys, r->heads * r->dim)),
                        pmy_input(g, PMY_SHAPE(r->batch, r->keys, r->heads * r->width))};
    for (size_t i = 0; i < ROOM(leaf); i++)
        pmy_want_gradient(leaf[i]);
    pmy_node *mask = r->masked ? pmy_integers(g, PMY_SHAPE(r->batch, r->keys)) : NULL;
    pmy_attention_options options = {.heads = r->heads, .causal = r->causal, .mask = mask};
    pmy_node *node = pmy_attention(g, leaf[0], leaf[1], leaf[2], &options);
    build(g, node);
    for (size_t i = 0; i < ROOM(leaf); i++)
        fill_recorded(leaf[i], i, 1);
    if (mask)
        fill_mask(r, pmy_integer_data(mask));
    forward(g, PMY_TRAIN);
    backward_recorded(g);
    expect_recorded(file, "o", pmy_value(node), tolerance);
    expect_recorded(file, "dq", pmy_gradient(leaf[0]), tolerance);
    expect_recorded(file, "dk", pmy_gradient(leaf[1]), tolerance);
    expect_recorded(file, "dv", pmy_gradient(leaf[2]), tolerance);
    pmy_graph_free(g);
}

static void attention_as_recorded(void **state)
{
    (void)state;
    FILE *file = open_recorded("tests/data/attention_pytorch.txt");
    int skipped = fscanf(file, "%*[^\n]");
    assert_int_equal(skipped, 0);
    size_t cases = 0;
    for (record r; fscanf(file, " attention %zu %zu %zu %zu %zu %zu %d %d", &r.batch, &r.heads, &r.queries,
                          &r.keys, &r.dim, &r.width, &r.causal, &r.masked) == 8;
         cases++)
        expect_record(file, &r);
    assert_true(feof(file));
    assert_int_equal(cases, 12);
    fclose(file);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
