/* The page's softmax panel: its numbers are those of softmax explain, and each says where it comes from. */
#include "page/softmax_row.h"
#include "page_answer.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void page_softmax(const double *z, size_t classes, double temperature, double target, const double *y,
                  size_t shares, double in_float);
void page_softmax_origin(const char *column, double i);

enum { MOST = SOFTMAX_ROW_MOST_CLASSES, OUTPUT = 16384, COMMAND = 1024, KEY = 64 };

typedef struct row {
    size_t classes;
    double z[MOST], temperature;
    size_t target, shares;
    double y[MOST];
    bool in_float;
} row;

static const row rows[] = {
    {3, {2, 1, 0.1}, 1, 0, 0, {0}, false},
    {3, {2, 1, 0.1}, 1, 0, 0, {0}, true},
    {2, {0, 200}, 1, 0, 0, {0}, false},
    {2, {0, 200}, 1, 0, 0, {0}, true},
    {3, {89, 88, 80}, 1, 1, 0, {0}, true},
    {4, {20, 0, 1, -2}, 1, 0, 0, {0}, true},
    {4, {2, -(double)INFINITY, 0.5, 1}, 1, 3, 0, {0}, false},
    {4, {3, 3, 3, 3}, 2.5, 2, 0, {0}, true},
    {3, {2, 1, 0.1}, 0.1, 1, 0, {0}, false},
    {3, {2, 1, 0.1}, 0.7, 0, 3, {0.9, 0.05, 0.05}, true},
    {3, {-7.25, 1e-3, 3.1}, 3, 0, 3, {2, 0, 1.5}, false},
    {2, {-400, -420}, 1, 0, 0, {0}, true},
    {2, {0, 740}, 1, 0, 0, {0}, false},
    {1, {5}, 1, 0, 0, {0}, false},
    {10, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1.5, 4, 0, {0}, true},
};

enum { ROWS = sizeof rows / sizeof *rows };

static void show(const row *of)
{
    page_softmax(of->z, of->classes, of->temperature, (double)of->target, of->y, of->shares, of->in_float);
}

/* --- The program's numbers ------------------------------------------------ */

static cJSON *explained(const row *of)
{
    char command[COMMAND], output[OUTPUT];
    size_t used = 0;
#define ADD(...) used += (size_t)snprintf(command + used, sizeof command - used, __VA_ARGS__)
    ADD("%s/softmax explain --json --temperature %.17g --precision %s",
        getenv("BUILD") ? getenv("BUILD") : "build", of->temperature, of->in_float ? "float" : "double");
    if (!of->shares)
        ADD(" --target %zu", of->target);
    for (size_t i = 0; i < of->shares; i++)
        ADD("%s%.17g", i ? "," : " --soft ", of->y[i]);
    for (size_t i = 0; i < of->classes; i++)
        ADD(" %.17g", of->z[i]);
#undef ADD
    FILE *file = popen(command, "r");
    assert_non_null(file);
    size_t length = fread(output, 1, sizeof output - 1, file);
    output[length] = '\0';
    assert_int_equal(pclose(file), 0);
    cJSON *json = cJSON_Parse(output);
    assert_non_null(json);
    return json;
}

