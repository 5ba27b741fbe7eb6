#include "gradcheck/jacobian_attention.h"

static pmy_real score(const pmy_attention_head *head, size_t query, size_t key)
{
    pmy_real sum = 0;
    for (size_t d = 0; d < head->dim; d++)
        sum += head->q[query * head->dim + d] * head->k[key * head->dim + d];
    return sum / pmy_sqrt((pmy_real)head->dim);
}

void pmy_jacobian_attention_shares(const pmy_attention_head *head, pmy_real *p)
{
    for (size_t i = 0; i < head->queries; i++) {
        pmy_real *row = p + i * head->keys; /* [keys] */
        size_t seen = head->causal ? i + 1 : head->keys;
        pmy_real largest = score(head, i, 0), sum = 0;
        for (size_t j = 1; j < seen; j++)
            largest = pmy_maximum(largest, score(head, i, j));
        for (size_t j = 0; j < head->keys; j++) {
            row[j] = j < seen ? pmy_exp(score(head, i, j) - largest) : 0;
            sum += row[j];
        }
        for (size_t j = 0; j < head->keys; j++)
            row[j] /= sum;
    }
}

/* ∂P_ij/∂S_im; row [keys] is row i of P. */
static pmy_real share_by_score(const pmy_attention_head *head, const pmy_real *row, size_t j, size_t m)
{
    return row[j] * ((pmy_real)(j == m) - row[m]) / pmy_sqrt((pmy_real)head->dim);
}

void pmy_jacobian_attention_q(const pmy_attention_head *head, const pmy_real *p, pmy_real *jacobian)
{
    size_t keys = head->keys, dim = head->dim, width = head->width, columns = head->queries * dim;
    for (size_t element = 0; element < head->queries * width * columns; element++) {
        size_t i = element / columns / width, w = element / columns % width;
        size_t i2 = element % columns / dim, d = element % dim;
        pmy_real sum = 0;
        for (size_t j = 0; i == i2 && j < keys; j++)
            for (size_t m = 0; m < keys; m++)
                sum +=
                    head->v[j * width + w] * share_by_score(head, p + i * keys, j, m) * head->k[m * dim + d];
        jacobian[element] = sum;
    }
}

void pmy_jacobian_attention_k(const pmy_attention_head *head, const pmy_real *p, pmy_real *jacobian)
{
    size_t keys = head->keys, dim = head->dim, width = head->width, columns = keys * dim;
    for (size_t element = 0; element < head->queries * width * columns; element++) {
        size_t i = element / columns / width, w = element / columns % width;
        size_t j = element % columns / dim, d = element % dim;
        pmy_real sum = 0;
        for (size_t m = 0; m < keys; m++)
            sum += head->v[m * width + w] * share_by_score(head, p + i * keys, m, j) * head->q[i * dim + d];
        jacobian[element] = sum;
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
