#include "page/attention_origin.h"

#include "softmax/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* An element of one of a head's matrices. */
typedef struct number {
    head_part_id part;
    size_t row, column;
} number;

/* Right digits that have room in a matrix, where the number is not given. */
enum { MATRIX_DIGITS = 4 };

/* --- What is made of what -------------------------------------------------- */

/* Matrix products, which most parts are: A B, of which each may be transposed before. */
typedef struct product {
    head_part_id a, b;
    bool a_transposed, b_transposed;
} product;

static bool product_of(head_part_id part, product *of)
{
    switch (part) {
    case HEAD_SCORES:
        *of = (product){HEAD_Q, HEAD_K, .b_transposed = true};
        return true;
    case HEAD_OUTPUT:
        *of = (product){HEAD_P, HEAD_V, false, false};
        return true;
    case HEAD_DP:
        *of = (product){HEAD_D_OUTPUT, HEAD_V, .b_transposed = true};
        return true;
    case HEAD_DQ:
        *of = (product){HEAD_DSCORES, HEAD_K, false, false};
        return true;
    case HEAD_DK:
        *of = (product){HEAD_DSCORES, HEAD_Q, .a_transposed = true};
        return true;
    case HEAD_DV:
        *of = (product){HEAD_P, HEAD_D_OUTPUT, .a_transposed = true};
        return true;
    default:
        return false;
    }
}

static bool is_hidden(const head *of, number n)
{
    return of->causal && n.column > n.row;
}

/* The factors of the next product, from the term-th on, of a number's sum, without those that the mask makes
 * 0; false after the last. */
static bool next_factors(const head *of, const product *p, number n, size_t *term, number *a, number *b)
{
    head_part left = head_part_of(of, p->a);
    size_t terms = p->a_transposed ? left.rows : left.columns;
    bool shares = p->a == HEAD_P || p->a == HEAD_DSCORES;
    for (; *term < terms; ++*term) {
        *a = p->a_transposed ? (number){p->a, *term, n.row} : (number){p->a, n.row, *term};
        *b = p->b_transposed ? (number){p->b, n.column, *term} : (number){p->b, *term, n.column};
        if (!shares || !is_hidden(of, *a)) {
            ++*term;
            return true;
        }
    }
    return false;
}

static void add_part(origin *to, const head *of, number n)
{
    head_part part = head_part_of(of, n.part);
    origin_part(to, part.name, n.row * part.columns + n.column);
}

static void add_row(origin *to, const head *of, head_part_id part, size_t row)
{
    for (size_t j = 0; j < of->keys; j++)
        if (!is_hidden(of, (number){part, row, j}))
            add_part(to, of, (number){part, row, j});
}

static void add_parts(origin *to, const head *of, number n)
{
    product p;
    number a, b;
    if (product_of(n.part, &p)) {
        for (size_t term = 0; next_factors(of, &p, n, &term, &a, &b);) {
            add_part(to, of, a);
            add_part(to, of, b);
        }
    } else if (n.part >= HEAD_NUMERIC_DQ) {
        static const head_part_id given[] = {HEAD_Q, HEAD_K, HEAD_V, HEAD_D_OUTPUT};
        for (size_t i = 0; i < sizeof given / sizeof *given; i++)
            origin_parts(to, head_part_of(of, given[i]).name);
    } else if (!is_hidden(of, n)) {
        if (n.part == HEAD_SCALED)
            add_part(to, of, (number){HEAD_SCORES, n.row, n.column});
        if (n.part == HEAD_P)
            add_row(to, of, HEAD_SCALED, n.row);
        if (n.part == HEAD_DSCORES) {
            add_row(to, of, HEAD_P, n.row);
            add_row(to, of, HEAD_DP, n.row);
        }
    }
}

