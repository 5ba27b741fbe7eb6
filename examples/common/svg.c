#include "common/svg.h"

#include "common/markup.h"
#include "common/svg_style.h"
#include "common/utf8.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of a letter, on average, as a share of its size. */
#define LETTER_WIDTH 0.57
#define MARKER_RADIUS 4.0

struct svg {
    FILE *stream; /* grows `text` until the picture is ended */
    char *text;
    size_t size;
    /* What only a picture on its own needs: text[name_begin … name_end), text[style_begin … style_end). */
    size_t name_begin, name_end, style_begin, style_end;
    bool failed; /* there was no memory */
};

/* ---- writing text -------------------------------------------------------- */

/* Hundredths of a pixel, without needless zeros. */
static void put_number(FILE *file, double value)
{
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%.2f", value);
    size_t length = strlen(digits);
    while (digits[length - 1] == '0')
        length--;
    if (digits[length - 1] == '.')
        length--;
    digits[length] = '\0';
    (void)fputs(strcmp(digits, "-0") == 0 ? "0" : digits, file);
}

static void put_attribute(FILE *file, const char *name, double value)
{
    (void)fprintf(file, " %s=\"", name);
    put_number(file, value);
    (void)fputc('"', file);
}

static void put_element(FILE *file, const char *name, const char *text)
{
    (void)fprintf(file, "<%s>", name);
    markup_put(file, text);
    (void)fprintf(file, "</%s>", name);
}

/* Ends a shape's tag, with the tooltip inside if there is one. */
static void end_shape(FILE *file, const char *name, const char *tooltip)
{
    if (tooltip) {
        (void)fputc('>', file);
        put_element(file, "title", tooltip);
        (void)fprintf(file, "</%s>\n", name);
    } else {
        (void)fputs("/>\n", file);
    }
}

/* ---- the picture ---------------------------------------------------------- */

/* How long the text is so far. */
static size_t text_length(svg *picture)
{
    (void)fflush(picture->stream);
    return picture->size;
}

svg *svg_new(double width, double height, const char *title, const char *description)
{
    svg *picture = calloc(1, sizeof *picture);
    if (!picture)
        return NULL;
    picture->stream = open_memstream(&picture->text, &picture->size);
    if (!picture->stream) {
        free(picture);
        return NULL;
    }
    FILE *file = picture->stream;
    (void)fputs("<svg", file);
    picture->name_begin = text_length(picture);
    (void)fputs(" xmlns=\"http://www.w3.org/2000/svg\"", file);
    picture->name_end = text_length(picture);
    (void)fputs(" class=\"pmy-plot\" role=\"img\"", file);
    put_attribute(file, "width", width);
    put_attribute(file, "height", height);
    (void)fputs(" viewBox=\"0 0 ", file);
    put_number(file, width);
    (void)fputc(' ', file);
    put_number(file, height);
    (void)fputs("\">\n", file);
    put_element(file, "title", title);
    if (description)
        put_element(file, "desc", description);
    (void)fputc('\n', file);
    picture->style_begin = text_length(picture);
    (void)fprintf(file, "<style>\n%s</style>\n", svg_style_sheet);
    picture->style_end = text_length(picture);
    svg_rectangle(picture, (svg_box){0, 0, width, height}, "paper", 1, NULL);
    return picture;
}

void svg_free(svg *picture)
{
    if (!picture)
        return;
    if (picture->stream)
        (void)fclose(picture->stream);
    free(picture->text);
    free(picture);
}

/* Ends the text; false if memory ran out on the way. */
static bool end_picture(svg *picture)
{
    if (!picture->stream)
        return !picture->failed;
    (void)fputs("</svg>\n", picture->stream);
    bool failed = ferror(picture->stream) != 0;
    picture->failed = fclose(picture->stream) != 0 || failed || picture->failed;
    picture->stream = NULL;
    return !picture->failed;
}

const char *svg_whole(svg *picture, size_t *size)
{
    if (!picture || !end_picture(picture))
        return NULL;
    *size = picture->size;
    return picture->text;
}

bool svg_put_inline(svg *picture, FILE *file)
{
    if (!picture || !end_picture(picture))
        return false;
    (void)fwrite(picture->text, 1, picture->name_begin, file);
    (void)fwrite(picture->text + picture->name_end, 1, picture->style_begin - picture->name_end, file);
    (void)fwrite(picture->text + picture->style_end, 1, picture->size - picture->style_end, file);
    return true;
}

/* ---- shapes --------------------------------------------------------------- */

void svg_rectangle(svg *picture, svg_box box, const char *style, double opacity, const char *tooltip)
{
    if (!picture)
        return;
    FILE *file = picture->stream;
    (void)fprintf(file, "<rect class=\"%s\"", style);
    put_attribute(file, "x", box.left);
    put_attribute(file, "y", box.top);
    put_attribute(file, "width", box.width);
    put_attribute(file, "height", box.height);
    if (opacity < 1)
        put_attribute(file, "fill-opacity", opacity);
    end_shape(file, "rect", tooltip);
}

