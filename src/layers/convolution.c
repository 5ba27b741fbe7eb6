#include "layers/convolution.h"

const pmy_convolution_way *const pmy_convolution_ways[] = {&pmy_plain_convolution, &pmy_gemm_convolution,
                                                           &pmy_winograd_convolution, NULL};

const pmy_convolution_way *pmy_convolution_forward_way(const pmy_convolution *c)
{
    return pmy_winograd_convolution.fits(c) ? &pmy_winograd_convolution : &pmy_gemm_convolution;
}

const pmy_convolution_way *pmy_convolution_backward_way(const pmy_convolution *c)
{
    return pmy_winograd_convolution.fits(c) ? &pmy_winograd_convolution : &pmy_gemm_convolution;
}
