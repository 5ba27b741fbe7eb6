/* From any picture of a digit to one as MNIST's are: 28×28 pixels, light ink on black, centred. */
#ifndef PMY_PICTURE_DIGIT_H
#define PMY_PICTURE_DIGIT_H

#include "picture/fit.h"
#include "picture/grey.h"

#include <stdbool.h>

/* The way there; each stage is kept to be looked at. */
typedef enum pmy_digit_stage {
    PMY_STAGE_GREY,    /* laid on white, turned as EXIF says, at most 512 pixels long; 0 black, 1 white */
    PMY_STAGE_INK,     /* the paper taken away (background.h), noise smoothed: about 0 paper, 1 ink */
    PMY_STAGE_UNRULED, /* without what is printed on the paper (rules.h) */
    PMY_STAGE_DIGIT,   /* one digit's ink alone (pieces.h), 0 … 1 */
    PMY_STAGE_CROPPED, /* to its bounding box, a thin pen's strokes thickened */
    PMY_STAGE_FITTED,  /* 20×20 */
    PMY_STAGE_CENTRED  /* 28×28 */
} pmy_digit_stage;
enum { PMY_DIGIT_STAGES = PMY_STAGE_CENTRED + 1 };

/* "grey", "ink", … */
const char *pmy_digit_stage_name(pmy_digit_stage stage);

typedef struct pmy_digit {
    uint8_t pixels[PMY_FIT_SIDE * PMY_FIT_SIDE]; /* [28, 28]; 0 paper, 255 ink */
    pmy_grey stage[PMY_DIGIT_STAGES];            /* without ink the last four are black, [28, 28] */
    bool paper_was_light;
    bool found;       /* what was taken is a digit: neither a blot nor a bar nor nothing */
    size_t digits;    /* separate things as large as one; the one with most ink was taken */
    double ink_share; /* of the picture */
} pmy_digit;

/* More of the picture being ink is no digit on paper. */
#define PMY_DIGIT_MOST_INK 0.6

/* *digit is empty after an error. Errors: PMY_NO_MEMORY. */
pmy_status pmy_digit_make(const pmy_picture *picture, pmy_digit *digit, pmy_error *error);

/* The same of one of several: number `which`, 0 … digits − 1, from the left. */
pmy_status pmy_digit_make_nth(const pmy_picture *picture, size_t which, pmy_digit *digit, pmy_error *error);

void pmy_digit_free(pmy_digit *digit);

#endif
