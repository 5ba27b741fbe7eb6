/* pmy, "p minus y": a tiny neural-net training framework. This header includes
 * the public ones, in the order in which they are best read.
 *
 *   pmy_graph *g = pmy_graph_new(NULL, 1);
 *   pmy_node *x = pmy_input(g, PMY_SHAPE(128, 784));
 *   pmy_node *y = pmy_labels(g, 128);
 *   pmy_node *z = pmy_linear(g, pmy_linear(g, x, 512, PMY_RELU), 10, PMY_NONE);
 *   pmy_node *loss = pmy_softmax_xent(g, z, y, NULL);
 *   pmy_status status = pmy_build(g, loss, &error);
 *   ...                              each step: fill x and y, then
 *   status = pmy_forward(g, PMY_TRAIN, &error);
 *   if (status == PMY_OK) {
 *       pmy_backward(g);
 *       pmy_optim_step(optim, rate);
 *   }
 */
#ifndef PMY_H
#define PMY_H

#include "base/version.h"
#include "base/status.h"
#include "base/shape.h"
#include "base/real.h"
#include "base/random.h"
#include "base/pool.h"
#include "kernels/blas.h"
#include "kernels/softmax_of_row.h"
#include "tensor/graph.h"
#include "tensor/ops/ops.h"
#include "layers/linear.h"
#include "layers/conv2d.h"
#include "layers/batchnorm.h"
#include "layers/layernorm.h"
#include "layers/rmsnorm.h"
#include "layers/dropout.h"
#include "kernels/window.h"
#include "layers/maxpool2d.h"
#include "layers/avgpool2d.h"
#include "layers/global_average_pool.h"
#include "layers/embedding.h"
#include "layers/rotary.h"
#include "layers/attention.h"
#include "layers/self_attention.h"
#include "net/net.h"
#include "net/net_ends.h"
#include "net/net_start.h"
#include "net/net_step.h"
#include "losses/losses.h"
#include "losses/loss_kind.h"
#include "optim/average.h"
#include "optim/optim.h"
#include "optim/schedule.h"
#include "data/class_names.h"
#include "data/dataset.h"
#include "data/shuffle.h"
#include "data/augmentation.h"
#include "data/augmenter.h"
#include "data/normalization.h"
#include "data/batch.h"
#include "data/vocabulary.h"
#include "data/text.h"
#include "io/safetensors.h"
#include "train/save.h"
#include "train/model.h"
#include "train/classifier.h"
#include "train/recipe.h"
#include "train/run.h"
#include "train/training.h"
#include "train/language_training.h"
#include "train/generator.h"
#include "train/sampling.h"
#include "train/checkpoint.h"
#include "train/assessment.h"
#include "tensor/sample.h"
#include "tensor/op.h"
#include "ops.h"

#endif
