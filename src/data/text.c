#include "data/text.h"

#include "base/crc32.h"
#include "base/random.h"
#include "io/file.h"

#include <math.h>
#include <stdlib.h>

enum { NARROW = 256 /* tokens that fit in a byte */ };

static int32_t token_at(const pmy_text *text, size_t at)
{
    return text->narrow ? text->narrow[at] : text->wide[at];
}

/* --- Encoding --------------------------------------------------------------- */

/* A text being encoded: its own memory, to be written. */
typedef struct encoding {
    const pmy_vocabulary *vocabulary;
    int32_t end;
    uint8_t *narrow; /* one of them: [size + 2] */
    uint16_t *wide;
    size_t count, lines, empty_lines;
} encoding;

static void put(encoding *e, int32_t token)
{
    if (e->narrow)
        e->narrow[e->count++] = (uint8_t)token;
    else
        e->wide[e->count++] = (uint16_t)token;
}

/* A line's end: the first one, and one that follows a character. */
static void put_end(encoding *e, size_t *line_begin)
{
    if (e->count > 0 && e->count == *line_begin + 1)
        e->empty_lines++;
    else {
        *line_begin = e->count;
        e->lines += e->count > 0;
        put(e, e->end);
    }
}

static pmy_status encode_tokens(encoding *e, const char *name, const char *bytes, size_t size,
                                pmy_error *error)
{
    size_t line_begin = 0;
    if (e->end >= 0)
        put_end(e, &line_begin);
    for (size_t at = 0, more; at < size; at += more) {
        int32_t token;
        more = pmy_vocabulary_next(e->vocabulary, bytes + at, size - at, &token);
        if (token < 0)
            return pmy_vocabulary_fault(e->vocabulary, name, bytes, at, size, error);
        if (token == e->end)
            put_end(e, &line_begin);
        else
            put(e, token);
    }
    if (e->end >= 0 && e->count > line_begin + 1)
        put_end(e, &line_begin);
    if (e->end >= 0 ? e->lines == 0 : e->count == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: there is no text in it", name);
    return PMY_OK;
}

static pmy_status take_memory(encoding *e, const char *name, size_t size, pmy_error *error)
{
    /* An end before the first line, and one after a last line that has none. What is left over is never
     * touched. */
    size_t room = size + 2;
    if (e->vocabulary->count <= NARROW)
        e->narrow = malloc(room);
    else if (room <= SIZE_MAX / sizeof *e->wide)
        e->wide = malloc(room * sizeof *e->wide);
    if (e->narrow || e->wide)
        return PMY_OK;
    return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu tokens", name, room);
}

/* Finds the lines' beginnings in a text that is encoded. */
static pmy_status find_lines(pmy_text *text, pmy_error *error)
{
    size_t *begin = calloc(text->lines + 1, sizeof *begin), lines = 0; /* [lines + 1] */
    if (!begin)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu lines", text->name, text->lines);
    for (size_t at = 0; at < text->count; at++)
        if (token_at(text, at) == text->end)
            begin[lines++] = at;
    text->begin = text->owned_begin = begin;
    return PMY_OK;
}

pmy_status pmy_text_encode(const char *name, const char *bytes, size_t size, pmy_vocabulary *vocabulary,
                           pmy_text *text, pmy_error *error)
{
    *text = (pmy_text){.name = NULL};
    pmy_status status = PMY_OK;
    if (vocabulary->count == 0)
        status = pmy_vocabulary_fill(vocabulary, name, bytes, size, error);
    encoding e = {.vocabulary = vocabulary, .end = pmy_vocabulary_end(vocabulary)};
    if (status == PMY_OK)
        status = take_memory(&e, name, size, error);
    if (status == PMY_OK)
        status = encode_tokens(&e, name, bytes, size, error);
    if (status != PMY_OK) {
        free(e.narrow);
        free(e.wide);
        return status;
    }
    *text = (pmy_text){.name = name,
                       .narrow = e.narrow,
                       .wide = e.wide,
                       .count = e.count,
                       .end = e.end,
                       .lines = e.lines,
                       .empty_lines = e.empty_lines,
                       .owned_tokens = e.narrow ? (void *)e.narrow : e.wide};
    if (e.end >= 0)
        status = find_lines(text, error);
    if (status != PMY_OK)
        pmy_text_free(text);
    return status;
}

pmy_status pmy_text_load(const char *path, pmy_vocabulary *vocabulary, pmy_text *text, pmy_error *error)
{
    pmy_file file;
    *text = (pmy_text){.name = NULL};
    pmy_status status = pmy_file_read(path, &file, error);
    if (status == PMY_OK)
        status = pmy_text_encode(path, (const char *)file.bytes, file.size, vocabulary, text, error);
    pmy_file_free(&file);
    return status;
}

void pmy_text_free(pmy_text *text)
{
    free(text->owned_tokens);
    free(text->owned_begin);
    *text = (pmy_text){.name = NULL};
}

/* --- Views ------------------------------------------------------------------ */

/* Of tokens begin … end − 1, or of the lines with these numbers. */
static pmy_text view(const pmy_text *whole, size_t begin, size_t end)
{
    pmy_text part = *whole;
    part.owned_tokens = part.owned_begin = NULL;
    part.empty_lines = 0;
    if (whole->end >= 0) {
        part.begin += begin;
        part.lines = end - begin;
        begin = whole->begin[begin];
        end = whole->begin[end] + 1;
    }
    part.narrow = whole->narrow ? whole->narrow + begin : NULL;
    part.wide = whole->wide ? whole->wide + begin : NULL;
    part.count = end - begin;
    return part;
}

pmy_status pmy_text_split(const pmy_text *whole, double share, pmy_text *front, pmy_text *back,
                          pmy_error *error)
{
    bool lines = whole->end >= 0;
    size_t examples = lines ? whole->lines : whole->count, least = lines ? 1 : 2;
    if (!(share >= 0 && share < 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: a share of %g cannot be split off", whole->name, share);
    size_t rest = 0;
    if (examples < least)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: it has a token, and nothing to predict", whole->name);
    if (share > 0 && examples < 2 * least)
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "%s: to split a share of %g off takes %zu %s, and it has %zu", whole->name, share,
                        2 * least, lines ? "lines" : "tokens", examples);
    if (share > 0) {
        rest = (size_t)llround(share * (double)examples);
        rest = rest < least ? least : rest > examples - least ? examples - least : rest;
    }
    size_t first = examples - rest;
    *front = view(whole, 0, first);
    *back = (pmy_text){.name = whole->name, .end = whole->end};
    if (rest > 0)
        *back = view(whole, first, examples);
    return PMY_OK;
}

uint32_t pmy_text_checksum(const pmy_text *text)
{
    return text->narrow ? pmy_crc32(0, text->narrow, text->count)
                        : pmy_crc32(0, text->wide, text->count * sizeof *text->wide);
}

/* --- Windows ---------------------------------------------------------------- */

size_t pmy_text_window(const pmy_text *text, size_t at, size_t block, int32_t *tokens /* [block] */,
                       int32_t *targets /* [block] */)
{
    size_t filled = 0;
    for (bool ended = false; filled < block && !ended && at + filled + 1 < text->count; filled++) {
        tokens[filled] = token_at(text, at + filled);
        targets[filled] = token_at(text, at + filled + 1);
        ended = targets[filled] == text->end;
    }
    for (size_t i = filled; i < block; i++) {
        tokens[i] = 0;
        targets[i] = PMY_NO_TARGET;
    }
    return filled;
}

pmy_status pmy_text_check(const pmy_text *text, size_t block, pmy_error *error)
{
    if (block > 0 && (text->end >= 0 ? text->lines > 0 : text->count > block))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: %zu tokens are too few for windows of %zu", text->name,
                    text->count, block);
}

/* Where a window begins. */
static size_t draw_place(const pmy_text *text, size_t block, pmy_random *random)
{
    if (text->end < 0)
        return (size_t)pmy_random_below_wide(random, text->count - block);
    size_t line = (size_t)pmy_random_below_wide(random, text->lines),
           first = text->begin[line] - text->begin[0], targets = text->begin[line + 1] - text->begin[line];
    return targets > block ? first + (size_t)pmy_random_below_wide(random, targets - block + 1) : first;
}

void pmy_text_draw(const pmy_text *text, uint64_t seed, uint64_t step, size_t batch, size_t block,
                   int32_t *tokens /* [batch, block] */, int32_t *targets /* [batch, block] */)
{
    enum {
        WORDS = 4 /* that a step leaves for a row: draws of more, which are rare, are the next one's, too */
    };
    for (size_t row = 0; row < batch; row++) {
        pmy_random random = {
            .seed = seed, .stream = pmy_stream(PMY_STREAM_WINDOW, (uint32_t)row), .drawn = WORDS * step};
        (void)pmy_text_window(text, draw_place(text, block, &random), block, tokens + row * block,
                              targets + row * block);
    }
}
