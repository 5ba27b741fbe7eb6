/* The numbers of one head and where they come from. */
#ifndef PAGE_ATTENTION_ORIGIN_H
#define PAGE_ATTENTION_ORIGIN_H

#include "page/origin.h"
#include "softmax/head_parts.h"

/* A column for each of its parts. */
origin_table attention_origins(const head *of, origin_column columns[HEAD_PARTS]);

#endif
