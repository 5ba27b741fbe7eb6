#include "common/net_table.h"

#include "common/table.h"
#include "layers/conv2d.h"
#include "tensor/op.h"

#include <stdio.h>

/* How the layer's convolution is computed; "" for another layer. */
static const char *way_of(const pmy_layer *layer, const pmy_graph *graph)
{
    char weight_name[PMY_MAX_NAME];
    (void)snprintf(weight_name, sizeof weight_name, "%s.weight", layer->name);
    const pmy_node *weight = pmy_find(graph, weight_name);
    for (size_t n = 0; weight && n < pmy_node_count(graph); n++) {
        const pmy_node *node = pmy_node_at(graph, n);
        if (node->inputs > 1 && node->input[1] == weight && pmy_conv2d_algorithm(node))
            return pmy_conv2d_algorithm(node);
    }
    return "";
}

static void print_row(table *layers, const pmy_layer *layer, const pmy_graph *graph)
{
    table_cell(layers, "%s", layer->name);
    table_cell(layers, "%s", pmy_layer_print(layer).text);
    table_cell(layers, "%s", pmy_shape_print(pmy_shape_of_row(layer->output)).text);
    table_cell(layers, "%zu", layer->parameters);
    table_cell(layers, "%.0f", layer->flops);
    if (graph)
        table_cell(layers, "%s", way_of(layer, graph));
}

void net_table_print(const pmy_net *net, const pmy_graph *graph)
{
    static const table_column columns[] = {{"#", TABLE_LEFT},      {"layer", TABLE_LEFT},
                                           {"output", TABLE_LEFT}, {"parameters", TABLE_RIGHT},
                                           {"FLOPs", TABLE_RIGHT}, {"computed by", TABLE_LEFT}};
    size_t count = sizeof columns / sizeof *columns;
    table *layers = table_new(columns, graph ? count : count - 1);
    double flops = 0;
    for (size_t i = 0; i < net->count; i++) {
        print_row(layers, &net->layer[i], graph);
        flops += net->layer[i].flops;
    }
    table_cell(layers, "%s", "");
    table_cell(layers, "%s", "all");
    table_cell(layers, "%s", "");
    table_cell(layers, "%zu", net->parameters);
    table_cell(layers, "%.0f", flops);
    if (graph)
        table_cell(layers, "%s", "");
    (void)table_print(layers, stdout);
    table_free(layers);
}
