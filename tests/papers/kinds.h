/* The kinds of paper on which the extractor is measured, each with its ranges, and lots drawn from them. */
#ifndef PAPERS_KINDS_H
#define PAPERS_KINDS_H

#include "base/random.h"

#include <stdbool.h>

/* Seed A is for work; docs/RESULTS.md reports seed B, whose pictures nobody looks at before. */
enum { PAPERS_SEED_A = 1, PAPERS_SEED_B = 2 };

typedef enum paper_print {
    PRINT_NONE,
    PRINT_LINES,
    PRINT_SQUARES,
    PRINT_MARGIN,
    PRINT_BOX,
    PRINT_COMB,
    PRINT_DOTS
} paper_print;
typedef enum paper_mark { MARK_DIGIT, MARK_NONE, MARK_BLOT } paper_mark;

typedef struct range {
    double least, most;
} range;

typedef struct paper_kind {
    const char *name;
    paper_mark mark;
    paper_print print;
    bool transparent;               /* nothing but ink is opaque */
    range paper, ink;               /* brightness, 0 … 1 */
    range paper_colour, ink_colour; /* saturation */
    range height;                   /* of the digit, as a share of the picture's shorter side */
    range pen;                      /* its width, as a share of the digit's height */
    range grain;                    /* how much of the ink the paper's tooth leaves out: pencil, chalk */
    range place;                    /* of the digit: 0 in the middle, 1 in a corner */
    range rules;                    /* contrast of what is printed: 1 is from white to black */
    range rule_width;               /* as a share of the picture's longer side */
    range pitch;       /* from rule to rule, likewise; of a box: its side over the digit's height */
    range angle;       /* of the paper, degrees either way */
    range tilt;        /* perspective: how far corners move, as a share of a side */
    range gradient;    /* the share of light that is lost on the way across */
    range shadow;      /* the share of light that a shadow takes */
    range shadow_edge; /* over which it begins, as a share of a side */
    range blur;        /* standard deviation in pixels */
    range noise;       /* standard deviation, of 255 */
    range quality;     /* of JPEG; 0: none */
    range desk;        /* brightness of the desk that is seen around the sheet; 0: none is */
    range side;        /* the picture's longer side in pixels */
} paper_kind;

size_t paper_kinds(void);
/* The kind with its ranges; what its row does not say is as on plain paper. */
paper_kind paper_kind_at(size_t index);

double range_draw(range from, pmy_random *random);

#endif
