#include "common/html.h"

#include "common/markup.h"

#include <math.h>
#include <string.h>

html_number html_count(size_t count)
{
    static const char narrow_space[] = "\u202F";
    char digits[24];
    html_number number = {{0}};
    int length = snprintf(digits, sizeof digits, "%zu", count);
    char *end = number.text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && length > 4) {
            memcpy(end, narrow_space, sizeof narrow_space - 1);
            end += sizeof narrow_space - 1;
        }
        *end++ = digits[i];
    }
    return number;
}

html_number html_percent(double share)
{
    html_number number;
    if (isnan(share))
        (void)snprintf(number.text, sizeof number.text, "–");
    else
        (void)snprintf(number.text, sizeof number.text, "%.2f\u00A0%%", 100 * share);
    return number;
}

html_number html_probability(double p)
{
    html_number number;
    const char *sign = p < 0.00005 ? "<\u00A0" : p >= 0.99995 ? ">\u00A0" : "";
    (void)snprintf(number.text, sizeof number.text, "%s%.4f", sign, fmax(0.0001, fmin(0.9999, p)));
    return number;
}

void html_element(FILE *file, const char *tag, const char *text)
{
    (void)fprintf(file, "<%s>", tag);
    markup_put(file, text);
    (void)fprintf(file, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_tile(FILE *file, const char *name, const char *value)
{
    (void)fputs("<div>", file);
    html_element(file, "dt", name);
    html_element(file, "dd", value);
    (void)fputs("</div>\n", file);
}

void html_figure(FILE *file, svg *figure)
{
    (void)fputs("<div class=\"card\">\n", file);
    (void)svg_put_inline(figure, file);
    (void)fputs("</div>\n", file);
}

void html_head(FILE *file, const char *const *headings, size_t count)
{
    (void)fputs("<thead><tr>", file);
    for (size_t i = 0; i < count; i++)
        html_element(file, "th scope=\"col\"", headings[i]);
    (void)fputs("</tr></thead>\n", file);
}
