/* What all element-wise ops share. */
#include "tensor/op.h"
#include "tensor/ops/ops.h"

pmy_status pmy_unary_infer(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = node->input[0]->shape;
    return PMY_OK;
}

void pmy_unary_forward(const pmy_node *node, pmy_piece piece)
{
    size_t row_size = pmy_row_size(node), first = piece.begin * row_size;
    const pmy_real *x = node->input[0]->value + first; /* [rows, row_size] */
    pmy_real *y = node->value + first;                 /* [rows, row_size] */
    node->op->unary->forward(node, (piece.end - piece.begin) * row_size, x, y);
}

void pmy_unary_backward(const pmy_node *node, pmy_piece piece)
{
    size_t row_size = pmy_row_size(node), first = piece.begin * row_size;
    const pmy_real *x = node->input[0]->value + first; /* [rows, row_size] */
    const pmy_real *y = node->value + first;           /* [rows, row_size] */
    const pmy_real *dy = node->gradient + first;       /* [rows, row_size] */
    pmy_real *dx = node->input[0]->gradient + first;   /* [rows, row_size] */
    node->op->unary->backward(node, (piece.end - piece.begin) * row_size, x, y, dy, dx,
                              pmy_accumulates(node, 0));
}

pmy_node *pmy_unary_sample(pmy_sample *sample, unsigned index, const pmy_op *op)
{
    static const pmy_shape shapes[] = {{{5, 7}}, {{3, 2, 11}}};
    if (index >= 2)
        return NULL;
    pmy_node *x = pmy_sample_input(sample, shapes[index], op->unary->low, op->unary->high);
    pmy_node *y = pmy_append(sample->graph, op, 1, &x, NULL, 0);
    if (index == 0)
        return y;
    sample->note = "used twice";
    return pmy_mul(sample->graph, x, y);
}

bool pmy_has_choices(const pmy_node *node)
{
    return node->op->checks.choices || (node->activation && node->activation->kinked);
}

uint64_t pmy_choices(const pmy_node *node)
{
    uint64_t choices = node->op->checks.choices ? node->op->checks.choices(node) : PMY_NO_CHOICES;
    if (!node->activation || !node->activation->kinked)
        return choices;
    const pmy_real *sign = node->op->unary ? node->input[0]->value : node->value; /* [shape] */
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        choices = pmy_add_choice(choices, sign[i] > 0);
    return choices;
}
