#include "picture/straight_runs.h"

#include <math.h>
#include <stdlib.h>

/* The search is done in pixels of 2×2 of the picture's, any of which is ink: a quarter of the work each way.
 */
enum { COARSE = 2, LONGEST_GAP = 6, LONGEST_CROSSING = 24, REACH = 5 };

static const double steepest = 0.364; /* the tangent of 20 degrees */
static const double least_ink = 0.85; /* share of a run where nothing thick crosses it */
static const double least_thin = 0.3; /* share of a run where nothing does */
static const double least_own = 0.6;  /* share of its ink that no longer run has */

/* Ink that is thick across the run is no part of one, but something that crosses it. */
enum { NO_INK, THIN_INK, THICK_INK };

typedef struct mask {
    size_t length, breadth; /* along the runs and across them */
    uint8_t *ink;           /* [breadth, length] */
} mask;

typedef struct candidate {
    long offset, rise;             /* across at the begin; how much more it is over the whole length */
    size_t begin, end, ink, thick; /* pixels of either kind on it */
} candidate;

typedef struct search {
    mask mask;
    size_t shortest;
    long *risen; /* [length], of the lines that are followed */
    size_t count, capacity;
    candidate *list; /* [count] of [capacity] */
    bool failed;
} search;

static void mark(const mask *m, long along, long across, uint8_t kind)
{
    if (across < 0 || across >= (long)m->breadth)
        return;
    uint8_t *ink = m->ink + (size_t)across * m->length + (size_t)along;
    *ink = *ink > kind ? *ink : kind;
}

/* The ink of one line across the runs. Thin ink is taken for a pixel wider on both sides, for lines that are
 * not quite straight. */
static void mark_across(const mask *m, const pmy_grey *ink, float low, bool upright, size_t along,
                        size_t thickest)
{
    size_t breadth = upright ? ink->width : ink->height;
    for (size_t begin = 0, end; begin < breadth; begin = end + 1) {
        for (end = begin; end < breadth; end++)
            if (!(ink->values[upright ? along * ink->width + end : end * ink->width + along] > low))
                break;
        bool thick = end - begin > thickest;
        for (size_t across = begin; across < end; across++)
            mark(m, (long)(along / COARSE), (long)(across / COARSE), thick ? THICK_INK : THIN_INK);
        if (!thick && end > begin) {
            mark(m, (long)(along / COARSE), (long)(begin / COARSE) - 1, THIN_INK);
            mark(m, (long)(along / COARSE), (long)((end - 1) / COARSE) + 1, THIN_INK);
        }
    }
}

/* False: no memory. */
static bool make_mask(const pmy_grey *ink, float low, bool upright, size_t thickest, mask *made)
{
    size_t width = (ink->width + COARSE - 1) / COARSE, height = (ink->height + COARSE - 1) / COARSE;
    *made = upright ? (mask){height, width, NULL} : (mask){width, height, NULL};
    made->ink = calloc(width * height, 1);
    for (size_t along = 0; made->ink && along < (upright ? ink->height : ink->width); along++)
        mark_across(made, ink, low, upright, along, thickest);
    return made->ink != NULL;
}

/* How much further across a line is at `along` than at its begin. */
static long risen(const mask *m, long rise, size_t along)
{
    return lround((double)rise * (double)along / (double)m->length);
}

static uint8_t *at(const mask *m, const candidate *c, size_t along)
{
    long across = c->offset + risen(m, c->rise, along);
    return across >= 0 && across < (long)m->breadth ? m->ink + (size_t)across * m->length + along : NULL;
}

static void keep(search *s, const candidate *c)
{
    double length = (double)(c->end - c->begin), thin = length - (double)c->thick;
    if (length < (double)s->shortest || thin < least_thin * length || (double)c->ink < least_ink * thin)
        return;
    if (s->count == s->capacity) {
        size_t capacity = 2 * s->capacity + 64;
        candidate *list = realloc(s->list, capacity * sizeof *list);
        s->failed |= !list;
        if (!list)
            return;
        s->list = list;
        s->capacity = capacity;
    }
    s->list[s->count++] = *c;
}

