/* Heads of attention as heat maps. */
#ifndef TEXT_ATTENTION_PICTURE_H
#define TEXT_ATTENTION_PICTURE_H

#include "common/svg.h"
#include "text/heads.h"
#include "text/passage.h"

/* One head, large, with the tokens at its sides; or all of them, a layer a row. `looked` are the tokens that
 * `of` was made of. NULL: no memory. */
svg *attention_picture_one(const heads *of, const passage *looked, size_t layer, size_t head);
svg *attention_picture_all(const heads *of, const passage *looked);

#endif
