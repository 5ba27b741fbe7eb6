/* A language model: its file, its evaluation and its generator. */
#include "running.h"

#include "train/generator.h"
#include "train/language_training.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static const char words[] = "the cat sat on the mat and the dog sat on the log; so the cat and the dog sat.";
static const char net[] =
    "embed 16, positions, 2 ([layernorm, attention 2 rotary], [rmsnorm, linear 32, gelu, "
    "linear 16]), layernorm, tied";
enum { BLOCK = 12 };

typedef struct fixture {
    pmy_vocabulary vocabulary;
    pmy_text text;
    pmy_model_facts facts;
    pmy_language *language;
} fixture;

static void begin_net(fixture *f, const char *line, size_t batch)
{
    pmy_error error;
    *f = (fixture){.vocabulary = {.unit = PMY_BYTES}};
    assert_int_equal(pmy_text_encode("words", words, strlen(words), &f->vocabulary, &f->text, &error),
                     PMY_OK);
    assert_int_equal(pmy_language_facts(line, BLOCK, &f->vocabulary, &f->facts, &error), PMY_OK);
    pmy_language_options options = {.batch = batch, .seed = 7};
    assert_int_equal(pmy_language_new(&f->facts, &options, NULL, &f->language, &error), PMY_OK);
}

static void begin(fixture *f, size_t batch)
{
    begin_net(f, net, batch);
}

static void end(fixture *f)
{
    pmy_language_free(f->language);
    pmy_text_free(&f->text);
    pmy_vocabulary_free(&f->vocabulary);
}

/* The logits of the last of the tokens, as the whole net has them. */
static const pmy_real *logits_after(fixture *f, const int32_t *token, size_t count)
{
    pmy_error error;
    pmy_language *l = f->language;
    assert_true(count <= BLOCK);
    for (size_t i = 0; i < BLOCK; i++) {
        pmy_integer_data(l->tokens)[i] = i < count ? token[i] : 0;
        pmy_integer_data(l->targets)[i] = PMY_NO_TARGET;
    }
    assert_int_equal(pmy_set_batch(l->graph, 1, &error), PMY_OK);
    assert_int_equal(pmy_forward(l->graph, PMY_EVAL, &error), PMY_OK);
    return pmy_value(l->logits).data + (count - 1) * f->vocabulary.count;
}

static void expect_same(const pmy_real *got, const pmy_real *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(fabs((double)got[i] - (double)expected[i]) <= 1e-5);
}

static void expect_generated(const char *line)
{
    fixture f;
    begin_net(&f, line, 1);
    pmy_error error;
    pmy_generator *generator;
    assert_int_equal(pmy_generator_new(&f.facts, NULL, &generator, &error), PMY_OK);
    pmy_generator_take(generator, f.language);
    int32_t window[BLOCK];
    size_t length = 0;
    for (size_t i = 0; i < 40; i++) {
        int32_t token = f.text.narrow[i];
        if (length == BLOCK) { /* moved on by half */
            length = BLOCK / 2;
            memmove(window, window + BLOCK - length, length * sizeof *window);
        }
        window[length++] = token;
        assert_int_equal(pmy_generator_feed(generator, token, &error), PMY_OK);
        expect_same(pmy_generator_logits(generator), logits_after(&f, window, length), f.vocabulary.count);
    }
    pmy_generator_clear(generator);
    int32_t first = f.text.narrow[3];
    assert_int_equal(pmy_generator_feed(generator, first, &error), PMY_OK);
    expect_same(pmy_generator_logits(generator), logits_after(&f, &first, 1), f.vocabulary.count);
    assert_int_equal(pmy_generator_feed(generator, (int32_t)f.vocabulary.count, &error), PMY_BAD_DATA);
    pmy_generator_free(generator);
    end(&f);
}

static void a_generator_sees_what_the_whole_net_sees(void **state)
{
    (void)state;
    expect_generated(net);
    /* Where the last attention ends, its groups have another shape than they began with. */
    expect_generated(
        "embed 8, [linear 16, [rmsnorm, attention 2 rotary, linear 16], gelu, linear 8], linear vocab");
}

