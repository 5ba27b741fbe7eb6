/* The parameters and statistics of a graph as tensors of a file. */
#include "train/stored.h"

#include <string.h>

const pmy_node *pmy_stored_at(const pmy_graph *graph, size_t index)
{
    size_t parameters = pmy_graph_parameters(graph).count;
    if (index < parameters)
        return pmy_parameter_at(graph, index);
    return index - parameters < pmy_graph_statistics(graph).count
               ? pmy_statistic_at(graph, index - parameters)
               : NULL;
}

static void *elements_of(const pmy_node *node)
{
    return pmy_node_type(node) == PMY_COUNTS ? (void *)pmy_count_data(node) : pmy_value(node).data;
}

void pmy_stored_add_graph(pmy_stored *stored, const pmy_graph *graph)
{
    const pmy_node *node;
    for (size_t i = 0; (node = pmy_stored_at(graph, i)); i++)
        pmy_stored_add(stored, pmy_node_name(node), pmy_node_shape(node), pmy_node_type(node),
                       elements_of(node));
}

pmy_status pmy_stored_check_graph(const char *path, const pmy_safetensors *contents, const pmy_graph *graph,
                                  pmy_error *error)
{
    const pmy_node *node;
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && (node = pmy_stored_at(graph, i)); i++)
        status = pmy_stored_check(path, contents, pmy_node_name(node), pmy_node_shape(node),
                                  pmy_node_type(node), error);
    return status;
}

void pmy_stored_copy_graph(const pmy_safetensors *contents, pmy_graph *graph)
{
    const pmy_node *node;
    for (size_t i = 0; (node = pmy_stored_at(graph, i)); i++)
        pmy_stored_copy(contents, pmy_node_name(node), pmy_node_type(node), elements_of(node));
}

static bool has(const pmy_graph *graph, const char *name)
{
    const pmy_node *node;
    for (size_t i = 0; (node = pmy_stored_at(graph, i)); i++)
        if (strcmp(pmy_node_name(node), name) == 0)
            return true;
    return false;
}

pmy_status pmy_stored_fill(const char *path, const pmy_safetensors *contents, pmy_graph *graph,
                           pmy_error *error)
{
    pmy_status status = pmy_stored_check_graph(path, contents, graph, error);
    for (size_t i = 0; status == PMY_OK && i < contents->count; i++)
        if (!has(graph, contents->tensor[i].name))
            status = pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%.80s' is none of the net's", path,
                              contents->tensor[i].name);
    if (status == PMY_OK)
        pmy_stored_copy_graph(contents, graph);
    return status;
}
