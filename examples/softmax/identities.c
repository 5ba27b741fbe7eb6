/* softmax identities: what always holds, shown for one row and tested on many. */
#include "common/json.h"
#include "common/options.h"
#include "common/paragraph.h"
#include "common/program.h"
#include "softmax/commands.h"
#include "softmax/identity.h"

#include <stdio.h>

static bool print_json(const identity *of, const words *shown, double worst)
{
    json_line line = json_begin();
    json_text(&line, "identity", of->name);
    json_text(&line, "claim", of->claim);
    json_text(&line, "example", shown->text);
    json_whole(&line, "rows", IDENTITY_ROWS + 1);
    json_real(&line, "difference", worst, PMY_NUMBER_DOUBLE);
    json_real(&line, "allowed", of->allowed, PMY_NUMBER_DOUBLE);
    json_flag(&line, "holds", worst <= of->allowed);
    return json_end(&line, stdout);
}

static void print_for_people(const identity *of, const words *shown, double worst)
{
    (void)printf("\n%s: %s\n", of->name, of->claim);
    (void)printf("  ");
    paragraph_print(stdout, shown->text, 2, 2);
    (void)printf("  %s: the sides differ by at most %.1e in %d rows\n",
                 worst <= of->allowed ? "holds" : "DOES NOT HOLD", worst, IDENTITY_ROWS + 1);
}

int identities_run(int argc, char **argv)
{
    bool json = false;
    const option_row rows[] = {{OPTION_JSON(&json)}};
    const options command = {
        .name = "softmax identities",
        .summary =
            "Shows what always holds for softmax for one row, and tests it on that and on random rows. "
            "Ends with 1 if anything does not hold.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
    };
    options_result result = options_parse(&command, argc, argv, NULL);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    if (!json)
        (void)printf("What always holds for p = softmax(z/T), shown for z = (2, 1, 0.1), T = 1\n");
    bool all_hold = true;
    for (size_t i = 0; i < identity_count; i++) {
        words shown = {.used = 0};
        double worst = identity_worst(&identities[i], &shown);
        all_hold &= worst <= identities[i].allowed;
        if (!json) {
            print_for_people(&identities[i], &shown, worst);
        } else if (!print_json(&identities[i], &shown, worst)) {
            options_wrong(&command, "could not print the result");
            return PROGRAM_WRONG;
        }
    }
    return all_hold ? PROGRAM_FINE : PROGRAM_FAILED;
}