static const struct {
    const char *matrix, *symbol, *text_name;
} names[HEAD_PARTS] = {
    [HEAD_Q] = {"Q", "Q[#][#]", "q_text"},
    [HEAD_K] = {"K", "K[#][#]", "k_text"},
    [HEAD_V] = {"V", "V[#][#]", "v_text"},
    [HEAD_SCORES] = {"S", "S[#][#]", "scores_text"},
    [HEAD_SCALED] = {"Z", "Z[#][#]", "scaled_text"},
    [HEAD_P] = {"P", "P[#][#]", "p_text"},
    [HEAD_OUTPUT] = {"O", "O[#][#]", "output_text"},
    [HEAD_D_OUTPUT] = {"dO", "dO[#][#]", "d_output_text"},
    [HEAD_DP] = {"dP", "dP[#][#]", "dp_text"},
    [HEAD_DSCORES] = {"dS", "dS[#][#]", "dscores_text"},
    [HEAD_DQ] = {"dQ", "dQ[#][#]", "dq_text"},
    [HEAD_DK] = {"dK", "dK[#][#]", "dk_text"},
    [HEAD_DV] = {"dV", "dV[#][#]", "dv_text"},
    [HEAD_NUMERIC_DQ] = {"ΔQ", "ΔQ[#][#]", "numeric_dq_text"},
    [HEAD_NUMERIC_DK] = {"ΔK", "ΔK[#][#]", "numeric_dk_text"},
    [HEAD_NUMERIC_DV] = {"ΔV", "ΔV[#][#]", "numeric_dv_text"},
};

/* --- In words --------------------------------------------------------------- */

/* A line that grows; what does not fit is left out. */
typedef struct line {
    char text[500];
    size_t used;
} line;

#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static void
add(line *to, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int more = vsnprintf(to->text + to->used, sizeof to->text - to->used, format, values);
    va_end(values);
    to->used += more > 0 ? (size_t)more : 0;
    if (to->used >= sizeof to->text)
        to->used = sizeof to->text - 1;
}

static double value_of(const head *of, number n)
{
    head_part part = head_part_of(of, n.part);
    return part.elements[n.row * part.columns + n.column];
}

static double error_of(const head *of, head_part_id part)
{
    return head_part_of(of, part).error;
}

static void add_value(line *to, const head *of, number n)
{
    char text[FIGURE_TEXT];
    add(to, "%s", figure_text(value_of(of, n), error_of(of, n.part), text));
}

/* After an operator. */
static void add_factor(line *to, const head *of, number n)
{
    bool negative = value_of(of, n) < 0;
    add(to, "%s", negative ? "(" : "");
    add_value(to, of, n);
    add(to, "%s", negative ? ")" : "");
}

static void add_name(line *to, number n)
{
    add(to, "%s[%zu][%zu]", names[n.part].matrix, n.row, n.column);
}

/* "S[0][1] = 0.4": what a number's text begins with. */
static void say_title(origin *to, const head *of, number n)
{
    static const char *const what[HEAD_PARTS] = {
        [HEAD_Q] = "which you hold: a number of what a token looks for",
        [HEAD_K] = "which you hold: a number of what a token is found by",
        [HEAD_V] = "which you hold: a number of what a token gives to those that look at it",
        [HEAD_SCORES] = "how well the row's query meets the column's key",
        [HEAD_SCALED] = "the score made independent of d",
        [HEAD_P] = "the share of its attention that the row's token gives to the column's",
        [HEAD_OUTPUT] = "the mean of a column of V, weighted by the row of P",
        [HEAD_D_OUTPUT] =
            "which you hold: how fast L grows with this number of O, as L is the sum of dO times O",
        [HEAD_DP] = "how fast L grows with this share",
        [HEAD_DSCORES] = "how fast L grows with this score",
        [HEAD_DQ] = "how fast L grows with this number of Q",
        [HEAD_DK] = "how fast L grows with this number of K",
        [HEAD_DV] = "how fast L grows with this number of V",
        [HEAD_NUMERIC_DQ] = "the same gradient found without backward",
        [HEAD_NUMERIC_DK] = "the same gradient found without backward",
        [HEAD_NUMERIC_DV] = "the same gradient found without backward",
    };
    line title = {.used = 0};
    add_name(&title, n);
    add(&title, " = ");
    add_value(&title, of, n);
    origin_say(to, "%s, %s", title.text, what[n.part]);
}

