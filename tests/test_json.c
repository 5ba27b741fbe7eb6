/* JSON lines: what a reader gets back. */
#include "common/json.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Ends the line; returns its text, which the caller frees. */
static char *ended(json_line *line)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_true(json_end(line, file));
    assert_int_equal(fclose(file), 0);
    return text;
}

static void expect_line(json_line *line, const char *expected)
{
    char *text = ended(line);
    assert_string_equal(text, expected);
    free(text);
}

static void members_keep_their_order(void **state)
{
    (void)state;
    json_line line = json_begin();
    json_text(&line, "event", "epoch");
    json_whole(&line, "epoch", 1);
    json_flag(&line, "z", true);
    json_flag(&line, "a", false);
    json_real(&line, "loss", 0.25, PMY_NUMBER_FLOAT);
    json_reals(&line, "p", (const double[]){1, 0.5}, 2, PMY_NUMBER_DOUBLE);
    json_reals(&line, "none", NULL, 0, PMY_NUMBER_DOUBLE);
    json_matrix(&line, "jacobian", (const double[]){1, 2, 3, 4, 5, 6}, 2, 3, PMY_NUMBER_DOUBLE);
    json_text(&line, "file", NULL);
    expect_line(&line, "{\"event\":\"epoch\",\"epoch\":1,\"z\":true,\"a\":false,\"loss\":0.25,\"p\":[1,0.5],"
                       "\"none\":[],\"jacobian\":[[1,2,3],[4,5,6]],\"file\":null}\n");
}

static void what_is_not_finite_is_a_string(void **state)
{
    (void)state;
    json_line line = json_begin();
    json_real(&line, "a", (double)NAN, PMY_NUMBER_FLOAT);
    json_real(&line, "b", HUGE_VAL, PMY_NUMBER_DOUBLE);
    json_reals(&line, "c", (const double[]){-HUGE_VAL, 1, -(double)NAN}, 3, PMY_NUMBER_DOUBLE);
    expect_line(&line, "{\"a\":\"NaN\",\"b\":\"Infinity\",\"c\":[\"-Infinity\",1,\"NaN\"]}\n");
}

static void text_is_escaped_and_made_valid(void **state)
{
    (void)state;
    json_line line = json_begin();
    json_text(&line, "a", "say \"−\"\\\n\t\x01");
    json_text(&line, "b", "caf\xE9/\xFF");
    expect_line(&line, "{\"a\":\"say \\\"−\\\"\\\\\\n\\t\\u0001\",\"b\":\"caf\xEF\xBF\xBD/\xEF\xBF\xBD\"}\n");
}

static void whole_numbers_keep_all_digits(void **state)
{
    (void)state;
    json_line line = json_begin();
    json_whole(&line, "most", INT64_MAX);
    json_whole(&line, "least", INT64_MIN);
    expect_line(&line, "{\"most\":9223372036854775807,\"least\":-9223372036854775808}\n");
}

static void reals_come_back_bit_for_bit(void **state)
{
    (void)state;
    pmy_random random = {.seed = 2};
    for (int i = 0; i < 20000; i++) {
        uint32_t words[2] = {pmy_random_word(&random), pmy_random_word(&random)};
        double real, values[2];
        float single;
        memcpy(&real, words, sizeof real);
        memcpy(&single, words, sizeof single);
        if (!isfinite(real) || !isfinite(single))
            continue;
        json_line line = json_begin();
        json_real(&line, "double", real, PMY_NUMBER_DOUBLE);
        json_real(&line, "float", (double)single, PMY_NUMBER_FLOAT);
        char *text = ended(&line);
        assert_int_equal(sscanf(text, "{\"double\":%lf,\"float\":%lf}", &values[0], &values[1]), 2);
        assert_true(values[0] == real);
        assert_true((float)values[1] == single);
        cJSON *parsed = cJSON_Parse(text);
        assert_non_null(parsed);
        assert_true(cJSON_GetObjectItem(parsed, "double")->valuedouble == real);
        cJSON_Delete(parsed);
        free(text);
    }
}

static void a_file_that_takes_nothing_is_told(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    (void)setvbuf(full, NULL, _IONBF, 0);
    json_line line = json_begin();
    assert_false(json_end(&line, full));
    (void)fclose(full);
}

/* ---- memory that runs out ----------------------------------------------- */

static long calls_before_failure, blocks_in_use;

static void *failing_malloc(size_t size)
{
    if (calls_before_failure-- == 0)
        return NULL;
    blocks_in_use++;
    return malloc(size);
}

static void counting_free(void *block)
{
    blocks_in_use -= block != NULL;
    free(block);
}

static bool write_sample(FILE *file)
{
    json_line line = json_begin();
    json_text(&line, "text", "value");
    json_whole(&line, "whole", 1);
    json_flag(&line, "flag", true);
    json_real(&line, "nan", (double)NAN, PMY_NUMBER_FLOAT);
    json_matrix(&line, "matrix", (const double[]){1, 2, 3, 4}, 2, 2, PMY_NUMBER_DOUBLE);
    return json_end(&line, file);
}

/* Lets each of cJSON's allocations fail, and only that one; nothing may be written then, or leak. */
static void no_half_line_is_written_without_memory(void **state)
{
    (void)state;
    cJSON_Hooks failing = {.malloc_fn = failing_malloc, .free_fn = counting_free};
    cJSON_InitHooks(&failing);
    bool written = false;
    long call = 0;
    for (; !written; call++) {
        assert_true(call < 1000);
        char *text = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&text, &size);
        calls_before_failure = call;
        written = write_sample(file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(blocks_in_use, 0);
        /* It is written exactly if the call that was to fail never came. */
        assert_int_equal(written, calls_before_failure >= 0);
        if (written)
            assert_string_equal(text, "{\"text\":\"value\",\"whole\":1,\"flag\":true,\"nan\":\"NaN\","
                                      "\"matrix\":[[1,2],[3,4]]}\n");
        else
            assert_int_equal(size, 0);
        free(text);
    }
    cJSON_InitHooks(NULL);
    assert_true(call > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_keep_their_order),
        cmocka_unit_test(what_is_not_finite_is_a_string),
        cmocka_unit_test(text_is_escaped_and_made_valid),
        cmocka_unit_test(whole_numbers_keep_all_digits),
        cmocka_unit_test(reals_come_back_bit_for_bit),
        cmocka_unit_test(a_file_that_takes_nothing_is_told),
        cmocka_unit_test(no_half_line_is_written_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
