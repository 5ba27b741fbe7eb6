#include "tensor/op.h"

#include "base/random.h"

static pmy_node *add_leaf(pmy_sample *sample, pmy_sample_leaf leaf)
{
    if (sample->leaves == PMY_MAX_SAMPLE_LEAVES)
        return pmy_refuse(sample->graph, PMY_BAD_ARGUMENT, "a sample with more than %d leaves",
                          PMY_MAX_SAMPLE_LEAVES);
    sample->leaf[sample->leaves++] = leaf;
    return leaf.node;
}

pmy_node *pmy_sample_input(pmy_sample *sample, pmy_shape shape, double low, double high)
{
    pmy_node *node = pmy_input(sample->graph, shape);
    pmy_want_gradient(node);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .low = low, .high = high});
}

pmy_node *pmy_sample_constant(pmy_sample *sample, pmy_shape shape, double low, double high)
{
    pmy_node *node = pmy_constant(sample->graph, shape);
    pmy_want_gradient(node);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .low = low, .high = high});
}

pmy_node *pmy_sample_fixed(pmy_sample *sample, pmy_shape shape, double low, double high)
{
    pmy_node *node = pmy_input(sample->graph, shape);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .low = low, .high = high});
}

pmy_node *pmy_sample_sparse_input(pmy_sample *sample, pmy_shape shape, double low, double high)
{
    pmy_node *node = pmy_input(sample->graph, shape);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .low = low, .high = high, .sparse = true});
}

pmy_node *pmy_sample_integers(pmy_sample *sample, pmy_shape shape, size_t classes)
{
    pmy_node *node = pmy_integers(sample->graph, shape);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .classes = classes});
}

pmy_node *pmy_sample_mask(pmy_sample *sample, pmy_shape shape)
{
    pmy_node *node = pmy_integers(sample->graph, shape);
    return add_leaf(sample, (pmy_sample_leaf){.node = node, .classes = 2, .mask = true});
}

static void fill_leaf(const pmy_sample_leaf *leaf, pmy_random *random)
{
    pmy_node *node = leaf->node;
    size_t size = pmy_shape_size(node->shape), columns = pmy_shape_last(node->shape);
    if (node->type == PMY_INTEGERS) {
        size_t first = pmy_random_below(random, (uint32_t)leaf->classes);
        for (size_t i = 0; i < size; i++)
            node->integers[i] = leaf->mask && i % columns == 0 ? 1 : (int32_t)((first + i) % leaf->classes);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        double value = leaf->low + (leaf->high - leaf->low) * pmy_random_uniform(random);
        /* Through float, so that all three precisions hold the same number. */
        node->value[i] = leaf->sparse && i % columns % 3 == 0 ? 0 : (pmy_real)(float)value;
    }
}

void pmy_sample_fill(const pmy_sample *sample, uint64_t seed)
{
    for (size_t at = 0; at < sample->leaves; at++) {
        pmy_random random = {.seed = seed, .stream = pmy_stream(PMY_STREAM_SAMPLE, (uint32_t)at)};
        fill_leaf(&sample->leaf[at], &random);
    }
}
