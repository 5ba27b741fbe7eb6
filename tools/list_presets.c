/* Prints what every run of mnist begins with, and its presets, a line each of words between tabs:
 * "usual", then options and their values; a preset's name, "--net" and its net, then its options. For the
 * Python package (python/generate.py). */
#include "mnist/presets.h"

#include <stdio.h>

static void print(const char *name, const char *net, char *const *words)
{
    (void)printf("%s", name);
    if (net)
        (void)printf("\t--net\t%s", net);
    while (*words)
        (void)printf("\t%s", *words++);
    (void)printf("\n");
}

int main(void)
{
    print("usual", NULL, mnist_presets.usual);
    for (size_t i = 0; i < mnist_presets.count; i++)
        print(mnist_presets.presets[i].name, mnist_presets.presets[i].net, mnist_presets.presets[i].options);
    return 0;
}
