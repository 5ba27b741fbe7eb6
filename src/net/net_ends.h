/* The ends of a net: the layers that take what examples are made of, and the one that gives what is asked
 * for. */
#ifndef PMY_NET_NET_ENDS_H
#define PMY_NET_NET_ENDS_H

#include "net/net.h"

/* Whether a parameter of the net, built without a prefix, is at an end: of the first layer with weights, of
 * the last one, or of a table that makes vectors of tokens or positions. Muon is for what lies between
 * ("Muon: an optimizer for hidden layers in neural networks"; optim/muon.c). To be passed with the net to
 * pmy_optim_elementwise. */
bool pmy_net_is_at_an_end(const pmy_node *parameter, const void *net);

#endif
