#include "mnist/net_table.h"

#include "common/table.h"

void net_table_print(const pmy_net *net)
{
    static const table_column columns[] = {{"#", TABLE_LEFT},
                                           {"layer", TABLE_LEFT},
                                           {"output", TABLE_LEFT},
                                           {"parameters", TABLE_RIGHT},
                                           {"FLOPs", TABLE_RIGHT}};
    table *layers = table_new(columns, sizeof columns / sizeof *columns);
    double flops = 0;
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        table_cell(layers, "%s", layer->name);
        table_cell(layers, "%s", pmy_layer_print(layer).text);
        table_cell(layers, "%s", pmy_shape_print(pmy_shape_of_row(layer->output)).text);
        table_cell(layers, "%zu", layer->parameters);
        table_cell(layers, "%.0f", layer->flops);
        flops += layer->flops;
    }
    table_cell(layers, "%s", "");
    table_cell(layers, "%s", "all");
    table_cell(layers, "%s", "");
    table_cell(layers, "%zu", net->parameters);
    table_cell(layers, "%.0f", flops);
    (void)table_print(layers, stdout);
    table_free(layers);
}
