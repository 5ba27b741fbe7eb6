#include "data/augmentation.h"

#include "base/number.h"
#include "base/suggestion.h"
#include "base/words.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A word of the language and its number. */
typedef struct kind {
    const char *word;
    size_t offset; /* of the number in pmy_augmentation */
    double least, most;
    bool whole;
} kind;

enum { ELASTIC = 4, SMOOTH, KINDS = 7 }; /* smooth is a part of elastic, after which alone it stands */
static const kind kinds[KINDS] = {
    {"shift", offsetof(pmy_augmentation, shift), 0, 1000, false},
    {"rotate", offsetof(pmy_augmentation, rotation), 0, 180, false},
    {"scale", offsetof(pmy_augmentation, scale), 0, 0.99, false},
    {"shear", offsetof(pmy_augmentation, shear), 0, 10, false},
    [ELASTIC] = {"elastic", offsetof(pmy_augmentation, elastic), 0, 100, false},
    [SMOOTH] = {"smooth", offsetof(pmy_augmentation, smooth), 1, 1000, false},
    {"cutout", offsetof(pmy_augmentation, cutout), 0, 10000, true},
};

static double *number_of(pmy_augmentation *augmentation, size_t i)
{
    void *number = (char *)augmentation + kinds[i].offset;
    return number;
}

static pmy_status check_number(const kind *k, double number, pmy_error *error)
{
    if (number >= k->least && number <= k->most && (!k->whole || number == floor(number)))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s needs a %snumber between %g and %s", k->word,
                    k->whole ? "whole " : "", k->least, pmy_number_print(k->most, PMY_NUMBER_DOUBLE).text);
}

pmy_status pmy_augmentation_check(const pmy_augmentation *augmentation, pmy_error *error)
{
    pmy_augmentation a = *augmentation;
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < KINDS; i++)
        if (*number_of(&a, i) != 0)
            status = check_number(&kinds[i], *number_of(&a, i), error);
    return status;
}

bool pmy_augmentation_stays(const pmy_augmentation *augmentation)
{
    const pmy_augmentation *a = augmentation;
    return a->shift == 0 && a->rotation == 0 && a->scale == 0 && a->shear == 0 && a->elastic == 0;
}

bool pmy_augmentation_is_none(const pmy_augmentation *augmentation)
{
    return pmy_augmentation_stays(augmentation) && augmentation->cutout == 0;
}

/* --- Reading ---------------------------------------------------------------- */

static pmy_status unknown(const pmy_words *words, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (size_t i = 0; i < KINDS; i++)
        if (i != SMOOTH)
            pmy_suggest(&nearest, words->text + word.begin, word.end - word.begin, kinds[i].word);
    return pmy_wrong_word(
        words, word, "unknown augmentation '%s'%s", pmy_show_word(words, word).text,
        pmy_suggestion_print(nearest, ": there are shift, rotate, scale, shear, elastic and cutout").text);
}

/* What follows `name`, the word of kind i, up to the next comma. */
static pmy_status read_kind(pmy_words *words, size_t i, pmy_span name, pmy_augmentation *augmentation)
{
    const char *of = kinds[i].word;
    double *number = number_of(augmentation, i);
    pmy_error why;
    pmy_span word = pmy_next_word(words), more;
    if (pmy_is_empty(word))
        return pmy_wrong_word(words, name, "%s needs a number after it", of);
    if (!pmy_number_read(words->text + word.begin, word.end - word.begin, number))
        return pmy_wrong_word(words, word, "%s needs a number", of);
    if (check_number(&kinds[i], *number, &why) != PMY_OK)
        return pmy_wrong_word(words, word, "%s", why.message);
    more = pmy_next_word(words);
    if (i == ELASTIC && pmy_is_word(words, more, kinds[SMOOTH].word))
        return read_kind(words, SMOOTH, more, augmentation);
    if (!pmy_is_empty(more))
        return pmy_wrong_word(words, more, "%s does not take this; is a comma missing before it?", of);
    return PMY_OK;
}

pmy_status pmy_augmentation_read(const char *text, pmy_augmentation *augmentation, pmy_error *error)
{
    pmy_words words = {.text = text, .wrong = PMY_BAD_ARGUMENT, .error = error};
    bool given[KINDS] = {false};
    *augmentation = (pmy_augmentation){.shift = 0};
    pmy_words start = words;
    if (pmy_is_word(&start, pmy_next_word(&start), "none") && !pmy_next_mark(&start))
        return PMY_OK;
    for (;;) {
        pmy_span name = pmy_next_word(&words);
        size_t i = 0;
        if (pmy_is_empty(name))
            return pmy_wrong_word(&words, (pmy_span){name.begin, name.begin + 1},
                                  "an augmentation is missing here");
        while (i < KINDS && (i == SMOOTH || !pmy_is_word(&words, name, kinds[i].word)))
            i++;
        if (i == KINDS)
            return unknown(&words, name);
        if (given[i])
            return pmy_wrong_word(&words, name, "%s is given twice", kinds[i].word);
        given[i] = true;
        pmy_status status = read_kind(&words, i, name, augmentation);
        if (status != PMY_OK)
            return status;
        if (!pmy_next_mark(&words))
            return PMY_OK;
        if (words.text[words.at] != ',')
            return pmy_wrong_word(&words, (pmy_span){words.at, words.at + 1}, "this does not belong here");
        words.at++;
    }
}

/* --- Printing ---------------------------------------------------------------- */

pmy_augmentation_text pmy_augmentation_print(const pmy_augmentation *augmentation)
{
    pmy_augmentation a = *augmentation;
    if (a.elastic == 0 || a.smooth == PMY_USUAL_SMOOTHNESS)
        a.smooth = 0;
    pmy_augmentation_text out = {"none"};
    size_t used = 0;
    for (size_t i = 0; i < KINDS; i++) {
        const char *before = !used ? "" : i == SMOOTH ? " " : ", ";
        if (*number_of(&a, i) != 0)
            used +=
                (size_t)snprintf(out.text + used, sizeof out.text - used, "%s%s %s", before, kinds[i].word,
                                 pmy_number_print(*number_of(&a, i), PMY_NUMBER_DOUBLE).text);
    }
    return out;
}
