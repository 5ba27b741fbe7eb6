#include "kernels/window.h"

#include "base/shape.h"

pmy_status pmy_window_measure(pmy_window window, size_t length, size_t *output, pmy_error *error)
{
    if (window.kernel < 1 || window.stride < 1)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a kernel and a stride are at least 1");
    size_t padded;
    if (!pmy_size_multiply(window.padding, 2, &padded) || !pmy_size_add(padded, length, &padded))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a padding of %zu is too much", window.padding);
    if (padded < window.kernel)
        return pmy_fail(error, PMY_BAD_SHAPE, "a kernel of %zu does not fit into %zu with a padding of %zu",
                        window.kernel, length, window.padding);
    *output = (padded - window.kernel) / window.stride + 1;
    return PMY_OK;
}
