#include "kernels/softmax_of_row.h"

#include "kernels/softmax_row.h"

pmy_status pmy_temperature_check(double temperature, pmy_error *error)
{
    if (temperature >= DBL_MIN && temperature <= DBL_MAX)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature %g is not between %g and %g", temperature,
                    DBL_MIN, DBL_MAX);
}

static pmy_status read_row(size_t classes, const pmy_real *z, double temperature, pmy_softmax_row *row,
                           pmy_error *error)
{
    pmy_status status = pmy_temperature_check(temperature, error);
    if (status != PMY_OK)
        return status;
    pmy_row_fault fault = pmy_softmax_exponentials(classes, z, (pmy_accum)temperature, NULL, row);
    return fault == PMY_ROW_FINE ? PMY_OK : pmy_fail(error, PMY_BAD_DATA, "%s", pmy_row_fault_text(fault));
}

pmy_status pmy_softmax_of_row(size_t classes, const pmy_real *z, double temperature, pmy_real *p,
                              pmy_error *error)
{
    pmy_softmax_row row;
    pmy_status status = read_row(classes, z, temperature, &row, error);
    for (size_t i = 0; status == PMY_OK && i < classes; i++)
        p[i] = (pmy_real)pmy_probability(&row, z[i], (pmy_accum)temperature);
    return status;
}

pmy_status pmy_log_softmax_of_row(size_t classes, const pmy_real *z, double temperature, pmy_real *log_p,
                                  pmy_error *error)
{
    pmy_softmax_row row;
    pmy_status status = read_row(classes, z, temperature, &row, error);
    for (size_t i = 0; status == PMY_OK && i < classes; i++)
        log_p[i] = 0 - pmy_narrow(pmy_negative_log_probability(&row, z[i], (pmy_accum)temperature));
    return status;
}

pmy_status pmy_xent_of_row(size_t classes, const pmy_real *z, double temperature, int32_t label,
                           pmy_real *loss, pmy_error *error)
{
    if (label < 0 || (size_t)label >= classes)
        return pmy_fail(error, PMY_BAD_DATA, "the label %d is not one of %zu classes", (int)label, classes);
    pmy_softmax_row row;
    pmy_status status = read_row(classes, z, temperature, &row, error);
    if (status == PMY_OK)
        *loss = pmy_narrow(pmy_negative_log_probability(&row, z[label], (pmy_accum)temperature));
    return status;
}
