/* A trained net as a model of ONNX (https://onnx.ai), of one graph: of pictures, "pixels"
 * [batch, channels, height, width] from 0 to 1, their normalisation included; or "tokens" [batch, time],
 * integers, of as many positions as there are, up to those the net was read for. It gives "probabilities"
 * [batch, classes], or [batch, time, vocabulary] of the token after each. Parameters have the names that they
 * have in a model file; what else that says (train/model.h) is in the model's metadata. */
#ifndef COMMON_ONNX_H
#define COMMON_ONNX_H

#include "train/model.h"

#include <stdio.h>

/* What is written: a built graph's numbers, and what they are. */
typedef struct onnx_source {
    const pmy_model_facts *facts;
    const pmy_graph *graph;
} onnx_source;

/* Writes the model of an onnx_source. Errors: PMY_BAD_NET (a layer that ONNX has no operators for),
 * PMY_BAD_ARGUMENT (it is larger than the 2 GB that the format ends at), PMY_NO_MEMORY. */
pmy_status onnx_write(FILE *file, const void *source, pmy_error *error);

#endif
