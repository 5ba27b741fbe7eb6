/* Optimizers: how a step moves the parameters along their gradients.
 *
 * An optimizer works on the flat vectors of pmy_parameters, and knows which tensors lie in them. A step is
 * one pass over them, in pieces that do not depend on the number of threads: the bits are the same on any.
 * All memory is taken by pmy_optim_new.
 *
 * The formulas, and the order in which they round, are those of PyTorch's torch.optim (SGD without
 * dampening, Adam and AdamW without AMSGrad; their m as PyTorch 1.13 rounds it, where later ones have
 * m + (1 − beta1) · (g − m)). */
#ifndef PMY_OPTIM_OPTIM_H
#define PMY_OPTIM_OPTIM_H

#include "base/arena.h"
#include "tensor/graph.h"

#include <stdint.h>

/* X(name): every optimizer there is, as pmy_optim_sgd and so on. */
#define PMY_OPTIM_LIST(X) \
    X(sgd)                \
    X(adam)               \
    X(adamw)              \
    X(muon)

enum { PMY_MAX_OPTIM_STATES = 2 };

typedef struct pmy_optim_options {
    double
        weight_decay; /* at least 0; sgd and adam add weight_decay · w to the gradient, the others shrink w */
    double momentum;  /* sgd, muon: in [0, 1) */
    bool nesterov;    /* sgd, muon: looks a step ahead; sgd's needs a momentum above 0 */
    double beta1, beta2; /* adam, adamw, muon: in [0, 1) */
    double epsilon;      /* adam, adamw, muon: above 0 */
} pmy_optim_options;

/* A parameter as an optimizer sees it; its shape and name are the node's. Those with the same two numbers are
 * a group. */
typedef struct pmy_optim_tensor {
    const pmy_node *parameter;
    size_t begin, end;   /* its elements in the flat vectors, with the gap after it: begin … end − 1 */
    double rate_factor;  /* what a step's learning rate is multiplied by */
    double weight_decay; /* in place of the options' */
    bool whole;          /* moved by the kind's update_whole, not element by element */
} pmy_optim_tensor;

/* Neighbouring elements of one group, begin … end − 1. */
typedef struct pmy_optim_run {
    size_t begin, end;
    const pmy_optim_tensor *tensor;     /* that begin lies in */
    double learning_rate, weight_decay; /* of the group, in this step */
} pmy_optim_run;

typedef struct pmy_optim pmy_optim;
typedef struct pmy_optim_kind pmy_optim_kind;

/* Says of a parameter whether something holds for it; `context` is the caller's. */
typedef bool pmy_optim_member(const pmy_node *parameter, const void *context);

/* One kind of optimizer: this table and a file. A program may have its own. */
struct pmy_optim_kind {
    const char *name;
    pmy_optim_options defaults;
    /* Names of the vectors it can keep. */
    const char *state[PMY_MAX_OPTIM_STATES];
    /* How many of them it does keep with these options: the first so many. */
    size_t (*states)(const pmy_optim_options *options);
    /* Whether it can work with these options; weight_decay has been looked at. */
    pmy_status (*check)(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_error *error);
    /* A step's work on a run, while others work on other runs: tensors are joined and split. */
    void (*update)(const pmy_optim *optim, const pmy_optim_run *run);

    /* Which tensors it would rather have as wholes, as LAMB and Muon do; NULL: none, and the rest is NULL,
     * too. */
    pmy_optim_member *takes_whole;
    /* How many numbers of room it needs to work on such a tensor; NULL: none. */
    size_t (*room)(const pmy_optim_tensor *tensor);
    /* A step's work on one: the run is the tensor, the room is this thread's alone. */
    void (*update_whole)(const pmy_optim *optim, const pmy_optim_run *run, pmy_real *room);
};

#define PMY_OPTIM_KIND(name) extern const pmy_optim_kind pmy_optim_##name;
PMY_OPTIM_LIST(PMY_OPTIM_KIND)
#undef PMY_OPTIM_KIND

/* The index-th kind, or NULL after the last. */
const pmy_optim_kind *pmy_optim_kind_at(size_t index);

/* The kind of that name, or NULL. */
const pmy_optim_kind *pmy_optim_find(const char *name);

/* To be read by anyone. A checkpoint is options, state and steps; to resume, it writes the latter
 * two into a new optimizer with the same options and groups. */
struct pmy_optim {
    const pmy_optim_kind *kind;
    pmy_optim_options options;
    pmy_parameters parameters;
    size_t tensors;                        /* that it moves: what lies in parameters */
    pmy_optim_tensor *tensor;              /* [tensors], in the order of the flat vectors */
    size_t states;                         /* vectors in state, called kind->state[…] */
    pmy_real *state[PMY_MAX_OPTIM_STATES]; /* [parameters.size] each; zeros before the first step */
    uint64_t steps;                        /* taken so far; within a step's update, this one included */

    /* Of the running step. */
    double learning_rate;  /* before a group's factor */
    double gradient_scale; /* what it multiplies gradients by: 1, or less after pmy_optim_clip */

    pmy_pool *pool;
    pmy_accum *sums;  /* [pieces] */
    pmy_real *room;   /* [threads, room_size] */
    size_t room_size; /* what the tensor with the largest needs */
    pmy_arena arena;
};

/* An optimizer for the parameters of a built graph, which works on its pool. The graph must outlive it.
 * Options may be NULL for kind->defaults; otherwise begin with those. Errors: PMY_BAD_ARGUMENT (an option is
 * out of range, or not one of this kind), PMY_NO_MEMORY. */
pmy_status pmy_optim_new(const pmy_optim_kind *kind, const pmy_optim_options *options, pmy_graph *graph,
                         pmy_optim **optim, pmy_error *error);
void pmy_optim_free(pmy_optim *optim);

/* Gives the parameters for which `member` is true a rate factor and a weight decay of their own; the others
 * keep theirs, at first 1 and the options'. Without decay for biases:
 *
 *   status = pmy_optim_group(optim, pmy_is_vector, NULL, 1, 0, &error);
 *
 * Errors: PMY_BAD_ARGUMENT (a number is negative or not finite). */
pmy_status pmy_optim_group(pmy_optim *optim, pmy_optim_member *member, const void *context,
                           double rate_factor, double weight_decay, pmy_error *error);

/* Rank below 2: a bias, or the weight of a batchnorm or of a layernorm over one axis. */
pmy_optim_member pmy_is_vector;

/* Has the parameters for which `member` is true moved element by element, whatever the kind would rather
 * have: for muon, the ends of a net (net/net_ends.h). */
void pmy_optim_elementwise(pmy_optim *optim, pmy_optim_member *member, const void *context);

/* Moves the parameters once. The learning rate is finite and not negative. */
void pmy_optim_step(pmy_optim *optim, double learning_rate);

/* Clips by the global norm: before a step, lets that step take each gradient times
 * min(1, max_norm / (norm + 1e-6)), where norm² is the sum over all gradients squared, as
 * torch.nn.utils.clip_grad_norm_ does; only that the gradients themselves stay as they are.
 * max_norm > 0. *norm, where norm is not NULL, receives the norm. Errors: PMY_BAD_ARGUMENT;
 * PMY_BAD_DATA if the norm is not finite, and then nothing is clipped. */
pmy_status pmy_optim_clip(pmy_optim *optim, double max_norm, double *norm, pmy_error *error);

#endif