void svg_line(svg *picture, double x1, double y1, double x2, double y2, const char *style)
{
    if (!picture)
        return;
    FILE *file = picture->stream;
    (void)fprintf(file, "<line class=\"%s\"", style);
    put_attribute(file, "x1", x1);
    put_attribute(file, "y1", y1);
    put_attribute(file, "x2", x2);
    put_attribute(file, "y2", y2);
    end_shape(file, "line", NULL);
}

static void put_point(FILE *file, char command, double x, double y)
{
    (void)fputc(command, file);
    put_number(file, x);
    (void)fputc(' ', file);
    put_number(file, y);
}

void svg_path(svg *picture, const double *x, const double *y, size_t count, const char *style)
{
    if (!picture)
        return;
    FILE *file = picture->stream;
    (void)fprintf(file, "<path class=\"%s\" d=\"", style);
    bool joined = false;
    for (size_t i = 0; i < count; i++) {
        bool finite = isfinite(x[i]) && isfinite(y[i]);
        if (finite)
            put_point(file, joined ? 'L' : 'M', x[i], y[i]);
        joined = finite;
    }
    (void)fputc('"', file);
    end_shape(file, "path", NULL);
}

void svg_marker(svg *picture, double x, double y, size_t shape, const char *style, const char *tooltip)
{
    if (!picture)
        return;
    /* The corners of a square, a diamond, two triangles and a plus, in units of the
     * marker's radius; the first shape is a circle. */
    static const struct {
        size_t count;
        double corners[12][2];
    } outlines[SVG_SERIES] = {
        {0, {{0}}},
        {4, {{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}}},
        {4, {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}}},
        {3, {{0, -1.2}, {1.2, 1}, {-1.2, 1}}},
        {3, {{0, 1.2}, {1.2, -1}, {-1.2, -1}}},
        {12,
         {{-.4, -1.2},
          {.4, -1.2},
          {.4, -.4},
          {1.2, -.4},
          {1.2, .4},
          {.4, .4},
          {.4, 1.2},
          {-.4, 1.2},
          {-.4, .4},
          {-1.2, .4},
          {-1.2, -.4},
          {-.4, -.4}}},
    };
    shape %= SVG_SERIES;
    FILE *file = picture->stream;
    if (outlines[shape].count == 0) {
        (void)fprintf(file, "<circle class=\"%s\"", style);
        put_attribute(file, "cx", x);
        put_attribute(file, "cy", y);
        put_attribute(file, "r", MARKER_RADIUS);
        end_shape(file, "circle", tooltip);
        return;
    }
    (void)fprintf(file, "<polygon class=\"%s\" points=\"", style);
    for (size_t i = 0; i < outlines[shape].count; i++)
        put_point(file, ' ', x + MARKER_RADIUS * outlines[shape].corners[i][0],
                  y + MARKER_RADIUS * outlines[shape].corners[i][1]);
    (void)fputc('"', file);
    end_shape(file, "polygon", tooltip);
}

void svg_ring(svg *picture, double x, double y, double radius, const char *style)
{
    if (!picture)
        return;
    FILE *file = picture->stream;
    (void)fprintf(file, "<circle class=\"%s\"", style);
    put_attribute(file, "cx", x);
    put_attribute(file, "cy", y);
    put_attribute(file, "r", radius);
    end_shape(file, "circle", NULL);
}

static void put_text(FILE *file, double x, double y, svg_anchor anchor, const char *style, const char *text,
                     bool upward)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    (void)fprintf(file, "<text class=\"%s\" text-anchor=\"%s\"", style, anchors[anchor]);
    put_attribute(file, "x", x);
    put_attribute(file, "y", y);
    if (upward) {
        (void)fputs(" transform=\"rotate(-90 ", file);
        put_number(file, x);
        (void)fputc(' ', file);
        put_number(file, y);
        (void)fputs(")\"", file);
    }
    (void)fputc('>', file);
    markup_put(file, text);
    (void)fputs("</text>\n", file);
}

void svg_text(svg *picture, double x, double y, svg_anchor anchor, const char *style, const char *text)
{
    if (picture)
        put_text(picture->stream, x, y, anchor, style, text, false);
}

void svg_text_upward(svg *picture, double x, double y, svg_anchor anchor, const char *style, const char *text)
{
    if (picture)
        put_text(picture->stream, x, y, anchor, style, text, true);
}

double svg_text_width(const char *text, double size)
{
    return LETTER_WIDTH * size * (double)utf8_width(text);
}

void *svg_take(svg *picture, size_t count, size_t size)
{
    void *taken = picture ? calloc(count + 1, size) : NULL;
    if (picture && !taken)
        picture->failed = true;
    return taken;
}
