#include "mnist/progress.h"

#include "common/json.h"
#include "common/table.h"
#include "common/terminal.h"
#include "mnist/clock.h"
#include "mnist/confusions.h"

#include <errno.h>
#include <string.h>

static bool talks(const progress *p)
{
    return !p->options->json && !p->options->quiet;
}

bool progress_open(progress *p, const train_options *chosen)
{
    *p = (progress){.options = chosen, .started = clock_seconds()};
    p->live = !chosen->json && !chosen->quiet && terminal_is(stdout);
    if (!chosen->log)
        return true;
    p->log = fopen(chosen->log, "w");
    if (!p->log)
        (void)options_wrong(&chosen->command, "--log %s: %s", chosen->log, strerror(errno));
    return p->log != NULL;
}

/* --- The start -------------------------------------------------------------- */

static void print_net(const pmy_net *net)
{
    static const table_column columns[] = {{"#", TABLE_LEFT},
                                           {"layer", TABLE_LEFT},
                                           {"output", TABLE_LEFT},
                                           {"parameters", TABLE_RIGHT},
                                           {"FLOPs", TABLE_RIGHT}};
    table *layers = table_new(columns, sizeof columns / sizeof *columns);
    double flops = 0;
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        table_cell(layers, "%s", layer->name);
        table_cell(layers, "%s", pmy_layer_print(layer).text);
        table_cell(layers, "%s", pmy_shape_print(pmy_shape_of_row(layer->output)).text);
        table_cell(layers, "%zu", layer->parameters);
        table_cell(layers, "%.0f", layer->flops);
        flops += layer->flops;
    }
    table_cell(layers, "%s", "");
    table_cell(layers, "%s", "all");
    table_cell(layers, "%s", "");
    table_cell(layers, "%zu", net->parameters);
    table_cell(layers, "%.0f", flops);
    (void)table_print(layers, stdout);
    table_free(layers);
}

void progress_start(progress *p, const pmy_dataset *train, const pmy_dataset *validation,
                    const pmy_dataset *test, const pmy_net *net)
{
    if (!talks(p))
        return;
    printf("data    %s: %zu pictures of %zux%zu in %zu classes to train on, %zu to validate, %zu to test\n",
           p->options->data, train->count, train->height, train->width, train->classes, validation->count,
           test->count);
    printf("net     %s\n\n", net->text);
    print_net(net);
    printf("\nrecipe\n");
    options_print_line(&p->options->command, stdout, true);
    printf("\n\n");
    fflush(stdout);
}

/* --- Steps and epochs ------------------------------------------------------- */

static void print_time(double seconds)
{
    long whole = (long)(seconds + 0.5);
    printf("%ld:%02ld", whole / 60, whole % 60);
}

static void show_progress(progress *p, const pmy_step_report *step)
{
    enum { TENTHS = 10 };
    double now = clock_seconds();
    if (now - p->shown < 1.0 / TENTHS || step->ends_epoch)
        return;
    p->shown = now;
    double whole_run = step->seconds * (double)step->steps / (double)step->step;
    double rate = (double)((step->epoch - 1) * step->examples + step->seen) / step->seconds;
    printf("\r\033[Kepoch %2zu/%zu %3zu %%  loss %.4f  %.0f images/s  ", step->epoch, step->epochs,
           100 * step->seen / step->examples, p->loss, rate);
    print_time(whole_run - step->seconds);
    printf(" left");
    fflush(stdout);
}

void progress_step(progress *p, const pmy_step_report *step)
{
    if (p->log && !p->failed &&
        fprintf(p->log, "{\"step\":%llu,\"loss\":%.9g}\n", (unsigned long long)step->step, step->loss) < 0)
        p->failed = true;
    const double memory = 0.98; /* the shown loss is mostly of the last fifty steps */
    p->loss = step->step == 1 ? step->loss : memory * p->loss + (1 - memory) * step->loss;
    if (p->live)
        show_progress(p, step);
}

static void write_epoch(const pmy_epoch_report *epoch)
{
    json_line line = json_begin();
    json_text(&line, "event", "epoch");
    json_whole(&line, "epoch", (long long)epoch->epoch);
    json_real(&line, "train_loss", epoch->train_loss, NUMBER_DOUBLE);
    if (epoch->validation.count) {
        json_real(&line, "val_accuracy", (double)epoch->validation.correct / (double)epoch->validation.count,
                  NUMBER_DOUBLE);
        json_real(&line, "val_loss", epoch->validation.loss, NUMBER_DOUBLE);
    }
    json_real(&line, "images_per_s", epoch->images_per_second, NUMBER_DOUBLE);
    (void)json_end(&line, stdout);
}

void progress_epoch(progress *p, const pmy_epoch_report *epoch)
{
    if (p->options->json)
        write_epoch(epoch);
    if (talks(p)) {
        printf("%sepoch %2zu/%zu  loss %.4f", p->live ? "\r\033[K" : "", epoch->epoch, epoch->epochs,
               epoch->train_loss);
        if (epoch->validation.count)
            printf("  validation %.2f %%",
                   100 * (double)epoch->validation.correct / (double)epoch->validation.count);
        printf("  %.0f images/s\n", epoch->images_per_second);
    }
    fflush(stdout);
}

/* --- The end ---------------------------------------------------------------- */

void progress_test(progress *p, const pmy_score *score, const pmy_assessment *assessment,
                   double train_seconds)
{
    double low, high, accuracy = (double)score->correct / (double)score->count;
    pmy_wilson95(score->correct, score->count, &low, &high);
    double total = clock_seconds() - p->started;
    if (p->options->json) {
        json_line line = json_begin();
        json_text(&line, "event", "test");
        json_real(&line, "accuracy", accuracy, NUMBER_DOUBLE);
        json_whole(&line, "correct", (long long)score->correct);
        json_whole(&line, "total", (long long)score->count);
        json_reals(&line, "wilson95", (double[]){low, high}, 2, NUMBER_DOUBLE);
        json_real(&line, "loss", score->loss, NUMBER_DOUBLE);
        json_real(&line, "train_seconds", train_seconds, NUMBER_DOUBLE);
        json_real(&line, "total_seconds", total, NUMBER_DOUBLE);
        (void)json_end(&line, stdout);
    } else {
        printf("test    %.2f %% right: %zu of %zu; with 95 %% confidence between %.2f and %.2f %%\n",
               100 * accuracy, score->correct, score->count, 100 * low, 100 * high);
        if (p->options->quiet)
            return;
        confusions_print(assessment, stdout);
        printf("time    %.2f s of training, %.2f s in all\n", train_seconds, total);
    }
}

bool progress_close(progress *p)
{
    if (!p->log)
        return true;
    p->failed |= fclose(p->log) != 0;
    p->log = NULL;
    if (p->failed)
        (void)options_wrong(&p->options->command, "--log %s: it could not be written", p->options->log);
    return !p->failed;
}
