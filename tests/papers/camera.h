/* Pictures of sheets, as a camera or a scanner takes them. */
#ifndef PAPERS_CAMERA_H
#define PAPERS_CAMERA_H

#include "papers/kinds.h"
#include "picture/picture.h"

/* The picture of that number of a kind, which depends on these alone, and the digit on it, 0 … 9 (number
 * modulo 10), or −1. The caller frees it with pmy_picture_free. */
pmy_picture camera_take(size_t kind, uint64_t seed, uint32_t number, int *digit);

#endif
