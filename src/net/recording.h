/* A net's layers being appended to a graph: what they share. For the net's own files alone. */
#ifndef PMY_NET_RECORDING_H
#define PMY_NET_RECORDING_H

#include "net/net_step.h"

typedef struct pmy_recording {
    pmy_graph *graph;
    size_t end;         /* the layer before which it ends */
    size_t vocabulary;  /* of the net; 0: its examples are no tokens */
    size_t time;        /* most positions of an example */
    pmy_node *table;    /* embed's [vocabulary, d]; NULL: none yet */
    pmy_net_past *past; /* where the graph is of one position; else NULL */
} pmy_recording;

/* Appends the net's layers 0 … end − 1; x is known to fit. */
pmy_node *pmy_net_record(const pmy_net *net, size_t end, pmy_graph *graph, pmy_node *x, pmy_net_past *past);

#endif
