/* The attention matrix as a heat map, in an SVG file. */
#ifndef SOFTMAX_ATTENTION_PICTURE_H
#define SOFTMAX_ATTENTION_PICTURE_H

#include "softmax/head.h"

pmy_status attention_picture(const head *of, const char *path, pmy_error *error);

#endif
