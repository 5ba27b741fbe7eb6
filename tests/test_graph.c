/* Also in double. */
/* Recording a graph: errors of builder calls, names, and what can be read. */
#include "running.h"

/* --- Errors ---------------------------------------------------------------- */

/* Each makes a graph with something wrong in it and returns its root. */
typedef pmy_node *wrong_graph(pmy_graph *g);

static pmy_node *matmul_of_other_lengths(pmy_graph *g)
{
    return pmy_matmul(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_constant(g, PMY_SHAPE(6, 3)));
}
static pmy_node *matmul_of_a_vector(pmy_graph *g)
{
    return pmy_matmul(g, pmy_input(g, PMY_SHAPE(5)), pmy_constant(g, PMY_SHAPE(5, 3)));
}
static pmy_node *matmul_with_a_batch(pmy_graph *g)
{
    return pmy_matmul(g, pmy_input(g, PMY_SHAPE(5, 5)), pmy_input(g, PMY_SHAPE(5, 5)));
}
static pmy_node *add_of_other_shapes(pmy_graph *g)
{
    return pmy_add(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_constant(g, PMY_SHAPE(5)));
}
static pmy_node *add_of_batch_and_constant(pmy_graph *g)
{
    return pmy_add(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_constant(g, PMY_SHAPE(5, 7)));
}
static pmy_node *add_along_the_batch(pmy_graph *g)
{
    return pmy_add(g, pmy_input(g, PMY_SHAPE(5)), pmy_constant(g, PMY_SHAPE(5)));
}
static pmy_node *mul_of_other_shapes(pmy_graph *g)
{
    return pmy_mul(g, pmy_constant(g, PMY_SHAPE(2, 3, 4)), pmy_constant(g, PMY_SHAPE(2, 3)));
}
static pmy_node *reshape_to_another_size(pmy_graph *g)
{
    return pmy_reshape(g, pmy_constant(g, PMY_SHAPE(5, 6)), PMY_SHAPE(5, 7));
}
static pmy_node *reshape_of_the_batch(pmy_graph *g)
{
    return pmy_reshape(g, pmy_input(g, PMY_SHAPE(5, 6)), PMY_SHAPE(6, 5));
}
static pmy_node *transpose_of_a_vector(pmy_graph *g)
{
    return pmy_transpose(g, pmy_constant(g, PMY_SHAPE(5)), 0, 1);
}
static pmy_node *transpose_of_one_axis(pmy_graph *g)
{
    return pmy_transpose(g, pmy_constant(g, PMY_SHAPE(5, 6)), 1, -1);
}
static pmy_node *transpose_of_the_batch(pmy_graph *g)
{
    return pmy_transpose(g, pmy_input(g, PMY_SHAPE(5, 6)), 0, 1);
}
static pmy_node *concat_of_nothing(pmy_graph *g)
{
    return pmy_concat(g, 0, NULL, 0);
}
static pmy_node *concat_of_too_many(pmy_graph *g)
{
    pmy_node *inputs[PMY_MAX_INPUTS + 1];
    for (size_t i = 0; i < ROOM(inputs); i++)
        inputs[i] = pmy_constant(g, PMY_SHAPE(5));
    return pmy_concat(g, ROOM(inputs), inputs, 0);
}
static pmy_node *concat_of_other_shapes(pmy_graph *g)
{
    return pmy_concat(g, 2,
                      (pmy_node *[]){pmy_input(g, PMY_SHAPE(5, 7, 2)), pmy_input(g, PMY_SHAPE(5, 6, 3))}, 1);
}
static pmy_node *concat_of_batch_and_constant(pmy_graph *g)
{
    return pmy_concat(g, 2, (pmy_node *[]){pmy_input(g, PMY_SHAPE(5, 7)), pmy_constant(g, PMY_SHAPE(5, 7))},
                      1);
}
static pmy_node *concat_of_batches(pmy_graph *g)
{
    return pmy_concat(g, 2, (pmy_node *[]){pmy_input(g, PMY_SHAPE(5, 7)), pmy_input(g, PMY_SHAPE(5, 7))}, -2);
}
static pmy_node *slice_of_nothing(pmy_graph *g)
{
    return pmy_slice(g, pmy_constant(g, PMY_SHAPE(5, 7)), 1, 3, 3);
}
static pmy_node *slice_beyond_the_end(pmy_graph *g)
{
    return pmy_slice(g, pmy_constant(g, PMY_SHAPE(5, 7)), 1, 3, 8);
}
static pmy_node *max_of_a_scalar(pmy_graph *g)
{
    return pmy_max(g, pmy_constant(g, PMY_SCALAR_SHAPE), -1);
}
static pmy_node *max_of_no_axis(pmy_graph *g)
{
    return pmy_max(g, pmy_constant(g, PMY_SHAPE(5, 7)), -3);
}
static pmy_node *embedding_of_reals(pmy_graph *g)
{
    return pmy_embedding(g, pmy_input(g, PMY_SHAPE(5)), 3, 2);
}
static pmy_node *embedding_of_rank_4(pmy_graph *g)
{
    return pmy_embedding(g, pmy_integers(g, PMY_SHAPE(5, 2, 3, 4)), 3, 2);
}
static pmy_node *embedding_in_a_vector(pmy_graph *g)
{
    return pmy_embedding_with(g, pmy_labels(g, 5), pmy_constant(g, PMY_SHAPE(3)));
}
static pmy_node *embedding_in_a_batch(pmy_graph *g)
{
    return pmy_embedding_with(g, pmy_labels(g, 5), pmy_input(g, PMY_SHAPE(5, 3)));
}
static pmy_node *softmax_of_a_scalar(pmy_graph *g)
{
    return pmy_softmax(g, pmy_constant(g, PMY_SCALAR_SHAPE));
}

