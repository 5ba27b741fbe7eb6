#include "gradcheck/jacobian_attention.h"

#include "gradcheck/jacobian.h"

void pmy_jacobian_attention_shares(const pmy_attention_head *head, pmy_real *p)
{
    for (size_t i = 0; i < head->queries; i++) {
        pmy_real *row = p + i * head->keys; /* [keys] */
        size_t seen = head->causal ? i + 1 : head->keys;
        for (size_t j = 0; j < head->keys; j++) {
            row[j] = 0;
            for (size_t d = 0; j < seen && d < head->dim; d++)
                row[j] += head->q[i * head->dim + d] * head->k[j * head->dim + d];
        }
        pmy_explicit_softmax(seen, row, pmy_real_sqrt((pmy_real)head->dim), row);
    }
}

/* ∂O_iw/∂S_im times √dim. */
static pmy_real output_by_score(const pmy_attention_head *head, const pmy_real *p, size_t i, size_t w,
                                size_t m)
{
    const pmy_real *row = p + i * head->keys; /* [keys] */
    pmy_real sum = 0;
    for (size_t j = 0; j < head->keys; j++)
        sum += head->v[j * head->width + w] * row[j] * ((pmy_real)(j == m) - row[m]);
    return sum;
}

void pmy_jacobian_attention_q(const pmy_attention_head *head, const pmy_real *p, pmy_real *jacobian)
{
    size_t dim = head->dim, width = head->width, columns = head->queries * dim;
    for (size_t element = 0; element < head->queries * width * columns; element++) {
        size_t i = element / columns / width, w = element / columns % width;
        size_t i2 = element % columns / dim, d = element % dim;
        pmy_real sum = 0;
        for (size_t m = 0; i == i2 && m < head->keys; m++)
            sum += output_by_score(head, p, i, w, m) * head->k[m * dim + d];
        jacobian[element] = sum / pmy_real_sqrt((pmy_real)dim);
    }
}

void pmy_jacobian_attention_k(const pmy_attention_head *head, const pmy_real *p, pmy_real *jacobian)
{
    size_t dim = head->dim, width = head->width, columns = head->keys * dim;
    for (size_t element = 0; element < head->queries * width * columns; element++) {
        size_t i = element / columns / width, w = element / columns % width;
        size_t j = element % columns / dim, d = element % dim;
        jacobian[element] =
            output_by_score(head, p, i, w, j) * head->q[i * dim + d] / pmy_real_sqrt((pmy_real)dim);
    }
}

void pmy_jacobian_attention_v(const pmy_attention_head *head, const pmy_real *p, pmy_real *jacobian)
{
    size_t keys = head->keys, width = head->width, columns = keys * width;
    for (size_t element = 0; element < head->queries * width * columns; element++) {
        size_t i = element / columns / width, w = element / columns % width;
        size_t j = element % columns / width, w2 = element % width;
        jacobian[element] = w == w2 ? p[i * keys + j] : 0;
    }
}
