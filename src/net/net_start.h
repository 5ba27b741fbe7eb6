/* How the parameters of a net start, where not as each layer has it. */
#ifndef PMY_NET_NET_START_H
#define PMY_NET_NET_START_H

#include "net/net.h"

typedef struct pmy_net_start_kind {
    const char *name;
    const char *explanation; /* one line */
    bool gpt2;
} pmy_net_start_kind;

/* The kinds in order, the first of which changes nothing; NULL after the last. */
const pmy_net_start_kind *pmy_net_start_at(size_t index);

/* The kind of that name, or NULL. */
const pmy_net_start_kind *pmy_net_start_find(const char *name);

/* Between pmy_net_build, whose prefix must still be the graph's, and pmy_build. "gpt2" (Radford et al.,
 * "Language models are unsupervised multitask learners", 2019): weights and embeddings normal with deviation
 * 0.02 and biases 0, but for the last layer with weights in each residual group, and attention's output,
 * where it is 0.02/√(2 · attentions). Normalisations keep theirs. */
void pmy_net_start(const pmy_net *net, pmy_graph *graph, const pmy_net_start_kind *kind);

#endif
