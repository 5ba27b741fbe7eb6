#include "common/room.h"

#include <stdint.h>
#include <stdlib.h>

bool room_make(void **items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? 2 * *room : 1024;
    void *larger = wanted <= SIZE_MAX / size ? realloc(*items, wanted * size) : NULL;
    if (!larger)
        return false;
    *items = larger;
    *room = wanted;
    return true;
}
