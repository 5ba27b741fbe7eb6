/* What writing and opening a model file have in common. Nobody else includes this. */
#ifndef PMY_TRAIN_MODEL_KEYS_H
#define PMY_TRAIN_MODEL_KEYS_H

#include "train/model.h"

#include <stdio.h>

#define CLASS_KEY "pmy.class."

/* Of a class's name. */
typedef struct class_key {
    char text[sizeof CLASS_KEY + 20];
} class_key;

static inline class_key class_key_of(size_t index)
{
    class_key key;
    (void)snprintf(key.text, sizeof key.text, CLASS_KEY "%zu", index);
    return key;
}

static inline bool ends_in_outputs(const pmy_model_facts *facts)
{
    const pmy_net *net = &facts->net;
    size_t outputs = pmy_model_outputs(facts);
    return pmy_shape_equal(net->output, net->vocabulary ? PMY_SHAPE(1, net->input.dim[1], outputs)
                                                        : PMY_SHAPE(1, outputs));
}

/* What the net's outputs are called. */
static inline const char *outputs_name(const pmy_model_facts *facts)
{
    return facts->vocabulary ? "tokens" : facts->targets ? "targets" : "classes";
}

#endif
