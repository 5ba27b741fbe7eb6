#include "picture/rules.h"

#include "picture/levels.h"
#include "picture/straight_runs.h"

#include <math.h>
#include <stdlib.h>

static const double shortest = 0.1;   /* share of the picture's longer side */
static const double thickest = 0.015; /* likewise, beside the pixels of its soft edges */
static const double nearby = 0.02;    /* likewise: so close is at the edge */
static const double touching = 0.012; /* likewise: at another rule */
static const float paper_ends = 0.1f; /* where its brightness changes by such a share */
static const float darker = 1.6f;     /* than the rule is ink that lies over it */
enum { SMALLEST_PICTURE = 100, SOFT_EDGES = 2, SEARCHED = 4 };

typedef struct rule {
    pmy_straight_run run;
    bool real;
    double thickness; /* what it mostly is */
    float level;      /* its ink, likewise */
} rule;

typedef struct rules {
    pmy_grey *ink;
    const pmy_grey *background;
    float low;
    double near, touching, thickest; /* in pixels */
    size_t count;
    rule *list; /* [count] */
} rules;

typedef struct point {
    double x, y;
} point;

/* --- Along and across a rule ---------------------------------------------------------- */

static point point_on(const pmy_straight_run *run, double along)
{
    double across = run->offset + run->slope * along;
    return run->upright ? (point){across, along} : (point){along, across};
}

static float value_at(const pmy_grey *grey, bool upright, long along, long across)
{
    return upright ? pmy_grey_at(grey, across, along) : pmy_grey_at(grey, along, across);
}

/* The ink across a rule at one place: from first to before end, and its most. */
typedef struct section {
    long first, end;
    float most;
} section;

/* The ink nearest to the rule's middle; false: there is none. */
static bool cut(const rules *r, const pmy_straight_run *run, long along, section *found)
{
    long middle = (long)floor(run->offset + run->slope * (double)along), from = 0;
    bool any = false;
    for (long aside = 0; !any && aside <= SEARCHED; aside++)
        for (long side = -1; !any && side <= 1; side += 2) {
            from = middle + side * aside;
            any = value_at(r->ink, run->upright, along, from) > r->low;
        }
    if (!any)
        return false;
    *found = (section){from, from + 1, 0};
    while (value_at(r->ink, run->upright, along, found->first - 1) > r->low / 2)
        found->first--;
    while (value_at(r->ink, run->upright, along, found->end) > r->low / 2)
        found->end++;
    for (long across = found->first; across < found->end; across++)
        found->most = fmaxf(found->most, value_at(r->ink, run->upright, along, across));
    return true;
}

static float median_of(float *values, size_t count)
{
    return pmy_levels_of(&(pmy_grey){count, 1, values}).median;
}

/* Its thickness and level are medians; `room` [2, longest side]. A run of ink nearly everywhere broad is no
 * rule. */
static void measure(const rules *r, rule *of, float *room)
{
    size_t count = 0, longest = (size_t)pmy_grey_longest(r->ink);
    float *thickness = room, *level = room + longest;
    section s;
    for (long along = (long)of->run.begin; along < (long)of->run.end && count < longest; along++)
        if (cut(r, &of->run, along, &s)) {
            thickness[count] = (float)(s.end - s.first);
            level[count++] = s.most;
        }
    if (count == 0)
        return;
    of->thickness = round((double)median_of(thickness, count));
    of->level = median_of(level, count);
    of->real = of->thickness <= r->thickest;
}

static bool cut_thin(const rules *r, const rule *of, double along, section *found)
{
    return cut(r, &of->run, (long)along, found) &&
           (double)(found->end - found->first) <= of->thickness + SOFT_EDGES;
}

/* How far the run's ink goes on from an end. */
static double follow(const rules *r, const rule *of, double end, double outward)
{
    section s;
    double length = of->run.upright ? (double)r->ink->height : (double)r->ink->width;
    for (double along = end, gap = 0; gap <= SEARCHED && along >= 0 && along < length; along += outward) {
        bool ink = cut_thin(r, of, along, &s);
        end = ink ? along : end;
        gap = ink ? 0 : gap + 1;
    }
    return end;
}

/* The search was coarse: lays the run through the middles of its sections, by least squares, and to its true
 * ends. */
static void refine(const rules *r, rule *of)
{
    const double half = 0.5;
    double count = 0, x = 0, y = 0, xx = 0, xy = 0;
    section s;
    for (double along = floor(of->run.begin); along < of->run.end; along++) {
        if (!cut_thin(r, of, along, &s))
            continue;
        double middle = half * (double)(s.first + s.end);
        count++;
        x += along;
        y += middle;
        xx += along * along;
        xy += along * middle;
    }
    double spread = count * xx - x * x;
    if (!(spread > 0))
        return;
    of->run.slope = (count * xy - x * y) / spread;
    of->run.offset = (y - of->run.slope * x) / count;
    of->run.begin = follow(r, of, of->run.begin, -1);
    of->run.end = follow(r, of, of->run.end, 1);
}

/* --- Where it ends ----------------------------------------------------------------------- */

static bool at_picture_edge(const rules *r, point p)
{
    return p.x < r->near || p.y < r->near || p.x > (double)r->ink->width - r->near ||
           p.y > (double)r->ink->height - r->near;
}

/* Does the paper end between the two? */
static bool paper_changes(const rules *r, point inside, point outside)
{
    if (!r->background->values)
        return false;
    float a = pmy_grey_at(r->background, (long)inside.x, (long)inside.y);
    float b = pmy_grey_at(r->background, (long)outside.x, (long)outside.y);
    return fabsf(a - b) > paper_ends * fmaxf(a, b);
}

