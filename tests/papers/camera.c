#include "papers/camera.h"

#include "papers/sheet.h"
#include "pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { CHANNELS = SHEET_CHANNELS, PIXEL = 4 };

typedef struct photo {
    size_t width, height;
    float *colour; /* [height, width, 3] */
    float *ink;    /* [height, width] */
} photo;

/* --- Where a pixel looks ------------------------------------------------------------ */

/* From the picture's unit square to the sheet: turned, and its corners moved a little each. */
typedef struct pose {
    double corner[4][2]; /* on the sheet, in its pixels: of (0, 0), (1, 0), (0, 1), (1, 1) */
    double depth[4];     /* how far each is from the camera */
} pose;

static pose pose_draw(const paper_kind *kind, const view *seen, pmy_random *random)
{
    const double degree = 0.017453292519943295;
    pose p;
    double angle = degree * range_draw(kind->angle, random) * (pmy_random_below(random, 2) ? 1 : -1);
    double tilt = range_draw(kind->tilt, random);
    for (size_t i = 0; i < 4; i++) {
        double x = ((double)(i % 2) - 0.5) * seen->width, y = ((double)(i / 2) - 0.5) * seen->height;
        p.corner[i][0] = seen->left + seen->width / 2 + x * cos(angle) - y * sin(angle);
        p.corner[i][1] = seen->top + seen->height / 2 + x * sin(angle) + y * cos(angle);
        p.depth[i] = 1 + tilt * (2 * pmy_random_uniform(random) - 1);
    }
    return p;
}

/* The corners' mean, weighted bilinearly and by nearness, which keeps straight lines nearly so. */
static void look(const pose *p, double u, double v, double at[2])
{
    double sum = 0;
    at[0] = at[1] = 0;
    for (size_t i = 0; i < 4; i++) {
        double weight = (i % 2 ? u : 1 - u) * (i / 2 ? v : 1 - v) / p->depth[i];
        at[0] += weight * p->corner[i][0];
        at[1] += weight * p->corner[i][1];
        sum += weight;
    }
    at[0] /= sum;
    at[1] /= sum;
}

/* --- The desk ------------------------------------------------------------------------- */

typedef struct desk {
    double brightness, warmth, grain, wave, phase;
} desk;

static desk desk_draw(const paper_kind *kind, pmy_random *random)
{
    return (desk){.brightness = range_draw(kind->desk, random),
                  .warmth = 0.25 * pmy_random_uniform(random),
                  .grain = 0.08 * pmy_random_uniform(random),
                  .wave = 0.05 + 0.2 * pmy_random_uniform(random),
                  .phase = 6 * pmy_random_uniform(random)};
}

/* Wood: bands that wander. */
static void see_desk(const desk *d, const double at[2], float *pixel)
{
    double band =
        sin(d->phase + d->wave * (at[1] + 6 * sin(0.02 * at[0]))) + 0.5 * sin(0.37 * d->wave * at[1] + 1);
    for (size_t i = 0; i < CHANNELS; i++)
        pixel[i] = (float)(d->brightness * (1 + d->grain * band + d->warmth * (1 - (double)i)));
}

static void see_sheet(const sheet *s, const double at[2], float *pixel, float *ink)
{
    double x = fmin(fmax(at[0] - 0.5, 0), (double)s->width - 1.001);
    double y = fmin(fmax(at[1] - 0.5, 0), (double)s->height - 1.001);
    size_t column = (size_t)x, row = (size_t)y;
    for (size_t i = 0; i < 4; i++) {
        size_t from = (row + i / 2) * s->width + column + i % 2;
        double weight = (i % 2 ? x - (double)column : 1 - (x - (double)column)) *
                        (i / 2 ? y - (double)row : 1 - (y - (double)row));
        for (size_t c = 0; c < CHANNELS; c++)
            pixel[c] += (float)(weight * (double)s->colour[from * CHANNELS + c]);
        *ink += (float)(weight * (double)s->ink[from]);
    }
}

