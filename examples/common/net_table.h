/* A net as a table, a row for each layer. */
#ifndef COMMON_NET_TABLE_H
#define COMMON_NET_TABLE_H

#include "net/net.h"

/* Prints each layer's index, words, output, parameters and FLOPs (one example, forward), and their sums. With
 * a built graph of the net also how its convolutions are computed; NULL: without. */
void net_table_print(const pmy_net *net, const pmy_graph *graph);

#endif