/* The runs on one line across the picture. */
static void follow(search *s, long offset, long rise)
{
    candidate c = {.offset = offset, .rise = rise};
    size_t thick = 0, gap = 0; /* since the run's end so far */
    for (size_t along = 0; along < s->mask.length && !s->failed; along++) {
        long across = offset + s->risen[along];
        bool inside = across >= 0 && across < (long)s->mask.breadth;
        uint8_t ink = inside ? s->mask.ink[(size_t)across * s->mask.length + along] : NO_INK;
        if (ink == THIN_INK) {
            c.begin = c.ink ? c.begin : along;
            c.end = along + 1;
            c.thick = c.ink ? c.thick + thick : 0;
            c.ink++;
            thick = gap = 0;
            continue;
        }
        bool crossed = ink == THICK_INK;
        thick += crossed;
        gap += !crossed;
        if ((gap > LONGEST_GAP || thick > LONGEST_CROSSING) && c.ink > 0) {
            keep(s, &c);
            c.ink = 0;
        }
    }
    if (c.ink > 0)
        keep(s, &c);
}

static size_t own_ink(const mask *m, const candidate *c)
{
    size_t own = 0;
    for (size_t along = c->begin; along < c->end; along++) {
        const uint8_t *ink = at(m, c, along);
        own += ink && *ink == THIN_INK;
    }
    return own;
}

/* The run's ink, and what is close beside it, is no other's. */
static void take(const mask *m, const candidate *c)
{
    for (long aside = -REACH; aside <= REACH; aside++) {
        candidate beside = *c;
        beside.offset += aside;
        for (size_t along = c->begin; along < c->end; along++) {
            uint8_t *ink = at(m, &beside, along);
            if (ink && *ink == THIN_INK)
                *ink = NO_INK;
        }
    }
}

static size_t worth(const candidate *c)
{
    return c->end - c->begin + c->ink;
}

/* Adds those candidates to *runs that have ink of their own, the longest and blackest first. */
static void choose(search *s, bool upright, pmy_straight_runs *runs)
{
    pmy_straight_run *room = realloc(runs->run, (runs->count + s->count + 1) * sizeof *room);
    s->failed = !room;
    if (!room)
        return;
    runs->run = room;
    for (size_t most = 2 * s->mask.length; most > 0; most--)
        for (size_t i = 0; i < s->count; i++) {
            const candidate *c = &s->list[i];
            if (worth(c) != most || (double)own_ink(&s->mask, c) < least_own * (double)c->ink)
                continue;
            take(&s->mask, c);
            runs->run[runs->count++] = (pmy_straight_run){.upright = upright,
                                                          .offset = COARSE * ((double)c->offset + 0.5),
                                                          .slope = (double)c->rise / (double)s->mask.length,
                                                          .begin = COARSE * (double)c->begin,
                                                          .end = COARSE * (double)c->end};
        }
}

/* False: no memory. */
static bool find(const pmy_grey *ink, float low, size_t shortest, size_t thickest, bool upright,
                 pmy_straight_runs *runs)
{
    search s = {.shortest = shortest / COARSE};
    if (!make_mask(ink, low, upright, thickest, &s.mask))
        return false;
    s.risen = calloc(s.mask.length, sizeof *s.risen);
    s.failed = !s.risen;
    long most_rise = (long)(steepest * (double)s.mask.length), breadth = (long)s.mask.breadth;
    for (long rise = -most_rise; rise <= most_rise && !s.failed; rise += 2) {
        for (size_t along = 0; along < s.mask.length; along++)
            s.risen[along] = risen(&s.mask, rise, along);
        for (long offset = rise > 0 ? -rise : 0; offset < breadth - (rise < 0 ? rise : 0); offset++)
            follow(&s, offset, rise);
    }
    if (!s.failed)
        choose(&s, upright, runs);
    free(s.risen);
    free(s.list);
    free(s.mask.ink);
    return !s.failed;
}

pmy_straight_runs pmy_straight_runs_find(const pmy_grey *ink, float low, size_t shortest, size_t thickest)
{
    pmy_straight_runs runs = {0};
    if (!find(ink, low, shortest, thickest, false, &runs) || !find(ink, low, shortest, thickest, true, &runs))
        pmy_straight_runs_free(&runs);
    return runs;
}

void pmy_straight_runs_free(pmy_straight_runs *runs)
{
    free(runs->run);
    *runs = (pmy_straight_runs){0};
}
