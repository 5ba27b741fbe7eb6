#include "pmy64/gradcheck/jacobian.h"
#include "pmy64/losses/losses.h"
#include "pmy64/kernels/softmax_row.h"

#define NAME(name) pmy64_##name
#define MODE_TRAIN PMY64_TRAIN
#define ROW_FINE PMY64_ROW_FINE
#define NEXTAFTER nextafter
#define UNIT_ROUNDOFF 0x1p-53
#define SMALLEST 0x1p-1074
#include "softmax/derivation_in.h"

pmy_status derivation_in_double(derivation *row, pmy_error *error)
{
    return derive(row, error);
}