/* The mean of four looks into each pixel. */
static void expose(const sheet *s, const pose *p, const desk *d, const photo *taken)
{
    enum { LOOKS = 4 };
    for (size_t row = 0; row < taken->height; row++)
        for (size_t column = 0; column < taken->width; column++) {
            float *pixel = taken->colour + (row * taken->width + column) * CHANNELS;
            float *ink = taken->ink + row * taken->width + column;
            for (size_t i = 0; i < LOOKS; i++) {
                double at[2];
                float seen[CHANNELS] = {0}, covered = 0;
                look(p, ((double)column + 0.25 + 0.5 * (double)(i % 2)) / (double)taken->width,
                     ((double)row + 0.25 + 0.5 * (double)(i / 2)) / (double)taken->height, at);
                bool beside = at[0] < 0 || at[1] < 0 || at[0] > (double)s->width || at[1] > (double)s->height;
                if (beside)
                    see_desk(d, at, seen);
                else
                    see_sheet(s, at, seen, &covered);
                for (size_t c = 0; c < CHANNELS; c++)
                    pixel[c] += seen[c] / LOOKS;
                *ink += covered / LOOKS;
            }
        }
}

/* --- Light, lens and sensor --------------------------------------------------------------- */

static void light(const photo *taken, const paper_kind *kind, pmy_random *random)
{
    const double turn = 6.283185307179586;
    double gradient = range_draw(kind->gradient, random), way = turn * pmy_random_uniform(random);
    double shadow = range_draw(kind->shadow, random), edge = turn * pmy_random_uniform(random);
    double begin = 0.4 * (pmy_random_uniform(random) - 0.5), over = range_draw(kind->shadow_edge, random);
    double bend = pmy_random_uniform(random) - 0.5;
    for (size_t row = 0; row < taken->height; row++)
        for (size_t column = 0; column < taken->width; column++) {
            double x = (double)column / (double)taken->width - 0.5,
                   y = (double)row / (double)taken->height - 0.5;
            double along = 0.5 + 0.7 * (x * cos(way) + y * sin(way));
            double aside = y * cos(edge) - x * sin(edge);
            double beyond = (x * cos(edge) + y * sin(edge) - begin + bend * aside * aside) / over;
            double lit = (1 - gradient * along) * (1 - shadow / (1 + exp(-4 * beyond)));
            for (size_t c = 0; c < CHANNELS; c++)
                taken->colour[(row * taken->width + column) * CHANNELS + c] *= (float)lit;
        }
}

/* Along one line of values [count, `stride` apart]. */
static void blur_line(float *values, size_t count, size_t stride, const double *weight, size_t reach,
                      float *line)
{
    for (size_t i = 0; i < count; i++)
        line[i] = values[i * stride];
    for (size_t i = 0; i < count; i++) {
        double sum = 0, all = 0;
        for (size_t j = i > reach ? i - reach : 0; j <= i + reach && j < count; j++) {
            double w = weight[j > i ? j - i : i - j];
            sum += w * (double)line[j];
            all += w;
        }
        values[i * stride] = (float)(sum / all);
    }
}

static void blur(const photo *taken, double deviation)
{
    enum { MOST_REACH = 16 };
    double weight[MOST_REACH + 1];
    size_t longer = taken->width > taken->height ? taken->width : taken->height;
    float *line = calloc(longer, sizeof *line);
    for (size_t i = 0; i <= MOST_REACH; i++)
        weight[i] = exp(-(double)(i * i) / (2 * deviation * deviation));
    for (size_t c = 0; line && deviation > 0 && c < CHANNELS; c++) {
        for (size_t y = 0; y < taken->height; y++)
            blur_line(taken->colour + y * taken->width * CHANNELS + c, taken->width, CHANNELS, weight,
                      MOST_REACH, line);
        for (size_t x = 0; x < taken->width; x++)
            blur_line(taken->colour + x * CHANNELS + c, taken->height, taken->width * CHANNELS, weight,
                      MOST_REACH, line);
    }
    free(line);
}

