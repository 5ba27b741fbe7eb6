/* Heads of attention as heat maps in an SVG file. */
#ifndef TEXT_ATTENTION_PICTURE_H
#define TEXT_ATTENTION_PICTURE_H

#include "text/heads.h"

enum { ATTENTION_MOST_TOKENS = 64 };

/* One head, large, with the tokens at its sides; or all of them, a layer a row, where layer is ALL_HEADS.
 * token [of->tokens] are what the tokens are called. Errors: PMY_IO, PMY_NO_MEMORY. */
#define ALL_HEADS ((size_t)-1)
pmy_status attention_picture(const heads *of, const char *const *token, size_t layer, size_t head,
                             const char *path, pmy_error *error);

#endif
