/* A net for tokens at one position at a time: what each attention computed of the positions before is kept,
 * so that the next one costs no more than itself.
 *
 *   pmy_net_past past;
 *   pmy_node *token = pmy_integers(g, PMY_SHAPE(1, 1));
 *   pmy_node *logits = pmy_net_build_step(&net, g, token, &past);
 *   ...                          build the graph, load the model, then
 *   pmy_net_past_clear(&past);
 *   do {
 *       pmy_integer_data(token)[0] = ...;
 *       status = pmy_forward(g, PMY_EVAL, &error);
 *       ...                      logits [1, 1, vocabulary]: of the token after it
 *   } while (status == PMY_OK && pmy_net_past_advance(&past));
 */
#ifndef PMY_NET_NET_STEP_H
#define PMY_NET_NET_STEP_H

#include "layers/self_attention.h"
#include "net/net.h"

typedef struct pmy_net_past {
    size_t length;      /* positions that are kept: the running one's index */
    size_t block;       /* most positions: the time of the examples that the net was read for */
    pmy_node *position; /* integers [batch, 1] */
    pmy_node *mask;     /* integers [batch, block] */
    size_t layers;
    pmy_attention_past layer[PMY_MAX_LAYERS];
} pmy_net_past;

/* Appends the net's layers for tokens [batch, 1]; fills in `past`. Returns the last node, [batch, 1, …],
 * which has for the token at position p the value that pmy_net_build's has there, to rounding. The parameters
 * are those of pmy_net_build. PMY_BAD_NET: the net is not for tokens, or other layers than attention mix
 * positions (flatten). */
pmy_node *pmy_net_build_step(const pmy_net *net, pmy_graph *graph, pmy_node *tokens, pmy_net_past *past);

/* Once the graph is built, and again where another text begins: no position is kept. */
void pmy_net_past_clear(pmy_net_past *past);

/* Appends the layers that a past is made of, all up to the last attention, for the tokens [1, count] that
 * begin a window, 0 < count < block: after a forward, pmy_net_past_take has what these positions leave to
 * those after them, in place of all that was kept. The parameters are the first of those of pmy_net_build.
 * The net is one that pmy_net_build_step takes. */
pmy_node *pmy_net_build_past(const pmy_net *net, pmy_graph *graph, pmy_node *tokens);
void pmy_net_past_take(pmy_net_past *past, const pmy_graph *graph, size_t count);

/* After a forward: keeps its position and goes to the next. False: there is no room for one more. */
bool pmy_net_past_advance(pmy_net_past *past);

#endif
