#include "mnist/filters.h"

#include <stdlib.h>

filters filters_of(const pmy_graph *graph, const pmy_dataset *dataset)
{
    size_t parameters = pmy_graph_parameters(graph).count;
    for (size_t i = 0; i < parameters; i++) {
        pmy_tensor weight = pmy_value(pmy_parameter_at(graph, i));
        const size_t *dim = weight.shape.dim;
        unsigned rank = pmy_shape_rank(weight.shape);
        if (rank == 4)
            return (filters){weight.data, dim[0] * dim[1], dim[2], dim[3]};
        if (rank == 2 && dim[1] == pmy_dataset_features(dataset))
            return (filters){weight.data, dim[0] * dataset->channels, dataset->height, dataset->width};
        if (rank == 2)
            break;
    }
    return (filters){0};
}

typedef struct ranked {
    double norm; /* squared */
    size_t index;
} ranked;

static int compare_ranked(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->norm != b->norm)
        return a->norm > b->norm ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

size_t *filters_order(const filters *all)
{
    ranked *by_norm = calloc(all->count, sizeof *by_norm);
    size_t *order = calloc(all->count, sizeof *order), size = all->height * all->width;
    for (size_t i = 0; by_norm && i < all->count; i++) {
        by_norm[i].index = i;
        for (size_t k = 0; k < size; k++)
            by_norm[i].norm += (double)all->weights[i * size + k] * (double)all->weights[i * size + k];
    }
    if (by_norm)
        qsort(by_norm, all->count, sizeof *by_norm, compare_ranked);
    for (size_t i = 0; by_norm && order && i < all->count; i++)
        order[i] = by_norm[i].index;
    if (!by_norm) {
        free(order);
        order = NULL;
    }
    free(by_norm);
    return order;
}
