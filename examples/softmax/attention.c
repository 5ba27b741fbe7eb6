/* softmax attention: softmax(Q K^T/sqrt(d)) V, and back to Q, K and V, checked by finite differences. */
#include "pmy64/gradcheck/differences.h"

#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "softmax/attention_picture.h"
#include "softmax/commands.h"
#include "softmax/drawn.h"
#include "softmax/head_parts.h"
#include "softmax/matrix.h"
#include "softmax/matrix_file.h"

#include <stdio.h>

enum { TEXT = 400 };

/* --- For people ----------------------------------------------------------- */

static void say(const char *text)
{
    (void)putchar('\n');
    paragraph_print(stdout, text, 0, 0);
}

static bool print_matrix(const char *name, const head_part *part)
{
    const matrix shown = {.corner = name,
                          .rows = part->rows,
                          .columns = part->columns,
                          .row = {.name = "token"},
                          .column = {.name = ""},
                          .elements = part->elements,
                          .error = part->error};
    return matrix_print(&shown);
}

static bool print_inputs(const head *of)
{
    static const char *const names[] = {"Q", "K", "V"};
    for (size_t i = 0; i < 3; i++) {
        const head_part part = head_part_of(of, (head_part_id)(HEAD_Q + i));
        (void)putchar('\n');
        if (!print_matrix(names[i], &part))
            return false;
    }
    return true;
}

static bool print_part(const head *of, const char *text, const char *name, head_part_id id)
{
    say(text);
    const head_part part = head_part_of(of, id);
    return print_matrix(name, &part);
}

static bool print_forward(const head *of)
{
    return print_part(of, "1. Scores S = Q K^T: how well each query (row) meets each key (column).", "S",
                      HEAD_SCORES) &&
           print_part(
               of,
               of->causal
                   ? "2. Scaled by 1/sqrt(d), so that they do not grow with d; a token does not see later "
                     "ones."
                   : "2. Scaled by 1/sqrt(d), so that they do not grow with d.",
               "S/sqrt(d)", HEAD_SCALED) &&
           print_part(of, "3. The attention matrix P = softmax of each row: its rows sum to 1.", "P",
                      HEAD_P) &&
           print_part(of, "4. The output O = P V: means of the rows of V, weighted by P.", "O", HEAD_OUTPUT);
}

/* A gradient as backward gives it and as differences do. */
static bool print_gradient(const head *of, const char *text, const char *name, head_part_id analytic,
                           head_part_id numeric)
{
    if (!print_part(of, text, name, analytic))
        return false;
    const head_part one = head_part_of(of, analytic), other = head_part_of(of, numeric);
    (void)printf("by finite differences of L:\n");
    bool printed = print_matrix(name, &other);
    (void)printf("  largest relative error: %.1e\n",
                 pmy64_differences_error(one.rows * one.columns, one.elements, other.elements));
    return printed;
}

static bool print_backward(const head *of)
{
    return print_part(
               of, "5. Backward, from a loss L = sum of G times O, element by element, so that dO = G:", "dO",
               HEAD_D_OUTPUT) &&
           print_gradient(of, "6. dV = P^T dO:", "dV", HEAD_DV, HEAD_NUMERIC_DV) &&
           print_part(of, "7. dP = dO V^T:", "dP", HEAD_DP) &&
           print_part(
               of,
               "8. Back through each row's softmax, dS = P (dP - sum over the row of P dP)/sqrt(d): its "
               "Jacobian, applied without being formed.",
               "dS", HEAD_DSCORES) &&
           print_gradient(of, "9. dQ = dS K:", "dQ", HEAD_DQ, HEAD_NUMERIC_DQ) &&
           print_gradient(of, "10. dK = dS^T Q:", "dK", HEAD_DK, HEAD_NUMERIC_DK);
}

static bool print_for_people(const head *of)
{
    (void)printf("Scaled dot-product attention: %zu queries, %zu keys, d = %zu%s\n", of->queries, of->keys,
                 of->dim, of->causal ? ", causal" : "");
    bool printed = print_inputs(of) && print_forward(of) && print_backward(of);
    char text[TEXT];
    (void)snprintf(
        text, TEXT,
        "Steps 1 to 5 and 7 to 8 are plain ops, dV, dQ and dK the attention op that trains; the two "
        "ways differ by %.1e at most.",
        of->op_difference);
    say(text);
    return printed;
}

/* --- The command ---------------------------------------------------------- */

static bool print_json(const head *of)
{
    json_line line = json_begin();
    json_flag(&line, "causal", of->causal);
    for (size_t i = 0; i < HEAD_PARTS; i++) {
        const head_part part = head_part_of(of, (head_part_id)i);
        json_matrix(&line, part.name, part.elements, part.rows, part.columns, PMY_NUMBER_DOUBLE);
    }
    json_real(&line, "op_difference", of->op_difference, PMY_NUMBER_DOUBLE);
    return json_end(&line, stdout);
}

