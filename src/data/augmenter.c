#include "data/augmenter.h"

#include "data/elastic.h"
#include "base/portable_math.h"
#include "base/random.h"
#include "base/simd.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_SIDE = 8192 };

struct pmy_augmenter {
    pmy_arena arena; /* of all that the pointers below point to */
    pmy_augmentation what;
    size_t channels, height, width;
    pmy_elastic *elastic; /* NULL: none */
    float *framed;        /* [channels, height + 3, width + 3]: the picture in a frame of zeros */
    float *down, *across; /* [width]: where a row's pixels come from */
    int32_t *corner;      /* [width]: the first of the four pixels of the frame's picture about that */
    float *result;        /* [channels, height, width]: the picture, then what became of it */
};

/* The random numbers of a picture, from −1 to 1, one for each use; the field's are after them. */
enum { DOWN, ACROSS, ROTATION, SCALE, SHEAR, CUT_DOWN, CUT_ACROSS, FIELD_BLOCK = 2 };

typedef struct chances {
    double of[4 * FIELD_BLOCK];
} chances;

static chances draw(uint64_t seed, uint64_t stream, uint64_t position)
{
    chances drawn;
    for (unsigned block = 0; block < FIELD_BLOCK; block++) {
        pmy_philox_block words = pmy_philox(seed, stream, position + block);
        for (unsigned i = 0; i < 4; i++)
            drawn.of[4 * block + i] = ((double)words.word[i] + 0.5) * 0x1p-31 - 1;
    }
    return drawn;
}

/* --- Making ---------------------------------------------------------------- */

static size_t frame_size(const pmy_augmenter *a)
{
    return (a->height + 3) * (a->width + 3);
}

static bool take_memory(pmy_augmenter *a)
{
    const pmy_augmentation *what = &a->what;
    size_t height = a->height, width = a->width;
    if (what->elastic > 0) {
        double smooth = what->smooth > 0 ? what->smooth : PMY_USUAL_SMOOTHNESS;
        a->elastic = pmy_elastic_new(what->elastic, smooth, height, width, &a->arena);
        if (!a->elastic)
            return false;
    }
    return (a->framed = pmy_arena_take(&a->arena, a->channels * frame_size(a), sizeof *a->framed)) &&
           (a->down = pmy_arena_take(&a->arena, width, sizeof *a->down)) &&
           (a->across = pmy_arena_take(&a->arena, width, sizeof *a->across)) &&
           (a->corner = pmy_arena_take(&a->arena, width, sizeof *a->corner)) &&
           (a->result = pmy_arena_take(&a->arena, a->channels * height * width, sizeof *a->result));
}

pmy_status pmy_augmenter_new(const pmy_augmentation *augmentation, size_t channels, size_t height,
                             size_t width, pmy_augmenter **augmenter, pmy_error *error)
{
    *augmenter = NULL;
    pmy_status status = pmy_augmentation_check(augmentation, error);
    if (status != PMY_OK)
        return status;
    if (height > LARGEST_SIDE || width > LARGEST_SIDE)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "pictures of %zux%zu are too large to be augmented", height,
                        width);
    pmy_augmenter *a = calloc(1, sizeof *a);
    if (a)
        *a = (pmy_augmenter){.what = *augmentation, .channels = channels, .height = height, .width = width};
    if (!a || !take_memory(a)) {
        pmy_augmenter_free(a);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for augmentation");
    }
    *augmenter = a;
    return PMY_OK;
}

void pmy_augmenter_free(pmy_augmenter *augmenter)
{
    if (augmenter)
        pmy_arena_free(&augmenter->arena);
    free(augmenter);
}

/* --- Moving pixels ----------------------------------------------------------- */

/* Where pixel (i, j) of the result comes from, but for the field: at (down + down_i i + down_j j, …). */
typedef struct affine {
    double down, down_i, down_j, across, across_i, across_j;
} affine;

static affine draw_affine(const pmy_augmenter *a, const chances *drawn)
{
    const pmy_augmentation *what = &a->what;
    double angle = what->rotation * drawn->of[ROTATION] * (3.14159265358979324 / 180);
    double size = 1 + what->scale * drawn->of[SCALE], shear = what->shear * drawn->of[SHEAR];
    double c = PMY_DOUBLE_MATH(cos)(angle) / size, s = PMY_DOUBLE_MATH(sin)(angle) / size;
    affine from = {.down_i = s * shear + c, .down_j = s, .across_i = c * shear - s, .across_j = c};
    double i = ((double)a->height - 1) / 2, j = ((double)a->width - 1) / 2;
    from.down = i + what->shift * drawn->of[DOWN] - from.down_i * i - from.down_j * j;
    from.across = j + what->shift * drawn->of[ACROSS] - from.across_i * i - from.across_j * j;
    return from;
}

static void frame(size_t height, size_t width, const float *image, float *framed)
{
    for (size_t i = 0; i < height; i++)
        memcpy(framed + (i + 1) * (width + 3) + 1, image + i * width, width * sizeof *framed);
}

