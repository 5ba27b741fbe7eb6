#include "papers/sheet.h"

#include "papers/pen.h"

#include <math.h>
#include <stdlib.h>

/* --- Colours ---------------------------------------------------------------------- */

typedef struct colour {
    double channel[SHEET_CHANNELS];
} colour;

/* A hue at random, with that saturation and mean. */
static colour colour_draw(double brightness, double saturation, pmy_random *random)
{
    const double turn = 6.283185307179586, third = turn / SHEET_CHANNELS;
    double hue = turn * pmy_random_uniform(random);
    colour c;
    for (size_t i = 0; i < SHEET_CHANNELS; i++) {
        double value = brightness * (1 + saturation * cos(hue - third * (double)i));
        c.channel[i] = fmin(fmax(value, 0), 1);
    }
    return c;
}

/* Lays a share of colour over a pixel. */
static void lay(const sheet *on, long x, long y, const colour *c, double share)
{
    if (x < 0 || y < 0 || x >= (long)on->width || y >= (long)on->height)
        return;
    float *pixel = on->colour + ((size_t)y * on->width + (size_t)x) * SHEET_CHANNELS;
    for (size_t i = 0; i < SHEET_CHANNELS; i++)
        pixel[i] += (float)(share * (c->channel[i] - (double)pixel[i]));
}

/* --- Printing ------------------------------------------------------------------------ */

/* How much of a pixel's unit a line of that width about `centre` covers. */
static double covered(double at, double centre, double width)
{
    double first = fmax(at, centre - width / 2), last = fmin(at + 1, centre + width / 2);
    return fmax(0, last - first);
}

typedef struct printer {
    const sheet *on;
    colour ink;
    double width; /* of a rule */
} printer;

/* A straight rule from `begin` to `end` along one axis, about `centre` of the other. */
static void print_rule(const printer *p, bool upright, double centre, double begin, double end)
{
    for (long across = (long)floor(centre - p->width); across <= (long)ceil(centre + p->width); across++)
        for (long along = (long)begin; along < (long)end; along++)
            lay(p->on, upright ? across : along, upright ? along : across, &p->ink,
                covered((double)across, centre, p->width));
}

static void print_rules(const printer *p, bool upright, double pitch, double first)
{
    double across = (double)(upright ? p->on->width : p->on->height);
    double along = (double)(upright ? p->on->height : p->on->width);
    for (double at = first; at < across; at += pitch)
        print_rule(p, upright, at, 0, along);
}

static void print_dots(const printer *p, double pitch)
{
    for (double y = pitch / 2; y < (double)p->on->height; y += pitch)
        for (double x = pitch / 2; x < (double)p->on->width; x += pitch)
            print_rule(p, false, y, x - p->width / 2, x + p->width / 2 + 1);
}

static void print_box(const printer *p, double left, double top, double right, double bottom)
{
    print_rule(p, false, top, left, right);
    print_rule(p, false, bottom, left, right);
    print_rule(p, true, left, top, bottom);
    print_rule(p, true, right, top, bottom);
}

/* A box around the digit, or around nothing, and in a row further ones. */
static void print_boxes(const printer *p, const view *digit, double sides, size_t before, size_t after,
                        pmy_random *random)
{
    const double narrow = 0.75, stray = 0.2;
    double height = sides * digit->height, width = fmax(narrow * height, 1.1 * digit->width);
    double left = digit->left + digit->width / 2 - width / 2 +
                  stray * (pmy_random_uniform(random) - 0.5) * (width - digit->width);
    double top = digit->top + digit->height / 2 - height / 2 +
                 stray * (pmy_random_uniform(random) - 0.5) * (height - digit->height);
    for (size_t i = 0; i <= before + after; i++) {
        double from = left + ((double)i - (double)before) * width;
        print_box(p, from, top, from + width, top + height);
    }
}