/* Each token but the first once, in windows; and the standard error from the windows one by one. */
static void evaluation_is_the_mean_over_windows_side_by_side(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 3);
    pmy_error error;
    pmy_language_score score;
    assert_int_equal(pmy_language_evaluate(f.language, &f.text, (pmy_language_watcher){0}, &score, &error),
                     PMY_OK);
    double sum[16], tokens[16], total = 0;
    size_t windows = 0;
    for (size_t at = 0; at + 1 < f.text.count; at += BLOCK, windows++) {
        sum[windows] = tokens[windows] = 0;
        int32_t token[BLOCK];
        for (size_t i = 0; i < BLOCK && at + i + 1 < f.text.count; i++) {
            token[i] = f.text.narrow[at + i];
            pmy_real loss;
            assert_int_equal(pmy_xent_of_row(f.vocabulary.count, logits_after(&f, token, i + 1), 1,
                                             f.text.narrow[at + i + 1], &loss, &error),
                             PMY_OK);
            sum[windows] += (double)loss;
            tokens[windows]++;
        }
        total += sum[windows];
    }
    double count = (double)f.text.count - 1, mean = total / count, squares = 0;
    for (size_t w = 0; w < windows; w++)
        squares += (sum[w] - mean * tokens[w]) * (sum[w] - mean * tokens[w]);
    assert_int_equal(score.windows, windows);
    assert_int_equal(score.tokens, f.text.count - 1);
    assert_true(fabs(score.loss - mean) < 1e-5);
    double deviation = sqrt((double)windows / (double)(windows - 1) * squares) / count;
    assert_true(fabs(score.deviation - deviation) < 1e-3 * deviation);
    end(&f);
}

static bool three_batches(void *batches)
{
    return ++*(size_t *)batches < 3;
}

static void evaluation_stops_when_asked_to(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2);
    pmy_error error;
    pmy_language_score score;
    size_t batches = 0;
    pmy_language_watcher watcher = {&batches, three_batches};
    assert_int_equal(pmy_language_evaluate(f.language, &f.text, watcher, &score, &error), PMY_STOPPED);
    assert_string_equal(error.message, "words: stopped after 6 windows");
    assert_int_equal(score.windows, 0);
    end(&f);
}

static void a_file_brings_the_model_and_its_vocabulary_back(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2);
    pmy_error error;
    char path[] = "/tmp/pmy-language-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && close(file) == 0);
    assert_int_equal(pmy_model_save(path, &f.language->facts, f.language->graph, &error), PMY_OK);
    pmy_language *again;
    assert_int_equal(pmy_language_load(path, NULL, NULL, &again, &error), PMY_OK);
    assert_int_equal(again->vocabulary.count, f.vocabulary.count);
    assert_memory_equal(again->vocabulary.codes, f.vocabulary.codes,
                        f.vocabulary.count * sizeof *f.vocabulary.codes);
    assert_string_equal(again->facts.net.text, f.language->facts.net.text);
    assert_int_equal(again->block, BLOCK);
    pmy_parameters one = pmy_graph_parameters(f.language->graph), two = pmy_graph_parameters(again->graph);
    assert_memory_equal(one.values, two.values, one.size * sizeof *one.values);
    pmy_language_free(again);
    pmy_classifier *classifier;
    assert_int_equal(pmy_classifier_load(path, NULL, NULL, NULL, &classifier, &error), PMY_BAD_FILE);
    assert_non_null(strstr(error.message, "is a model of a text, not of pictures"));
    assert_int_equal(unlink(path), 0);
    end(&f);
}

/* With the same parameters, at the positions that it has. */
static void a_model_of_fewer_positions_says_the_same(void **state)
{
    (void)state;
    enum { FEW = 5 };
    fixture f;
    begin(&f, 1);
    pmy_error error;
    pmy_language *few;
    pmy_language_options options = {.batch = 1, .block = FEW};
    assert_int_equal(pmy_language_new(&f.facts, &options, NULL, &few, &error), PMY_OK);
    assert_int_equal(few->block, FEW);
    assert_int_equal(pmy_shape_size(pmy_node_shape(few->logits)), FEW * f.vocabulary.count);
    pmy_take_parameters(few->graph, f.language->graph);
    for (int32_t i = 0; i < FEW; i++) {
        pmy_integer_data(few->tokens)[i] = 2 * i;
        pmy_integer_data(few->targets)[i] = PMY_NO_TARGET;
    }
    assert_int_equal(pmy_forward(few->graph, PMY_EVAL, &error), PMY_OK);
    const int32_t *token = pmy_integer_data(few->tokens);
    for (size_t i = 0; i < FEW; i++)
        expect_same(pmy_value(few->logits).data + i * f.vocabulary.count, logits_after(&f, token, i + 1),
                    f.vocabulary.count);
    pmy_language_free(few);
    options.block = BLOCK + 1;
    assert_int_equal(pmy_language_new(&f.facts, &options, NULL, &few, &error), PMY_BAD_SHAPE);
    end(&f);
}

