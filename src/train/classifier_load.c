#include "train/classifier.h"

#include <string.h>

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
    if (status == PMY_OK && pmy_model_note(model) && !((*classifier)->note = strdup(pmy_model_note(model))))
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a note", path);
    pmy_model_free(model);
    if (status != PMY_OK) {
        pmy_classifier_free(*classifier);
        *classifier = NULL;
    }
    return status;
}