static double number_of(const cJSON *item)
{
    if (!cJSON_IsString(item))
        return item->valuedouble;
    const char *text = item->valuestring;
    return strcmp(text, "NaN") == 0 ? (double)NAN : text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

/* A float is printed with as many digits as bring the float back, not the double it is here. */
static void expect_number(const char *column, size_t i, double shown, const cJSON *item, bool in_float)
{
    double printed = number_of(item);
    if (in_float)
        printed = (double)(float)printed;
    if (isnan(printed) ? !isnan(shown) : memcmp(&printed, &shown, sizeof shown) != 0)
        fail_msg("%s[%zu]: the page shows %.17g, the program prints %.17g", column, i, shown, printed);
}

static void expect_column(const cJSON *json, const char *member, const char *column, bool in_float)
{
    const cJSON *values = cJSON_GetObjectItem(json, member), *item;
    size_t count, i = 0;
    const double *shown = answered_numbers(column, &count);
    assert_non_null(values);
    if (!cJSON_IsArray(values)) {
        assert_int_equal(count, 1);
        expect_number(column, 0, *shown, values, in_float);
        return;
    }
    cJSON_ArrayForEach(item, values)
    {
        const cJSON *element = cJSON_IsArray(item) ? item->child : item;
        for (; element; element = cJSON_IsArray(item) ? element->next : NULL, i++)
            expect_number(column, i, shown[i], element, in_float);
    }
    assert_int_equal(i, count);
}

static void figures_are_the_programs(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"z", "z"},
        {"p", "p"},
        {"logsumexp", "log_sum_exp"},
        {"loss", "loss"},
        {"dloss_dp", "slope"},
        {"jacobian", "jacobian"},
        {"chain", "chain"},
        {"fused", "fused"},
    };
    for (size_t r = 0; r < ROWS; r++) {
        cJSON *json = explained(&rows[r]);
        show(&rows[r]);
        for (size_t c = 0; c < sizeof same / sizeof *same; c++)
            expect_column(json, same[c][0], same[c][1], rows[r].in_float);
        expect_column(json, "temperature", "temperature", false);
        if (rows[r].shares)
            expect_column(json, "y", "y", rows[r].in_float);
        const cJSON *log_p;
        size_t i = 0;
        cJSON_ArrayForEach(log_p, cJSON_GetObjectItem(json, "log_p"))
        {
            double negative = answered_numbers("negative_log_p", NULL)[i];
            expect_number("-log p", i, 0 - negative, log_p, rows[r].in_float);
            i++;
        }
        /* In double the truth is the fused gradient itself. */
        if (!rows[r].in_float)
            expect_column(json, "ulp_difference", "chain_ulps", false);
        cJSON_Delete(json);
    }
}

static void ulps_are_counted_from_double(void **state)
{
    (void)state;
    row narrow = {3, {2, 1, 0.5}, 1.25, 0, 0, {0}, true}, wide = narrow;
    wide.in_float = false;
    double truth[3];
    show(&wide);
    memcpy(truth, answered_numbers("fused", NULL), sizeof truth);
    show(&narrow);
    const double *fused = answered_numbers("fused", NULL), *chain = answered_numbers("chain", NULL);
    bool any = false;
    for (size_t i = 0; i < 3; i++) {
        float size = (float)fabs(truth[i]);
        double ulp = (double)nextafterf(size, (double)INFINITY) - (double)size;
        assert_true(answered_numbers("fused_ulps", NULL)[i] == fabs(fused[i] - truth[i]) / ulp);
        assert_true(answered_numbers("chain_ulps", NULL)[i] == fabs(chain[i] - truth[i]) / ulp);
        assert_true(answered_numbers("fused_ulps", NULL)[i] <= 0.5001);
        any |= answered_numbers("fused_ulps", NULL)[i] > 0;
    }
    assert_true(any);
}

static void figures_have_right_digits(void **state)
{
    (void)state;
    show(&rows[0]);
    assert_string_equal(answered_text_of("p_text", 0), "0.659001");
    assert_string_equal(answered_text_of("fused_text", 0), "-0.340999");
    assert_string_equal(answered_text_of("jacobian_text", 1), "-0.16"); /* of 3 digits */
    assert_string_equal(answered_text_of("loss_text", 0), "0.41703");
    assert_string_equal(answered_text("fused_formula"), "(p - y)/T");
    show(&rows[10]);
    assert_string_equal(answered_text("fused_formula"), "(p sum(y) - y)/T");
}

/* --- What breaks ---------------------------------------------------------- */

static void expect_words(size_t r, const char *naive, const char *long_way)
{
    show(&rows[r]);
    const char *said[2] = {answered_text("naive_breaks"), answered_text("long_way_breaks")};
    const char *expected[2] = {naive, long_way};
    for (int i = 0; i < 2; i++)
        if (expected[i] ? !strstr(said[i], expected[i]) : said[i][0] != '\0')
            fail_msg("row %zu: \"%s\"", r, said[i]);
}

static void says_what_breaks(void **state)
{
    (void)state;
    expect_words(0, NULL, NULL);
    expect_words(2, NULL, NULL);
    expect_words(3, "with z[1]/T = 200, pass the largest float, 3.40282e+38",
                 "p[0] is below the smallest float and becomes 0");
    expect_words(4, "z[0]/T = 89", NULL);
    expect_words(11, "of z[0]/T = -400, is below the smallest float", NULL);
    expect_words(12, "the largest double, 1.79769e+308",
                 "so close to the smallest double that -y/p overflows");
    show(&rows[3]);
    assert_non_null(strstr(answered_text("limits"),
                           "exp(x) overflows where x is above 88.7228 and becomes 0 where x "
                           "is below -103.972; 1/p overflows where p is below 2.93874e-39"));
    assert_string_equal(answered_text_of("naive_log_sum_exp_text", 0), "inf");
    assert_string_equal(answered_text_of("chain_text", 0), "nan");
    assert_string_equal(answered_text_of("slope_text", 0), "-inf");
    assert_string_equal(answered_text_of("fused_text", 0), "-1");
}