static pmy_node *softmax_of_the_batch(pmy_graph *g)
{
    return pmy_softmax(g, pmy_input(g, PMY_SHAPE(5)));
}
static pmy_node *log_softmax_of_joined_rows(pmy_graph *g)
{
    return pmy_log_softmax(g, pmy_reshape(g, pmy_input(g, PMY_SHAPE(5, 2)), PMY_SHAPE(10)));
}
static pmy_node *two_batches(pmy_graph *g)
{
    (void)pmy_input(g, PMY_SHAPE(5, 7));
    return pmy_input(g, PMY_SHAPE(6, 7));
}
static pmy_node *labels_of_another_batch(pmy_graph *g)
{
    (void)pmy_input(g, PMY_SHAPE(5, 7));
    return pmy_labels(g, 4);
}
static pmy_node *input_without_a_batch(pmy_graph *g)
{
    return pmy_input(g, PMY_SCALAR_SHAPE);
}
static pmy_node *a_hole_in_a_shape(pmy_graph *g)
{
    return pmy_constant(g, PMY_SHAPE(5, 0, 2));
}
static pmy_node *a_shape_too_large(pmy_graph *g)
{
    return pmy_constant(g, PMY_SHAPE((size_t)1 << 32, (size_t)1 << 32));
}
static pmy_node *a_product_too_large(pmy_graph *g)
{
    return pmy_matmul(g, pmy_constant(g, PMY_SHAPE((size_t)1 << 31, 1)), pmy_constant(g, PMY_SHAPE(1, 1)));
}
static pmy_node *linear_of_a_vector(pmy_graph *g)
{
    return pmy_linear(g, pmy_input(g, PMY_SHAPE(5)), 3, PMY_NONE);
}
static pmy_node *linear_without_outputs(pmy_graph *g)
{
    return pmy_linear(g, pmy_input(g, PMY_SHAPE(5, 7)), 0, PMY_NONE);
}
static pmy_node *linear_with_other_parameters(pmy_graph *g)
{
    return pmy_linear_with(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_constant(g, PMY_SHAPE(3, 7)),
                           pmy_constant(g, PMY_SHAPE(4)), PMY_NONE);
}
static pmy_node *dropout_of_everything(pmy_graph *g)
{
    return pmy_dropout(g, pmy_input(g, PMY_SHAPE(5, 7)), 1);
}
static pmy_node *dropout_of_nan(pmy_graph *g)
{
    return pmy_dropout(g, pmy_input(g, PMY_SHAPE(5, 7)), (double)NAN);
}
static pmy_node *mse_of_other_shapes(pmy_graph *g)
{
    return pmy_mse(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_input(g, PMY_SHAPE(5, 6)));
}
static pmy_node *xent_of_rank_3(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(5, 7, 2)), pmy_labels(g, 5), NULL);
}
static pmy_node *xent_with_other_shares(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_input(g, PMY_SHAPE(5, 6)), NULL);
}
static pmy_node *xent_of_no_batch(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_constant(g, PMY_SHAPE(5, 7)), pmy_labels(g, 5), NULL);
}
static pmy_node *xent_of_negative_temperature(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_labels(g, 5),
                            &(pmy_softmax_xent_options){.temperature = -1});
}
static pmy_node *xent_of_infinite_temperature(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_labels(g, 5),
                            &(pmy_softmax_xent_options){.temperature = (double)INFINITY});
}
static pmy_node *xent_of_too_much_smoothing(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_input(g, PMY_SHAPE(5, 7)), pmy_labels(g, 5),
                            &(pmy_softmax_xent_options){.label_smoothing = 1.5});
}
static pmy_node *relu_of_labels(pmy_graph *g)
{
    return pmy_relu(g, pmy_labels(g, 5));
}
static pmy_node *labels_as_logits(pmy_graph *g)
{
    return pmy_softmax_xent(g, pmy_labels(g, 5), pmy_labels(g, 5), NULL);
}
static pmy_node *labels_as_root(pmy_graph *g)
{
    return pmy_labels(g, 5);
}
static pmy_node *a_name_twice(pmy_graph *g)
{
    (void)pmy_parameter(g, PMY_SHAPE(5), "w", PMY_ZEROS, 0);
    return pmy_parameter(g, PMY_SHAPE(6), "w", PMY_ZEROS, 0);
}
static pmy_node *a_name_too_long(pmy_graph *g)
{
    pmy_node *node = pmy_constant(g, PMY_SHAPE(5));
    pmy_name(node, "0123456789012345678901234567890123456789012345678901234567890123");
    return node;
}
static pmy_node *a_parameter_without_a_name(pmy_graph *g)
{
    return pmy_parameter(g, PMY_SHAPE(5), NULL, PMY_ZEROS, 0);
}
static pmy_node *a_name_taken_away(pmy_graph *g)
{
    pmy_node *node = pmy_constant(g, PMY_SHAPE(5));
    pmy_name(node, NULL);
    return node;
}
static pmy_node *a_prefix_too_long(pmy_graph *g)
{
    pmy_prefix(g, "0123456789012345678901234567890123456789012345678901234567890123");
    return pmy_constant(g, PMY_SHAPE(5));
}
static pmy_node *a_gradient_of_labels(pmy_graph *g)
{
    pmy_node *x = pmy_input(g, PMY_SHAPE(5, 7));
    pmy_want_gradient(pmy_labels(g, 5));
    return pmy_sum(g, x);
}

