#include "mnist/report_pictures.h"

#include <math.h>
#include <stdlib.h>

pmy_status report_digit(const pmy_dataset *dataset, size_t index, png *picture, pmy_error *error)
{
    return png_encode(dataset->images + index * pmy_dataset_features(dataset), dataset->width,
                      dataset->height, PNG_GREY, picture, error);
}

/* --- Filters ------------------------------------------------------------------ */

/* Each filter is shown about this large, and so many side by side, a gap between them. */
enum { FILTER_SIZE = 84, GAP = 8, COLUMNS = 8 };

typedef struct planes {
    const pmy_real *weights; /* [count, height, width] */
    size_t count, height, width;
} planes;

/* The weights that look at the pictures themselves; count 0 if they cannot be shown. */
static planes first_filters(const pmy_graph *graph, const pmy_dataset *dataset)
{
    size_t parameters = pmy_graph_parameters(graph).count;
    for (size_t i = 0; i < parameters; i++) {
        pmy_tensor weight = pmy_value(pmy_parameter_at(graph, i));
        const size_t *dim = weight.shape.dim;
        unsigned rank = pmy_shape_rank(weight.shape);
        if (rank == 4)
            return (planes){weight.data, dim[0] * dim[1], dim[2], dim[3]};
        if (rank == 2 && dim[1] == pmy_dataset_features(dataset))
            return (planes){weight.data, dim[0] * dataset->channels, dataset->height, dataset->width};
        if (rank == 2)
            break;
    }
    return (planes){0};
}

typedef struct ranked {
    double norm;
    size_t index;
} ranked;

static int compare_ranked(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->norm != b->norm)
        return a->norm > b->norm ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The planes in falling order of their norm, [count], which the caller frees; NULL: no memory. */
static ranked *rank_planes(const planes *all)
{
    ranked *order = calloc(all->count, sizeof *order);
    size_t size = all->height * all->width;
    for (size_t i = 0; order && i < all->count; i++) {
        order[i].index = i;
        for (size_t k = 0; k < size; k++)
            order[i].norm += (double)all->weights[i * size + k] * (double)all->weights[i * size + k];
    }
    if (order)
        qsort(order, all->count, sizeof *order, compare_ranked);
    return order;
}

/* How strongly a weight is coloured; the colours stand out from light and from dark paper. */
static void put_pixel(unsigned char *pixel, double strength)
{
    static const unsigned char positive[3] = {0x1f, 0x74, 0xd6}, negative[3] = {0xc4, 0x52, 0x10};
    for (int i = 0; i < 3; i++)
        pixel[i] = strength < 0 ? negative[i] : positive[i];
    pixel[3] = (unsigned char)lround(255 * fmin(1, fabs(strength)));
}

/* Draws a plane, each weight as a square of `zoom` pixels, into a sheet that is `stride` pixels wide. */
static void draw_plane(const planes *all, size_t index, size_t zoom, unsigned char *corner, size_t stride)
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

pmy_status report_draw_filters(const pmy_graph *graph, const pmy_dataset *dataset, report_filters *filters,
                               pmy_error *error)
{
    planes all = first_filters(graph, dataset);
    *filters = (report_filters){.count = all.count, .height = all.height, .width = all.width};
    if (all.count == 0 || all.height > 8 * FILTER_SIZE || all.width > 8 * FILTER_SIZE)
        return PMY_OK;
    size_t longer = all.height > all.width ? all.height : all.width;
    size_t zoom = longer < FILTER_SIZE ? FILTER_SIZE / longer : 1;
    size_t shown = all.count < REPORT_FILTERS ? all.count : REPORT_FILTERS;
    size_t columns = shown < COLUMNS ? shown : COLUMNS, rows = (shown + columns - 1) / columns;
    size_t across = all.width * zoom + GAP, down = all.height * zoom + GAP;
    size_t width = columns * across - GAP, height = rows * down - GAP;
    ranked *order = rank_planes(&all);
    unsigned char *pixels = calloc(width * height, 4);
    for (size_t i = 0; order && pixels && i < shown; i++)
        draw_plane(&all, order[i].index, zoom,
                   pixels + 4 * (i / columns * down * width + i % columns * across), width);
    pmy_status status =
        order && pixels ? png_encode(pixels, width, height, PNG_COLOUR_AND_OPACITY, &filters->sheet, error)
                        : pmy_fail(error, PMY_NO_MEMORY, "no memory for a picture of the filters");
    filters->shown = shown;
    free(order);
    free(pixels);
    return status;
}
