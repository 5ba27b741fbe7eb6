/* A head of attention, as gradcheck/explain_attention.h explains it, with numbers to follow by hand. */
#ifndef SOFTMAX_HEAD_H
#define SOFTMAX_HEAD_H

#include "base/random.h"
#include "pmy64/gradcheck/explain_attention.h"

typedef pmy64_attention_explanation head;

/* Draws Q, K and V for the sizes that are set. */
void head_draw(head *of, pmy_random *random);

#endif
