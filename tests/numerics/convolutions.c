#include "numerics/convolutions.h"

#include "numerics/convolution_errors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* As many as one of the eight groups of a batch of 64 sums its weights' gradient over. */
enum { IMAGES = 8 };

static const double bound_float = 1e-5, bound_double = 1e-14;

typedef struct subject {
    const char *where;
    size_t in, height, width, out;
    pmy_window window;
} subject;

static const subject subjects[] = {
    {"`cnn`, `best`: first", 1, 28, 28, 32, {3, 1, 0}}, {"`cnn`: second", 32, 26, 26, 64, {3, 1, 0}},
    {"`best`: second", 32, 26, 26, 32, {3, 1, 0}},      {"`best`: third", 32, 12, 12, 64, {3, 1, 1}},
    {"`best`: fourth", 64, 12, 12, 64, {3, 1, 1}},      {"`best`: fifth", 64, 6, 6, 128, {3, 1, 1}},
    {"`best`: sixth", 128, 6, 6, 128, {3, 1, 0}},       {"`lenet`: second", 6, 14, 14, 16, {5, 1, 0}},
    {"`fast`: first", 1, 28, 28, 8, {5, 2, 0}},         {"odd sizes", 7, 11, 13, 5, {3, 1, 1}},
    {"one tile and a rest", 17, 5, 9, 19, {3, 1, 2}},   {"many channels", 256, 7, 7, 128, {3, 1, 1}},
};

typedef struct way {
    const char *name, *shown;
    bool (*measure)(const convolution_truth *truth, const char *way, convolution_errors *errors);
    double bound;
} way;

static const way ways[] = {
    {"plain", "plain", pmy_convolution_errors, bound_float},
    {"direct", "direct", pmy_convolution_errors, bound_float},
    {"plane", "plane", pmy_convolution_errors, bound_float},
    {"winograd", "Winograd", pmy_convolution_errors, bound_float},
    {"winograd", "Winograd, double", pmy64_convolution_errors, bound_double},
};

static bool sizes_of(const subject *is, pmy64_convolution *c)
{
    *c = (pmy64_convolution){
        .in = is->in, .height = is->height, .width = is->width, .out = is->out, .window = is->window};
    return pmy_window_measure(is->window, is->height, &c->out_height, NULL) == PMY_OK &&
           pmy_window_measure(is->window, is->width, &c->out_width, NULL) == PMY_OK;
}

static void print_line(const subject *is, const way *by, const convolution_errors *e)
{
    const tensor_error columns[] = {e->y, e->dx, e->dw};
    printf("| %s | %zu × %zu × %zu to %zu, %zu×%zu | %s |", is->where, is->in, is->height, is->width, is->out,
           is->window.kernel, is->window.kernel, by->shown);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        printf(" %.1e | %.1e |", columns[i].largest, columns[i].root_mean_square);
    printf("\n");
}

static bool print_subject(const subject *is, double most[])
{
    pmy64_convolution sizes;
    convolution_truth truth;
    bool fine = sizes_of(is, &sizes) && convolution_truth_new(sizes, IMAGES, &truth);
    for (size_t w = 0; fine && w < sizeof ways / sizeof *ways; w++) {
        convolution_errors errors;
        if (!ways[w].measure(&truth, ways[w].name, &errors))
            continue;
        print_line(is, &ways[w], &errors);
        most[w] = fmax(most[w], fmax(errors.y.largest, fmax(errors.dx.largest, errors.dw.largest)));
        fine = errors.y.largest <= ways[w].bound && errors.dx.largest <= ways[w].bound &&
               errors.dw.largest <= ways[w].bound;
    }
    convolution_truth_free(&truth);
    if (!fine)
        fprintf(stderr, "numerics: a convolution breaks its bound, or there is no memory: %s\n", is->where);
    return fine;
}

bool print_convolutions(void)
{
    double most[sizeof ways / sizeof *ways] = {0};
    printf("\n## Convolutions\n\n"
           "A 3×3 convolution with stride 1 and some channels goes by Winograd's F(4×4, 3×3), which takes a\n"
           "quarter of the products and rounds more: on the way to its points and back, numbers that are\n"
           "larger than the result cancel. One of a single channel goes by planes, all others go the direct\n"
           "way. The error of each way, and of the sums as they are written (plain), beside the plain\n"
           "convolution in double on the same floats: the largest, and the root mean square (rms), both as\n"
           "shares of the largest element of the tensor. 2⁻²⁴, half the spacing of floats at 1, is 6.0e-08.\n"
           "Inputs are normal numbers after a relu, weights and upstream gradients normal ones; %d images,\n"
           "over which dW is a sum, as in a batch of 64. The bound: %.0e of the largest, and for the same\n"
           "source in double, which the gradient checks check, %.0e.\n\n"
           "| convolution | sizes | way | y: largest | rms | ∂x: largest | rms | ∂W: largest | rms |\n"
           "|---|---|---|--:|--:|--:|--:|--:|--:|\n",
           IMAGES, bound_float, bound_double);
    bool fine = true;
    for (size_t s = 0; s < sizeof subjects / sizeof *subjects; s++)
        fine &= print_subject(&subjects[s], most);
    printf("\nThe largest of all:");
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++)
        printf("%s %s %.1e", w ? "," : "", ways[w].shown, most[w]);
    printf(".\n");
    return fine;
}