/* Is the end of a run at another rule? At one that lies alike, it is only where that goes on on both sides.
 */
static bool meets(const rules *r, const rule *of, const rule *other, point end)
{
    double along = other->run.upright ? end.y : end.x, across = other->run.upright ? end.x : end.y;
    double beyond = other->run.upright == of->run.upright ? r->near : -r->touching;
    return along > other->run.begin + beyond && along < other->run.end - beyond &&
           fabs(other->run.offset + other->run.slope * along - across) < r->touching;
}

/* Does thick ink begin at the end? A digit's, under which the rule may go on, or end. */
static bool meets_stroke(const rules *r, const rule *of, double along, double outward)
{
    section s;
    for (double beyond = 0; beyond < r->near; beyond++)
        if (cut(r, &of->run, (long)(along + outward * beyond), &s) && (double)(s.end - s.first) > r->thickest)
            return true;
    return false;
}

static bool ends_well(const rules *r, const rule *of, double along, double outward)
{
    point end = point_on(&of->run, along);
    if (at_picture_edge(r, end) || paper_changes(r, point_on(&of->run, along - 2 * outward * r->near),
                                                 point_on(&of->run, along + outward * r->near)))
        return true;
    for (size_t i = 0; i < r->count; i++)
        if (r->list[i].real && &r->list[i] != of && meets(r, of, &r->list[i], end))
            return true;
    return false;
}

/* One end may be under a stroke; both are where the run is part of a bow. */
static bool is_rule(const rules *r, const rule *of)
{
    bool begins = ends_well(r, of, of->run.begin, -1), ends = ends_well(r, of, of->run.end, 1);
    return (begins && ends) || (begins && meets_stroke(r, of, of->run.end, 1)) ||
           (ends && meets_stroke(r, of, of->run.begin, -1));
}

/* A run that ends anywhere is no rule, and then what ends at it may not be one, either. */
static void drop_strokes(const rules *r)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < r->count; i++) {
            rule *one = &r->list[i];
            if (one->real && !is_rule(r, one)) {
                one->real = false;
                changed = true;
            }
        }
    }
}

/* Of a straight stroke that ends well by chance: it is thicker than the rules are, or blacker and short. */
static bool is_stroke(const rules *r, const rule *of, const rule *usual)
{
    const double thicker = 1.5, half = 0.5;
    bool blacker =
        of->level > darker * usual->level && of->run.end - of->run.begin < half * pmy_grey_longest(r->ink);
    return blacker || of->thickness > thicker * usual->thickness + 1;
}

/* `room` [2, longest side], of which as many are used as there are rules. */
static void drop_thick(const rules *r, float *room)
{
    size_t most = (size_t)pmy_grey_longest(r->ink), count = 0;
    for (size_t i = 0; i < r->count && count < most; i++)
        if (r->list[i].real) {
            room[count] = (float)r->list[i].thickness;
            room[most + count++] = r->list[i].level;
        }
    if (count == 0)
        return;
    rule usual = {.thickness = (double)median_of(room, count), .level = median_of(room + most, count)};
    for (size_t i = 0; i < r->count; i++)
        if (r->list[i].real && is_stroke(r, &r->list[i], &usual))
            r->list[i].real = false;
}

/* --- Away with it --------------------------------------------------------------------------- */

static void erase(const rules *r, const rule *of)
{
    const pmy_grey *ink = r->ink;
    section s;
    for (long along = (long)(of->run.begin - r->near); along < (long)(of->run.end + r->near); along++) {
        if (!cut(r, &of->run, along, &s))
            continue;
        bool crossed = (double)(s.end - s.first) > of->thickness + SOFT_EDGES || s.most > darker * of->level;
        for (long across = s.first - 1; !crossed && across <= s.end; across++) {
            size_t column = (size_t)(of->run.upright ? across : along),
                   row = (size_t)(of->run.upright ? along : across);
            if (column < ink->width && row < ink->height)
                ink->values[row * ink->width + column] = fminf(ink->values[row * ink->width + column], 0);
        }
    }
}

double pmy_rules_remove(pmy_grey *ink, float low, const pmy_grey *background)
{
    size_t longest = (size_t)pmy_grey_longest(ink);
    double removed = 0;
    if (longest < SMALLEST_PICTURE)
        return 0;
    double most = thickest * (double)longest + SOFT_EDGES;
    pmy_straight_runs runs =
        pmy_straight_runs_find(ink, low, (size_t)(shortest * (double)longest), (size_t)most);
    float *room = calloc(2 * longest, sizeof *room);
    rules r = {.ink = ink,
               .background = background,
               .low = low,
               .near = nearby * (double)longest,
               .touching = touching * (double)longest,
               .thickest = most,
               .count = runs.count,
               .list = calloc(runs.count + 1, sizeof *r.list)};
    if (runs.run && room && r.list) {
        for (size_t i = 0; i < r.count; i++) {
            r.list[i].run = runs.run[i];
            measure(&r, &r.list[i], room);
            if (r.list[i].real)
                refine(&r, &r.list[i]);
        }
        drop_strokes(&r);
        drop_thick(&r, room);
        drop_strokes(&r);
        for (size_t i = 0; i < r.count; i++)
            if (r.list[i].real) {
                erase(&r, &r.list[i]);
                removed = fmax(removed, r.list[i].thickness);
            }
    } else {
        pmy_grey_free(ink);
    }
    free(r.list);
    free(room);
    pmy_straight_runs_free(&runs);
    return removed;
}
