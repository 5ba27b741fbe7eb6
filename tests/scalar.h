/* Lets one source test either library. Its own program tests the float one; a second one,
 *
 *   #define TEST_DOUBLE
 *   #include "test_this.c"
 *
 * tests the double one, whose names stand here after the float one's. */
#ifndef TESTS_SCALAR_H
#define TESTS_SCALAR_H

#ifndef TEST_DOUBLE

#include "pmy.h"
#include "kernels/convolution.h"
#include "kernels/gemm.h"

#else

#include "pmy64/pmy.h"
#include "pmy64/kernels/convolution.h"
#include "pmy64/kernels/gemm.h"

#define PMY_CONVOLUTION_TILES PMY64_CONVOLUTION_TILES
#define PMY_EVAL PMY64_EVAL
#define PMY_GELU PMY64_GELU
#define PMY_MEAN PMY64_MEAN
#define PMY_LEAKY_RELU PMY64_LEAKY_RELU
#define PMY_NONE PMY64_NONE
#define PMY_ONES PMY64_ONES
#define PMY_PLAIN PMY64_PLAIN
#define PMY_REAL_EPSILON PMY64_REAL_EPSILON
#define PMY_REAL_MAX PMY64_REAL_MAX
#define PMY_RELU PMY64_RELU
#define PMY_REPLAY PMY64_REPLAY
#define PMY_SIGMOID PMY64_SIGMOID
#define PMY_SUM PMY64_SUM
#define PMY_TANH PMY64_TANH
#define PMY_TRAIN PMY64_TRAIN
#define PMY_TRANSPOSED PMY64_TRANSPOSED
#define PMY_UNIFORM PMY64_UNIFORM
#define PMY_ZEROS PMY64_ZEROS
#define pmy_activation pmy64_activation
#define pmy_add pmy64_add
#define pmy_avgpool2d pmy64_avgpool2d
#define pmy_backward pmy64_backward
#define pmy_backward_from pmy64_backward_from
#define pmy_batch pmy64_batch
#define pmy_batchnorm pmy64_batchnorm
#define PMY_FROZEN PMY64_FROZEN
#define pmy_activate pmy64_activate
#define pmy_activation_op pmy64_activation_op
#define pmy_silu pmy64_silu
#define PMY_SILU PMY64_SILU
#define pmy_channel_affine pmy64_channel_affine
#define pmy_fuse pmy64_fuse
#define pmy_piece pmy64_piece
#define pmy_take pmy64_take
#define pmy_batchnorm_with pmy64_batchnorm_with
#define pmy_bce_with_logits pmy64_bce_with_logits
#define pmy_build pmy64_build
#define pmy_constant pmy64_constant
#define pmy_conv2d pmy64_conv2d
#define pmy_conv2d_with pmy64_conv2d_with
#define pmy_convolution pmy64_convolution
#define pmy_convolution_memory pmy64_convolution_memory
#define pmy_convolution_plain pmy64_convolution_plain
#define pmy_convolution_plain_backward pmy64_convolution_plain_backward
#define pmy_convolution_rows_size pmy64_convolution_rows_size
#define pmy_convolution_algorithm pmy64_convolution_algorithm
#define pmy_convolution_algorithms pmy64_convolution_algorithms
#define pmy_dropout pmy64_dropout
#define pmy_exp_of pmy64_exp_of
#define pmy_find pmy64_find
#define pmy_forward pmy64_forward
#define pmy_forward_rows pmy64_forward_rows
#define pmy_gelu pmy64_gelu
#define pmy_gemm pmy64_gemm
#define pmy_gemm_portable pmy64_gemm_portable
#define pmy_global_average_pool pmy64_global_average_pool
#define pmy_gradient pmy64_gradient
#define pmy_graph pmy64_graph
#define pmy_graph_free pmy64_graph_free
#define pmy_graph_new pmy64_graph_new
#define pmy_graph_parameters pmy64_graph_parameters
#define pmy_graph_statistics pmy64_graph_statistics
#define pmy_huber pmy64_huber
#define pmy_input pmy64_input
#define pmy_is_finite pmy64_is_finite
#define pmy_is_nan pmy64_is_nan
#define pmy_item pmy64_item
#define pmy_integer_data pmy64_integer_data
#define pmy_count_data pmy64_count_data
#define PMY_COUNTS PMY64_COUNTS
#define PMY_INTEGERS PMY64_INTEGERS
#define PMY_NORMAL PMY64_NORMAL
#define PMY_REALS PMY64_REALS
#define pmy_backward_add pmy64_backward_add
#define pmy_counter pmy64_counter
#define PMY_MAX_INPUTS PMY64_MAX_INPUTS
#define pmy_append pmy64_append
#define pmy_op pmy64_op
#define pmy_optim pmy64_optim
#define pmy_optim_adamw pmy64_optim_adamw
#define pmy_optim_free pmy64_optim_free
#define pmy_optim_new pmy64_optim_new
#define pmy_optim_options pmy64_optim_options
#define pmy_optim_step pmy64_optim_step
#define pmy_average pmy64_average
#define pmy_average_free pmy64_average_free
#define pmy_average_new pmy64_average_new
#define pmy_average_step pmy64_average_step
#define pmy_average_swap pmy64_average_swap
#define pmy_fix pmy64_fix
#define pmy_graph_error pmy64_graph_error
#define pmy_integers pmy64_integers
#define pmy_node_type pmy64_node_type
#define pmy_softmax_xent_counted pmy64_softmax_xent_counted
#define pmy_labels pmy64_labels
#define pmy_layer_text pmy64_layer_text
#define pmy_layernorm pmy64_layernorm
#define pmy_layernorm_with pmy64_layernorm_with
#define pmy_leaky_relu pmy64_leaky_relu
#define pmy_linear pmy64_linear
#define pmy_linear_with pmy64_linear_with
#define pmy_log_of pmy64_log_of
#define pmy_log_softmax pmy64_log_softmax
#define pmy_log_softmax_of_row pmy64_log_softmax_of_row
#define pmy_matmul pmy64_matmul
#define pmy_maxpool2d pmy64_maxpool2d
#define pmy_mean pmy64_mean
#define pmy_mode pmy64_mode
#define pmy_mse pmy64_mse
#define pmy_mul pmy64_mul
#define pmy_name pmy64_name
#define pmy_net pmy64_net
#define pmy_net_build pmy64_net_build
#define pmy_net_read pmy64_net_read
#define pmy_net_word pmy64_net_word
#define pmy_node pmy64_node
#define pmy_node_name pmy64_node_name
#define pmy_node_shape pmy64_node_shape
#define pmy_parameter pmy64_parameter
#define pmy_parameter_at pmy64_parameter_at
#define pmy_parameters pmy64_parameters
#define pmy_prefix pmy64_prefix
#define pmy_real pmy64_real
#define pmy_relu pmy64_relu
#define pmy_reshape pmy64_reshape
#define pmy_scale pmy64_scale
#define pmy_set_batch pmy64_set_batch
#define pmy_sigmoid pmy64_sigmoid
#define pmy_softmax pmy64_softmax
#define pmy_softmax_of_row pmy64_softmax_of_row
#define pmy_softmax_xent pmy64_softmax_xent
#define pmy_softmax_xent_losses pmy64_softmax_xent_losses
#define pmy_softmax_xent_options pmy64_softmax_xent_options
#define pmy_split_always pmy64_split_always
#define pmy_statistic pmy64_statistic
#define pmy_statistic_at pmy64_statistic_at
#define pmy_statistics pmy64_statistics
#define pmy_sum pmy64_sum
#define pmy_tanh pmy64_tanh
#define pmy_tensor pmy64_tensor
#define pmy_transpose pmy64_transpose
#define pmy_transpose_of pmy64_transpose_of
#define pmy_value pmy64_value
#define pmy_want_gradient pmy64_want_gradient
#define pmy_xent_of_row pmy64_xent_of_row

#endif

#endif
