/* Which digits a model reads on which papers, and on which it sees one where there is none: a table for
 * docs/RESULTS.md. Not a test by itself: tests/test_papers.c holds a few pictures of each kind. */
#include "common/options.h"
#include "common/program.h"
#include "kernels/blas.h"
#include "mnist/contact_sheet.h"
#include "mnist/prediction.h"
#include "papers/camera.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 50, LONGEST_NAME = 64 };

typedef struct papers {
    const char *model, *wrong, *only;
    long long seed, count, blanks;
    options command;
    prediction *missed; /* [missed_count]: what was read wrong, kept for the contact sheet */
    char (*names)[LONGEST_NAME];
    size_t missed_count;
    pmy_classifier *classifier;
} papers;

static int fail(const papers *p, const pmy_error *error)
{
    (void)options_wrong(&p->command, "%s", error->message);
    return program_status(error->code);
}

/* --- Reading ----------------------------------------------------------------------- */

static bool is_right(const prediction *picture, int digit)
{
    bool found = prediction_has_digit(picture);
    return digit < 0 ? !found : found && (int)picture->best == digit;
}

/* Keeps what was read wrong, under a name that says what it was. */
static pmy_status keep(papers *p, prediction *picture, const char *kind, long long number, int digit,
                       pmy_error *error)
{
    prediction *missed = realloc(p->missed, (p->missed_count + 1) * sizeof *missed);
    if (missed)
        p->missed = missed;
    char(*names)[LONGEST_NAME] = realloc(p->names, (p->missed_count + 1) * sizeof *names);
    if (names)
        p->names = names;
    if (!missed || !names)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what was read wrong");
    if (digit < 0)
        (void)snprintf(names[p->missed_count], LONGEST_NAME, "%s %lld", kind, number);
    else
        (void)snprintf(names[p->missed_count], LONGEST_NAME, "%s %lld, a %d", kind, number, digit);
    missed[p->missed_count++] = *picture;
    *picture = (prediction){0};
    return PMY_OK;
}

/* Pictures first … first + count − 1 of a kind; adds to *right and *unseen. */
static pmy_status read_chunk(papers *p, size_t index, long long first, size_t count, size_t *right,
                             size_t *unseen, pmy_error *error)
{
    prediction pictures[CHUNK] = {{0}};
    int digits[CHUNK];
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < count; i++) {
        pmy_picture picture =
            camera_take(index, (uint64_t)p->seed, (uint32_t)(first + (long long)i), &digits[i]);
        status = pmy_digit_make(&picture, &pictures[i].digit, error);
        pictures[i].read = status == PMY_OK;
        pmy_picture_free(&picture);
    }
    pmy_classifier_free(p->classifier);
    p->classifier = NULL;
    if (status == PMY_OK)
        status = predictions_make(pictures, count, p->model, false, &p->classifier, error);
    for (size_t i = 0; i < count; i++) {
        bool fine = is_right(&pictures[i], digits[i]);
        *right += fine;
        *unseen += !prediction_has_digit(&pictures[i]);
        if (status == PMY_OK && !fine && p->wrong)
            status = keep(p, &pictures[i], paper_kind_at(index).name, first + (long long)i, digits[i], error);
        prediction_free(&pictures[i]);
    }
    return status;
}

/* --- The tables ----------------------------------------------------------------------- */

typedef struct tally {
    size_t right, all;
} tally;

static pmy_status print_kind(papers *p, size_t index, bool digits, tally *sum, pmy_error *error)
{
    paper_kind kind = paper_kind_at(index);
    long long count = digits ? p->count : p->blanks;
    size_t right = 0, unseen = 0;
    pmy_status status = PMY_OK;
    if ((kind.mark == MARK_DIGIT) != digits || (p->only && strcmp(p->only, kind.name) != 0))
        return PMY_OK;
    for (long long first = 0; status == PMY_OK && first < count; first += CHUNK)
        status = read_chunk(p, index, first, (size_t)(count - first < CHUNK ? count - first : CHUNK), &right,
                            &unseen, error);
    if (status == PMY_OK && digits)
        printf("| %s | %zu | %zu | %lld |\n", kind.name, right, unseen, count);
    else if (status == PMY_OK)
        printf("| %s | %zu | %lld |\n", kind.name, right, count);
    (void)fflush(stdout);
    sum->right += right;
    sum->all += (size_t)count;
    return status;
}

static pmy_status print_tables(papers *p, pmy_error *error)
{
    pmy_status status = PMY_OK;
    tally with = {0}, without = {0};
    puts("| paper | right | no digit found | of |\n|---|---|---|---|");
    for (size_t i = 0; status == PMY_OK && i < paper_kinds(); i++)
        status = print_kind(p, i, true, &with, error);
    printf("| all | %zu | | %zu |\n\n", with.right, with.all);
    puts("| without a digit | no digit found | of |\n|---|---|---|");
    for (size_t i = 0; status == PMY_OK && i < paper_kinds(); i++)
        status = print_kind(p, i, false, &without, error);
    printf("| all | %zu | %zu |\n", without.right, without.all);
    return status;
}

int main(int argc, char **argv)
{
    papers p = {.seed = PAPERS_SEED_A, .count = 50, .blanks = 25};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &p.model, "the model: a file from mnist train --save"),
         .required = true},
        {OPTION_SEED(&p.seed)},
        {OPTION_WHOLE("count", "N", &p.count, 1, 100000, "pictures of each kind")},
        {OPTION_WHOLE("blanks", "N", &p.blanks, 1, 100000, "pictures of each kind without a digit")},
        {OPTION_TEXT("only", "KIND", &p.only, "only this kind")},
        {OPTION_TEXT("wrong", "FILE", &p.wrong, "draw, as a PNG, what was read wrong")},
    };
    p.command = (options){.name = "papers",
                          .summary = "Says how many digits a model reads on papers of many kinds.",
                          .rows = rows,
                          .row_count = sizeof rows / sizeof *rows};
    options_result read = options_parse(&p.command, argc, argv, NULL);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_blas_single_threaded();
    pmy_error error;
    int result = PROGRAM_FINE;
    pmy_status status = print_tables(&p, &error);
    for (size_t i = 0; i < p.missed_count; i++)
        p.missed[i].name = p.names[i];
    if (status == PMY_OK && p.wrong && p.missed_count > 0)
        status = contact_sheet_of_stages(p.missed, p.missed_count, NULL, p.wrong, &error);
    if (status != PMY_OK)
        result = fail(&p, &error);
    for (size_t i = 0; i < p.missed_count; i++)
        prediction_free(&p.missed[i]);
    free(p.missed);
    free(p.names);
    pmy_classifier_free(p.classifier);
    return result;
}
