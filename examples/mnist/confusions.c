#include "mnist/confusions.h"

#include "common/utf8.h"

/* In a line there is room for three pairs of short labels; longer ones have a line each. */
enum { IN_A_LINE = 3, MOST = 2 * IN_A_LINE, SHORT = 3, LONGEST = 30 };

static bool are_short(const pmy_confusion *pairs, size_t count, const char *const *labels)
{
    size_t i = 0;
    while (i < count && utf8_width(labels[pairs[i].label]) <= SHORT &&
           utf8_width(labels[pairs[i].prediction]) <= SHORT)
        i++;
    return i == count;
}

void confusions_print(const pmy_assessment *assessment, const char *const *labels, FILE *file)
{
    pmy_confusion worst[MOST];
    size_t count = pmy_worst_confusions(assessment, MOST, worst);
    size_t in_a_line = are_short(worst, count, labels) ? IN_A_LINE : 1;
    for (size_t i = 0; i < count; i++) {
        bool begins = i % in_a_line == 0, ends = i % in_a_line == in_a_line - 1 || i + 1 == count;
        (void)fputs(begins ? i ? "        " : "errors  " : ", ", file);
        (void)utf8_print(file, labels[worst[i].label], LONGEST);
        (void)fputs(" taken for ", file);
        (void)utf8_print(file, labels[worst[i].prediction], LONGEST);
        (void)fprintf(file, ": %zu×%s", worst[i].count, ends ? "\n" : "");
    }
}
