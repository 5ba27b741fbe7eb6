/* Measures the numbers of softmax and its cross-entropy against MPFR on a million rows, and
 * PyTorch's on the same rows where a python3 can import it, and those of the convolutions against the plain
 * one. Prints docs/NUMERICS.md; ends with 1 if pmy breaks one of its bounds.
 *
 *   numerics [ROWS]
 */
#include "numerics/convolutions.h"
#include "softmax_oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS_A_BATCH = 64, MOST_KINDS = 32 };

static void stop(const char *what)
{
    fprintf(stderr, "numerics: %s\n", what);
    exit(2);
}

/* --- PyTorch ---------------------------------------------------------------- */

typedef struct torch {
    FILE *to, *from; /* NULL: there is none */
    char version[64];
} torch;

static torch torch_start(void)
{
    char folder[] = "/tmp/numericsXXXXXX", pipe[64], command[512];
    if (!mkdtemp(folder))
        stop("no temporary folder");
    (void)snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    if (mkfifo(pipe, 0600) != 0)
        stop("no pipe");
    (void)snprintf(command, sizeof command,
                   "exec > %s; for python in python3 /usr/bin/python3; do"
                   " $python -c 'import torch' 2> /dev/null && exec $python tests/numerics/torch_results.py;"
                   " done",
                   pipe);
    torch t = {.to = popen(command, "w"), .from = fopen(pipe, "r")};
    unlink(pipe);
    rmdir(folder);
    if (!t.to || !t.from)
        stop("no pipe");
    if (fread(t.version, sizeof t.version, 1, t.from) != 1) {
        pclose(t.to);
        fclose(t.from);
        t.to = t.from = NULL;
    }
    return t;
}

static void torch_stop(torch *t)
{
    if (!t->to)
        return;
    pclose(t->to);
    fclose(t->from);
}

static void put(torch *t, const void *numbers, size_t bytes)
{
    if (fwrite(numbers, 1, bytes, t->to) != bytes)
        stop("PyTorch has gone");
}

static void get(torch *t, void *numbers, size_t bytes)
{
    if (fread(numbers, 1, bytes, t->from) != bytes)
        stop("PyTorch has gone");
}

static void results_of_torch(torch *t, const softmax_rows *batch, softmax_results *results)
{
    size_t rows = batch->rows * sizeof(float), all = rows * batch->classes;
    uint64_t sizes[] = {batch->rows, batch->classes};
    put(t, sizes, sizeof sizes);
    put(t, &batch->temperature, sizeof batch->temperature);
    put(t, batch->z, all);
    put(t, batch->labels, rows);
    put(t, batch->y, all);
    if (fflush(t->to) != 0)
        stop("PyTorch has gone");
    get(t, results->p, all);
    get(t, results->log_p, all);
    get(t, results->log_sum_exp, rows);
    get(t, results->loss, rows);
    get(t, results->dz, all);
    get(t, results->soft_loss, rows);
    get(t, results->soft_dz, all);
}

/* --- Measuring --------------------------------------------------------------- */

typedef struct measured {
    const char *kind;
    softmax_errors pmy, torch;
} measured;

static void measure(softmax_rows batch, torch *t, measured *into)
{
    softmax_results results;
    if (!batch.z || !softmax_results_new(&batch, &results))
        stop("no memory");
    if (!softmax_results_of_pmy(&batch, &results))
        stop("pmy refused a row");
    softmax_measure(&batch, &results, &into->pmy);
    if (t->to) {
        results_of_torch(t, &batch, &results);
        softmax_measure(&batch, &results, &into->torch);
    }
    into->kind = batch.kind;
    softmax_results_free(&results);
    softmax_rows_free(&batch);
}

static void measure_many_classes(torch *t, size_t classes, size_t rows, measured *into)
{
    for (size_t kind = 0; kind < softmax_kinds(); kind++)
        measure(softmax_rows_of(kind, rows, classes, kind % 2 ? 1 : 0.5), t, into);
}

/* --- The page ----------------------------------------------------------------- */

static const char *shown(double ulp, char text[16])
{
    if (isinf(ulp))
        return "∞";
    (void)snprintf(text, 16, ulp < 1000 ? "%.2f" : "%.0e", ulp);
    return text;
}