/* The limits are where the next number does not overflow, and this one does. */
static void limits_are_the_limits(void **state)
{
    (void)state;
    const row below = {2, {88.7228, 0}, 1, 0, 0, {0}, true}, above = {2, {88.723, 0}, 1, 0, 0, {0}, true};
    show(&below);
    assert_string_equal(answered_text("naive_breaks"), "");
    show(&above);
    assert_string_not_equal(answered_text("naive_breaks"), "");
    const row vanished = {2, {-103.98, 0}, 1, 1, 0, {0}, true}, left = {2, {-103.97, 0}, 1, 1, 0, {0}, true};
    show(&vanished);
    assert_true(answered_numbers("p", NULL)[0] == 0);
    show(&left);
    assert_true(answered_numbers("p", NULL)[0] > 0);
}

/* --- Origins -------------------------------------------------------------- */

typedef struct origins {
    size_t count;
    char key[512][KEY], of[512][2048], into[512][2048];
} origins;

static void read_keys(const char *column, char list[2048])
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < answered_texts(column); i++)
        used += (size_t)snprintf(list + used, 2048 - used, " %s ", answered_text_of(column, i));
}

/* Is number "p.2" in a list of keys, by itself or with all of its column? */
static bool holds(const char *list, const char *key)
{
    char one[KEY + 2], all[KEY + 2];
    (void)snprintf(one, sizeof one, " %s ", key);
    (void)snprintf(all, sizeof all, " %.*s ", (int)strcspn(key, "."), key);
    return strstr(list, one) || strstr(list, all);
}

static void read_origins(const row *of, origins *all)
{
    origin_column columns[SOFTMAX_ROW_MOST_COLUMNS];
    softmax_row none = {.row.classes = of->classes};
    origin_table table = softmax_row_origins(&none, columns);
    all->count = 0;
    for (size_t c = 0; c < table.count; c++)
        for (size_t i = 0; i < columns[c].rows * columns[c].columns; i++) {
            page_softmax_origin(columns[c].name, (double)i);
            size_t lines = answered_texts("text"), at = all->count++;
            assert_true(lines >= 2 && strncmp(answered_text_of("text", lines - 1), "In full: ", 9) == 0);
            (void)snprintf(all->key[at], KEY, "%s.%zu", columns[c].name, i);
            read_keys("of", all->of[at]);
            read_keys("into", all->into[at]);
        }
}

static void what_depends_is_what_is_made_of_it(void **state)
{
    (void)state;
    static origins all;
    static const size_t some[] = {0, 3, 6, 10, 13, 14};
    for (size_t r = 0; r < sizeof some / sizeof *some; r++) {
        show(&rows[some[r]]);
        read_origins(&rows[some[r]], &all);
        for (size_t i = 0; i < all.count; i++) {
            assert_false(holds(all.of[i], all.key[i]));
            for (size_t j = 0; j < all.count; j++)
                if (holds(all.of[i], all.key[j]) != holds(all.into[j], all.key[i]))
                    fail_msg("row %zu: %s and %s", some[r], all.key[i], all.key[j]);
        }
    }
}

static void expect_origin(const char *column, double i, const char *formula, const char *values,
                          const char *of, const char *into)
{
    page_softmax_origin(column, i);
    assert_string_equal(answered_text_of("text", 0), formula);
    assert_string_equal(answered_text_of("text", 1), values);
    assert_string_equal(answered_text("of_text"), of);
    assert_string_equal(answered_text("into_text"), into);
}