static pmy_picture develop(const photo *taken, double noise, bool transparent, pmy_random *random)
{
    const double full = 255;
    pmy_picture picture = picture_blank(taken->width, taken->height, 0);
    for (size_t i = 0; i < taken->width * taken->height; i++) {
        for (size_t c = 0; c < CHANNELS; c++) {
            double value = full * (double)taken->colour[i * CHANNELS + c] + noise * pmy_random_normal(random);
            picture.pixels[i * PIXEL + c] = (uint8_t)(fmin(fmax(value, 0), full) + 0.5);
        }
        if (transparent)
            picture.pixels[i * PIXEL + CHANNELS] = (uint8_t)(full * fmin((double)taken->ink[i], 1) + 0.5);
    }
    return picture;
}

/* Through a JPEG file of that quality and back. */
static void damage(pmy_picture *picture, int quality)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)picture->width;
    jpeg.image_height = (JDIMENSION)picture->height;
    jpeg.input_components = PIXEL;
    jpeg.in_color_space = JCS_EXT_RGBX;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPLE *row = picture->pixels + jpeg.next_scanline * picture->width * PIXEL;
        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    pmy_picture_free(picture);
    pmy_error error;
    if (pmy_picture_decode("a test's own picture", bytes, size, picture, &error) != PMY_OK)
        abort();
    free(bytes);
}

/* --- All of it --------------------------------------------------------------------------- */

/* A sheet with a desk behind ends within the picture on some of its sides; otherwise it goes on beyond. */
static void frame(const paper_kind *kind, const photo *taken, pmy_random *random, view *seen, size_t *width,
                  size_t *height)
{
    const double beyond = 0.3, shown = 0.12;
    double w = (double)taken->width, h = (double)taken->height, side[4];
    for (size_t i = 0; i < 4; i++)
        side[i] = kind->desk.most > 0 && pmy_random_below(random, 4) > 0
                      ? -shown * (0.3 + pmy_random_uniform(random))
                      : beyond;
    *width = (size_t)(w * (1 + side[0] + side[1]));
    *height = (size_t)(h * (1 + side[2] + side[3]));
    *seen = (view){side[0] * w, side[2] * h, w, h};
}

/* The part of the view that the sheet fills. */
static view written_on(const view *seen, size_t width, size_t height)
{
    double left = fmax(seen->left, 0), top = fmax(seen->top, 0);
    return (view){left, top, fmin(seen->left + seen->width, (double)width) - left,
                  fmin(seen->top + seen->height, (double)height) - top};
}

pmy_picture camera_take(size_t kind_index, uint64_t seed, uint32_t number, int *digit)
{
    enum { DIGITS = 10 };
    paper_kind kind = paper_kind_at(kind_index);
    pmy_random random = {.seed = seed, .stream = ((uint64_t)kind_index << 32) + number};
    double longer = range_draw(kind.side, &random), aspect = 0.7 + 0.3 * pmy_random_uniform(&random);
    bool upright = pmy_random_below(&random, 2);
    photo taken = {(size_t)(upright ? aspect * longer : longer), (size_t)(upright ? longer : aspect * longer),
                   0, 0};
    taken.colour = calloc(taken.width * taken.height * CHANNELS, sizeof *taken.colour);
    taken.ink = calloc(taken.width * taken.height, sizeof *taken.ink);
    if (!taken.colour || !taken.ink)
        abort();
    view seen;
    size_t width, height;
    frame(&kind, &taken, &random, &seen, &width, &height);
    sheet s =
        sheet_make(&kind, (int)(number % DIGITS), width, height, written_on(&seen, width, height), &random);
    pose p = pose_draw(&kind, &seen, &random);
    desk d = desk_draw(&kind, &random);
    expose(&s, &p, &d, &taken);
    sheet_free(&s);
    light(&taken, &kind, &random);
    blur(&taken, range_draw(kind.blur, &random));
    pmy_picture picture = develop(&taken, range_draw(kind.noise, &random), kind.transparent, &random);
    double quality = range_draw(kind.quality, &random);
    if (quality > 0)
        damage(&picture, (int)quality);
    free(taken.colour);
    free(taken.ink);
    *digit = kind.mark == MARK_DIGIT ? (int)(number % DIGITS) : -1;
    return picture;
}