static void say_product(origin *to, const head *of, const product *p, number n)
{
    line values = {.used = 0};
    number a, b;
    add_name(&values, n);
    origin_say(to, "%s = %s %zu of %s · %s %zu of %s", values.text, p->a_transposed ? "column" : "row", n.row,
               names[p->a].matrix, p->b_transposed ? "row" : "column", n.column, names[p->b].matrix);
    values.used = 0;
    for (size_t term = 0; next_factors(of, p, n, &term, &a, &b);) {
        add(&values, values.used ? " + " : "= ");
        add_factor(&values, of, a);
        add(&values, "·");
        add_factor(&values, of, b);
    }
    add(&values, " = ");
    add_value(&values, of, n);
    origin_say(to, "%s", values.text);
}

/* √d·T with its values, as what is divided by. */
static void add_slope(line *to, const head *of)
{
    char text[FIGURE_TEXT];
    if (of->temperature == 1)
        add(to, "√%zu", of->dim);
    else
        add(to, "(√%zu·%s)", of->dim, figure_text(of->temperature, 0, text));
}

static void say_scaled(origin *to, const head *of, number n)
{
    const number score = {HEAD_SCORES, n.row, n.column};
    line values = {.used = 0};
    add_name(&values, n);
    add(&values, " = ");
    add_name(&values, score);
    add(&values, "/(√d·T) = ");
    add_value(&values, of, score);
    add(&values, "/");
    add_slope(&values, of);
    add(&values, " = ");
    add_value(&values, of, n);
    origin_say(to, "%s", values.text);
}

static void say_share(origin *to, const head *of, number n)
{
    size_t seen = of->causal ? n.row + 1 : of->keys;
    double largest = value_of(of, (number){HEAD_SCALED, n.row, 0});
    for (size_t j = 1; j < seen; j++)
        largest = fmax(largest, value_of(of, (number){HEAD_SCALED, n.row, j}));
    double error = 2 * error_of(of, HEAD_SCALED), sum = 0;
    char text[FIGURE_TEXT];
    line powers = {.used = 0}, values = {.used = 0};
    for (size_t j = 0; j < seen; j++) {
        double below = value_of(of, (number){HEAD_SCALED, n.row, j}) - largest;
        double error_below = below == 0 ? 0 : error;
        sum += exp(below);
        add(&powers, "%sexp(%s)", j ? " + " : "", figure_text(below, error_below, text));
        add(&values, "%s%s", j ? " + " : "", figure_text(exp(below), error_below, text));
    }
    double below = value_of(of, (number){HEAD_SCALED, n.row, n.column}) - largest;
    char own[FIGURE_TEXT];
    origin_say(
        to, "P[%zu][%zu] = exp(Z[%zu][%zu] - m)/sum over j of exp(Z[%zu][j] - m), m = %s the row's largest",
        n.row, n.column, n.row, n.column, n.row, figure_text(largest, error_of(of, HEAD_SCALED), text));
    origin_say(to, "= exp(%s)/(%s)", figure_text(below, below == 0 ? 0 : error, own), powers.text);
    (void)figure_text(exp(below), below == 0 ? 0 : error, own);
    origin_say(to, "= %s/(%s)", own, values.text);
    values.used = 0;
    add(&values, "= %s/%s = ", own, figure_text(sum, (double)seen * error, text));
    add_value(&values, of, n);
    origin_say(to, "%s", values.text);
}

static void say_dscore(origin *to, const head *of, number n)
{
    double mean = 0;
    char text[FIGURE_TEXT];
    line values = {.used = 0};
    for (size_t j = 0; j < of->keys; j++) {
        const number share = {HEAD_P, n.row, j}, slope = {HEAD_DP, n.row, j};
        if (is_hidden(of, share))
            continue;
        add(&values, j ? " + " : "");
        add_factor(&values, of, share);
        add(&values, "·");
        add_factor(&values, of, slope);
        mean += value_of(of, share) * value_of(of, slope);
    }
    (void)figure_text(mean, 2 * error_of(of, HEAD_DP), text);
    origin_say(
        to,
        "dS[%zu][%zu] = P[%zu][%zu]·(dP[%zu][%zu] - D)/(√d·T): the Jacobian of the row's softmax, applied "
        "without being formed",
        n.row, n.column, n.row, n.column, n.row, n.column);
    origin_say(to, "D = the row's mean of dP, weighted by P = %s = %s", values.text, text);
    values.used = 0;
    add(&values, "= ");
    add_factor(&values, of, (number){HEAD_P, n.row, n.column});
    add(&values, "·(");
    add_value(&values, of, (number){HEAD_DP, n.row, n.column});
    add(&values, mean < 0 ? " - (%s))/" : " - %s)/", text);
    add_slope(&values, of);
    add(&values, " = ");
    add_value(&values, of, n);
    origin_say(to, "%s", values.text);
}

