/* Also in double. */
/* concat, slice, max, transpose and embedding against what PyTorch computed (tests/record/axes.py). */
#include "recorded.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-12;

enum { MOST = 4 };

/* A case's line: "slice 3 0 1 3 4x3" has three numbers and a shape. */
typedef struct line {
    char op[16];
    int number[MOST];
    unsigned inputs;
    pmy_shape shape[MOST];
} line;

/* The next line that is not of a tensor: those have been read up to their ends. False after the last. */
static bool next_line(FILE *file, line *is)
{
    char text[128] = "\n";
    while (text[0] == '\n')
        if (!fgets(text, sizeof text, file))
            return false;
    *is = (line){.inputs = 0};
    (void)snprintf(is->op, sizeof is->op, "%s", strtok(text, " "));
    int numbers = atoi(strtok(NULL, " "));
    assert_true(numbers <= MOST);
    for (int i = 0; i < numbers; i++)
        is->number[i] = atoi(strtok(NULL, " "));
    for (char *shape; (shape = strtok(NULL, " \n")); is->inputs++)
        assert_true(is->inputs < MOST && pmy_shape_read(shape, &is->shape[is->inputs]));
    return true;
}

static pmy_node *apply(pmy_graph *g, const line *is, pmy_node *const x[])
{
    const int *number = is->number;
    if (strcmp(is->op, "embedding") == 0)
        return pmy_embedding_with(g, x[0], x[1]);
    if (strcmp(is->op, "concat") == 0)
        return pmy_concat(g, is->inputs, x, number[0]);
    if (strcmp(is->op, "slice") == 0)
        return pmy_slice(g, x[0], number[0], (size_t)number[1], (size_t)number[2]);
    if (strcmp(is->op, "max") == 0)
        return pmy_max(g, x[0], number[0]);
    assert_string_equal(is->op, "transpose");
    return pmy_transpose(g, x[0], number[0], number[1]);
}

static void fill_leaf(pmy_node *leaf, unsigned place, size_t entries)
{
    int32_t *token = pmy_integer_data(leaf);
    if (!token)
        fill_recorded(leaf, place, 1);
    for (size_t i = 0; token && i < pmy_shape_size(pmy_node_shape(leaf)); i++)
        token[i] = (int32_t)((3 * i + i * i) % entries);
}

static void expect_case(FILE *file, const line *is)
{
    pmy_graph *g = new_graph(NULL);
    pmy_node *x[MOST];
    bool has_tokens = strcmp(is->op, "embedding") == 0;
    for (unsigned i = 0; i < is->inputs; i++) {
        bool tokens = has_tokens && i == 0;
        x[i] = tokens ? pmy_integers(g, is->shape[i]) : pmy_constant(g, is->shape[i]);
        if (!tokens)
            pmy_want_gradient(x[i]);
    }
    pmy_node *y = apply(g, is, x);
    build(g, y);
    for (unsigned i = 0; i < is->inputs; i++)
        fill_leaf(x[i], i, is->shape[1].dim[0]);
    pmy_split_always(g, true);
    forward(g, PMY_TRAIN);
    backward_recorded(g);
    expect_recorded(file, "y", pmy_value(y), tolerance);
    for (unsigned i = has_tokens; i < is->inputs; i++)
        expect_recorded(file, "dx", pmy_gradient(x[i]), tolerance);
    pmy_graph_free(g);
}

static void as_recorded(void **state)
{
    (void)state;
    FILE *file = open_recorded("tests/data/axes_pytorch.txt");
    char head[128];
    assert_non_null(fgets(head, sizeof head, file));
    line is;
    size_t cases = 0;
    for (; next_line(file, &is); cases++)
        expect_case(file, &is);
    assert_int_equal(cases, 23);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
