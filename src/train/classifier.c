#include "train/classifier.h"

#include "data/class_names.h"

#include <stdlib.h>
#include <string.h>

pmy_status pmy_facts_for(const char *net, const pmy_dataset *dataset, pmy_normalization normalization,
                         pmy_model_facts *facts, pmy_error *error)
{
    bool of_classes = !dataset->targets;
    *facts = (pmy_model_facts){.normalization = normalization,
                               .classes = of_classes ? dataset->classes : 0,
                               .names = of_classes ? dataset->names : NULL,
                               .loss = pmy_loss_kind_usual(of_classes),
                               .targets = of_classes ? 0 : dataset->target_width,
                               .table = dataset->table};
    pmy_status status = pmy_net_read(net, pmy_dataset_shape(dataset), &facts->net, error);
    if (status == PMY_OK && facts->names)
        status = pmy_class_names_check(dataset->classes, dataset->names, error);
    if (status != PMY_OK)
        return status;
    size_t outputs = pmy_model_outputs(facts);
    if (pmy_shape_equal(facts->net.output, PMY_SHAPE(1, outputs)))
        return PMY_OK;
    (void)pmy_fail(error, PMY_BAD_NET, "the net ends in %s outputs, but the data has %zu %s",
                   pmy_shape_print(pmy_shape_of_row(facts->net.output)).text, outputs,
                   of_classes     ? "classes"
                   : outputs == 1 ? "target"
                                  : "targets");
    if (error) {
        const pmy_layer *last = &facts->net.layer[facts->net.count - 1];
        error->position = last->position;
        error->length = last->length;
    }
    return PMY_BAD_NET;
}

/* The normalizations that the facts point to become the classifier's. */
static pmy_status copy_normalizations(pmy_classifier *classifier, pmy_error *error)
{
    pmy_model_facts *facts = &classifier->facts;
    size_t features = facts->columns ? pmy_shape_size(facts->net.input) : 0;
    size_t targets = facts->target ? facts->targets : 0;
    if (features + targets == 0)
        return PMY_OK;
    pmy_normalization *own = calloc(features + targets, sizeof *own);
    if (!own)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the normalization of columns");
    classifier->own_normalizations = own;
    if (features)
        facts->columns = memcpy(own, facts->columns, features * sizeof *own);
    if (targets)
        facts->target = memcpy(own + features, facts->target, targets * sizeof *own);
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < features + targets; i++)
        status = pmy_normalization_check(&own[i], error);
    return status;
}

/* So does the table. */
static pmy_status copy_table(pmy_classifier *classifier, pmy_error *error)
{
    if (!classifier->facts.table)
        return PMY_OK;
    char *text = pmy_table_print(classifier->facts.table);
    pmy_status status = text ? pmy_table_read("the table", text, &classifier->table, error)
                             : pmy_fail(error, PMY_NO_MEMORY, "no memory for what a table's columns are");
    free(text);
    classifier->facts.table = &classifier->table;
    return status;
}

static pmy_status build(pmy_classifier *classifier, pmy_error *error)
{
    const pmy_net *net = &classifier->facts.net;
    const pmy_loss_kind *loss = classifier->facts.loss;
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
    if (loss->of_classes)
        classifier->labels = pmy_labels(graph, batch);
    else
        classifier->targets = pmy_input(graph, PMY_SHAPE(batch, classifier->facts.targets));
    classifier->logits = pmy_net_build(net, graph, classifier->images);
    classifier->loss =
        loss->build(graph, classifier->logits, loss->of_classes ? classifier->labels : classifier->targets,
                    classifier->options.label_smoothing);
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
    if (!facts->loss)
        classifier->facts.loss = pmy_loss_kind_usual(true);
    pmy_status status = pmy_normalization_check(&classifier->facts.normalization, error);
    if (status == PMY_OK)
        status = copy_normalizations(classifier, error);
    if (status == PMY_OK)
        status = copy_table(classifier, error);
    if (status == PMY_OK)
        status = build(classifier, error);
    if (status != PMY_OK) {
        pmy_classifier_free(classifier);
        *result = NULL;
    }
    return status;
}

void pmy_classifier_free(pmy_classifier *classifier)
{
    if (!classifier)
        return;
    pmy_graph_free(classifier->graph);
    free(classifier->names);
    free(classifier->own_normalizations);
    free(classifier->note);
    pmy_table_free(&classifier->table);
    free(classifier);
}