static void say_differences(origin *to, const head *of, number n)
{
    enum { TO_BACKWARD = HEAD_NUMERIC_DQ - HEAD_DQ, TO_GIVEN = HEAD_NUMERIC_DQ - HEAD_Q };
    const number backward = {(head_part_id)(n.part - TO_BACKWARD), n.row, n.column};
    line values = {.used = 0};
    origin_say(
        to,
        "(L(x + h) - L(x - h))/2h for x = %s[%zu][%zu] and ever smaller h, carried on to h = 0: forward "
        "passes alone, which know nothing of backward.",
        names[n.part - TO_GIVEN].matrix, n.row, n.column);
    add(&values, "Backward says ");
    add_name(&values, backward);
    add(&values, " = ");
    add_value(&values, of, backward);
    origin_say(to, "%s; the two differ by %.1e.", values.text,
               fabs(value_of(of, n) - value_of(of, backward)));
}

static void say(origin *to, const head *of, number n)
{
    product p;
    say_title(to, of, n);
    if (product_of(n.part, &p))
        say_product(to, of, &p, n);
    else if (n.part >= HEAD_NUMERIC_DQ)
        say_differences(to, of, n);
    else if ((n.part == HEAD_SCALED || n.part == HEAD_P || n.part == HEAD_DSCORES) && is_hidden(of, n))
        origin_say(
            to,
            "Token %zu does not see token %zu, which comes later: the mask makes Z -inf, so the share is "
            "exactly 0, and no gradient comes from there.",
            n.row, n.column);
    else if (n.part == HEAD_SCALED)
        say_scaled(to, of, n);
    else if (n.part == HEAD_P)
        say_share(to, of, n);
    else if (n.part == HEAD_DSCORES)
        say_dscore(to, of, n);
}

/* --- As a table -------------------------------------------------------------- */

static number at(const head *of, head_part_id part, size_t i)
{
    size_t columns = head_part_of(of, part).columns;
    return (number){part, i / columns, i % columns};
}

/* Each part's functions. */
#define HEAD_PART_FUNCTIONS(PART)                                        \
    static double error_of_##PART(const void *panel, size_t i)           \
    {                                                                    \
        (void)i;                                                         \
        return error_of(panel, PART);                                    \
    }                                                                    \
    static void parts_of_##PART(origin *to, const void *panel, size_t i) \
    {                                                                    \
        add_parts(to, panel, at(panel, PART, i));                        \
    }                                                                    \
    static void words_of_##PART(origin *to, const void *panel, size_t i) \
    {                                                                    \
        say(to, panel, at(panel, PART, i));                              \
    }
HEAD_PART_LIST(HEAD_PART_FUNCTIONS)

origin_table attention_origins(const head *of, origin_column columns[HEAD_PARTS])
{
    static const origin_column functions[HEAD_PARTS] = {
#define HEAD_PART_ENTRY(PART) \
    [PART] = {.error = error_of_##PART, .parts = parts_of_##PART, .words = words_of_##PART},
        HEAD_PART_LIST(HEAD_PART_ENTRY)};
    for (size_t p = 0; p < HEAD_PARTS; p++) {
        head_part part = head_part_of(of, (head_part_id)p);
        columns[p] = functions[p];
        columns[p].name = part.name;
        columns[p].text_name = names[p].text_name;
        columns[p].symbol = names[p].symbol;
        columns[p].rows = part.rows;
        columns[p].columns = part.columns;
        columns[p].values = part.elements;
        columns[p].precision = PMY_NUMBER_DOUBLE;
        columns[p].digits = part.error > 0 || p >= HEAD_NUMERIC_DQ ? MATRIX_DIGITS : 0;
    }
    return (origin_table){columns, HEAD_PARTS, of};
}