static pmy_node *a_gradient_of_an_op(pmy_graph *g)
{
    pmy_node *y = pmy_relu(g, pmy_input(g, PMY_SHAPE(5, 7)));
    pmy_want_gradient(y);
    return pmy_sum(g, y);
}

static pmy_node *a_prefix_twice(pmy_graph *g)
{
    pmy_prefix(g, "fc");
    pmy_node *x = pmy_linear(g, pmy_input(g, PMY_SHAPE(5, 7)), 4, PMY_NONE);
    return pmy_linear(g, x, 3, PMY_NONE);
}

static pmy_node *a_counter_of_another_shape(pmy_graph *g)
{
    return pmy_reshape(g, pmy_counter(g, "count"), PMY_SHAPE(1));
}

static void each_error_names_node_and_shapes(void **state)
{
    (void)state;
    static const struct {
        wrong_graph *record;
        pmy_status status;
        const char *words[3]; /* that the message holds */
    } cases[] = {
        {matmul_of_other_lengths, PMY_BAD_SHAPE, {"matmul0", "5x7, 6x3"}},
        {matmul_of_a_vector, PMY_BAD_SHAPE, {"matmul0", "of 5, 5x3"}},
        {matmul_with_a_batch, PMY_BAD_SHAPE, {"matmul0", "5x5, 5x5", "batch"}},
        {add_of_other_shapes, PMY_BAD_SHAPE, {"add0", "5x7, 5"}},
        {add_of_batch_and_constant, PMY_BAD_SHAPE, {"add0", "5x7, 5x7", "batch"}},
        {add_along_the_batch, PMY_BAD_SHAPE, {"add0", "of 5, 5", "batch"}},
        {mul_of_other_shapes, PMY_BAD_SHAPE, {"mul0", "2x3x4, 2x3"}},
        {reshape_to_another_size, PMY_BAD_SHAPE, {"reshape0", "of 5x6", "5x7 has another number"}},
        {reshape_of_the_batch, PMY_BAD_SHAPE, {"reshape0", "of 5x6", "6x5"}},
        {transpose_of_a_vector, PMY_BAD_SHAPE, {"transpose0", "of 5", "no axis 1"}},
        {transpose_of_one_axis, PMY_BAD_SHAPE, {"transpose0", "of 5x6", "1 twice"}},
        {transpose_of_the_batch, PMY_BAD_SHAPE, {"transpose0", "of 5x6", "batch"}},
        {concat_of_nothing, PMY_BAD_ARGUMENT, {"concat0", "inputs"}},
        {concat_of_too_many, PMY_BAD_ARGUMENT, {"concat", "17 inputs"}},
        {concat_of_other_shapes, PMY_BAD_SHAPE, {"concat0", "5x7x2, 5x6x3", "axis 1"}},
        {concat_of_batch_and_constant, PMY_BAD_SHAPE, {"concat0", "5x7, 5x7", "batch"}},
        {concat_of_batches, PMY_BAD_SHAPE, {"concat0", "5x7, 5x7", "axis -2 is the batch's"}},
        {slice_of_nothing, PMY_BAD_SHAPE, {"slice0", "of 5x7", "3 … 3"}},
        {slice_beyond_the_end, PMY_BAD_SHAPE, {"slice0", "of 5x7", "3 … 8"}},
        {max_of_a_scalar, PMY_BAD_SHAPE, {"max0", "of scalar", "no axis -1"}},
        {max_of_no_axis, PMY_BAD_SHAPE, {"max0", "of 5x7", "no axis -3"}},
        {embedding_of_reals, PMY_BAD_ARGUMENT, {"embedding0", "of 5, 3x2", "input0 holds no integers"}},
        {embedding_of_rank_4, PMY_BAD_SHAPE, {"embedding0", "of 5x2x3x4, 3x2", "one to 3 axes"}},
        {embedding_in_a_vector, PMY_BAD_SHAPE, {"embedding0", "of 5, 3"}},
        {embedding_in_a_batch, PMY_BAD_SHAPE, {"embedding0", "of 5, 5x3", "batch"}},
        {softmax_of_a_scalar, PMY_BAD_SHAPE, {"softmax0", "of scalar"}},
        {softmax_of_the_batch, PMY_BAD_SHAPE, {"softmax0", "of 5", "batch"}},
        {log_softmax_of_joined_rows, PMY_BAD_SHAPE, {"log_softmax0", "of 10", "batch"}},
        {two_batches, PMY_BAD_SHAPE, {"input1", "a batch of 6", "has 5"}},
        {labels_of_another_batch, PMY_BAD_SHAPE, {"integers0", "a batch of 4", "has 5"}},
        {input_without_a_batch, PMY_BAD_SHAPE, {"input0", "batch"}},
        {a_hole_in_a_shape, PMY_BAD_SHAPE, {"constant0", "5x0x2"}},
        {a_shape_too_large, PMY_BAD_SHAPE, {"constant0", "4294967296x4294967296"}},
        {a_product_too_large, PMY_BAD_SHAPE, {"matmul0", "2147483648x1, 1x1"}},
        {linear_of_a_vector, PMY_BAD_SHAPE, {"linear", "not 5"}},
        {linear_without_outputs, PMY_BAD_SHAPE, {"0x7"}},
        {linear_with_other_parameters, PMY_BAD_SHAPE, {"linear0", "5x7, 3x7, 4"}},
        {dropout_of_everything, PMY_BAD_ARGUMENT, {"dropout0", "5x7", "rate 1"}},
        {dropout_of_nan, PMY_BAD_ARGUMENT, {"dropout0", "5x7", "nan"}},
        {mse_of_other_shapes, PMY_BAD_SHAPE, {"mse0", "5x7, 5x6"}},
        {xent_of_rank_3, PMY_BAD_SHAPE, {"softmax_xent0", "5x7x2, 5"}},
        {xent_with_other_shares, PMY_BAD_SHAPE, {"softmax_xent0", "5x7, 5x6"}},
        {xent_of_no_batch, PMY_BAD_SHAPE, {"softmax_xent0", "5x7, 5", "batch"}},
        {xent_of_negative_temperature, PMY_BAD_ARGUMENT, {"softmax_xent0", "temperature -1"}},
        {xent_of_infinite_temperature, PMY_BAD_ARGUMENT, {"softmax_xent0", "temperature inf"}},
        {xent_of_too_much_smoothing, PMY_BAD_ARGUMENT, {"softmax_xent0", "smoothing 1.5"}},
        {relu_of_labels, PMY_BAD_ARGUMENT, {"relu", "integers0"}},
        {labels_as_logits, PMY_BAD_ARGUMENT, {"softmax_xent: integers", "takes reals"}},
        {labels_as_root, PMY_BAD_ARGUMENT, {"root", "integers0"}},
        {a_counter_of_another_shape, PMY_BAD_ARGUMENT, {"reshape0", "a counter"}},
        {a_name_twice, PMY_BAD_ARGUMENT, {"'w' is taken"}},
        {a_name_too_long, PMY_BAD_ARGUMENT, {"567890123' is longer than 63"}},
        {a_parameter_without_a_name, PMY_BAD_ARGUMENT, {"parameter0", "name is NULL"}},
        {a_name_taken_away, PMY_BAD_ARGUMENT, {"constant0", "name is NULL"}},
        {a_gradient_of_labels, PMY_BAD_ARGUMENT, {"integers0", "gradient"}},
        {a_gradient_of_an_op, PMY_BAD_ARGUMENT, {"relu0", "gradient"}},
        {a_prefix_too_long, PMY_BAD_ARGUMENT, {"567890123' is longer than 63"}},
        {a_prefix_twice, PMY_BAD_ARGUMENT, {"'fc.weight' is taken"}},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_error error = {0};
        pmy_node *root = cases[i].record(g);
        pmy_status status = pmy_build(g, root, &error);
        if (status != cases[i].status || error.code != status)
            fail_msg("case %zu ended in '%s', %s", i, pmy_status_text(status), error.message);
        for (size_t w = 0; w < 3 && cases[i].words[w]; w++)
            if (!strstr(error.message, cases[i].words[w]))
                fail_msg("no '%s' in '%s'", cases[i].words[w], error.message);
        assert_int_equal(pmy_build(g, root, NULL), status);
        pmy_graph_free(g);
    }
}

