/* What muon has from sgd: a momentum. */
#ifndef PMY_OPTIM_SGD_H
#define PMY_OPTIM_SGD_H

#include "optim/optim.h"

pmy_status pmy_momentum_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error);

#endif
