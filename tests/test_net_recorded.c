/* Also in double. */
/* Language models against what PyTorch computed with an nn.Sequential of the same layers
 * (tests/record/language.py): logits, loss and the gradient of each parameter, which has PyTorch's name. */
#include "recorded.h"

enum { BATCH = 2, TIME = 5, VOCABULARY = 7 };

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-12;

/* The next tensor's name stays in the file. */
static void next_name(FILE *file, char name[64])
{
    long place;
    int read = fscanf(file, " ");
    assert_int_equal(read, 0);
    place = ftell(file);
    assert_int_equal(fscanf(file, "%63s", name), 1);
    assert_int_equal(fseek(file, place, SEEK_SET), 0);
}

static void expect_net(FILE *file, const char *line)
{
    static pmy_net net;
    pmy_error error = {0};
    if (pmy_net_read_tokens(line, TIME, VOCABULARY, &net, &error) != PMY_OK)
        fail_msg("'%s': %s", line, error.message);
    pmy_graph *g = new_graph(NULL);
    pmy_node *tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME)),
             *labels = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    pmy_node *logits = pmy_net_build(&net, g, tokens);
    pmy_node *loss = pmy_softmax_xent(g, logits, labels, NULL);
    build(g, loss);
    size_t parameters = pmy_graph_parameters(g).count, recorded;
    for (size_t p = 0; p < parameters; p++)
        fill_recorded(pmy_parameter_at(g, p), p, 0.5);
    for (size_t i = 0; i < (size_t)BATCH * TIME; i++) {
        pmy_integer_data(tokens)[i] = (int32_t)((3 * i + i * i) % VOCABULARY);
        pmy_integer_data(labels)[i] = (int32_t)((5 * i + 1) % VOCABULARY);
    }
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    expect_recorded(file, "logits", pmy_value(logits), tolerance);
    expect_recorded(file, "loss", pmy_value(loss), tolerance);
    assert_int_equal(fscanf(file, " parameters %zu", &recorded), 1);
    assert_int_equal(recorded, parameters);
    for (size_t p = 0; p < parameters; p++) {
        char name[64];
        next_name(file, name);
        const pmy_node *parameter = pmy_find(g, name);
        if (!parameter)
            fail_msg("'%s' has no %s", line, name);
        expect_recorded(file, name, pmy_gradient(parameter), tolerance);
    }
    pmy_graph_free(g);
}

static void language_models_as_recorded(void **state)
{
    (void)state;
    FILE *file = open_recorded("tests/data/language_pytorch.txt");
    char line[256];
    size_t nets = 0;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "net ", 4) == 0) {
            expect_net(file, line + 4);
            nets++;
        }
    assert_int_equal(nets, 2);
    fclose(file);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(language_models_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