static void calls_go_on_after_an_error_and_the_first_is_reported(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    pmy_node *wrong = pmy_transpose(g, pmy_constant(g, PMY_SHAPE(5)), 0, 1);
    pmy_want_gradient(wrong);
    pmy_name(wrong, "wrong");
    pmy_node *x = pmy_add(g, pmy_relu(g, pmy_linear(g, wrong, 3, PMY_RELU)), wrong);
    (void)dropout_of_everything(g);
    assert_null(pmy_value(x).data);
    assert_null(pmy_gradient(x).data);
    assert_int_equal(pmy_build(g, pmy_sum(g, x), &error), PMY_BAD_SHAPE);
    assert_memory_equal(error.message, "transpose0 of 5: ", 17);
    assert_null(pmy_find(g, "wrong"));
    pmy_graph_free(g);
}

static void a_graph_is_built_once(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    pmy_node *root = pmy_sum(g, pmy_parameter(g, PMY_SHAPE(3), "w", PMY_ONES, 0));
    build(g, root);
    assert_int_equal(pmy_build(g, root, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the graph is built already");
    forward(g, PMY_TRAIN);
    assert_true(pmy_item(root) == 3);
    assert_int_equal(pmy_graph_error(g, &error), PMY_OK);
    assert_null(pmy_value(pmy_relu(g, root)).data);
    assert_int_equal(pmy_graph_error(g, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "relu: the graph is built already");
    error.message[0] = 0;
    assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "relu: the graph is built already");
    assert_int_equal(pmy_build(g, root, &error), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

static void a_graph_needs_a_root(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    assert_int_equal(pmy_build(g, NULL, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the root is not a node of this graph");
    assert_int_equal(pmy_build(g, NULL, NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

static pmy_status infer_scalar(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = PMY_SCALAR_SHAPE;
    return PMY_OK;
}

static void an_op_takes_so_many_inputs_and_no_more(void **state)
{
    (void)state;
    static const pmy_op many = {.name = "many", .infer = infer_scalar};
    for (unsigned inputs = PMY_MAX_INPUTS - 1; inputs <= PMY_MAX_INPUTS + 1; inputs++) {
        pmy_graph *g = new_graph(NULL);
        pmy_error error;
        pmy_node *input[PMY_MAX_INPUTS + 1];
        for (unsigned i = 0; i < inputs; i++)
            input[i] = pmy_constant(g, PMY_SHAPE(i + 1));
        pmy_node *node = pmy_append(g, &many, inputs, input, NULL, 0);
        bool fits = inputs <= PMY_MAX_INPUTS;
        assert_int_equal(pmy_build(g, node, &error), fits ? PMY_OK : PMY_BAD_ARGUMENT);
        if (fits)
            assert_ptr_equal(node->input[inputs - 1], input[inputs - 1]);
        else
            assert_string_equal(error.message, "many: 17 inputs, but an op takes at most 16");
        pmy_graph_free(g);
    }
    static const pmy_op wordy = {.name = "a_name_that_is_longer_than_the_half_of_what_a_node_has",
                                 .infer = infer_scalar};
    pmy_graph *other = new_graph(NULL);
    assert_int_equal(pmy_build(other, pmy_append(other, &wordy, 0, NULL, NULL, 0), NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(other);
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    pmy_node *node = pmy_append(g, &many, 1, (pmy_node *[]){NULL}, NULL, 0);
    assert_int_equal(pmy_build(g, node, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "many: input 0 is no node");
    pmy_graph_free(g);
}

static void a_layer_of_no_node_is_refused(void **state)
{
    (void)state;
    for (int layer = 0; layer < 4; layer++) {
        pmy_graph *g = new_graph(NULL);
        pmy_error error;
        pmy_node *none = pmy_find(g, "misspelt"), *y = NULL;
        pmy_name(none, "x");
        if (layer == 0)
            y = pmy_linear(g, none, 3, PMY_RELU);
        else if (layer == 1)
            y = pmy_layernorm(g, none, 1);
        else if (layer == 2)
            y = pmy_batchnorm(g, none, PMY_NONE);
        else
            y = pmy_conv2d(g, none, 2, (pmy_window){1, 1, 0}, PMY_NONE);
        assert_int_equal(pmy_build(g, pmy_relu(g, y), &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, ": input 0 is no node"));
        assert_null(strstr(error.message, "relu"));
        pmy_graph_free(g);
    }
}

static void nodes_of_another_graph_are_refused(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL), *other = new_graph(NULL);
    pmy_error error;
    pmy_node *x = pmy_constant(g, PMY_SHAPE(3)), *y = pmy_constant(other, PMY_SHAPE(3));
    assert_int_equal(pmy_build(g, y, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "the root is not a node of this graph");
    pmy_name(y, "stranger");
    assert_int_equal(pmy_build(g, pmy_add(g, x, y), &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "add: stranger is a node of another graph");
    pmy_graph_free(g);
    pmy_graph_free(other);
    pmy_graph_free(NULL);
}

/* --- Names and parameters ---------------------------------------------------- */

static void nodes_are_found_by_name(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 4));
    pmy_node *a = pmy_relu(g, x), *b = pmy_relu(g, a);
    assert_string_equal(pmy_node_name(a), "relu0");
    assert_ptr_equal(pmy_find(g, "relu1"), b);
    assert_ptr_equal(pmy_find(g, "input0"), x);
    assert_null(pmy_find(g, "relu2"));
    pmy_name(b, "top");
    pmy_name(b, "top");
    assert_ptr_equal(pmy_find(g, "top"), b);
    assert_null(pmy_find(g, "relu1"));
    pmy_node *first = pmy_linear(g, b, 3, PMY_NONE), *second;
    pmy_prefix(g, "head");
    second = pmy_linear(g, first, 2, PMY_NONE);
    pmy_prefix(g, "");
    pmy_node *third = pmy_linear(g, second, 2, PMY_NONE);
    assert_true(pmy_shape_equal(pmy_node_shape(pmy_find(g, "linear0.weight")), PMY_SHAPE(3, 4)));
    assert_true(pmy_shape_equal(pmy_node_shape(pmy_find(g, "linear0.bias")), PMY_SHAPE(3)));
    assert_true(pmy_shape_equal(pmy_node_shape(pmy_find(g, "head.weight")), PMY_SHAPE(2, 3)));
    assert_true(pmy_shape_equal(pmy_node_shape(pmy_find(g, "linear2.weight")), PMY_SHAPE(2, 2)));
    build(g, pmy_sum(g, third));
    assert_int_equal(pmy_graph_parameters(g).count, 6);
    assert_string_equal(pmy_node_name(pmy_parameter_at(g, 2)), "head.weight");
    pmy_graph_free(g);
}

static void parameters_are_one_vector_with_zeros_between(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 7));
    pmy_node *h = pmy_linear(g, x, 5, PMY_TANH);
    pmy_node *ones = pmy_parameter(g, PMY_SHAPE(5), "ones", PMY_ONES, 9);
    pmy_node *zeros = pmy_parameter(g, PMY_SHAPE(5), "zeros", PMY_ZEROS, 9);
    build(g, pmy_sum(g, pmy_add(g, pmy_add(g, h, ones), zeros)));
    fill(x, 1, -1, 1);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    pmy_parameters all = pmy_graph_parameters(g);
    assert_int_equal(all.count, 4);
    assert_int_equal(all.size, 48 + 3 * 16);
    size_t offset = 0;
    bool covered[48 + 3 * 16] = {false};
    for (size_t p = 0; p < all.count; p++) {
        pmy_node *node = pmy_parameter_at(g, p);
        assert_ptr_equal(pmy_value(node).data, all.values + offset);
        assert_ptr_equal(pmy_gradient(node).data, all.gradients + offset);
        size_t size = pmy_shape_size(pmy_node_shape(node));
        for (size_t i = 0; i < size; i++) {
            covered[offset + i] = true;
            if (p < 2)
                assert_true(all.values[offset + i] != 0 &&
                            fabs((double)all.values[offset + i]) <= 1 / sqrt(7.0));
            else
                assert_true(all.values[offset + i] == (p == 2));
        }
        offset += (size + 15) / 16 * 16;
    }
    for (size_t i = 0; i < all.size; i++)
        if (!covered[i])
            assert_true(all.values[i] == 0 && all.gradients[i] == 0);
    pmy_graph_free(g);
}

static void a_uniform_start_fills_its_bounds(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(100, 100), "w", PMY_UNIFORM, 0.25);
    build(g, pmy_sum(g, w));
    double sum = 0, squares = 0, most = 0;
    for (size_t i = 0; i < 10000; i++) {
        double value = (double)pmy_value(w).data[i];
        sum += value;
        squares += value * value;
        most = fmax(most, fabs(value));
    }
    /* Five standard deviations; the variance is 0.25²/3. */
    assert_true(fabs(sum / 10000) < 5 * 0.1443 / 100);
    assert_true(fabs(squares / 10000 - 0.0625 / 3) < 5 * 0.01863 / 100);
    assert_true(most <= 0.25 && most > 0.249);
    pmy_graph_free(g);
}

static void a_normal_start_has_its_deviation(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(100, 100), "w", PMY_NORMAL, 0.02);
    build(g, pmy_sum(g, w));
    double sum = 0, squares = 0;
    size_t beyond = 0;
    for (size_t i = 0; i < 10000; i++) {
        double value = (double)pmy_value(w).data[i] / 0.02;
        sum += value;
        squares += value * value;
        beyond += fabs(value) > 2;
    }
    /* Five standard deviations. */
    assert_true(fabs(sum / 10000) < 5 / 100.0);
    assert_true(fabs(squares / 10000 - 1) < 5 * sqrt(2) / 100);
    assert_true(beyond > 455 - 5 * 21 && beyond < 455 + 5 * 21);
    pmy_graph_free(g);
}

static void a_batch_must_fit(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_error error;
    build(g, pmy_sum(g, pmy_input(g, PMY_SHAPE(5, 2))));
    assert_int_equal(pmy_batch(g), 5);
    assert_int_equal(pmy_set_batch(g, 0, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "a batch of 0 does not fit a graph built for 5");
    assert_int_equal(pmy_set_batch(g, 6, &error), PMY_BAD_ARGUMENT);
    assert_int_equal(pmy_batch(g), 5);
    assert_int_equal(pmy_set_batch(g, 1, NULL), PMY_OK);
    assert_int_equal(pmy_batch(g), 1);
    assert_int_equal(pmy_set_batch(g, 5, NULL), PMY_OK);
    pmy_graph_free(g);
    g = new_graph(NULL);
    build(g, pmy_sum(g, pmy_constant(g, PMY_SHAPE(5, 2))));
    assert_int_equal(pmy_set_batch(g, 1, NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

static void statistics_are_a_vector_of_their_own(void **state)
{
    (void)state;
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *mean = pmy_statistic(g, PMY_SHAPE(5), "mean", PMY_ZEROS);
    pmy_node *variance = pmy_statistic(g, PMY_SHAPE(3), "variance", PMY_ONES);
    pmy_node *weight = pmy_parameter(g, PMY_SHAPE(5), "weight", PMY_ONES, 0);
    build(g, pmy_sum(g, pmy_add(g, weight, mean)));
    pmy_statistics all = pmy_graph_statistics(g);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.size, 32);
    assert_ptr_equal(pmy_statistic_at(g, 0), mean);
    assert_ptr_equal(pmy_statistic_at(g, 1), variance);
    assert_ptr_equal(pmy_value(mean).data, all.values);
    assert_ptr_equal(pmy_value(variance).data, all.values + 16);
    for (size_t i = 0; i < all.size; i++)
        assert_true(all.values[i] == (i >= 16 && i < 19 ? 1 : 0));
    assert_null(pmy_gradient(mean).data);
    assert_int_equal(pmy_graph_parameters(g).count, 1);
    pmy_graph_free(g);
}

static void names_of_its_own_are_new(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(2, 3));
    pmy_name(x, "relu0");
    pmy_node *y = pmy_relu(g, x);
    assert_string_equal(pmy_node_name(y), "relu1");
    assert_ptr_equal(pmy_find(g, "relu0"), x);
    build(g, pmy_sum(g, y));
    pmy_graph_free(g);
}

static void a_batch_is_set_after_building(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    (void)pmy_input(g, PMY_SHAPE(5, 2));
    assert_int_equal(pmy_set_batch(g, 3, NULL), PMY_BAD_ARGUMENT);
    pmy_graph_free(g);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_names_node_and_shapes),
        cmocka_unit_test(calls_go_on_after_an_error_and_the_first_is_reported),
        cmocka_unit_test(a_graph_is_built_once),
        cmocka_unit_test(a_graph_needs_a_root),
        cmocka_unit_test(an_op_takes_so_many_inputs_and_no_more),
        cmocka_unit_test(a_layer_of_no_node_is_refused),
        cmocka_unit_test(nodes_of_another_graph_are_refused),
        cmocka_unit_test(nodes_are_found_by_name),
        cmocka_unit_test(parameters_are_one_vector_with_zeros_between),
        cmocka_unit_test(a_uniform_start_fills_its_bounds),
        cmocka_unit_test(a_normal_start_has_its_deviation),
        cmocka_unit_test(a_batch_must_fit),
        cmocka_unit_test(statistics_are_a_vector_of_their_own),
        cmocka_unit_test(names_of_its_own_are_new),
        cmocka_unit_test(a_batch_is_set_after_building),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