typedef struct settings {
    long long tokens, dim, seed;
    const char *q, *k, *v, *svg;
    bool causal, json;
} settings;

static bool read_files(const options *command, const settings *set, head *of)
{
    pmy_error error = {0};
    size_t k_dim = 0, v_keys = 0;
    if (matrix_file_read(set->q, PMY64_EXPLAINED_HEAD, &of->queries, &of->dim, of->q, &error) != PMY_OK ||
        matrix_file_read(set->k, PMY64_EXPLAINED_HEAD, &of->keys, &k_dim, of->k, &error) != PMY_OK ||
        matrix_file_read(set->v, PMY64_EXPLAINED_HEAD, &v_keys, &of->width, of->v, &error) != PMY_OK) {
        options_wrong(command, "%s", error.message);
    } else if (k_dim != of->dim) {
        options_wrong(command, "%s has rows of %zu numbers, but %s rows of %zu", set->k, k_dim, set->q,
                      of->dim);
    } else if (v_keys != of->keys) {
        options_wrong(command, "%s has %zu rows, but %s has %zu", set->v, v_keys, set->k, of->keys);
    } else if (of->causal && of->queries != of->keys) {
        options_wrong(command, "--causal needs as many rows in %s as in %s", set->q, set->k);
    } else {
        return true;
    }
    return false;
}

/* Q, K and V from the files or, where there are none, drawn. */
static bool make_inputs(const options *command, const settings *set, head *of)
{
    bool files = set->q || set->k || set->v;
    of->causal = set->causal;
    if (files && !(set->q && set->k && set->v)) {
        options_wrong(command, "--q, --k and --v go together");
        return false;
    }
    if (files && (set->tokens > 0 || set->dim > 0)) {
        options_wrong(command, "--tokens and --dim do not go with --q, --k and --v, whose sizes count");
        return false;
    }
    pmy_random random = {.seed = (uint64_t)set->seed};
    if (files) {
        if (!read_files(command, set, of))
            return false;
    } else {
        of->queries = of->keys = set->tokens > 0 ? (size_t)set->tokens : 4;
        of->dim = of->width = set->dim > 0 ? (size_t)set->dim : 3;
        head_draw(of, &random);
    }
    draw_short_numbers(&random, of->queries * of->width, of->d_output);
    return true;
}

static int study(const options *command, const settings *set, head *of)
{
    pmy_error error = {0};
    bool printed = true;
    pmy_status status = pmy64_explain_attention(of, &error);
    if (status == PMY_OK && set->svg)
        status = attention_picture(of, set->svg, &error);
    if (status == PMY_OK)
        printed = set->json ? print_json(of) : print_for_people(of);
    if (status != PMY_OK)
        options_wrong(command, "%s", error.message);
    else if (!printed)
        options_wrong(command, "could not print the result");
    return status == PMY_OK && printed ? PROGRAM_FINE : PROGRAM_WRONG;
}

int attention_run(int argc, char **argv)
{
    settings set = {.tokens = 0, .dim = 0, .seed = 1};
    const option_row rows[] = {
        {OPTION_WHOLE("tokens", "N", &set.tokens, 1, PMY64_EXPLAINED_HEAD, "tokens: rows of Q, K and V"),
         .shown_default = "4"},
        {OPTION_WHOLE("dim", "D", &set.dim, 1, PMY64_EXPLAINED_HEAD, "numbers in each row"),
         .shown_default = "3"},
        {OPTION_FLAG("causal", &set.causal, "let a token see only itself and earlier ones")},
        {OPTION_TEXT("q", "FILE", &set.q, "Q from a file, one row a line; with --k and --v")},
        {OPTION_TEXT("k", "FILE", &set.k, "K, as many numbers a row as Q")},
        {OPTION_TEXT("v", "FILE", &set.v, "V, as many rows as K")},
        {OPTION_SEED(&set.seed)},
        {OPTION_JSON(&set.json)},
        {OPTION_TEXT("svg", "FILE", &set.svg, "draw the attention matrix"), .presentation = true},
    };
    const options command = {
        .name = "softmax attention",
        .summary =
            "Takes scaled dot-product attention, softmax(Q K^T/sqrt(d)) V, apart: scores, the attention "
            "matrix, the output, and the way back to Q, K and V, checked by finite differences.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    options_result result = options_parse(&command, argc, argv, NULL);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    head of = {.temperature = 1};
    return make_inputs(&command, &set, &of) ? study(&command, &set, &of) : PROGRAM_WRONG;
}