static void print_errors(const char *kind, const softmax_errors *e)
{
    const double columns[] = {e->p,         e->log_p,     e->log_sum_exp, e->loss,
                              e->dz_target, e->dz_others, e->soft_loss,   e->soft_dz};
    printf("| %s | %zu |", kind, e->rows);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char text[16];
        printf(" %s |", shown(columns[i], text));
    }
    printf("\n");
}

static void print_table(const char *title, const measured *all, size_t count, bool torch_s)
{
    printf("\n## %s\n\n", title);
    printf("| logits | rows | softmax | log_softmax | log-sum-exp | loss | ∂ target | ∂ others | loss, "
           "targets | "
           "∂, targets |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < count; i++)
        print_errors(all[i].kind, torch_s ? &all[i].torch : &all[i].pmy);
}

static bool within_bounds(const softmax_errors *e)
{
    return e->p <= 2 && e->log_p <= 2 && e->log_sum_exp <= 2 && e->loss <= 4 && e->dz_target <= 4 &&
           e->dz_others <= 4 && e->soft_loss <= 4 && e->soft_dz <= 4;
}

/* One row, two classes, the label ahead: what is left of its loss. */
static void print_confident(torch *t)
{
    static const float leads[] = {1, 5, 10, 15, 17, 20, 50, 90, 103};
    printf("\n## A confident row\n\nTwo logits, 0 and −lead, the first one's label: its loss is "
           "log(1 + exp(−lead)), and its gradient minus the other's probability.\n\n"
           "| lead | pmy: loss | ∂ target |%s\n|--:|--:|--:|%s\n",
           t->to ? " PyTorch: loss | ∂ target |" : "", t->to ? "--:|--:|" : "");
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        float z[] = {0, -leads[i]}, y[] = {1, 0};
        int32_t label = 0;
        softmax_rows row = {"", 1, 2, 1, z, &label, y};
        softmax_results results;
        if (!softmax_results_new(&row, &results) || !softmax_results_of_pmy(&row, &results))
            stop("no memory");
        printf("| %g | %.8g | %.8g |", (double)leads[i], (double)results.loss[0], (double)results.dz[0]);
        if (t->to) {
            results_of_torch(t, &row, &results);
            printf(" %.8g | %.8g |", (double)results.loss[0], (double)results.dz[0]);
        }
        printf("\n");
        softmax_results_free(&results);
    }
}

static void print_page(const measured *all, size_t count, torch *t)
{
    printf(
        "# How right the numbers are\n\n"
        "Made by `make numerics`, which fails if pmy breaks a bound. Up to the convolutions "
        "each\n"
        "number is the largest error over the rows of its line, in units in the last place (ulp): the "
        "spacing\n"
        "of floats at the true value, never less than 2⁻¹⁴⁹. The truth is MPFR's, with 320 bits. Where it\n"
        "exceeds FLT_MAX only an infinity is right; ∞ is an infinity or a NaN where a number was due.\n\n"
        "The bounds: softmax, log_softmax and log-sum-exp ≤ 2 ulp (the last but for 2⁻²⁴ near 0); with\n"
        "labels, loss and every component of the gradient ≤ 4 ulp; with targets y, the loss ≤ 4 ulp and the\n"
        "gradient ≤ 4 ulp of max(p, y)/T, or of max(p Σy, y)/T where Σy > 1. All this is of the float build; "
        "in double the argument of an exponential,\n"
        "as far down as −745, is rounded like any other number: loss and gradient ≤ 1000 ulp (2e-13) where "
        "the\n"
        "probabilities they are made of are normal numbers, which tests/test_softmax_quad.c holds against "
        "quad.\n\n"
        "Rows have 1 to 50 classes but where noted, temperatures T from 10⁻⁶ to 10⁶ (a third has 1), and\n"
        "labels and targets at random; tests/softmax_rows.c makes them. softmax and log_softmax here are\n"
        "those of z/T.\n");
    print_table("pmy", all, count, false);
    if (t->to) {
        char title[96];
        (void)snprintf(title, sizeof title, "PyTorch %s, on the same rows", t->version);
        print_table(title, all, count, true);
        printf(
            "\nPyTorch is given `z / T` in single precision, as one writes it there. A loss or gradient of\n"
            "exactly 0 where the truth is small counts as the many ulp that it is.\n");
    }
    print_confident(t);
}

