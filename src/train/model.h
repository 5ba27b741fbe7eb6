/* Model files: a net, what its inputs are, and its numbers, as safetensors under the names that PyTorch's
 * nn.Sequential of the same layers gives them. Inputs are pictures, or the tokens of a text.
 *
 *   pmy_model_save("m.safetensors", &facts, graph, &error);
 *
 *   pmy_model *model;
 *   pmy_model_open("m.safetensors", NULL, &model, &error);
 *   pmy_node *x = pmy_input(graph, …);       a batch of what facts.net.input is one of
 *   pmy_net_build(&pmy_model_facts_of(model)->net, graph, x);
 *   pmy_build(graph, …);
 *   pmy_model_fill(model, graph, &error);
 *
 * A file says about itself: pmy.net (the canonical line), pmy.input ("1x28x28"), pmy.mean and pmy.std,
 * pmy.classes and pmy.version; and, where its classes have names (class_names.h), these as pmy.class.0,
 * pmy.class.1, … Where columns have normalizations of their own, pmy.mean and pmy.std are lists, "0.5 0.25".
 * That of a regression has pmy.loss ("mse"), pmy.targets, and pmy.target_mean and pmy.target_std, which are
 * such lists, in place of pmy.classes. One that learned from a table of text has pmy.table (data/table.h).
 * That of a language model has pmy.net, pmy.input (the block: "64"), pmy.vocabulary (see data/vocabulary.h)
 * and pmy.version. */
#ifndef PMY_TRAIN_MODEL_H
#define PMY_TRAIN_MODEL_H

#include "data/batch.h"
#include "data/table.h"
#include "data/vocabulary.h"
#include "losses/loss_kind.h"
#include "net/net.h"

/* All of a model but its numbers. The pointers belong to what the facts are of, a model, a classifier or a
 * dataset, and last as long. */
typedef struct pmy_model_facts {
    pmy_net net;
    pmy_normalization normalization;  /* of pixels in 0 … 1 */
    size_t classes;                   /* of a language model: the vocabulary's tokens; of a regression: 0 */
    const pmy_vocabulary *vocabulary; /* of a language model, which has no normalization and no names; NULL:
                                       * of pictures, or of a table's rows */
    const char *const *names;         /* [classes], of the classes; NULL: they have none */
    const pmy_normalization *columns; /* [features], each column's own, in place of `normalization`; NULL:
                                       * there are none */
    const pmy_loss_kind *loss;        /* what it is trained on; NULL: softmax */
    size_t targets;                   /* of a regression: how many numbers are learned; else 0 */
    const pmy_normalization *target;  /* [targets], of the targets: an output is a target less this mean, in
                                       * these deviations; NULL: outputs are targets as they are */
    const pmy_table *table; /* what makes its examples of a table's rows, with its classes or its one target;
                             * NULL: they are no rows of text */
} pmy_model_facts;

/* How many outputs its net has for an example, or for a token of it: classes, or targets. */
size_t pmy_model_outputs(const pmy_model_facts *facts);

/* Writes the parameters and statistics of a built graph, all of whose names are the net's; whole or not at
 * all (io/atomic_file.h). Counters are written as I64, the rest as F32 (F64
 * where pmy_real is wider). Errors: PMY_IO, PMY_NO_MEMORY; and for what pmy_model_open would refuse,
 * PMY_BAD_ARGUMENT (a graph with other tensors than the net's, such as one built under a prefix; a net
 * without layers or of another number of classes; a normalization or names that are none), PMY_BAD_DATA (a
 * number that is not finite). */
pmy_status pmy_model_save(const char *path, const pmy_model_facts *facts, const pmy_graph *graph,
                          pmy_error *error);

typedef struct pmy_model pmy_model;

/* Reads a file and all it says about itself. A file without pmy.net, from PyTorch, is taken for the
 * `assumed` facts; NULL: it is an error. Errors: PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY. */
pmy_status pmy_model_open(const char *path, const pmy_model_facts *assumed, pmy_model **model,
                          pmy_error *error);
void pmy_model_free(pmy_model *model);

const pmy_model_facts *pmy_model_facts_of(const pmy_model *model);

/* PMY_BAD_FILE, unless the model is of a text, or of pictures. */
pmy_status pmy_model_expect(const pmy_model *model, bool text, pmy_error *error);

/* Writes the file's numbers into the parameters and statistics of a built graph. First it checks that
 * the file has them all, in their shapes, and no others, and that each number is finite; else PMY_BAD_FILE,
 * naming the tensor, and the graph is as it was. A file without pmy.net may name its tensors otherwise: all
 * after the same beginning ("module."), or as modules of its own ("fc1.weight"), where order and shapes leave
 * no doubt which is which; what is not clear is PMY_BAD_FILE with both lists. In such a file a
 * num_batches_tracked that is missing is 0. */
pmy_status pmy_model_fill(pmy_model *model, pmy_graph *graph, pmy_error *error);

/* After that, a line that says what the file's names were taken for, to be shown; NULL: for themselves. */
const char *pmy_model_note(const pmy_model *model);

#endif
