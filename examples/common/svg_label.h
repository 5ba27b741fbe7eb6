/* Numbers as a picture shows them: a true minus sign, ×10ⁿ, ∞. And names, cut to fit. */
#ifndef COMMON_SVG_LABEL_H
#define COMMON_SVG_LABEL_H

#define SVG_LABEL 96

typedef struct svg_label {
    char text[SVG_LABEL];
} svg_label;

/* With so many decimals: "−0.25". */
svg_label svg_label_fixed(double value, int decimals);

/* As a power of ten: "2×10⁻⁵", and "10⁻⁵" where the factor is 1 and has no decimals. */
svg_label svg_label_power(double value, int decimals);

/* Whichever of the two suits a number that is shown alone, with at most `digits`
 * significant digits. */
svg_label svg_label_short(double value, int digits);

/* The name, or its first SVG_LONGEST_NAME − 1 columns and …; control characters become U+FFFD. */
#define SVG_LONGEST_NAME 20
svg_label svg_label_name(const char *name);

#endif
