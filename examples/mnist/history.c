#include "mnist/history.h"

#include "common/room.h"

#include <stdlib.h>

void history_step(history *h, const pmy_step_report *step)
{
    void *items = h->steps;
    h->failed = h->failed || !room_make(&items, h->step_count, &h->step_room, sizeof *h->steps);
    h->steps = items;
    h->examples = step->examples;
    if (!h->failed)
        h->steps[h->step_count++] = *step;
}

void history_epoch(history *h, const pmy_epoch_report *epoch)
{
    void *items = h->epochs;
    h->failed = h->failed || !room_make(&items, h->epoch_count, &h->epoch_room, sizeof *h->epochs);
    h->epochs = items;
    if (!h->failed)
        h->epochs[h->epoch_count++] = *epoch;
}

void history_free(history *h)
{
    free(h->steps);
    free(h->epochs);
    *h = (history){0};
}

double history_epochs_at(const pmy_step_report *step)
{
    return (double)step->step * (double)step->epochs / (double)step->steps;
}
