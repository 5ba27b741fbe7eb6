/* Attention of a single query: what a step of a text that is being written needs. */
#ifndef PMY_KERNELS_ATTENTION_QUERY_H
#define PMY_KERNELS_ATTENTION_QUERY_H

#include "kernels/attention.h"

/* What pmy_head_forward does, of a head with one query; scratch has room for its keys in whole strips. Keys
 * that are hidden behind the last one to be seen cost nothing. */
void pmy_head_forward_query(const pmy_head *head, pmy_real *o /* [width] */, pmy_real *scratch);

#endif
