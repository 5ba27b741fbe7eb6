#include "train/classifier.h"

#include "losses/losses.h"
#include "train/class_names.h"

#include <stdlib.h>

pmy_shape pmy_image_shape(const pmy_dataset *dataset)
{
    return PMY_SHAPE(dataset->channels, dataset->height, dataset->width);
}

pmy_status pmy_facts_for(const char *net, const pmy_dataset *dataset, pmy_normalization normalization,
                         pmy_model_facts *facts, pmy_error *error)
{
    *facts = (pmy_model_facts){
        .normalization = normalization, .classes = dataset->classes, .names = dataset->names};
    pmy_status status = pmy_net_read(net, pmy_image_shape(dataset), &facts->net, error);
    if (status == PMY_OK && dataset->names)
        status = pmy_class_names_check(dataset->classes, dataset->names, error);
    if (status != PMY_OK)
        return status;
    if (pmy_shape_equal(facts->net.output, PMY_SHAPE(1, dataset->classes)))
        return PMY_OK;
    (void)pmy_fail(error, PMY_BAD_NET, "the net ends in %s outputs, but the data has %zu classes",
                   pmy_shape_print(pmy_shape_of_row(facts->net.output)).text, dataset->classes);
    if (error) {
        const pmy_layer *last = &facts->net.layer[facts->net.count - 1];
        error->position = last->position;
        error->length = last->length;
    }
    return PMY_BAD_NET;
}

static pmy_status build(pmy_classifier *classifier, pmy_error *error)
{
    const pmy_net *net = &classifier->facts.net;
    const char *const *names = classifier->facts.names;
    if (names && !(classifier->names = pmy_class_names_copy(classifier->facts.classes, names)))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the names of classes");
    classifier->facts.names = classifier->names;
    size_t batch = classifier->options.batch;
    pmy_graph *graph = classifier->graph = pmy_graph_new(classifier->pool, classifier->options.seed);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a graph");
    pmy_shape images = net->input;
    images.dim[0] = batch;
    classifier->images = pmy_input(graph, images);
    if (classifier->options.pictures_gradient)
        pmy_want_gradient(classifier->images);
    classifier->labels = pmy_labels(graph, batch);
    classifier->logits = pmy_net_build(net, graph, classifier->images);
    pmy_softmax_xent_options options = {.label_smoothing = classifier->options.label_smoothing};
    classifier->loss = pmy_softmax_xent(graph, classifier->logits, classifier->labels, &options);
    return pmy_build(graph, classifier->loss, error);
}

pmy_status pmy_classifier_new(const pmy_model_facts *facts, const pmy_classifier_options *options,
                              pmy_pool *pool, pmy_classifier **result, pmy_error *error)
{
    pmy_classifier *classifier = *result = calloc(1, sizeof *classifier);
    if (!classifier)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a classifier");
    classifier->facts = *facts;
    classifier->options = *options;
    classifier->pool = pool;
    pmy_status status = pmy_normalization_check(&classifier->facts.normalization, error);
    if (status == PMY_OK)
        status = build(classifier, error);
    if (status != PMY_OK) {
        pmy_classifier_free(classifier);
        *result = NULL;
    }
    return status;
}

pmy_status pmy_classifier_load(const char *path, const pmy_model_facts *assumed,
                               const pmy_classifier_options *options, pmy_pool *pool,
                               pmy_classifier **classifier, pmy_error *error)
{
    const pmy_classifier_options usual = {.batch = PMY_EVALUATED};
    pmy_model *model;
    *classifier = NULL;
    pmy_status status = pmy_model_open(path, assumed, &model, error);
    if (status != PMY_OK)
        return status;
    status = pmy_model_expect(model, false, error);
    if (status == PMY_OK)
        status = pmy_classifier_new(pmy_model_facts_of(model), options ? options : &usual, pool, classifier,
                                    error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, (*classifier)->graph, error);
    pmy_model_free(model);
    if (status != PMY_OK) {
        pmy_classifier_free(*classifier);
        *classifier = NULL;
    }
    return status;
}

void pmy_classifier_free(pmy_classifier *classifier)
{
    if (!classifier)
        return;
    pmy_graph_free(classifier->graph);
    free(classifier->names);
    free(classifier);
}
