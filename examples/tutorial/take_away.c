/* The spiral's model in another program: what docs/tutorial/6-take-away.md shows. */
#include "pmy.h"

#include <stdio.h>

enum { ARMS = 3, POINTS = 3 };

int main(void)
{
    static const float at[POINTS][2] = {{-0.2f, 0.5f}, {-0.3f, -0.4f}, {0.5f, 0}};
    const pmy_dataset points = {.reals = at[0], .count = POINTS, .width = 2, .classes = ARMS};
    float logits[POINTS][ARMS], p[ARMS];
    pmy_classifier *classifier = NULL;
    pmy_error error = {0};
    pmy_status status = pmy_classifier_load("spiral.safetensors", NULL, NULL, NULL, &classifier, &error);
    if (status == PMY_OK) {
        printf("%s\n", classifier->facts.net.text);
        status = pmy_classifier_predict(classifier, &points, logits[0], &error);
    }
    for (int i = 0; i < POINTS && status == PMY_OK; i++) {
        status = pmy_softmax_of_row(ARMS, logits[i], 1, p, &error);
        printf("(%4.1f, %4.1f):", (double)at[i][0], (double)at[i][1]);
        for (int k = 0; k < ARMS; k++)
            printf(" %3.0f %%", 100 * (double)p[k]);
        printf("\n");
    }
    if (status != PMY_OK)
        printf("%s\n", error.message);
    pmy_classifier_free(classifier);
    return status == PMY_OK ? 0 : 1;
}
