/* The page's language panel: the same as build/text says and writes, of a model in 16 bits. */
#include "page_answer.h"
#include "page/language_bytes.h"
#include "text/writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void page_language_open(uint8_t *bytes, size_t size);
void page_language(const char *text, double seed, double temperature, double top_k, double top_p,
                   const char *next);
void page_language_origin(const char *column, double index);
void page_language_write(const char *text, double seed, double count, double temperature, double top_k,
                         double top_p);
void page_language_write_slice(void);
void page_language_heads(void);
void page_language_look(double layer, double head, double query);

static const char known[] = "\n abcdefgh";
enum { BLOCK = 16, TOKENS = sizeof known - 1, HEADS = 2, LAYERS = 2 };
static const language_losses losses = {1.25, 1.5};

static pmy_language *new_model(void)
{
    pmy_vocabulary vocabulary = {.unit = PMY_CHARACTERS};
    pmy_error error = {0};
    pmy_model_facts facts;
    pmy_language *language;
    const pmy_language_options options = {.batch = 1, .seed = 3};
    assert_int_equal(pmy_vocabulary_fill(&vocabulary, "known", known, TOKENS, &error), PMY_OK);
    assert_int_equal(
        pmy_language_facts("embed 8, 2 ([rmsnorm, attention 2 rotary nobias], [linear 16, gelu, linear 8]), "
                           "linear vocab",
                           BLOCK, &vocabulary, &facts, &error),
        PMY_OK);
    assert_int_equal(pmy_language_new(&facts, &options, NULL, &language, &error), PMY_OK);
    pmy_vocabulary_free(&vocabulary);
    return language;
}

/* The model as bytes, and as they are read. */
typedef struct carried {
    uint8_t *bytes;
    size_t size;
    pmy_language *trained, *read;
} carried;

