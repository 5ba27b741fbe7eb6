/* A recipe: what a training run is, but for its data. Its fields stand in one table, from which follow what
 * checkpoints keep and compare, the options of a command line, and the command that makes a run again. */
#ifndef PMY_TRAIN_RECIPE_H
#define PMY_TRAIN_RECIPE_H

#include "data/batch.h"
#include "data/shuffle.h"
#include "data/text.h"
#include "losses/loss_kind.h"
#include "net/net_start.h"
#include "optim/optim.h"
#include "optim/schedule.h"

/* What weight decay draws to 0. */
typedef enum pmy_decay {
    PMY_DECAY_ALL,
    PMY_DECAY_MATRICES, /* what has two axes or more: no bias, no weight of a normalisation */
} pmy_decay;

typedef struct pmy_recipe {
    const char *net; /* see net/net.h */
    size_t batch;
    const pmy_optim_kind *optim;
    pmy_optim_options optim_options;
    pmy_decay decay;
    double learning_rate; /* the schedule's highest */
    const pmy_schedule_kind *schedule;
    size_t warm_up;   /* steps in which the rate rises, and */
    double last_rate; /* what it falls to in the end: see optim/schedule.h */
    double clip;      /* the gradients' largest norm (pmy_optim_clip); 0: any */
    double label_smoothing;
    double average_decay; /* of the weights' moving average (optim/average.h), which is what is then
                           * evaluated, and left in the end; 0: none */
    uint64_t seed;

    /* On pictures, or on a table. */
    size_t epochs;
    pmy_order order;
    pmy_normalization normalization; /* of pixels in 0 … 1 */
    bool by_column;                /* instead, each number by its own mean and deviation over the examples */
    const pmy_loss_kind *loss;     /* NULL: the usual one of the data's labels, or targets */
    pmy_augmentation augmentation; /* of the pictures of steps, never of evaluation; all 0: none */
    size_t unaugmented; /* epochs at the end (or all) in which pictures stay as they are, so that weights and
                         * running statistics settle on what is evaluated (Z. He et al., Data
                         * Augmentation Revisited, arXiv:1909.09148) */

    /* On text. */
    size_t steps;
    size_t block;                    /* tokens in an example, at most */
    pmy_token_unit unit;             /* of its tokens */
    bool lines;                      /* an example is a line; otherwise a piece from anywhere */
    const pmy_net_start_kind *start; /* what the parameters begin as; NULL: as each layer has it */
} pmy_recipe;

/* Which runs a field is of: one of the first two, or both. */
typedef enum pmy_recipe_kind {
    PMY_RECIPE_OF_PICTURES = 1,
    PMY_RECIPE_OF_TEXT = 2,
    PMY_RECIPE_OF_ANY = PMY_RECIPE_OF_PICTURES | PMY_RECIPE_OF_TEXT
} pmy_recipe_kind;

typedef enum pmy_recipe_type {
    PMY_RECIPE_TEXT,         /* const char * */
    PMY_RECIPE_COUNT,        /* size_t */
    PMY_RECIPE_SEED,         /* uint64_t */
    PMY_RECIPE_FLAG,         /* bool */
    PMY_RECIPE_DOUBLE,       /* double */
    PMY_RECIPE_REAL,         /* pmy_real */
    PMY_RECIPE_OPTIM,        /* const pmy_optim_kind * */
    PMY_RECIPE_SCHEDULE,     /* const pmy_schedule_kind * */
    PMY_RECIPE_ORDER,        /* pmy_order */
    PMY_RECIPE_DECAY,        /* pmy_decay */
    PMY_RECIPE_UNIT,         /* pmy_token_unit */
    PMY_RECIPE_START,        /* const pmy_net_start_kind * */
    PMY_RECIPE_AUGMENTATION, /* pmy_augmentation */
    PMY_RECIPE_LOSS,         /* const pmy_loss_kind * */
} pmy_recipe_type;

typedef struct pmy_recipe_field {
    const char *key;      /* in checkpoints and messages: "learning rate" */
    const char *option;   /* on a command line: "lr"; NULL: it has none there */
    const char *argument; /* what its help calls the value: "X" */
    const char *help;
    pmy_recipe_kind kind;
    pmy_recipe_type type;
    size_t offset, size;          /* of the member in a pmy_recipe */
    double least, most;           /* of a number */
    bool above_least, below_most; /* not the least itself; not the most itself */
    const char *left_out; /* the value that a checkpoint leaves out, since older ones do not have the field;
                           * NULL: none */
} pmy_recipe_field;

/* What a run of one kind learns from: "pictures", "text". */
const char *pmy_recipe_kind_name(pmy_recipe_kind kind);

/* The index-th field of runs of a kind, or NULL after the last. */
const pmy_recipe_field *pmy_recipe_field_at(pmy_recipe_kind kind, size_t index);

/* The index-th word that a field of this type can be, NULL after the last; a type without words has none. */
const char *pmy_recipe_word(pmy_recipe_type type, size_t index);

/* A field's value, as checkpoints have it; pmy_recipe_set makes it the same again. */
typedef struct pmy_recipe_text {
    char text[PMY_MAX_NET_TEXT];
} pmy_recipe_text;
pmy_recipe_text pmy_recipe_print(const pmy_recipe *recipe, const pmy_recipe_field *field);

/* Makes the field what the text says; an optimizer brings its default options. A net's text is not copied.
 * PMY_BAD_ARGUMENT: the message says what the text should be; where it is a line of words, *error has the
 * place of the wrong one. */
pmy_status pmy_recipe_set(pmy_recipe *recipe, const pmy_recipe_field *field, const char *text,
                          pmy_error *error);

#endif
