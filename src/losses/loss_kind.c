#include "losses/loss_kind.h"

#include <string.h>

static pmy_node *build_softmax(pmy_graph *graph, pmy_node *outputs, pmy_node *truth, double smoothing)
{
    return pmy_softmax_xent(graph, outputs, truth, &(pmy_softmax_xent_options){.label_smoothing = smoothing});
}

static pmy_node *build_mse(pmy_graph *graph, pmy_node *outputs, pmy_node *truth, double smoothing)
{
    (void)smoothing;
    return pmy_mse(graph, outputs, truth);
}

static pmy_node *build_huber(pmy_graph *graph, pmy_node *outputs, pmy_node *truth, double smoothing)
{
    (void)smoothing;
    return pmy_huber(graph, outputs, truth, 1);
}

static const pmy_loss_kind kinds[] = {
    {"softmax", true, build_softmax}, {"mse", false, build_mse}, {"huber", false, build_huber}};

const pmy_loss_kind *pmy_loss_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const pmy_loss_kind *pmy_loss_kind_find(const char *name)
{
    const pmy_loss_kind *kind;
    for (size_t i = 0; (kind = pmy_loss_kind_at(i)) && strcmp(kind->name, name) != 0;)
        i++;
    return kind;
}

const pmy_loss_kind *pmy_loss_kind_usual(bool of_classes)
{
    size_t i = 0;
    while (kinds[i].of_classes != of_classes)
        i++;
    return &kinds[i];
}