static carried carry(void)
{
    carried made = {.trained = new_model()};
    pmy_error error = {0};
    language_losses found;
    made.bytes = language_bytes_make(made.trained, &losses, &made.size);
    assert_non_null(made.bytes);
    if (language_bytes_read(made.bytes, made.size, &made.read, &found, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_true(found.trained == losses.trained && found.carried == losses.carried);
    return made;
}

static void open_on_page(const carried *of)
{
    uint8_t *bytes = malloc(of->size);
    assert_non_null(bytes);
    memcpy(bytes, of->bytes, of->size);
    page_language_open(bytes, of->size);
}

static void drop(carried *of)
{
    pmy_language_free(of->trained);
    pmy_language_free(of->read);
    free(of->bytes);
}

static void a_number_is_off_by_half_a_unit(void **state)
{
    (void)state;
    carried of = carry();
    assert_string_equal(of.trained->facts.net.text, of.read->facts.net.text);
    assert_int_equal(of.trained->vocabulary.unit, of.read->vocabulary.unit);
    assert_int_equal(of.trained->vocabulary.count, of.read->vocabulary.count);
    assert_memory_equal(of.trained->vocabulary.codes, of.read->vocabulary.codes,
                        of.read->vocabulary.count * sizeof *of.read->vocabulary.codes);
    size_t count = pmy_graph_parameters(of.trained->graph).count;
    assert_int_equal(count, pmy_graph_parameters(of.read->graph).count);
    for (size_t i = 0; i < count; i++) {
        pmy_tensor was = pmy_value(pmy_parameter_at(of.trained->graph, i)),
                   is = pmy_value(pmy_parameter_at(of.read->graph, i));
        float largest = 0;
        for (size_t e = 0; e < pmy_shape_size(was.shape); e++)
            largest = fmaxf(largest, fabsf(was.data[e]));
        for (size_t e = 0; e < pmy_shape_size(was.shape); e++)
            assert_true(fabsf(was.data[e] - is.data[e]) <= largest / 65534 * 1.001F);
    }
    drop(&of);
}

static void other_bytes_are_refused(void **state)
{
    (void)state;
    carried of = carry();
    pmy_error error = {0};
    pmy_language *none;
    language_losses found;
    for (size_t size = 0; size < of.size; size += size < 250 ? 1 : 97)
        assert_int_equal(language_bytes_read(of.bytes, size, &none, &found, &error), PMY_BAD_FILE);
    uint8_t *longer = calloc(of.size + 1, 1);
    assert_non_null(longer);
    memcpy(longer, of.bytes, of.size);
    assert_int_equal(language_bytes_read(longer, of.size + 1, &none, &found, &error), PMY_BAD_FILE);
    assert_null(none);
    memset(longer + of.size - 2 * TOKENS, 0xFF, 2 * TOKENS); /* the last tensor's units, -1 each */
    assert_int_equal(language_bytes_read(longer, of.size, &none, &found, &error), PMY_OK);
    pmy_language_free(none);
    char *step = strstr((char *)longer, "\n\n");
    memset(step + 2, 0xFF, sizeof(float));
    assert_int_equal(language_bytes_read(longer, of.size, &none, &found, &error), PMY_BAD_FILE);
    page_language_open(longer, of.size); /* and frees them */
    assert_true(answered("error"));
    page_language("ab", 1, 1, 0, 1, "");
    assert_string_equal(answered_text("error"), "there is no language model");
    drop(&of);
}

/* A generator of a file with the same weights, as `text sample` has it. */
static pmy_generator *from_file(const carried *of)
{
    char path[200];
    pmy_error error = {0};
    pmy_generator *generator = NULL;
    (void)snprintf(path, sizeof path, "%s/page_language.safetensors",
                   getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (pmy_model_save(path, &of->read->facts, of->read->graph, &error) != PMY_OK ||
        pmy_generator_load(path, NULL, &generator, &error) != PMY_OK)
        fail_msg("%s", error.message);
    (void)remove(path);
    return generator;
}

static void says_what_the_program_says(void **state)
{
    (void)state;
    static const char *const texts[] = {"abc", "", "a\nb", "abcdefgh abcdefgh abcdefgh"};
    static const pmy_sampling settings[] = {{1, 0, 1}, {0.7, 3, 1}, {2, 0, 0.5}, {0, 0, 1}};
    carried of = carry();
    pmy_generator *generator = from_file(&of);
    open_on_page(&of);
    assert_true(answered_number("parameters") == (double)of.read->facts.net.parameters);
    assert_non_null(strstr(answered_text("facts"), "costs it 1.5 nats a token, and 1.25 as it was trained"));
    for (size_t t = 0; t < 4; t++)
        for (size_t s = 0; s < 4; s++) {
            writer w;
            pmy_error error = {0};
            int32_t token;
            assert_int_equal(writer_begin(&w, generator, &settings[s], 1, &error), PMY_OK);
            assert_int_equal(writer_read(&w, "the text", texts[t], &error), PMY_OK);
            assert_int_equal(writer_draw(&w, &token, &error), PMY_OK);
            page_language(texts[t], 1, settings[s].temperature, (double)settings[s].top_k, settings[s].top_p,
                          "");
            assert_true(answered_number("kept") == (double)w.kept);
            for (size_t i = 0; i < TOKENS; i++) {
                assert_true(answered_numbers("drawn", NULL)[i] == w.choice[i].p);
                assert_true(answered_numbers("z", NULL)[i] ==
                            (double)pmy_generator_logits(generator)[w.choice[i].token]);
                assert_string_equal(answered_text_of("token", i),
                                    pmy_vocabulary_show(w.vocabulary, (int32_t)w.choice[i].token).text);
            }
            writer_free(&w);
        }
    pmy_generator_free(generator);
    drop(&of);
}

/* Appends what is written to text; returns how many slices it took. */
static size_t write_on(char *text, double seed, double count, double temperature)
{
    size_t slices = 0;
    page_language_write(text, seed, count, temperature, 0, 1);
    assert_false(answered("error"));
    do {
        page_language_write_slice();
        (void)strcat(text, answered_text("written"));
        slices++;
    } while (answered_number("done") == 0);
    return slices;
}

static void writes_what_the_program_writes(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    carried of = carry();
    pmy_generator *generator = from_file(&of);
    const pmy_sampling sampling = {0.9, 0, 1};
    char expected[COUNT + 8] = "abc", text[COUNT + 8] = "abc";
    writer w;
    pmy_error error = {0};
    int32_t token;
    assert_int_equal(writer_begin(&w, generator, &sampling, 5, &error), PMY_OK);
    assert_int_equal(writer_read(&w, "the text", expected, &error), PMY_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(writer_draw(&w, &token, &error), PMY_OK);
        assert_int_equal(pmy_generator_feed(generator, token, &error), PMY_OK);
        expected[3 + i] = known[token];
    }
    open_on_page(&of);
    /* At once, one by one, and in between looked at and told another temperature. */
    (void)write_on(text, 5, 1, 0.9);
    page_language(text, 5, 2, 0, 1, "");
    (void)write_on(text, 5, 1, 0.9);
    page_language_heads();
    assert_true(write_on(text, 5, COUNT - 2, 0.9) >= 3);
    assert_string_equal(text, expected);
    /* Another seed begins anew and writes something else. */
    text[3] = '\0';
    (void)write_on(text, 6, COUNT, 0.9);
    assert_string_not_equal(text, expected);
    text[3] = '\0';
    (void)write_on(text, 5, COUNT, 0.9);
    assert_string_equal(text, expected);
    writer_free(&w);
    pmy_generator_free(generator);
    drop(&of);
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    carried of = carry();
    open_on_page(&of);
    page_language("ab\nxa", 1, 1, 0, 1, "");
    assert_string_equal(answered_text("error"),
                        "the text: line 2, column 1: 'x' is not among the 10 characters known");
    page_language_heads();
    assert_true(answered("error"));
    page_language("ab", 1, -1, 0, 1, "");
    assert_true(answered("error"));
    page_language("ab", 1, 1, 0, 0, "");
    assert_true(answered("error"));
    page_language("ab", -1, 1, 0, 1, "");
    assert_true(answered("error"));
    page_language("ab", (double)NAN, 1, 0, 1, "");
    assert_true(answered("error"));
    page_language("ab", 1.5, 1, 0, 1, "");
    assert_true(answered("error"));
    static const double bad_top_k[] = {-1, 0.5, 1e9, (double)NAN};
    for (size_t i = 0; i < sizeof bad_top_k / sizeof *bad_top_k; i++) {
        page_language("ab", 1, 1, bad_top_k[i], 1, "");
        assert_true(answered("error"));
    }
    static char longest[5000];
    memset(longest, 'a', sizeof longest - 1);
    page_language(longest, 1, 1, 0, 1, "");
    assert_string_equal(answered_text("error"), "the text has 4999 characters; up to 4000 can be read here");
    page_language("ab", 1, 1, 0, 1, "");
    assert_false(answered("error"));
    page_language_heads();
    assert_false(answered("error"));
    drop(&of);
}

static void shares_are_those_of_the_last_tokens(void **state)
{
    (void)state;
    carried of = carry();
    open_on_page(&of);
    page_language("abcdefgh abcdefgh", 1, 1, 0, 1, "");
    page_language_heads();
    assert_true(answered_number("layers") == LAYERS && answered_number("heads") == HEADS);
    assert_int_equal(answered_texts("token"), BLOCK);
    assert_string_equal(answered_text_of("token", 0), "b"); /* the first of 17 is left out */
    for (size_t head = 0; head < LAYERS * HEADS; head++)
        for (size_t query = 0; query < BLOCK; query++) {
            double sum = 0;
            for (size_t key = 0; key < BLOCK; key++) {
                double share = (double)answered_reals("shares", NULL)[(head * BLOCK + query) * BLOCK + key];
                assert_true(key <= query || share == 0);
                sum += share;
            }
            assert_true(fabs(sum - 1) < 1e-5);
        }
    page_language_look(1, 0, 0);
    assert_string_equal(answered_text("text"),
                        "layer 2, head 1: 'b' (token 0) looks at 'b' (0) with 100.0 %");
    page_language_look(2, 0, 0);
    assert_true(answered("error"));
    drop(&of);
}

static void shares_say_their_formula(void **state)
{
    (void)state;
    carried of = carry();
    open_on_page(&of);
    page_language("abc", 1, 0.5, 4, 1, "");
    double p = answered_numbers("p", NULL)[2], drawn = answered_numbers("drawn", NULL)[2], sum = 0, z[TOKENS];
    for (size_t i = 0; i < TOKENS; i++) {
        z[i] = answered_numbers("z", NULL)[i];
        sum += exp((z[i] - z[0]) / 0.5);
    }
    assert_true(fabs(p - exp((z[2] - z[0]) / 0.5) / sum) < 1e-15);
    page_language_origin("p", 2);
    double above, below, share;
    assert_int_equal(sscanf(answered_text_of("text", 3), "= %lf/%lf = %lf", &above, &below, &share), 3);
    assert_true(fabs(above / below - p) < 1e-5 && fabs(share - p) < 1e-5);
    assert_string_equal(answered_text_of("of", 0), "z");
    page_language_origin("drawn", 2);
    assert_int_equal(answered_texts("of"), 4);
    assert_int_equal(
        sscanf(strstr(answered_text_of("text", 1), " = "), " = %lf/%lf = %lf", &above, &below, &share), 3);
    assert_true(fabs(above / below - drawn) < 1e-5 && fabs(share - drawn) < 1e-5);
    page_language_origin("drawn", 4);
    assert_non_null(strstr(answered_text_of("text", 1), "not among the 4 tokens"));
    drop(&of);
}

static void the_slope_is_p_minus_y(void **state)
{
    (void)state;
    carried of = carry();
    open_on_page(&of);
    for (int chosen = 0; chosen < 2; chosen++) {
        page_language("abc", 1, 0.5, 0, 1, chosen ? "d" : "");
        size_t target = (size_t)answered_number("target");
        if (chosen)
            assert_string_equal(answered_text_of("token", target), "d");
        else
            assert_int_equal(target, 0);
        double sum = 0;
        for (size_t i = 0; i < TOKENS; i++) {
            double slope = answered_numbers("slope", NULL)[i], p = answered_numbers("p", NULL)[i];
            assert_true(fabs(slope - (p - (i == target)) / 0.5) < 1e-15);
            sum += slope;
        }
        assert_true(fabs(sum) < 1e-15);
        double p, y, t, slope;
        page_language_origin("slope", (double)target);
        assert_int_equal(sscanf(answered_text_of("text", 1), "= (%lf - %lf)/%lf = %lf", &p, &y, &t, &slope),
                         4);
        assert_true(y == 1 && t == 0.5 && fabs((p - y) / t - slope) < 1e-5);
    }
    page_language("abc", 1, 0, 0, 1, "");
    assert_true(isnan(answered_numbers("slope", NULL)[0]));
    drop(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_off_by_half_a_unit),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(says_what_the_program_says),
        cmocka_unit_test(writes_what_the_program_writes),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(shares_are_those_of_the_last_tokens),
        cmocka_unit_test(shares_say_their_formula),
        cmocka_unit_test(the_slope_is_p_minus_y),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