static inline float clamp(float x, float most)
{
    x = x > 0 ? x : 0;
    return x < most ? x : most;
}

/* On entry down and across [width] hold the field, afterwards how far each pixel's place is from its
 * corner. The clamped place is within the frame, and what lies further out is 0 as the frame is. */
PMY_CLONES
static void pmy_find_corners(size_t height, size_t width, const affine *from, size_t row,
                             float *restrict down, float *restrict across, int32_t *restrict corner)
{
    float first_down = (float)(from->down + from->down_i * (double)row) + 1, step_down = (float)from->down_j;
    float first_across = (float)(from->across + from->across_i * (double)row) + 1;
    float step_across = (float)from->across_j;
    int32_t stride = (int32_t)width + 3;
    for (size_t j = 0; j < width; j++) {
        float column = (float)(int32_t)j;
        float i = clamp(first_down + step_down * column + down[j], (float)height + 1);
        float k = clamp(first_across + step_across * column + across[j], (float)width + 1);
        int32_t whole_i = (int32_t)i, whole_k = (int32_t)k;
        down[j] = i - (float)whole_i;
        across[j] = k - (float)whole_k;
        corner[j] = whole_i * stride + whole_k;
    }
}

PMY_CLONES
static void pmy_interpolate(size_t width, const float *restrict framed, const int32_t *restrict corner,
                            const float *restrict down, const float *restrict across, float *restrict result)
{
    size_t stride = width + 3;
    for (size_t j = 0; j < width; j++) {
        const float *at = framed + corner[j];
        float above = at[0] + across[j] * (at[1] - at[0]);
        float below = at[stride] + across[j] * (at[stride + 1] - at[stride]);
        result[j] = above + down[j] * (below - above);
    }
}

static void move_pixels(pmy_augmenter *a, const affine *from)
{
    size_t plane = a->height * a->width;
    for (size_t c = 0; c < a->channels; c++)
        frame(a->height, a->width, a->result + c * plane, a->framed + c * frame_size(a));
    for (size_t row = 0; row < a->height; row++) {
        if (a->elastic) {
            pmy_elastic_row(a->elastic, row, a->down, a->across);
        } else {
            memset(a->down, 0, a->width * sizeof *a->down);
            memset(a->across, 0, a->width * sizeof *a->across);
        }
        pmy_find_corners(a->height, a->width, from, row, a->down, a->across, a->corner);
        for (size_t c = 0; c < a->channels; c++)
            pmy_interpolate(a->width, a->framed + c * frame_size(a), a->corner, a->down, a->across,
                            a->result + c * plane + row * a->width);
    }
}

/* --- The whole ---------------------------------------------------------------- */

/* The part of an axis that a square of `side` about a random place covers. */
static void cut_range(size_t length, size_t side, double chance, size_t *begin, size_t *end)
{
    size_t middle = (size_t)((chance + 1) / 2 * (double)length);
    *begin = middle > side / 2 ? middle - side / 2 : 0;
    *end = middle + side - side / 2;
    if (*end > length)
        *end = length;
}

static void cut_out(pmy_augmenter *a, const chances *drawn)
{
    size_t side = (size_t)a->what.cutout, top, bottom, left, right;
    cut_range(a->height, side, drawn->of[CUT_DOWN], &top, &bottom);
    cut_range(a->width, side, drawn->of[CUT_ACROSS], &left, &right);
    for (size_t c = 0; c < a->channels; c++)
        for (size_t i = top; i < bottom; i++)
            memset(a->result + (c * a->height + i) * a->width + left, 0, (right - left) * sizeof *a->result);
}

/* The picture in a->result. */
static const float *augment(pmy_augmenter *a, uint64_t seed, uint32_t epoch, uint32_t index)
{
    uint64_t stream = pmy_stream(PMY_STREAM_AUGMENT, epoch), position = (uint64_t)index << 32;
    chances drawn = draw(seed, stream, position);
    if (!pmy_augmentation_stays(&a->what)) {
        affine from = draw_affine(a, &drawn);
        if (a->elastic)
            pmy_elastic_draw(a->elastic, seed, stream, position + FIELD_BLOCK);
        move_pixels(a, &from);
    }
    if (a->what.cutout > 0)
        cut_out(a, &drawn);
    return a->result;
}

const float *pmy_augment(pmy_augmenter *augmenter, const uint8_t *image, uint64_t seed, uint32_t epoch,
                         uint32_t index)
{
    for (size_t i = 0; i < augmenter->channels * augmenter->height * augmenter->width; i++)
        augmenter->result[i] = (float)image[i];
    return augment(augmenter, seed, epoch, index);
}

const float *pmy_augment_reals(pmy_augmenter *augmenter, const float *image, uint64_t seed, uint32_t epoch,
                               uint32_t index)
{
    memcpy(augmenter->result, image,
           augmenter->channels * augmenter->height * augmenter->width * sizeof *image);
    return augment(augmenter, seed, epoch, index);
}
