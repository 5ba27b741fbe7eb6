#include "common/gradient_report.h"

#include "common/json.h"

#include <stdlib.h>
#include <string.h>

void gradient_report_begin(gradient_report *to, bool json)
{
    static const table_column columns[] = {{"name", TABLE_LEFT},
                                           {"input", TABLE_LEFT},
                                           {"size", TABLE_RIGHT},
                                           {"error", TABLE_RIGHT},
                                           {"verdict", TABLE_LEFT}};
    *to = (gradient_report){.json = json};
    if (!json)
        to->table = table_new(columns, sizeof columns / sizeof *columns);
}

static bool print_json(const pmy_check *check)
{
    json_line line = json_begin();
    json_text(&line, "name", check->name);
    json_text(&line, "input", check->input);
    json_whole(&line, "size", (long long)check->size);
    json_real(&line, "error", check->error, PMY_NUMBER_DOUBLE);
    json_text(&line, "verdict", pmy_verdict_text(check->verdict));
    json_whole(&line, "kinks", (long long)check->kinks);
    json_whole(&line, "batch", (long long)check->batch);
    json_whole(&line, "fewer", (long long)check->fewer);
    if (check->verdict == PMY_WRONG || check->verdict == PMY_NOISE) {
        json_flag(&line, "with_fewer", check->with_fewer);
        json_flag(&line, "adding", check->adding);
        json_whole(&line, "index", (long long)check->worst);
        json_real(&line, "backward", check->analytic, PMY_NUMBER_DOUBLE);
        json_real(&line, "numeric", check->numeric, PMY_NUMBER_DOUBLE);
    }
    if (check->verdict == PMY_WRONG)
        json_text(&line, "cause", pmy_cause_text(check->cause));
    return json_end(&line, stdout);
}

static void keep_failure(gradient_report *to, const pmy_check *check)
{
    char what[512], line[768];
    pmy_check_print(check, what, sizeof what);
    int length = snprintf(line, sizeof line, "%s, %s: %s\n", check->name, check->input, what);
    char *longer = realloc(to->failures, to->failures_length + (size_t)length + 1);
    if (!longer) {
        to->broken = true;
        return;
    }
    memcpy(longer + to->failures_length, line, (size_t)length + 1);
    to->failures = longer;
    to->failures_length += (size_t)length;
}

static void add_row(gradient_report *to, const pmy_check *check)
{
    table_cell(to->table, "%s", check->name);
    table_cell(to->table, "%s", check->input);
    table_cell(to->table, "%zu", check->size);
    table_cell(to->table, "%.1e", check->error);
    table_cell(to->table, "%s", pmy_verdict_text(check->verdict));
    table_style(to->table, check->verdict == PMY_PASS ? TERMINAL_GREEN : TERMINAL_RED);
}

void gradient_report_add(void *context, const pmy_check *check)
{
    gradient_report *to = context;
    to->checks++;
    if (!(check->error <= to->worst))
        to->worst = check->error;
    if (to->json)
        to->broken |= !print_json(check);
    else
        add_row(to, check);
    if (check->verdict == PMY_PASS)
        return;
    to->failed++;
    keep_failure(to, check);
}

bool gradient_report_end(gradient_report *to)
{
    if (!to->json && to->checks > 0) {
        to->broken |= !table_print(to->table, stdout);
        printf("\n%zu checks, %zu failed, largest error %.1e\n%s", to->checks, to->failed, to->worst,
               to->failures ? to->failures : "");
    }
    table_free(to->table);
    free(to->failures);
    return !to->broken;
}
