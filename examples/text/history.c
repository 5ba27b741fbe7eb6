#include "text/history.h"

#include "common/room.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE_TOKENS = 300, SAMPLE_LINES = 12 };

pmy_status history_begin(history *h, const pmy_language_training *training, pmy_error *error)
{
    const pmy_sampling sampling = {.temperature = HISTORY_TEMPERATURE, .top_p = 1};
    *h = (history){0};
    pmy_status status = pmy_generator_new(&training->language->facts, NULL, &h->generator, error);
    return status == PMY_OK
               ? writer_begin(&h->writer, h->generator, &sampling, training->run.recipe.seed, error)
               : status;
}

void history_free(history *h)
{
    for (size_t i = 0; i < h->look_count; i++)
        free(h->looks[i].sample);
    free(h->looks);
    free(h->steps);
    writer_free(&h->writer);
    pmy_generator_free(h->generator);
    *h = (history){0};
}

pmy_status history_step(history *h, const pmy_language_step *step, pmy_error *error)
{
    void *items = h->steps;
    if (!room_make(&items, h->step_count, &h->step_room, sizeof *h->steps))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what happened in training");
    h->steps = items;
    h->steps[h->step_count++] = *step;
    return PMY_OK;
}

/* --- Samples -------------------------------------------------------------------- */

/* A text, or some lines where the model knows lines, into sample [all that it can be]. */
static pmy_status write_sample(writer *w, char *sample, pmy_error *error)
{
    int32_t token, end = pmy_vocabulary_end(w->vocabulary);
    pmy_status status = writer_read(w, "sample", "", error);
    for (size_t tokens = 0, lines = 0; status == PMY_OK && tokens < SAMPLE_TOKENS; tokens++) {
        status = writer_draw(w, &token, error);
        if (status != PMY_OK)
            break;
        bool ends = token == end;
        if (ends && ++lines == SAMPLE_LINES)
            break;
        sample = stpcpy(sample, writer_visible(w->vocabulary, token).text);
        status = ends ? writer_read(w, "sample", "", error) : pmy_generator_feed(w->generator, token, error);
    }
    return status;
}

pmy_status history_look_at(history *h, pmy_language_training *training, const pmy_language_score *score,
                           pmy_error *error)
{
    pmy_run *run = &training->run;
    void *items = h->looks;
    char *sample = calloc(SAMPLE_TOKENS + 1, sizeof(pmy_token_text));
    if (!sample || !room_make(&items, h->look_count, &h->look_room, sizeof *h->looks)) {
        free(sample);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a sample");
    }
    h->looks = items;
    h->looks[h->look_count++] = (history_look){
        .step = run->step, .score = score ? *score : (pmy_language_score){0}, .sample = sample};
    bool swapped = pmy_run_take_average(run);
    pmy_generator_take(h->generator, training->language);
    if (swapped)
        pmy_average_swap(run->average);
    h->writer.random = (pmy_random){.seed = run->recipe.seed, .stream = pmy_stream(PMY_STREAM_TOKEN, 0)};
    return write_sample(&h->writer, sample, error);
}
