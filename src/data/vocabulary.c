#include "data/vocabulary.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 0x110000, LONGEST_CODE = 6 /* hexadecimal digits */ };

static const char *const unit_names[] = {[PMY_BYTES] = "bytes", [PMY_CHARACTERS] = "characters"};

/* --- Codes ------------------------------------------------------------------ */

static bool is_line_break(const char *text, size_t left)
{
    return text[0] == '\n' || (left > 1 && text[0] == '\r' && text[1] == '\n');
}

/* The code at text [left > 0] and its length; 0: it is no UTF-8. */
static size_t next_code(const pmy_vocabulary *vocabulary, const char *text, size_t left, uint32_t *code)
{
    if (vocabulary->lines && is_line_break(text, left)) {
        *code = '\n';
        return text[0] == '\n' ? 1 : 2;
    }
    if (vocabulary->unit == PMY_CHARACTERS)
        return pmy_utf8_decode(text, left, code);
    *code = (uint8_t)text[0];
    return 1;
}

/* Its token, or −1. */
static int32_t token_of(const pmy_vocabulary *vocabulary, uint32_t code)
{
    size_t begin = 0, end = vocabulary->count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (vocabulary->codes[middle] < code)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin < vocabulary->count && vocabulary->codes[begin] == code ? (int32_t)begin : -1;
}

/* Whether the vocabulary's unit has that code. */
static bool is_code(pmy_token_unit unit, uint32_t code)
{
    if (unit == PMY_BYTES)
        return code <= 0xFF;
    return code < CODES && !(code >= 0xD800 && code <= 0xDFFF);
}

/* --- Made and copied -------------------------------------------------------- */

/* Takes the codes that are set. */
static pmy_status take_codes(pmy_vocabulary *vocabulary, const char *name, const bool *is_set /* [CODES] */,
                             pmy_error *error)
{
    size_t count = 0;
    for (size_t code = 0; code < CODES; code++)
        count += is_set[code];
    if (count > PMY_MAX_VOCABULARY)
        return pmy_fail(error, PMY_BAD_FILE, "%s: has %zu different characters: the most is %d", name, count,
                        PMY_MAX_VOCABULARY);
    if (count == 0)
        return PMY_OK;
    vocabulary->codes = malloc(count * sizeof *vocabulary->codes);
    if (!vocabulary->codes)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its vocabulary", name);
    for (uint32_t code = 0; code < CODES; code++)
        if (is_set[code])
            vocabulary->codes[vocabulary->count++] = code;
    return PMY_OK;
}

pmy_status pmy_vocabulary_fill(pmy_vocabulary *vocabulary, const char *name, const char *text, size_t size,
                               pmy_error *error)
{
    bool *is_set = calloc(CODES, sizeof *is_set);
    if (!is_set)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its vocabulary", name);
    pmy_status status = PMY_OK;
    is_set['\n'] = vocabulary->lines;
    for (size_t at = 0, more; status == PMY_OK && at < size; at += more) {
        uint32_t code;
        more = next_code(vocabulary, text + at, size - at, &code);
        if (more == 0)
            status = pmy_vocabulary_fault(vocabulary, name, text, at, size, error);
        else
            is_set[code] = true;
    }
    if (status == PMY_OK)
        status = take_codes(vocabulary, name, is_set, error);
    free(is_set);
    return status;
}

void pmy_vocabulary_free(pmy_vocabulary *vocabulary)
{
    free(vocabulary->codes);
    vocabulary->codes = NULL;
    vocabulary->count = 0;
}

pmy_status pmy_vocabulary_copy(const pmy_vocabulary *vocabulary, pmy_vocabulary *copy, pmy_error *error)
{
    *copy = *vocabulary;
    size_t bytes = vocabulary->count * sizeof *copy->codes;
    copy->codes = malloc(bytes ? bytes : 1);
    if (!copy->codes) {
        copy->count = 0;
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a vocabulary");
    }
    memcpy(copy->codes, vocabulary->codes, bytes);
    return PMY_OK;
}

int32_t pmy_vocabulary_end(const pmy_vocabulary *vocabulary)
{
    return vocabulary->lines ? token_of(vocabulary, '\n') : -1;
}

/* --- Text and tokens -------------------------------------------------------- */

size_t pmy_vocabulary_next(const pmy_vocabulary *vocabulary, const char *text, size_t left, int32_t *token)
{
    uint32_t code;
    size_t length = next_code(vocabulary, text, left, &code);
    *token = length ? token_of(vocabulary, code) : -1;
    return length;
}

pmy_status pmy_vocabulary_encode(const pmy_vocabulary *vocabulary, const char *name, const char *text,
                                 size_t size, int32_t *tokens, size_t *count, pmy_error *error)
{
    *count = 0;
    for (size_t at = 0; at < size;) {
        size_t more = pmy_vocabulary_next(vocabulary, text + at, size - at, &tokens[*count]);
        if (tokens[*count] < 0)
            return pmy_vocabulary_fault(vocabulary, name, text, at, size, error);
        ++*count;
        at += more;
    }
    return PMY_OK;
}

