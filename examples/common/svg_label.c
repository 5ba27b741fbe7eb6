#include "common/svg_label.h"

#include "common/utf8.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const minus = "−";

/* Appends as much as fits. */
static void append(svg_label *label, const char *text)
{
    size_t length = strlen(label->text);
    (void)snprintf(label->text + length, SVG_LABEL - length, "%s", text);
}

/* Appends the number's digits with a true minus sign; none before a zero. */
static void append_number(svg_label *label, const char *digits)
{
    bool negative = digits[0] == '-', zero = digits[strcspn(digits, "123456789")] == '\0';
    append(label, negative && !zero ? minus : "");
    append(label, digits + negative);
}

static svg_label not_finite(double value)
{
    svg_label label = {{0}};
    append(&label, isnan(value) ? "nan" : value > 0 ? "∞" : "−∞");
    return label;
}

svg_label svg_label_fixed(double value, int decimals)
{
    if (!isfinite(value))
        return not_finite(value);
    /* Longer than any label, so that no digit of a huge number is taken for the whole. */
    char digits[400];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, value);
    svg_label label = {{0}};
    append_number(&label, digits);
    return label;
}

static void append_superscript(svg_label *label, long exponent)
{
    static const char *const superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%ld", exponent);
    for (const char *digit = digits; *digit; digit++)
        append(label, *digit == '-' ? "⁻" : superscripts[*digit - '0']);
}

svg_label svg_label_power(double value, int decimals)
{
    if (!isfinite(value) || value == 0)
        return svg_label_fixed(value, 0);
    /* printf rounds before it chooses the exponent; log10 would not. */
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%.*e", decimals, value);
    char *letter = strchr(digits, 'e');
    long exponent = strtol(letter + 1, NULL, 10);
    *letter = '\0';
    svg_label label = {{0}};
    if (strcmp(digits, "1") == 0 || strcmp(digits, "-1") == 0) {
        append(&label, digits[0] == '-' ? minus : "");
    } else {
        append_number(&label, digits);
        append(&label, "×");
    }
    append(&label, "10");
    append_superscript(&label, exponent);
    return label;
}

svg_label svg_label_short(double value, int digits)
{
    double size = fabs(value);
    if (isfinite(value) && size != 0 && (size < 1e-4 || size >= 1e6))
        return svg_label_power(value, digits - 1);
    if (!isfinite(value))
        return not_finite(value);
    char text[64];
    (void)snprintf(text, sizeof text, "%.*g", digits, value);
    if (strchr(text, 'e'))
        return svg_label_fixed(value, 0);
    svg_label label = {{0}};
    append_number(&label, text);
    return label;
}

svg_label svg_label_name(const char *name)
{
    svg_label label = {{0}};
    FILE *file = fmemopen(label.text, SVG_LABEL, "w");
    if (file) {
        (void)utf8_print(file, name, SVG_LONGEST_NAME);
        (void)fclose(file);
    }
    return label;
}
