#include "softmax/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *figure_text(double value, double error, char text[FIGURE_TEXT])
{
    return figure_digits(value, error, FIGURE_DIGITS, text);
}

const char *figure_digits(double value, double error, int most, char text[FIGURE_TEXT])
{
    if (isnan(value) || isinf(value)) {
        (void)snprintf(text, FIGURE_TEXT, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return text;
    }
    /* One step further out, for the rounding of the difference and the sum. */
    double low = error > 0 ? nextafter(value - error, -(double)INFINITY) : value;
    double high = error > 0 ? nextafter(value + error, (double)INFINITY) : value;
    for (int digits = most; digits > 0; digits--) {
        char of_low[FIGURE_TEXT], of_high[FIGURE_TEXT];
        (void)snprintf(of_low, sizeof of_low, "%.*e", digits - 1, low);
        (void)snprintf(of_high, sizeof of_high, "%.*e", digits - 1, high);
        if (strcmp(of_low, of_high) == 0) {
            (void)snprintf(text, FIGURE_TEXT, "%.*g", digits, value == 0 ? 0 : value);
            return text;
        }
    }
    (void)snprintf(text, FIGURE_TEXT, "0");
    return text;
}
