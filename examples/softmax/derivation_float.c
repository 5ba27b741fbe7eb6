#include "gradcheck/jacobian.h"
#include "losses/losses.h"
#include "kernels/softmax_row.h"

#define NAME(name) pmy_##name
#define MODE_TRAIN PMY_TRAIN
#define ROW_FINE PMY_ROW_FINE
#define NEXTAFTER nextafterf
#define UNIT_ROUNDOFF 0x1p-24
#define SMALLEST 0x1p-149
#include "softmax/derivation_in.h"

pmy_status derivation_in_float(derivation *row, pmy_error *error)
{
    return derive(row, error);
}
