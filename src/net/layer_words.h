/* A layer's words: its numbers, read as its kind says. For the net's own files alone. */
#ifndef PMY_NET_LAYER_WORDS_H
#define PMY_NET_LAYER_WORDS_H

#include "base/words.h"
#include "net/net.h"

/* Reads what stands after the layer's name, of the layer's kind, up to a comma or a bracket; `vocab` stands
 * for that many. PMY_BAD_NET. */
pmy_status pmy_layer_read(pmy_words *words, pmy_span name, size_t vocabulary, pmy_layer *layer);

/* PMY_BAD_NET: there is no layer of that name. */
pmy_status pmy_layer_unknown(const pmy_words *words, pmy_span word);

#endif
