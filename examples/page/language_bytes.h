/* A language model in as few bytes as a page should carry: 16 bits a parameter.
 *
 *   pmy language model, 16 bits        lines of text, each ended by "\n"
 *   net embed 96, …
 *   block 64
 *   vocabulary characters a 20-21 …
 *   loss 1.45 1.46                     nats a token of a text it has not seen: as trained, and of what
 * follows an empty line, and then each tensor of parameters in the net's order: step the float that a unit
 * stands for, little-endian units                              16 bits each, little-endian, in two's
 * complement
 *
 * A tensor's largest number is 32767 units, so that each is off by half a unit, a 65,534th of that. */
#ifndef PAGE_LANGUAGE_BYTES_H
#define PAGE_LANGUAGE_BYTES_H

#include "train/language.h"

/* On a text that the model was not trained on, in nats a token. */
typedef struct language_losses {
    double trained; /* in the floats that were trained */
    double carried; /* in 16 bits */
} language_losses;

/* The bytes of a model, which the caller frees. NULL: no memory. */
uint8_t *language_bytes_make(const pmy_language *language, const language_losses *losses, size_t *size);

/* A model of bytes, of one window at a time. Errors: PMY_BAD_FILE (these are no such bytes), PMY_BAD_NET,
 * PMY_NO_MEMORY. */
pmy_status language_bytes_read(const uint8_t *bytes, size_t size, pmy_language **language,
                               language_losses *losses, pmy_error *error);

#endif
