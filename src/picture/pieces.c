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

static double largest_mass(const pmy_components *components)
{
    double largest = 0;
    for (size_t i = 0; i < components->count; i++)
        if (!components->list[i].left_out)
            largest = fmax(largest, components->list[i].mass);
    return largest;
}

static void leave_out_frame(const pmy_grey *ink, bool page, pmy_components *components)
{
    double edge = 2 * (double)(ink->width + ink->height), all = largest_mass(components);
    for (size_t i = 0; i < components->count; i++)
        components->list[i].left_out =
            page ? components->list[i].at_edge > 0 : (double)components->list[i].at_edge > along_edge * edge;
    bool nothing_else = !page && largest_mass(components) < speck * all;
    for (size_t i = 0; i < components->count && nothing_else; i++)
        components->list[i].left_out = false;
}

static void leave_out_specks(pmy_components *components)
{
    double largest = largest_mass(components);
    for (size_t i = 0; i < components->count; i++)
        if (components->list[i].mass < speck * largest)
            components->list[i].left_out = true;
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

/* Joins what belongs together, directly or through others: its digit becomes the lowest index. */
static void join(pmy_components *components)
{
    pmy_component *list = components->list;
    for (size_t i = 0; i < components->count; i++) {
        list[i].digit = i;
        for (size_t j = 0; j < i; j++) {
            size_t one = list[i].digit, other = list[j].digit;
            if (list[i].left_out || list[j].left_out || one == other || !belong_together(&list[i], &list[j]))
                continue;
            for (size_t k = 0; k <= i; k++)
                if (list[k].digit == one || list[k].digit == other)
                    list[k].digit = one < other ? one : other;
        }
    }
}

/* Each digit's ink and bounding box, as if it were one piece: at its index; nothing at the others'. */
static void add_up(const pmy_components *components, pmy_component *wholes /* [count], all 0 */)
{
    for (size_t i = 0; i < components->count; i++) {
        const pmy_component *c = &components->list[i];
        if (c->left_out)
            continue;
        pmy_component *sum = &wholes[c->digit];
        if (sum->mass == 0)
            *sum = (pmy_component){.left = SIZE_MAX, .top = SIZE_MAX};
        sum->left = c->left < sum->left ? c->left : sum->left;
        sum->right = c->right > sum->right ? c->right : sum->right;
        sum->top = c->top < sum->top ? c->top : sum->top;
        sum->bottom = c->bottom > sum->bottom ? c->bottom : sum->bottom;
        sum->mass += c->mass;
    }
}

/* Is it as large as a digit beside the largest? */
static bool is_separate(const pmy_component *one, const pmy_component *largest)
{
    return one->mass > 0 && one->mass >= separate_digit * largest->mass &&
           height_of(one) > height_of(largest) / 2;
}

/* How many of those begin further left than a digit, or as far left and come before it. */
static size_t place_in_row(size_t count, const pmy_component *wholes /* [count] */,
                           const pmy_component *largest, size_t digit)
{
    size_t left = wholes[digit].left, before = 0;
    for (size_t i = 0; i < count; i++)
        before += is_separate(&wholes[i], largest) &&
                  (wholes[i].left < left || (i < digit && wholes[i].left == left));
    return before;
}

/* The index of the chosen digit, and how many there are. */
static size_t choose(size_t count, const pmy_component *wholes /* [count] */, size_t which, size_t *digits)
{
    size_t chosen = 0;
    for (size_t i = 1; i < count; i++)
        if (wholes[i].mass > wholes[chosen].mass)
            chosen = i;
    const pmy_component *largest = &wholes[chosen];
    *digits = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_separate(&wholes[i], largest))
            continue;
        ++*digits;
        if (which != PMY_LARGEST_DIGIT && place_in_row(count, wholes, largest, i) == which)
            chosen = i;
    }
    return chosen;
}

size_t pmy_pieces_choose(const pmy_grey *ink, bool page, size_t which, pmy_components *components)
{
    size_t digits = 0, count = components->count;
    if (count == 0)
        return digits;
    pmy_component *wholes = calloc(count, sizeof *wholes);
    if (!wholes) {
        pmy_components_free(components);
        return digits;
    }
    leave_out_frame(ink, page, components);
    leave_out_specks(components);
    join(components);
    add_up(components, wholes);
    size_t chosen = choose(count, wholes, which, &digits);
    free(wholes);
    for (size_t i = 0; i < count; i++) {
        pmy_component *piece = &components->list[i];
        piece->chosen = !piece->left_out && piece->digit == chosen;
    }
    return digits;
}