static void print(const sheet *on, const paper_kind *kind, double brightness, double longer,
                  const view *digit, pmy_random *random)
{
    enum { MOST_BESIDE = 3 };
    double contrast = range_draw(kind->rules, random), pitch = range_draw(kind->pitch, random);
    double darker = brightness < 0.5 && kind->ink.least > 0.5 ? brightness + contrast : brightness - contrast;
    printer p = {on, colour_draw(fmax(darker, 0.03), 0.5 * pmy_random_uniform(random), random),
                 fmax(1, range_draw(kind->rule_width, random) * longer)};
    double first = pitch * longer * pmy_random_uniform(random);
    size_t after;
    switch (kind->print) {
    case PRINT_NONE:
        break;
    case PRINT_SQUARES:
        print_rules(&p, true, pitch * longer, pitch * longer * pmy_random_uniform(random));
        print_rules(&p, false, pitch * longer, first);
        break;
    case PRINT_MARGIN:
        p.ink = colour_draw(brightness, 0, random);
        p.ink.channel[1] -= contrast;
        p.ink.channel[2] -= contrast;
        print_rule(&p, true, digit->left + (pmy_random_uniform(random) - 0.3) * digit->width, 0,
                   (double)on->height);
        p.ink = colour_draw(darker, 0.2, random);
        print_rules(&p, false, pitch * longer, first);
        break;
    case PRINT_LINES:
        print_rules(&p, false, pitch * longer, first);
        break;
    case PRINT_DOTS:
        print_dots(&p, pitch * longer);
        break;
    case PRINT_BOX:
        print_boxes(&p, digit, pitch, 0, 0, random);
        break;
    case PRINT_COMB:
        after = 1 + pmy_random_below(random, MOST_BESIDE);
        print_boxes(&p, digit, pitch, 1 + pmy_random_below(random, MOST_BESIDE), after, random);
        break;
    }
}

/* --- Ink ------------------------------------------------------------------------------- */

/* Covers what is within the radius of the line from a to b, which may be a point. */
static void draw_line(const sheet *on, const double a[2], const double b[2], double radius)
{
    double along[2] = {b[0] - a[0], b[1] - a[1]}, length2 = along[0] * along[0] + along[1] * along[1];
    long left = (long)floor(fmin(a[0], b[0]) - radius - 1), right = (long)ceil(fmax(a[0], b[0]) + radius + 1);
    long top = (long)floor(fmin(a[1], b[1]) - radius - 1), bottom = (long)ceil(fmax(a[1], b[1]) + radius + 1);
    for (long y = top > 0 ? top : 0; y <= bottom && y < (long)on->height; y++)
        for (long x = left > 0 ? left : 0; x <= right && x < (long)on->width; x++) {
            double from[2] = {(double)x + 0.5 - a[0], (double)y + 0.5 - a[1]};
            double t = length2 > 0 ? (from[0] * along[0] + from[1] * along[1]) / length2 : 0;
            t = fmin(fmax(t, 0), 1);
            double distance = hypot(from[0] - t * along[0], from[1] - t * along[1]);
            float *ink = on->ink + ((size_t)y * on->width + (size_t)x);
            *ink = fmaxf(*ink, (float)fmin(fmax(radius + 0.5 - distance, 0), fmin(1, 2 * radius)));
        }
}

static void draw_digit(const sheet *on, const pen_path *path, const view *digit, double width)
{
    double from[2] = {0, 0};
    for (size_t i = 0; i < path->count; i++) {
        const pen_point *p = &path->point[i];
        double to[2] = {digit->left + p->x * digit->height, digit->top + p->y * digit->height};
        draw_line(on, p->lifted ? to : from, to, width / 2 * p->pressure);
        from[0] = to[0];
        from[1] = to[1];
    }
}

