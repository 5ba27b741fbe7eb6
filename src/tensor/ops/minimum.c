/* minimum: c = min(a, b); dc goes to the smaller of the two, and where they are equal, half of it to each, as
 * in PyTorch. A NaN in either shows. */
#include "tensor/binary.h"
#include "tensor/ops/ops.h"

/* What of dc goes to one of the two. */
static inline pmy_real share_of(pmy_real one, pmy_real other, pmy_real dc)
{
    return one == other ? dc / 2 : one > other ? 0 : dc;
}

PMY_BINARY_RULE(minimum, a < b || pmy_is_nan(a) ? a : b, share_of(a, b, dc), share_of(b, a, dc));
PMY_BINARY_OP(minimum, "c = min(a, b)", -1, 1, pmy_binary_choices);
