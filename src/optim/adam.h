/* What muon has from adamw: what it does with a parameter that is moved element by element. */
#ifndef PMY_OPTIM_ADAM_H
#define PMY_OPTIM_ADAM_H

#include "optim/optim.h"

/* Two vectors, the moments. */
size_t pmy_adam_states(const pmy_optim_options *options);

/* Looks at the betas and epsilon. */
pmy_status pmy_adam_check(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error);

/* A run's step: adam's for that kind, adamw's for any other. */
void pmy_adam_update(const pmy_optim *optim, const pmy_optim_run *run);

#endif