/* Discs about a middle, and splashes. */
static void draw_blot(const sheet *on, const view *place, pmy_random *random)
{
    enum { FEWEST = 4, MORE = 8, MOST_SPLASHES = 4 };
    double middle[2] = {place->left + place->width / 2, place->top + place->height / 2};
    size_t discs = FEWEST + pmy_random_below(random, MORE),
           splashes = pmy_random_below(random, MOST_SPLASHES);
    for (size_t i = 0; i < discs + splashes; i++) {
        double reach = (i < discs ? 0.22 : 0.8) * place->height;
        double size = (i < discs ? 0.3 : 0.04) * place->height * (0.6 + 0.7 * pmy_random_uniform(random));
        double at[2] = {middle[0] + reach * (2 * pmy_random_uniform(random) - 1),
                        middle[1] + reach * (2 * pmy_random_uniform(random) - 1)};
        draw_line(on, at, at, size);
    }
}

/* The paper's tooth: smooth noise over some pixels, which ink does not reach where it is high. */
static void take_grain(const sheet *on, double share, pmy_random *random)
{
    enum { CELL = 2 };
    size_t columns = on->width / CELL + 1;
    float *row = calloc(columns, sizeof *row);
    for (size_t y = 0; row && y < on->height; y++) {
        for (size_t x = 0; y % CELL == 0 && x < columns; x++)
            row[x] = pmy_random_uniform(random) < share ? (float)pmy_random_uniform(random) : 1;
        for (size_t x = 0; x < on->width; x++)
            on->ink[y * on->width + x] *= row[x / CELL];
    }
    free(row);
}

/* --- The sheet ---------------------------------------------------------------------------- */

/* Where the digit goes: from the middle towards one of the corners of the view. */
static view place_for(const paper_kind *kind, view seen, double aspect, double pen, pmy_random *random)
{
    const double margin = 0.04;
    double height = range_draw(kind->height, random) * fmin(seen.width, seen.height), width = aspect * height;
    double edge = pen * height / 2 + margin * fmin(seen.width, seen.height);
    double free[2] = {fmax(0, (seen.width - width) / 2 - edge), fmax(0, (seen.height - height) / 2 - edge)};
    double right = pmy_random_below(random, 2) ? 1 : -1, down = pmy_random_below(random, 2) ? 1 : -1;
    return (view){seen.left + (seen.width - width) / 2 + right * free[0] * range_draw(kind->place, random),
                  seen.top + (seen.height - height) / 2 + down * free[1] * range_draw(kind->place, random),
                  width, height};
}

sheet sheet_make(const paper_kind *kind, int digit, size_t width, size_t height, view seen,
                 pmy_random *random)
{
    sheet made = {width, height, calloc(width * height * SHEET_CHANNELS, sizeof *made.colour),
                  calloc(width * height, sizeof *made.ink)};
    if (!made.colour || !made.ink)
        abort();
    double brightness = range_draw(kind->paper, random), pen = range_draw(kind->pen, random);
    colour paper = colour_draw(brightness, range_draw(kind->paper_colour, random), random);
    /* One draw a statement: compilers differ in the order of arguments. */
    double ink_saturation = range_draw(kind->ink_colour, random);
    colour ink = colour_draw(range_draw(kind->ink, random), ink_saturation, random);
    pen_path path;
    pen_write(digit, random, &path);
    view place = place_for(kind, seen, path.width, pen, random);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            lay(&made, (long)x, (long)y, &paper, 1);
    print(&made, kind, brightness, fmax(seen.width, seen.height), &place, random);
    if (kind->mark == MARK_DIGIT)
        draw_digit(&made, &path, &place, fmax(1, pen * place.height));
    if (kind->mark == MARK_BLOT)
        draw_blot(&made, &place, random);
    take_grain(&made, range_draw(kind->grain, random), random);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            lay(&made, (long)x, (long)y, &ink, (double)made.ink[y * width + x]);
    return made;
}

void sheet_free(sheet *of)
{
    free(of->colour);
    free(of->ink);
    *of = (sheet){0};
}