static size_t encode_code(pmy_token_unit unit, uint32_t code, char bytes[4])
{
    if (unit == PMY_BYTES || code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(0xFF00u >> length | code);
    return length;
}

size_t pmy_vocabulary_decode(const pmy_vocabulary *vocabulary, int32_t token, char bytes[4])
{
    return encode_code(vocabulary->unit, vocabulary->codes[token], bytes);
}

static pmy_token_text show_code(pmy_token_unit unit, uint32_t code)
{
    pmy_token_text shown = {""};
    if (code == ' ')
        return (pmy_token_text){"space"};
    if (code == '\n' || code == '\t' || code == '\r')
        return (pmy_token_text){{'\\', code == '\n' ? 'n' : code == '\t' ? 't' : 'r'}};
    if (code < 0x80 ? pmy_is_control(code) : unit == PMY_BYTES)
        (void)snprintf(shown.text, sizeof shown.text, "\\x%02x", (unsigned)(code & 0xFF));
    else if (pmy_is_control(code))
        (void)snprintf(shown.text, sizeof shown.text, "\\u%04x", (unsigned)(code & 0xFFFF));
    else
        (void)encode_code(unit, code, shown.text);
    return shown;
}

pmy_token_text pmy_vocabulary_show(const pmy_vocabulary *vocabulary, int32_t token)
{
    return show_code(vocabulary->unit, vocabulary->codes[token]);
}

pmy_status pmy_vocabulary_fault(const pmy_vocabulary *vocabulary, const char *name, const char *text,
                                size_t at, size_t size, pmy_error *error)
{
    const pmy_vocabulary by_units = {.unit = vocabulary->unit};
    size_t line = 1, column = 1;
    uint32_t code;
    for (size_t i = 0, more; i < at && (more = next_code(&by_units, text + i, size - i, &code)); i += more) {
        line += code == '\n';
        column = code == '\n' ? 1 : column + 1;
    }
    if (!next_code(&by_units, text + at, size - at, &code))
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: line %zu, column %zu: the byte %02x is no UTF-8; its tokens can be bytes", name,
                        line, column, (unsigned)(uint8_t)text[at]);
    return pmy_fail(error, PMY_BAD_FILE, "%s: line %zu, column %zu: '%s' is not among the %zu %s known", name,
                    line, column, show_code(vocabulary->unit, code).text, vocabulary->count,
                    unit_names[vocabulary->unit]);
}

/* --- In a model file -------------------------------------------------------- */

char *pmy_vocabulary_print(const pmy_vocabulary *vocabulary)
{
    enum { LONGEST_WORDS = sizeof "characters lines" };
    size_t capacity = LONGEST_WORDS + vocabulary->count * (1 + LONGEST_CODE), used;
    char *line = malloc(capacity);
    if (!line)
        return NULL;
    used = (size_t)snprintf(line, capacity, "%s%s", unit_names[vocabulary->unit],
                            vocabulary->lines ? " lines" : "");
    for (size_t first = 0, last; first < vocabulary->count; first = last + 1) {
        const uint32_t *codes = vocabulary->codes; /* [count] */
        for (last = first; last + 1 < vocabulary->count && codes[last + 1] == codes[last] + 1;)
            last++;
        used += (size_t)snprintf(line + used, capacity - used, " %x", (unsigned)codes[first]);
        if (last > first)
            used += (size_t)snprintf(line + used, capacity - used, "-%x", (unsigned)codes[last]);
    }
    return line;
}

/* Goes past the word and what follows it, a space or the end. */
static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0 || ((*at)[length] != ' ' && (*at)[length] != 0))
        return false;
    *at += length + ((*at)[length] == ' ');
    return true;
}

static bool take_code(const char **at, uint32_t *code)
{
    size_t digits = 0;
    *code = 0;
    for (; digits <= LONGEST_CODE && **at && strchr("0123456789abcdef", **at); digits++, ++*at)
        *code = *code << 4 | (uint32_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
    return digits > 0 && digits <= LONGEST_CODE;
}

/* Sets the codes of the next range, which must begin at `least` or above; least becomes what may follow. */
static bool take_range(pmy_token_unit unit, const char **at, uint32_t *least, bool *is_set /* [CODES] */)
{
    uint32_t first, last;
    if (!take_code(at, &first))
        return false;
    last = first;
    if (**at == '-') {
        ++*at;
        if (!take_code(at, &last))
            return false;
    }
    if (first < *least || last < first || (**at != ' ' && **at != 0))
        return false;
    for (uint32_t code = first; code <= last; code++) {
        if (!is_code(unit, code))
            return false;
        is_set[code] = true;
    }
    *least = last + 1;
    /* A space must have something after it. */
    if (**at == ' ' && *++*at == 0)
        return false;
    return true;
}

pmy_status pmy_vocabulary_read(pmy_vocabulary *vocabulary, const char *name, const char *line,
                               pmy_error *error)
{
    *vocabulary = (pmy_vocabulary){.unit = PMY_BYTES};
    bool *is_set = calloc(CODES, sizeof *is_set);
    if (!is_set)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its vocabulary", name);
    const char *at = line;
    uint32_t least = 0;
    bool good = take_word(&at, unit_names[PMY_BYTES]);
    if (!good && (good = take_word(&at, unit_names[PMY_CHARACTERS])))
        vocabulary->unit = PMY_CHARACTERS;
    vocabulary->lines = good && take_word(&at, "lines");
    good = good && *at;
    while (good && *at)
        good = take_range(vocabulary->unit, &at, &least, is_set);
    good = good && (!vocabulary->lines || is_set['\n']);
    pmy_status status = good ? take_codes(vocabulary, name, is_set, error)
                             : pmy_fail(error, PMY_BAD_FILE, "%s: its vocabulary is wrong at byte %zu", name,
                                        (size_t)(at - line));
    free(is_set);
    return status;
}
