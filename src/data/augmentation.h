/* What is done to a training picture, at random, each time it is seen; and the line of text that says so:
 *
 *   shift 2, rotate 10, scale 0.1, shear 0.1, elastic 1.5 smooth 4, cutout 8
 *
 * in any order, each at most once, or "none". */
#ifndef PMY_DATA_AUGMENTATION_H
#define PMY_DATA_AUGMENTATION_H

#include "base/status.h"

#include <stdbool.h>

/* In pmy_augmentation.smooth, what 0 stands for: as in Simard, Steinkraus and Platt, 2003. */
enum { PMY_USUAL_SMOOTHNESS = 4 };

/* How much of each, at most; where "±" stands, any amount in between is as likely. All 0: none. */
typedef struct pmy_augmentation {
    double shift;    /* ± pixels, on each axis; 0 … 1000 */
    double rotation; /* ± degrees about the middle; 0 … 180 */
    double scale;    /* 1 ± this times as large; 0 … 0.99 */
    double shear;    /* ± this many pixels aside for each row away from the middle; 0 … 10 */
    double elastic;  /* a smooth random field moves each pixel: its root mean square in pixels, on each
                      * axis (elastic.h); 0 … 100 */
    double smooth;   /* that field's: the Gaussian's standard deviation in pixels, 1 … 1000; or 0 */
    double cutout;   /* side of a square that becomes background, about a random pixel of the picture
                      * (DeVries and Taylor, 2017); a whole number, 0 … 10000 */
} pmy_augmentation;

/* PMY_BAD_ARGUMENT where a number is out of its range: the message names it. */
pmy_status pmy_augmentation_check(const pmy_augmentation *augmentation, pmy_error *error);

/* Whether nothing is done; whether no pixel moves. */
bool pmy_augmentation_is_none(const pmy_augmentation *augmentation);
bool pmy_augmentation_stays(const pmy_augmentation *augmentation);

/* Reads the line. PMY_BAD_ARGUMENT, with the word's place in error->position and length. */
pmy_status pmy_augmentation_read(const char *text, pmy_augmentation *augmentation, pmy_error *error);

/* The line that reads back as the same. */
typedef struct pmy_augmentation_text {
    char text[256];
} pmy_augmentation_text;
pmy_augmentation_text pmy_augmentation_print(const pmy_augmentation *augmentation);

#endif
