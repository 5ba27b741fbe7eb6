/* The spiral's model without pmy, from what `mnist export` wrote: docs/tutorial/6-take-away.md. */
#include <stdio.h>

void pmy_predict(const float numbers[2], float probabilities[3]);

int main(void)
{
    static const float at[3][2] = {{-0.2f, 0.5f}, {-0.3f, -0.4f}, {0.5f, 0}};
    float p[3];
    for (int i = 0; i < 3; i++) {
        pmy_predict(at[i], p);
        printf("(%4.1f, %4.1f):", (double)at[i][0], (double)at[i][1]);
        for (int k = 0; k < 3; k++)
            printf(" %3.0f %%", 100 * (double)p[k]);
        printf("\n");
    }
    return 0;
}
