/* Model files: what is saved comes back, PyTorch takes and makes them, and what does not fit is refused. */
#include "io/safetensors.h"
#include "data/class_names.h"
#include "train/classifier.h"

#include "folder.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

enum { BATCH = 5, SIDE = 12, CLASSES = 4 };

static const char every_layer[] =
    "conv 6 3 pad 1, batchnorm, relu, maxpool 2, [conv 6 3 pad 1 nobias, gelu, conv 6 1], leaky_relu, "
    "avgpool 2 stride 1, dropout 0.1, linear 20 nobias, silu, layernorm, tanh, [linear 20, sigmoid], "
    "batchnorm, linear 4";

static pmy_model_facts facts_of(const char *net)
{
    pmy_model_facts facts = {.normalization = {(pmy_real)0.1307, (pmy_real)0.3081}, .classes = CLASSES};
    pmy_error error;
    if (pmy_net_read(net, PMY_SHAPE(1, SIDE, SIDE), &facts.net, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return facts;
}

static pmy_classifier *new_classifier(const pmy_model_facts *facts, uint64_t seed)
{
    pmy_classifier *classifier;
    pmy_classifier_options options = {.batch = BATCH, .seed = seed};
    assert_int_equal(pmy_classifier_new(facts, &options, NULL, &classifier, NULL), PMY_OK);
    return classifier;
}

static void set_random(pmy_tensor x, uint64_t seed, double low, double high)
{
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < pmy_shape_size(x.shape); i++)
        x.data[i] = (pmy_real)(low + (high - low) * pmy_random_uniform(&random));
}

/* More than a float can count, and than a double tells apart. */
static const int64_t most_counted = (INT64_C(1) << 53) - 1;

static void expect_counted(const pmy_graph *graph)
{
    size_t counters = 0;
    for (size_t i = 0; i < pmy_graph_statistics(graph).count; i++) {
        const pmy_node *statistic = pmy_statistic_at(graph, i);
        if (pmy_node_type(statistic) != PMY_COUNTS)
            continue;
        assert_true(*pmy_count_data(statistic) == most_counted);
        counters++;
    }
    assert_true(counters > 0);
}

/* Statistics as after some training. */
static void move_statistics(pmy_classifier *classifier)
{
    for (size_t i = 0; i < pmy_graph_statistics(classifier->graph).count; i++) {
        pmy_node *statistic = pmy_statistic_at(classifier->graph, i);
        if (pmy_node_type(statistic) == PMY_COUNTS)
            *pmy_count_data(statistic) = most_counted;
        else
            set_random(pmy_value(statistic), i, 0.5, 2);
    }
}

static pmy_tensor logits_of(pmy_classifier *classifier)
{
    pmy_error error;
    if (pmy_forward(classifier->graph, PMY_EVAL, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return pmy_value(classifier->logits);
}

static void save(const char *path, const pmy_classifier *classifier)
{
    pmy_error error;
    if (pmy_model_save(path, &classifier->facts, classifier->graph, &error) != PMY_OK)
        fail_msg("%s", error.message);
}

static void a_model_comes_back(void **state)
{
    const char *path = folder_file(*state, "m.safetensors");
    const pmy_model_facts facts = facts_of(every_layer);
    pmy_classifier *saved = new_classifier(&facts, 1), *loaded;
    move_statistics(saved);
    save(path, saved);
    pmy_error error;
    if (pmy_classifier_load(path, NULL, NULL, NULL, &loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_string_equal(loaded->facts.net.text, facts.net.text);
    assert_true(loaded->facts.normalization.mean == facts.normalization.mean);
    assert_true(loaded->facts.normalization.deviation == facts.normalization.deviation);
    assert_int_equal(loaded->facts.classes, CLASSES);
    assert_int_equal(pmy_set_batch(loaded->graph, BATCH, NULL), PMY_OK);
    set_random(pmy_value(saved->images), 9, 0, 1);
    set_random(pmy_value(loaded->images), 9, 0, 1);
    pmy_parameters p = pmy_graph_parameters(saved->graph), q = pmy_graph_parameters(loaded->graph);
    pmy_statistics s = pmy_graph_statistics(saved->graph), t = pmy_graph_statistics(loaded->graph);
    assert_int_equal(p.size, q.size);
    assert_memory_equal(p.values, q.values, p.size * sizeof *p.values);
    assert_memory_equal(s.values, t.values, s.size * sizeof *s.values);
    expect_counted(loaded->graph);
    assert_memory_equal(logits_of(saved).data, logits_of(loaded).data, BATCH * CLASSES * sizeof(pmy_real));
    pmy_classifier_free(saved);
    pmy_classifier_free(loaded);
}

/* Of one linear layer it is Σ_k (p_k − y_k) W_k, by the normalized pixels. */
static void the_pictures_have_a_gradient(void **state)
{
    (void)state;
    enum { PIXELS = SIDE * SIDE, LABEL = 2 };
    const pmy_model_facts facts = facts_of("linear 4");
    const pmy_classifier_options options = {.batch = BATCH, .pictures_gradient = true};
    pmy_classifier *classifier;
    assert_int_equal(pmy_classifier_new(&facts, &options, NULL, &classifier, NULL), PMY_OK);
    assert_int_equal(pmy_set_batch(classifier->graph, 1, NULL), PMY_OK);
    set_random(pmy_value(classifier->images), 9, 0, 1);
    pmy_integer_data(classifier->labels)[0] = LABEL;
    assert_int_equal(pmy_forward(classifier->graph, PMY_FROZEN, NULL), PMY_OK);
    pmy_backward(classifier->graph);
    const pmy_real *z = pmy_value(classifier->logits).data;
    const pmy_real *weight = pmy_value(pmy_find(classifier->graph, "1.weight")).data; /* [CLASSES, PIXELS] */
    double sum = 0;
    for (size_t k = 0; k < CLASSES; k++)
        sum += exp((double)z[k]);
    for (size_t i = 0; i < PIXELS; i++) {
        double slope = 0;
        for (size_t k = 0; k < CLASSES; k++)
            slope += (exp((double)z[k]) / sum - (k == LABEL)) * (double)weight[k * PIXELS + i];
        assert_true(fabs((double)pmy_gradient(classifier->images).data[i] - slope) < 1e-6);
    }
    pmy_classifier_free(classifier);
}

static void names_come_back(void **state)
{
    const char *path = folder_file(*state, "m.safetensors");
    static const char *const names[CLASSES] = {"pear", "a \"plum\" \\ \xc3\xa4", "*/", "0"};
    pmy_model_facts facts = facts_of("linear 4");
    facts.names = names;
    pmy_classifier *saved = new_classifier(&facts, 1), *loaded;
    save(path, saved);
    pmy_classifier_free(saved);
    assert_int_equal(pmy_classifier_load(path, NULL, NULL, NULL, &loaded, NULL), PMY_OK);
    assert_ptr_not_equal(loaded->facts.names, names);
    for (size_t k = 0; k < CLASSES; k++)
        assert_string_equal(loaded->facts.names[k], names[k]);

    /* What is called otherwise in the pictures is another class. */
    static const char *const others[CLASSES] = {"pear", "plum", "*/", "0"};
    static const uint8_t images[SIDE * SIDE];
    static const int32_t labels[1];
    pmy_dataset pictures = {.images = images,
                            .labels = labels,
                            .count = 1,
                            .channels = 1,
                            .height = SIDE,
                            .width = SIDE,
                            .classes = CLASSES};
    const char *const *const seen[] = {NULL, names, others};
    pmy_error error;
    for (size_t i = 0; i < ROOM(seen); i++) {
        pmy_score score;
        pictures.names = seen[i];
        assert_int_equal(
            pmy_classifier_evaluate(loaded, &pictures, (pmy_predictions_watcher){0}, &score, &error),
            i < 2 ? PMY_OK : PMY_BAD_ARGUMENT);
    }
    assert_non_null(strstr(error.message, "class 1 of the pictures is 'plum'"));
    pmy_classifier_free(loaded);
}

/* --- PyTorch ----------------------------------------------------------------- */

static void write_numbers(const char *path, const pmy_classifier *classifier, pmy_tensor logits)
{
    pmy_tensor input = pmy_value(classifier->images);
    pmy_safetensor tensors[] = {{"input", PMY_F32, input.shape, input.data},
                                {"logits", PMY_F32, logits.shape, logits.data}};
    pmy_safetensors contents = {.tensor = tensors, .count = ROOM(tensors)};
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
}

/* The script's exit status with the first python that has PyTorch; 77: none has. */
static int run_torch(const char *folder)
{
    static const char *const pythons[] = {"python3", "/usr/bin/python3"};
    int status = 77;
    for (size_t i = 0; i < ROOM(pythons) && status == 77; i++) {
        char line[2048];
        (void)snprintf(line, sizeof line,
                       "command -v %s >/dev/null || exit 77; "
                       "%s tests/model_torch.py %s/m %s/n %s/t",
                       pythons[i], pythons[i], folder, folder, folder);
        status = WEXITSTATUS(system(line));
    }
    return status;
}

static void load_from_torch(test_folder *folder, const pmy_model_facts *facts)
{
    pmy_classifier *loaded;
    pmy_error error;
    assert_int_equal(pmy_classifier_load(folder_file(folder, "t"), NULL, NULL, NULL, &loaded, &error),
                     PMY_BAD_FILE);
    assert_non_null(strstr(error.message, "does not say which net"));
    if (pmy_classifier_load(folder_file(folder, "t"), facts, NULL, NULL, &loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    pmy_file file;
    pmy_safetensors numbers;
    assert_int_equal(pmy_file_read_as_it_is(folder_file(folder, "t.numbers"), &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read("t", file.bytes, file.size, &numbers, NULL), PMY_OK);
    assert_int_equal(pmy_set_batch(loaded->graph, BATCH, NULL), PMY_OK);
    pmy_tensor input = pmy_value(loaded->images);
    for (size_t i = 0; i < pmy_shape_size(input.shape); i++)
        input.data[i] = (pmy_real)pmy_safetensor_element(pmy_safetensors_find(&numbers, "input"), i);
    pmy_tensor logits = logits_of(loaded);
    for (size_t i = 0; i < pmy_shape_size(logits.shape); i++) {
        double theirs = pmy_safetensor_element(pmy_safetensors_find(&numbers, "logits"), i);
        if (!(fabs((double)logits.data[i] - theirs) <= 1e-5))
            fail_msg("logit %zu is %.9g, PyTorch's %.9g", i, (double)logits.data[i], theirs);
    }
    pmy_safetensors_free(&numbers);
    pmy_file_free(&file);
    pmy_classifier_free(loaded);
}

static void pytorch_takes_and_makes_them(void **state)
{
    test_folder *folder = *state;
    const pmy_model_facts facts = facts_of(every_layer);
    pmy_classifier *classifier = new_classifier(&facts, 1);
    move_statistics(classifier);
    set_random(pmy_value(classifier->images), 9, 0, 1);
    save(folder_file(folder, "m"), classifier);
    write_numbers(folder_file(folder, "n"), classifier, logits_of(classifier));
    pmy_classifier_free(classifier);
    int status = run_torch(folder->path);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
    load_from_torch(folder, &facts);
}

/* --- What is refused ---------------------------------------------------------- */

static const char small_net[] = "linear 3, batchnorm, relu, linear 4";

/* What is changed in a good file. */
typedef struct change {
    const char *key, *text;      /* of the metadata; a NULL text takes the entry away */
    const char *name, *new_name; /* of a tensor; NULL: its name stays */
    pmy_dtype dtype;             /* with `bytes`: what its numbers become */
    const void *bytes;
    size_t rows; /* not 0: its first axis */
} change;

static void write_changed(const char *path, const change *what)
{
    pmy_file file;
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    for (size_t i = 0; i < contents.notes; i++)
        if (what->key && strcmp(contents.note[i].key, what->key) == 0)
            contents.note[i] =
                (pmy_safetensors_note){what->text ? what->key : "gone", what->text ? what->text : ""};
    for (size_t i = 0; i < contents.count; i++) {
        pmy_safetensor *tensor = &contents.tensor[i];
        if (!what->name || strcmp(tensor->name, what->name) != 0)
            continue;
        if (what->new_name)
            tensor->name = what->new_name;
        if (what->bytes)
            tensor->data = what->bytes, tensor->dtype = what->dtype;
        if (what->rows)
            tensor->shape.dim[0] = what->rows;
    }
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
}

/* Loading fails with these words, and a graph that was to be filled stays as it was. */
static void expect_refused(const char *path, const pmy_model_facts *facts, const char *words)
{
    pmy_error error = {0};
    pmy_classifier *loaded, *graph = new_classifier(facts, 2), *same = new_classifier(facts, 2);
    pmy_model *model;
    assert_int_equal(pmy_classifier_load(path, NULL, NULL, NULL, &loaded, &error), PMY_BAD_FILE);
    assert_null(loaded);
    if (strncmp(error.message, path, strlen(path)) != 0 || !strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
    if (pmy_model_open(path, NULL, &model, NULL) == PMY_OK &&
        strcmp(pmy_model_facts_of(model)->net.text, facts->net.text) == 0)
        assert_int_equal(pmy_model_fill(model, graph->graph, NULL), PMY_BAD_FILE);
    pmy_model_free(model);
    pmy_parameters p = pmy_graph_parameters(graph->graph), q = pmy_graph_parameters(same->graph);
    assert_memory_equal(p.values, q.values, p.size * sizeof *p.values);
    pmy_classifier_free(graph);
    pmy_classifier_free(same);
}

static void what_does_not_fit_is_refused(void **state)
{
    static const float one_nan[4] = {1, 2, (float)NAN, 4}, infinite[4] = {1, (float)INFINITY};
    static const double too_large[4] = {1, 2, 3, 1e300};
    static const int64_t whole[4] = {1, 2, 3, 4};
    static const float batches[1] = {7};
    const struct {
        change what;
        const char *words;
    } cases[] = {
        {{.key = "pmy.net"}, "does not say which net"},
        {{.key = "pmy.net", .text = "linaer 3"}, "its pmy.net: unknown layer 'linaer'"},
        {{.key = "pmy.net", .text = "linear 2000000, linear 4"}, "parameters, but the file"},
        {{.key = "pmy.net", .text = "linear 3, batchnorm, relu, linear 5"}, "does not end in its 4 classes"},
        {{.key = "pmy.net", .text = "linear 2, batchnorm, relu, linear 4"},
         "tensor '1.weight' is 3x144, but the net's is 2x144"},
        {{.key = "pmy.net", .text = "linear 3, relu, linear 4"}, "tensor '3.weight' is missing"},
        {{.key = "pmy.input"}, "no pmy.input"},
        {{.key = "pmy.input", .text = "1,12,"}, "its pmy.input '1,12,' is no shape"},
        {{.key = "pmy.input", .text = "1,0,12"}, "is no shape"},
        {{.key = "pmy.input", .text = "1,1,1,1,1"}, "is no shape"},
        {{.key = "pmy.input", .text = "-1"}, "is no shape"},
        {{.key = "pmy.mean", .text = "nan"}, "its pmy.mean 'nan' is no finite number"},
        {{.key = "pmy.std", .text = "0"}, "its pmy.std is not above 0"},
        {{.key = "pmy.std"}, "no pmy.std"},
        {{.key = "pmy.classes", .text = "5"}, "does not end in its 5 classes"},
        {{.key = "pmy.classes", .text = "four"}, "its pmy.classes 'four' is no whole number"},
        {{.name = "4.bias", .new_name = "5.bias"}, "tensor '4.bias' is missing"},
        {{.name = "4.bias", .dtype = PMY_F32, .bytes = one_nan}, "tensor '4.bias', element 2: not a number"},
        {{.name = "4.bias", .dtype = PMY_F32, .bytes = infinite}, "tensor '4.bias', element 1: infinite"},
        {{.name = "4.bias", .dtype = PMY_F64, .bytes = too_large}, "element 3: infinite or too large"},
        {{.name = "4.bias", .dtype = PMY_I64, .bytes = whole},
         "tensor '4.bias' holds I64, but should hold reals"},
        {{.name = "4.bias", .rows = 3}, "tensor '4.bias' is 3, but the net's is 4"},
        {{.name = "2.num_batches_tracked", .dtype = PMY_F32, .bytes = batches},
         "holds F32, but should hold I64"},
    };
    const pmy_model_facts facts = facts_of(small_net);
    const char *path = folder_file(*state, "m.safetensors");
    pmy_classifier *classifier = new_classifier(&facts, 1);
    for (size_t i = 0; i < ROOM(cases); i++) {
        save(path, classifier);
        write_changed(path, &cases[i].what);
        expect_refused(path, &facts, cases[i].words);
    }
    pmy_classifier_free(classifier);
}

static void names_that_no_class_can_have_are_refused(void **state)
{
    static const char *const names[CLASSES] = {"a", "b", "c", "d"};
    static const struct {
        change what;
        const char *words;
    } cases[] = {
        {{.key = "pmy.class.1"}, "it names 3 classes of its 4"},
        {{.key = "pmy.class.1", .text = ""}, "the name of class 1 is empty"},
        {{.key = "pmy.class.3", .text = "\x1b[31mred"}, "the name of class 3 has a control character"},
        {{.key = "pmy.class.0", .text = "a\xc2\x9bm"}, "the name of class 0 has a control character"},
        {{.key = "pmy.class.2", .text = "a"}, "two classes are called 'a'"},
    };
    char longest[PMY_LONGEST_CLASS_NAME + 2];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    pmy_model_facts facts = facts_of("linear 4");
    facts.names = names;
    const char *path = folder_file(*state, "m.safetensors");
    pmy_classifier *classifier = new_classifier(&facts, 1);
    for (size_t i = 0; i < ROOM(cases); i++) {
        save(path, classifier);
        write_changed(path, &cases[i].what);
        expect_refused(path, &facts, cases[i].words);
    }
    save(path, classifier);
    write_changed(path, &(change){.key = "pmy.class.0", .text = longest});
    expect_refused(path, &facts, "the name of class 0 is longer than 255 bytes");
    pmy_classifier_free(classifier);

    /* Nor do they get so far: folders may be called anything. */
    pmy_dataset dataset = {.count = 1, .channels = 1, .height = SIDE, .width = SIDE, .classes = CLASSES};
    const char *const folders[CLASSES] = {"a", "b", "\xff", "d"};
    dataset.names = folders;
    pmy_error error;
    assert_int_equal(pmy_facts_for("linear 4", &dataset, facts.normalization, &facts, &error),
                     PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the name of class 2 is no UTF-8");
}

static void a_tensor_too_many_is_refused(void **state)
{
    const pmy_model_facts facts = facts_of("linear 4, relu"), more = facts_of("linear 4, batchnorm, relu");
    const char *path = folder_file(*state, "m.safetensors");
    pmy_classifier *classifier = new_classifier(&more, 1);
    save(path, classifier);
    pmy_classifier_free(classifier);
    write_changed(path, &(change){.key = "pmy.net", .text = facts.net.text});
    expect_refused(path, &facts, "tensor '2.bias' is none of the net's");
}

/* --- What is not written ------------------------------------------------------ */

static void expect_unsaved(const char *path, const pmy_model_facts *facts, const pmy_graph *graph,
                           pmy_status status, const char *words)
{
    pmy_error error = {0};
    pmy_file file;
    assert_int_equal(pmy_model_save(path, facts, graph, &error), status);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_IO);
}

static void what_could_not_be_opened_is_not_saved(void **state)
{
    static const char *const twice[CLASSES] = {"a", "b", "a", "d"};
    const pmy_model_facts facts = facts_of(small_net);
    const char *path = folder_file(*state, "m.safetensors");
    pmy_classifier *classifier = new_classifier(&facts, 1);
    const pmy_graph *graph = classifier->graph;
    static pmy_model_facts wrong; /* one fact of them */
    wrong = facts, wrong.normalization = (pmy_normalization){(pmy_real)0.5, 0};
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "a deviation of 0");
    wrong = facts, wrong.classes = 5;
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "does not end in its 5 classes");
    wrong = facts, wrong.names = twice;
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "two classes are called 'a'");
    wrong = facts, memset(&wrong.net, 0, sizeof wrong.net);
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "a net without layers");
    wrong = facts_of("linear 3, relu, linear 4");
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "the graph's '2.weight' is none of the net's");
    wrong = facts_of("linear 3, batchnorm, relu, linear 3, linear 4");
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "the graph's '4.weight' is none of the net's");
    wrong = facts_of("linear 3, batchnorm, relu, linear 4, linear 4");
    expect_unsaved(path, &wrong, graph, PMY_BAD_ARGUMENT, "the graph has 457 parameters, but its net 477");
    pmy_value(pmy_find(graph, "1.bias")).data[2] = (pmy_real)NAN;
    expect_unsaved(path, &facts, graph, PMY_BAD_DATA, "tensor '1.bias', element 2: not a number");
    pmy_classifier_free(classifier);

    pmy_graph *prefixed = pmy_graph_new(NULL, 1);
    pmy_prefix(prefixed, "encoder");
    pmy_node *x = pmy_net_build(&facts.net, prefixed, pmy_input(prefixed, PMY_SHAPE(BATCH, 1, SIDE, SIDE)));
    assert_int_equal(pmy_build(prefixed, x, NULL), PMY_OK);
    expect_unsaved(path, &facts, prefixed, PMY_BAD_ARGUMENT, "the graph's 'encoder.1.weight' is none of the");
    pmy_graph_free(prefixed);
}

/* Facts that do not mention a normalization have none, in the file, too. */
static void no_normalization_comes_back(void **state)
{
    const char *path = folder_file(*state, "m.safetensors");
    pmy_model_facts facts = facts_of(small_net);
    facts.normalization = (pmy_normalization){0, 0};
    pmy_classifier *saved = new_classifier(&facts, 1), *loaded;
    assert_true(saved->facts.normalization.deviation == 1);
    assert_int_equal(pmy_model_save(path, &facts, saved->graph, NULL), PMY_OK);
    assert_int_equal(pmy_classifier_load(path, NULL, NULL, NULL, &loaded, NULL), PMY_OK);
    assert_true(loaded->facts.normalization.mean == 0 && loaded->facts.normalization.deviation == 1);
    pmy_classifier_free(saved);
    pmy_classifier_free(loaded);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_model_comes_back),
        cmocka_unit_test(the_pictures_have_a_gradient),
        WITH_FOLDER(names_come_back),
        WITH_FOLDER(pytorch_takes_and_makes_them),
        WITH_FOLDER(names_that_no_class_can_have_are_refused),
        WITH_FOLDER(what_does_not_fit_is_refused),
        WITH_FOLDER(a_tensor_too_many_is_refused),
        WITH_FOLDER(what_could_not_be_opened_is_not_saved),
        WITH_FOLDER(no_normalization_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