/* What no bound here can say, in words; the figures are of another program, which trained beside PyTorch. */
static void print_steps(void)
{
    (void)fputs(
        "\n"
        "## Ten steps in float beside double\n"
        "\n"
        "How far AdamW in float leaves AdamW in double says little about rounding: Adam divides a gradient "
        "by its own\n"
        "size, and so makes steps of the full rate out of noise. Below are 40 random nets of two "
        "convolutions,\n"
        "batchnorms and relus and two linear layers, after ten steps at the rate 0.001 on batches of 16; pmy "
        "and\n"
        "PyTorch 2.13, both in float, are held against PyTorch in double, from the same numbers on. "
        "(Measured once,\n"
        "beside `make numerics`.)\n"
        "\n"
        "| largest deviation in a net | pmy: median | largest | PyTorch: median | largest |\n"
        "|---|--:|--:|--:|--:|\n"
        "| parameters, but for the next line's | 4.0e-07 | 2.7e-05 | 4.0e-07 | 5.3e-05 |\n"
        "| biases right before a batchnorm | 3.7e-03 | 5.5e-03 | 4.4e-03 | 7.3e-03 |\n"
        "| their gradients, truly 0: root mean square | 9.1e-09 | 3.2e-08 | 1.9e-08 | 5.1e-08 |\n"
        "| logits as in training | 5.8e-07 | 1.9e-06 | 5.5e-07 | 3.2e-06 |\n"
        "| logits by the running statistics | 1.0e-03 | 2.5e-03 | 1.4e-03 | 3.1e-03 |\n"
        "\n"
        "A batchnorm takes away a bias before it. What is computed as that bias's gradient is rounding "
        "alone. Its sign\n"
        "does not last (the mean over the steps is 0.26 of the root mean square in both; 0.26 is chance), "
        "yet Adam moves\n"
        "the bias by up to the rate in each step. Training does not see it. The running mean does, and "
        "follows slowly,\n"
        "so that PMY_EVAL differs until it has caught up. A layer right before a batchnorm needs no bias.\n"
        "\n"
        "The largest deviation of the other parameters is that of single weights whose first gradient g is "
        "by chance\n"
        "not far above Adam's epsilon of 1e-08: an error e of g moves such a weight by rate · epsilon · "
        "e/(|g| + epsilon)².\n"
        "In the net where PyTorch is off by 5.3e-05, and pmy by 2.4e-05, g is -1.6e-08 beside gradients of "
        "1.2e-02, and e is\n"
        "8.5e-10 and 4e-10. So one net says little: pmy's largest deviation is 70 times PyTorch's in one and "
        "a fifth of it\n"
        "in another, and 1.2 times on geometric average.\n",
        stdout);
}

int main(int words, char **word)
{
    size_t rows = words > 1 ? strtoul(word[1], NULL, 10) : 1000000;
    torch t = torch_start();
    measured all[MOST_KINDS + 3] = {0};
    size_t kinds = softmax_kinds();
    for (size_t i = 0; i < rows / ROWS_A_BATCH; i++)
        measure(softmax_rows_new(i, ROWS_A_BATCH), &t, &all[i % kinds]);
    measure_many_classes(&t, 1000, 20, &all[kinds]);
    measure_many_classes(&t, 50257, 1, &all[kinds + 1]);
    measure_many_classes(&t, 1000000, 1, &all[kinds + 2]);
    all[kinds].kind = "all kinds, 1000 classes";
    all[kinds + 1].kind = "all kinds, 50257 classes";
    all[kinds + 2].kind = "all kinds, 10⁶ classes";
    print_page(all, kinds + 3, &t);
    torch_stop(&t);
    bool fine = print_convolutions();
    print_steps();
    if (!fine)
        return 1;
    for (size_t i = 0; i < kinds + 3; i++)
        if (!within_bounds(&all[i].pmy)) {
            fprintf(stderr, "numerics: a bound is broken: %s\n", all[i].kind);
            return 1;
        }
    return 0;
}
