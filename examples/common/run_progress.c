#include "common/run_progress.h"

#include "common/net_table.h"
#include "common/terminal.h"
#include "base/clock.h"

#include <math.h>

run_progress run_progress_of(const training_options *chosen, const pmy_run *run)
{
    bool talks = !chosen->json && !chosen->quiet;
    return (run_progress){.options = chosen,
                          .talks = talks,
                          .live = talks && terminal_is(stdout),
                          .started = pmy_seconds() - run->seconds,
                          .loss = (double)NAN};
}

void run_progress_start(const run_progress *p, const pmy_net *net, const pmy_graph *graph)
{
    if (!p->talks)
        return;
    printf("net     %s\n\n", net->text);
    net_table_print(net, graph);
    printf("\nrecipe\n");
    options_print_line(&p->options->command, stdout, true);
    printf("\n\n");
    fflush(stdout);
}

void run_progress_loss(run_progress *p, double loss)
{
    const double memory = 0.98;
    p->loss = isnan(p->loss) ? loss : memory * p->loss + (1 - memory) * loss;
}

bool run_progress_due(run_progress *p)
{
    enum { TENTHS = 10 };
    double now = pmy_seconds();
    if (!p->live || now - p->shown < 1.0 / TENTHS)
        return false;
    p->shown = now;
    run_progress_clear(p);
    return true;
}

void run_progress_left(uint64_t step, uint64_t steps, double seconds)
{
    long whole = (long)(seconds * (double)(steps - step) / (double)step + 0.5);
    printf("%ld:%02ld left", whole / 60, whole % 60);
    fflush(stdout);
}

void run_progress_clear(const run_progress *p)
{
    if (p->live)
        printf("\r\033[K");
}

void run_progress_break(const run_progress *p)
{
    if (p->live)
        printf("\n");
    (void)fflush(stdout);
}

double run_progress_seconds(const run_progress *p)
{
    return pmy_seconds() - p->started;
}

void run_progress_report(const run_progress *p, const char *folder)
{
    if (p->talks)
        printf("report  %s/index.html\n", folder);
}