static void origins_say_the_formula(void **state)
{
    (void)state;
    show(&rows[0]);
    expect_origin("p", 1, "p[1] = exp((z[1] - max z)/T) / Σ exp((z - max z)/T)", "= 0.367879 / 1.51745",
                  "exp[1], Σ exp", "Σ p, -y[1]/p[1], J[0][1], J[1][0], J[1][1], J[1][2], J[2][1], ∂L/∂z[1]");
    expect_origin("fused", 0, "∂L/∂z[0] = (p[0] - y[0])/T", "= (0.659001 - 1)/1", "T, y[0], p[0]",
                  "Σ ∂L/∂z, ulps of ∂L/∂z[0]");
    assert_string_equal(answered_text_of("text", 2),
                        "Computed from the other p, so that no digits cancel: -(0.242433 + 0.0985659)/1");
    assert_string_equal(answered_text_of("text", 3), "In full: -0.3409988611140321");
    expect_origin("chain", 1, "The long way to ∂L/∂z[1]: Σ over k of J[k][1] · (-y[k]/p[k])",
                  "= (-0.159764)·(-1.51745)", "every -y[i]/p[i], J[0][1], J[1][1], J[2][1]",
                  "ulps of long way[1]");
    expect_origin("sum", 0, "Σ exp((z - max z)/T)", "= 1 + 0.367879 + 0.149569", "every exp[i]",
                  "every p[i], every -log p[i], log-sum-exp");
    page_softmax_origin("negative_log_p", 1);
    assert_string_equal(
        answered_text_of("text", 2),
        "The logarithm is log1p of Σ without the largest's 1, so that a p close to 1 keeps its "
        "digits: log1p(0.367879 + 0.149569)");
    expect_origin("loss", 0, "L = -Σ y log p, over the classes with a share of y", "= 0.41703·1",
                  "every y[i], -log p[0]", "");
    show(&rows[11]);
    expect_origin("shifted", 1, "(z[1] - max z)/T", "= (-420 - (-400))/1", "every z[i], T",
                  "exp[1], -log p[1]");
    show(&rows[3]);
    expect_origin("chain", 0, "The long way to ∂L/∂z[0]: Σ over k of J[k][0] · (-y[k]/p[k])", "= 0·(-inf)",
                  "every -y[i]/p[i], J[0][0], J[1][0]", "ulps of long way[0]");
    expect_origin("naive_log_sum_exp", 0, "log Σ exp(z/T), as it stands", "= log(inf)", "Σ exp(z/T)", "");
}

/* --- What cannot be shown ------------------------------------------------- */

static void expect_refused(row of, const char *text)
{
    show(&of);
    expect_answered_error(text);
    page_softmax_origin("p", 0);
    expect_answered_error("there are no numbers yet");
}

static void refuses_nonsense(void **state)
{
    (void)state;
    row good = rows[0], bad;
#define WITH(change) (bad = good, change, bad)
    expect_refused(WITH(bad.z[1] = (double)NAN), "logit 1: must be a finite number or -inf");
    expect_refused(WITH(bad.z[2] = (double)INFINITY), "logit 2: must be a finite number or -inf");
    expect_refused(WITH(bad.z[0] = -(double)INFINITY),
                   "class 0 is masked by its logit of -inf and cannot be the target");
    expect_refused(WITH((bad.z[0] = bad.z[1] = bad.z[2] = -(double)INFINITY, bad.target = 7)),
                   "every logit is -inf");
    expect_refused(WITH((bad.z[0] = 1e39, bad.in_float = true)), "too large for a float");
    expect_refused(WITH(bad.temperature = 0), "the temperature must be a number between");
    expect_refused(WITH(bad.temperature = (double)NAN), "the temperature must be a number between");
    expect_refused(WITH(bad.target = 3), "3");
    expect_refused(WITH(bad.classes = 0), "0 logits: there can be 1 to 10");
    expect_refused(WITH(bad.shares = 2), "2 shares, but there are 3 logits");
    expect_refused(WITH(bad.shares = 3), "all shares are 0, so there is nothing to learn");
    good.shares = 3;
    good.y[0] = 1;
    expect_refused(WITH(bad.y[1] = -1), "share 1: must be a number between 0 and 1000000");
    expect_refused(WITH(bad.y[1] = (double)NAN), "share 1: must be");
    expect_refused(WITH(bad.y[1] = 1e-31), "a share is 0 or at least 1e-30");
    expect_refused(WITH(bad.z[0] = -(double)INFINITY),
                   "class 0 is masked by its logit of -inf and cannot have a share");
#undef WITH
    page_softmax(rows[14].z, 11, 1, 0, NULL, 0, 0);
    expect_answered_error("11 logits: there can be 1 to 10");
    show(&good);
    page_softmax_origin("p", 3);
    expect_answered_error("there is no number 3 of p");
    page_softmax_origin("q", 0);
    expect_answered_error("there is no number 0 of q");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_the_programs),  cmocka_unit_test(ulps_are_counted_from_double),
        cmocka_unit_test(figures_have_right_digits), cmocka_unit_test(says_what_breaks),
        cmocka_unit_test(limits_are_the_limits),     cmocka_unit_test(what_depends_is_what_is_made_of_it),
        cmocka_unit_test(origins_say_the_formula),   cmocka_unit_test(refuses_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
