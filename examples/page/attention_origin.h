/* Where the numbers of one head come from. */
#ifndef PAGE_ATTENTION_ORIGIN_H
#define PAGE_ATTENTION_ORIGIN_H

#include "softmax/head.h"

/* Answers as page/origin.h says, for number i of a part (softmax/head_parts.h) by its name. */
void attention_origin(const head *of, const char *column, size_t i);

#endif
