#include "common/svg_beside.h"

#include "common/svg_style.h"

#include <math.h>
#include <stdbool.h>

#define HEIGHT 15   /* of a label */
#define DISTANCE 10 /* from the point to its label */
#define LETTERS_ABOVE_BASE 11

/* What it costs a place to leave the area, to cover another label, and to be crossed by
 * a line; later places cost a little more than earlier ones. */
#define COST_OUTSIDE 1000
#define COST_LABEL 100
#define COST_LINE 10

void svg_clip_line(double at, double direction, double least, double most, double *from, double *to)
{
    if (direction < 0 || direction > 0) {
        double t1 = (least - at) / direction, t2 = (most - at) / direction;
        *from = fmax(*from, fmin(t1, t2));
        *to = fmin(*to, fmax(t1, t2));
    } else if (at < least || at > most) {
        *from = HUGE_VAL;
        *to = -HUGE_VAL;
    }
}

static bool is_inside(const svg_box *box, const svg_box *area)
{
    return box->left >= area->left && box->left + box->width <= area->left + area->width &&
           box->top >= area->top && box->top + box->height <= area->top + area->height;
}

static bool overlap(const svg_box *a, const svg_box *b)
{
    return a->left < b->left + b->width && b->left < a->left + a->width && a->top < b->top + b->height &&
           b->top < a->top + a->height;
}

/* Does the line between points i and i + 1 touch the box? */
static bool is_crossed(const svg_box *box, const svg_surroundings *by, size_t i)
{
    double across = by->x[i + 1] - by->x[i], along = by->y[i + 1] - by->y[i];
    if (!isfinite(across) || !isfinite(along))
        return false;
    double from = 0, to = 1;
    svg_clip_line(by->x[i], across, box->left, box->left + box->width, &from, &to);
    svg_clip_line(by->y[i], along, box->top, box->top + box->height, &from, &to);
    return from <= to;
}

static double cost_of(const svg_box *box, const svg_surroundings *in)
{
    double cost = is_inside(box, &in->area) ? 0 : COST_OUTSIDE;
    for (size_t i = 0; i < in->label_count; i++)
        cost += overlap(box, &in->labels[i]) ? COST_LABEL : 0;
    for (size_t i = 0; i + 1 < in->point_count; i++)
        cost += is_crossed(box, in, i) ? COST_LINE : 0;
    return cost;
}

void svg_text_beside(svg *picture, svg_surroundings *surroundings, double x, double y, const char *text)
{
    /* Right, left, above, below, then the corners. */
    static const double sides[][2] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {-1, -1}, {1, 1}, {-1, 1}};
    double width = svg_text_width(text, SVG_LABEL_SIZE), least = HUGE_VAL;
    svg_box best = {0};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        double left = x + sides[i][0] * (DISTANCE + width / 2) - width / 2;
        double top = y + sides[i][1] * (DISTANCE + HEIGHT / 2.0) - HEIGHT / 2.0;
        svg_box box = {left, top, width, HEIGHT};
        double cost = cost_of(&box, surroundings) + (double)i;
        if (cost < least) {
            least = cost;
            best = box;
        }
    }
    if (surroundings->label_count < SVG_MOST_LABELS)
        surroundings->labels[surroundings->label_count++] = best;
    svg_text(picture, best.left + width / 2, best.top + LETTERS_ABOVE_BASE, SVG_MIDDLE, "label halo", text);
}