/* Label smoothing is how one trains, not what one measures. */
static void evaluation_does_not_smooth(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2);
    pmy_error error;
    pmy_language *smoothed;
    pmy_language_options options = {.batch = 3, .seed = 7, .label_smoothing = 0.3};
    assert_int_equal(pmy_language_new(&f.facts, &options, NULL, &smoothed, &error), PMY_OK);
    pmy_language_score plain, other;
    assert_int_equal(pmy_language_evaluate(f.language, &f.text, (pmy_language_watcher){0}, &plain, &error),
                     PMY_OK);
    assert_int_equal(pmy_language_evaluate(smoothed, &f.text, (pmy_language_watcher){0}, &other, &error),
                     PMY_OK);
    assert_true(fabs(plain.loss - other.loss) < 1e-6);
    pmy_language_free(smoothed);
    end(&f);
}

/* Numbers that were not finite stay with the text that they belong to. */
static void a_generator_forgets(void **state)
{
    (void)state;
    fixture f;
    begin_net(&f, "embed 16, attention 2, linear vocab", 1);
    pmy_error error;
    pmy_generator *generator;
    assert_int_equal(pmy_generator_new(&f.facts, NULL, &generator, &error), PMY_OK);
    pmy_real *v = pmy_value(pmy_find(f.language->graph, "1.in_proj_weight")).data + 2 * 16 * 16;
    pmy_real kept[16 * 16]; /* [16, 16]: of the values alone, so that scores stay finite */
    memcpy(kept, v, sizeof kept);
    for (size_t i = 0; i < 16 * 16; i++)
        v[i] = i % 2 ? PMY_REAL_MAX : 0;
    pmy_generator_take(generator, f.language);
    for (int32_t token = 0; token < 3; token++)
        (void)pmy_generator_feed(generator, token, &error);
    memcpy(v, kept, sizeof kept);
    pmy_generator_take(generator, f.language);
    pmy_generator_clear(generator);
    assert_int_equal(pmy_generator_feed(generator, 6, &error), PMY_OK);
    int32_t token = 6;
    expect_same(pmy_generator_logits(generator), logits_after(&f, &token, 1), f.vocabulary.count);
    pmy_generator_free(generator);
    end(&f);
}

static void what_is_refused(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 1);
    pmy_error error;
    pmy_model_facts facts;
    assert_int_equal(pmy_language_facts("embed 8, linear 5", BLOCK, &f.vocabulary, &facts, &error),
                     PMY_BAD_NET);
    assert_non_null(strstr(error.message, "end it in 'linear vocab' or 'tied'"));
    assert_int_equal(error.position, strlen("embed 8, "));
    assert_int_equal(pmy_language_facts("embed 8, batchnorm, tied", BLOCK, &f.vocabulary, &facts, &error),
                     PMY_BAD_NET);
    assert_non_null(strstr(error.message, "batchnorm needs channels"));
    pmy_text front, back;
    assert_int_equal(pmy_text_split(&f.text, 0.05, &front, &back, &error), PMY_OK);
    pmy_language_score score;
    assert_int_equal(pmy_language_evaluate(f.language, &back, (pmy_language_watcher){0}, &score, &error),
                     PMY_OK);
    assert_true(score.windows == 1 && score.deviation == 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_sees_what_the_whole_net_sees),
        cmocka_unit_test(evaluation_is_the_mean_over_windows_side_by_side),
        cmocka_unit_test(evaluation_stops_when_asked_to),
        cmocka_unit_test(a_model_of_fewer_positions_says_the_same),
        cmocka_unit_test(evaluation_does_not_smooth),
        cmocka_unit_test(a_generator_forgets),
        cmocka_unit_test(a_file_brings_the_model_and_its_vocabulary_back),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
