#include "kernels/convolution.h"

#include "base/lanes.h"

const pmy_convolution_algorithm *const pmy_convolution_algorithms[] = {
    &pmy_direct_convolution, &pmy_plane_convolution, &pmy_winograd_convolution, NULL};

/* Below these many channels, Winograd's algorithm spends more on going to its points and back than it saves.
 */
enum { FEWEST_CHANNELS = 6 };

const pmy_convolution_algorithm *pmy_convolution_choose(const pmy_convolution *c)
{
    if (pmy_plane_convolution.fits(c))
        return &pmy_plane_convolution;
    bool enough = c->in >= FEWEST_CHANNELS && c->out >= FEWEST_CHANNELS;
    return enough && pmy_winograd_convolution.fits(c) ? &pmy_winograd_convolution : &pmy_direct_convolution;
}

size_t pmy_convolution_rows_size(const pmy_convolution *c)
{
    return c->in * c->window.kernel * c->window.kernel * pmy_lanes_round(c->out);
}

size_t pmy_convolution_row(const pmy_convolution *c, size_t row)
{
    return row % c->in * c->window.kernel * c->window.kernel + row / c->in;
}
