/* Room for lists that grow. */
#ifndef COMMON_ROOM_H
#define COMMON_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Room for one more item of `size` bytes after `count` at *items, which has room for *room. False: there is
 * no memory, and what is there stays. */
bool room_make(void **items, size_t count, size_t *room, size_t size);

#endif
