/* What all element-wise ops share. */
#include "tensor/op.h"

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

uint64_t pmy_sign_choices(const pmy_node *node)
{
    /* FNV-1a over the signs. */
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        hash = (hash ^ (uint64_t)(node->value[i] > 0)) * 0x100000001b3u;
    return hash;
}
