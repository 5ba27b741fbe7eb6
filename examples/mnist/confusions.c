#include "mnist/confusions.h"

/* In a line there is room for three pairs. */
enum { IN_A_LINE = 3, MOST = 2 * IN_A_LINE };

void confusions_print(const pmy_assessment *assessment, FILE *file)
{
    pmy_confusion worst[MOST];
    size_t count = pmy_worst_confusions(assessment, MOST, worst);
    for (size_t i = 0; i < count; i++) {
        bool begins = i % IN_A_LINE == 0, ends = i % IN_A_LINE == IN_A_LINE - 1 || i + 1 == count;
        fprintf(file, "%s%zu taken for %zu: %zu×%s", begins ? i ? "        " : "errors  " : ", ",
                worst[i].label, worst[i].prediction, worst[i].count, ends ? "\n" : "");
    }
}
