#include "mnist/report_pictures.h"

#include "mnist/filters.h"

#include <math.h>
#include <stdlib.h>

pmy_status report_digit(const pmy_dataset *dataset, size_t index, png *picture, pmy_error *error)
{
    uint8_t *pixels = malloc(pmy_dataset_features(dataset)); /* [height, width] */
    if (!pixels)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a picture");
    pmy_dataset_pixels(dataset, index, pixels);
    pmy_status status = png_encode(pixels, dataset->width, dataset->height, PNG_GREY, picture, error);
    free(pixels);
    return status;
}

/* --- Filters ------------------------------------------------------------------ */

/* Each filter is shown about this large, and so many side by side, a gap between them. */
enum { FILTER_SIZE = 84, GAP = 8, COLUMNS = 8 };

/* How strongly a weight is coloured; the colours stand out from light and from dark paper. */
static void put_pixel(unsigned char *pixel, double strength)
{
    static const unsigned char positive[3] = {0x1f, 0x74, 0xd6}, negative[3] = {0xc4, 0x52, 0x10};
    for (int i = 0; i < 3; i++)
        pixel[i] = strength < 0 ? negative[i] : positive[i];
    pixel[3] = (unsigned char)lround(255 * fmin(1, fabs(strength)));
}

/* Draws a plane, each weight as a square of `zoom` pixels, into a sheet that is `stride` pixels wide. */
static void draw_plane(const filters *all, size_t index, size_t zoom, unsigned char *corner, size_t stride)
{
    const pmy_real *weights = all->weights + index * all->height * all->width; /* [height, width] */
    double largest = 0;
    for (size_t i = 0; i < all->height * all->width; i++)
        largest = fmax(largest, fabs((double)weights[i]));
    for (size_t y = 0; y < all->height * zoom; y++)
        for (size_t x = 0; x < all->width * zoom; x++) {
            double weight = (double)weights[y / zoom * all->width + x / zoom];
            put_pixel(corner + 4 * (y * stride + x), largest > 0 ? weight / largest : 0);
        }
}

pmy_status report_draw_filters(const pmy_graph *graph, const pmy_dataset *dataset, report_filters *drawn,
                               pmy_error *error)
{
    filters all = filters_of(graph, dataset);
    *drawn = (report_filters){.count = all.count, .height = all.height, .width = all.width};
    if (all.count == 0 || all.height > 8 * FILTER_SIZE || all.width > 8 * FILTER_SIZE)
        return PMY_OK;
    size_t longer = all.height > all.width ? all.height : all.width;
    size_t zoom = longer < FILTER_SIZE ? FILTER_SIZE / longer : 1;
    size_t shown = all.count < REPORT_FILTERS ? all.count : REPORT_FILTERS;
    size_t columns = shown < COLUMNS ? shown : COLUMNS, rows = (shown + columns - 1) / columns;
    size_t across = all.width * zoom + GAP, down = all.height * zoom + GAP;
    size_t width = columns * across - GAP, height = rows * down - GAP;
    size_t *order = filters_order(&all);
    unsigned char *pixels = calloc(width * height, 4);
    for (size_t i = 0; order && pixels && i < shown; i++)
        draw_plane(&all, order[i], zoom, pixels + 4 * (i / columns * down * width + i % columns * across),
                   width);
    pmy_status status = order && pixels
                            ? png_encode(pixels, width, height, PNG_COLOUR_AND_OPACITY, &drawn->sheet, error)
                            : pmy_fail(error, PMY_NO_MEMORY, "no memory for a picture of the filters");
    drawn->shown = shown;
    free(order);
    free(pixels);
    return status;
}
