#include "picture/pieces.h"

#include <math.h>
#include <stdlib.h>

/* Shares of the largest piece's ink, or of a length. */
static const double speck = 0.02; /* less is dirt */
static const double separate_digit =
    0.25;                              /* of the ink, and more than half of the height, is another digit */
static const double along_edge = 0.2;  /* of the picture's edge is no digit that was written there */
static const double near_gap = 0.08;   /* of the larger one's height joins two pieces */
static const double near_above = 0.35; /* the same where one is above the other */

static double largest_mass(const pmy_components *components, const bool *left_out)
{
    double largest = 0;
    for (size_t i = 0; i < components->count; i++)
        if (!left_out[i])
            largest = fmax(largest, components->list[i].mass);
    return largest;
}

static void leave_out_frame(const pmy_grey *ink, const pmy_components *components, bool *left_out)
{
    double edge = 2 * (double)(ink->width + ink->height), inside = 0;
    double all = largest_mass(components, left_out);
    for (size_t i = 0; i < components->count; i++) {
        left_out[i] = (double)components->list[i].at_edge > along_edge * edge;
        if (!left_out[i])
            inside = fmax(inside, components->list[i].mass);
    }
    for (size_t i = 0; i < components->count && inside < speck * all; i++)
        left_out[i] = false;
}

static void leave_out_specks(const pmy_components *components, bool *left_out)
{
    double largest = largest_mass(components, left_out);
    for (size_t i = 0; i < components->count; i++)
        left_out[i] = left_out[i] || components->list[i].mass < speck * largest;
}

static double height_of(const pmy_component *c)
{
    return (double)(c->bottom - c->top);
}

/* How far two stretches are from each other; negative: by how much they overlap. */
static double gap(size_t begin_a, size_t end_a, size_t begin_b, size_t end_b)
{
    return fmax((double)begin_a, (double)begin_b) - fmin((double)end_a, (double)end_b);
}

static bool belong_together(const pmy_component *a, const pmy_component *b)
{
    double height = fmax(height_of(a), height_of(b));
    double across = gap(a->left, a->right, b->left, b->right);
    double down = gap(a->top, a->bottom, b->top, b->bottom);
    double narrower = fmin((double)(a->right - a->left), (double)(b->right - b->left));
    bool stacked = across < -narrower / 2;
    return fmax(across, down) <= near_gap * height || (stacked && down <= near_above * height);
}

/* Joins what belongs together, directly or through others, under the lowest index: group [count]. */
static void join(const pmy_components *components, const bool *left_out, size_t *group)
{
    size_t count = components->count;
    for (size_t i = 0; i < count; i++)
        group[i] = i;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            if (left_out[i] || left_out[j] || group[i] == group[j] ||
                !belong_together(&components->list[i], &components->list[j]))
                continue;
            size_t kept = group[i] < group[j] ? group[i] : group[j], gone = group[i] + group[j] - kept;
            for (size_t k = 0; k <= i; k++)
                group[k] = group[k] == gone ? kept : group[k];
        }
}

/* A group's ink and bounding box, as if it were one piece. */
static pmy_component whole(const pmy_components *components, const bool *left_out, const size_t *group,
                           size_t number)
{
    pmy_component sum = {.left = SIZE_MAX, .top = SIZE_MAX};
    for (size_t i = 0; i < components->count; i++) {
        const pmy_component *c = &components->list[i];
        if (left_out[i] || group[i] != number)
            continue;
        sum.left = c->left < sum.left ? c->left : sum.left;
        sum.right = c->right > sum.right ? c->right : sum.right;
        sum.top = c->top < sum.top ? c->top : sum.top;
        sum.bottom = c->bottom > sum.bottom ? c->bottom : sum.bottom;
        sum.mass += c->mass;
    }
    return sum;
}

static void choose(const pmy_components *components, const bool *left_out, const size_t *group,
                   pmy_pieces *pieces)
{
    pmy_component largest = {0};
    size_t chosen = 0;
    for (size_t i = 0; i < components->count; i++) {
        pmy_component one = whole(components, left_out, group, i);
        if (one.mass > largest.mass) {
            largest = one;
            chosen = i;
        }
    }
    for (size_t i = 0; i < components->count; i++) {
        pmy_component one = whole(components, left_out, group, i);
        pieces->digits += one.mass > 0 && one.mass >= separate_digit * largest.mass &&
                          height_of(&one) > height_of(&largest) / 2;
        pieces->chosen[i] = !left_out[i] && group[i] == chosen;
    }
}

pmy_status pmy_pieces_choose(const pmy_grey *ink, const pmy_components *components, pmy_pieces *pieces,
                             pmy_error *error)
{
    size_t count = components->count, at_least_one = count ? count : 1;
    bool *left_out = calloc(at_least_one, sizeof *left_out);
    size_t *group = calloc(at_least_one, sizeof *group);
    *pieces = (pmy_pieces){.chosen = calloc(at_least_one, sizeof *pieces->chosen)};
    bool taken = left_out && group && pieces->chosen;
    if (taken) {
        leave_out_frame(ink, components, left_out);
        leave_out_specks(components, left_out);
        join(components, left_out, group);
        choose(components, left_out, group, pieces);
    } else {
        pmy_pieces_free(pieces);
    }
    free(left_out);
    free(group);
    return taken ? PMY_OK
                 : pmy_fail(error, PMY_NO_MEMORY, "no memory for the %zu pieces of a picture", count);
}

void pmy_pieces_free(pmy_pieces *pieces)
{
    free(pieces->chosen);
    *pieces = (pmy_pieces){0};
}
