#include "net/net_ends.h"

#include "net/layer_kind.h"

#include <string.h>

static bool has_weights(const pmy_layer *layer)
{
    return layer->kind->random || layer->kind->tied;
}

static bool belongs_to(const pmy_node *parameter, const pmy_layer *layer)
{
    const char *name = pmy_node_name(parameter);
    size_t length = strlen(layer->name);
    return strncmp(name, layer->name, length) == 0 && name[length] == '.';
}

bool pmy_net_is_at_an_end(const pmy_node *parameter, const void *context)
{
    const pmy_net *net = context;
    const pmy_layer *first = NULL, *last = NULL;
    for (const pmy_layer *layer = net->layer; layer < net->layer + net->count; layer++) {
        if (layer->kind->table && belongs_to(parameter, layer))
            return true;
        if (has_weights(layer))
            first = first ? first : layer, last = layer;
    }
    return first && (belongs_to(parameter, first) || belongs_to(parameter, last));
}
