/* A sheet seen straight from above, in even light: paper, what is printed on it, and ink. */
#ifndef PAPERS_SHEET_H
#define PAPERS_SHEET_H

#include "papers/kinds.h"

enum { SHEET_CHANNELS = 3 };

typedef struct sheet {
    size_t width, height;
    float *colour; /* [height, width, 3]: red, green, blue; 0 black, 1 white */
    float *ink;    /* [height, width]: how much of a pixel ink covers */
} sheet;

/* What of it the camera will see, in its pixels. */
typedef struct view {
    double left, top, width, height;
} view;

/* Makes the sheet, larger than the view, with the digit (of MARK_DIGIT) inside the view. Fails the test if
 * there is no memory. */
sheet sheet_make(const paper_kind *kind, int digit, size_t width, size_t height, view seen,
                 pmy_random *random);
void sheet_free(sheet *of);

#endif
