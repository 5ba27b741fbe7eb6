/* Also in double. */
#include "numerics/convolution_errors.h"

#include "convolution_passes.h"
#include "convolution_plain.h"

typedef struct passes {
    const convolution_truth *truth;
    pmy_convolution sizes;
    size_t x_size, y_size, weight_size;      /* of an image, and of the weight */
    pmy_real *x, *weight, *dy, *y, *dx, *dw; /* as in the truth */
} passes;

static pmy_real *rounded(const double *numbers, size_t count)
{
    pmy_real *made = malloc(count * sizeof *made);
    for (size_t i = 0; made && i < count; i++)
        made[i] = (pmy_real)numbers[i];
    return made;
}

static bool begin(const convolution_truth *truth, passes *all)
{
    *all = (passes){.truth = truth};
    memcpy(&all->sizes, &truth->sizes, sizeof all->sizes); /* the same in each precision */
    all->x_size = pmy64_convolution_x_size(&truth->sizes);
    all->y_size = pmy64_convolution_y_size(&truth->sizes);
    all->weight_size = pmy64_convolution_weight_size(&truth->sizes);
    all->x = rounded(truth->x, truth->images * all->x_size);
    all->dy = rounded(truth->dy, truth->images * all->y_size);
    all->weight = rounded(truth->weight, all->weight_size);
    all->y = calloc(truth->images * all->y_size, sizeof *all->y);
    all->dx = calloc(truth->images * all->x_size, sizeof *all->dx);
    return all->x && all->dy && all->weight && all->y && all->dx;
}

static void end(passes *all)
{
    pmy_real *const each[] = {all->x, all->weight, all->dy, all->y, all->dx, all->dw};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        free(each[i]);
}

static bool run_plain(passes *all)
{
    all->dw = calloc(all->weight_size, sizeof *all->dw);
    if (!all->dw)
        return false;
    pmy_convolution_plain(&all->sizes, all->truth->images, all->x, all->weight, all->y);
    pmy_convolution_plain_backward(&all->sizes, all->truth->images, all->x, all->dy, all->weight, all->dx,
                                   all->dw);
    return true;
}

static bool run_way(const pmy_convolution_algorithm *way, passes *all)
{
    pmy_convolution_memory memory;
    way->measure(&all->sizes, &memory);
    prepared_way ready;
    bool fine = prepare_way(way, &all->sizes, all->weight, &ready);
    for (size_t done = 0, images; fine && done < all->truth->images; done += images) {
        images = all->truth->images - done;
        images = images < memory.images ? images : memory.images;
        const pmy_real *x = all->x + done * all->x_size;
        way->forward(&all->sizes, images, x, ready.forward_weight, all->y + done * all->y_size,
                     ready.scratch);
        way->backward(&all->sizes, images, x, all->dy + done * all->y_size, ready.backward_weight, false,
                      all->dx + done * all->x_size, ready.sum, ready.scratch);
    }
    all->dw = fine ? finished_dw(&ready) : NULL;
    free_way(&ready);
    return all->dw != NULL;
}

static bool run(const char *name, passes *all)
{
    if (strcmp(name, "plain") == 0)
        return run_plain(all);
    for (const pmy_convolution_algorithm *const *way = pmy_convolution_algorithms; *way; way++)
        if (strcmp((*way)->name, name) == 0)
            return (*way)->fits(&all->sizes) && run_way(*way, all);
    return false;
}

static tensor_error error_of(const pmy_real *got, const double *truth, size_t size)
{
    double squares = 0, largest = 0, most = 0;
    for (size_t i = 0; i < size; i++) {
        double error = fabs((double)got[i] - truth[i]);
        squares += error * error;
        largest = error <= largest ? largest : error; /* a NaN must show */
        most = fmax(most, fabs(truth[i]));
    }
    return (tensor_error){largest / most, sqrt(squares / (double)size) / most};
}

bool pmy_convolution_errors(const convolution_truth *truth, const char *way, convolution_errors *errors)
{
    passes all;
    bool fine = begin(truth, &all) && run(way, &all);
    if (fine)
        *errors = (convolution_errors){.y = error_of(all.y, truth->y, truth->images * all.y_size),
                                       .dx = error_of(all.dx, truth->dx, truth->images * all.x_size),
                                       .dw = error_of(all.dw, truth->dw, all.weight_size)};
    end(&all);
    return fine;
}
