#include "base/words.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool ends_word(char letter)
{
    return !letter || isspace((unsigned char)letter) || strchr(",[]()", letter);
}

char pmy_next_mark(pmy_words *words)
{
    while (isspace((unsigned char)words->text[words->at]))
        words->at++;
    return words->text[words->at];
}

pmy_span pmy_next_word(pmy_words *words)
{
    char mark = pmy_next_mark(words);
    pmy_span word = {words->at, words->at};
    bool opens = mark == '[' || mark == '(';
    words->at += opens;
    while (!opens && !ends_word(words->text[words->at]))
        words->at++;
    word.end = words->at;
    if (!pmy_is_empty(word))
        words->end = word.end;
    return word;
}

bool pmy_is_empty(pmy_span word)
{
    return word.begin == word.end;
}

bool pmy_is_word(const pmy_words *words, pmy_span word, const char *other)
{
    size_t length = word.end - word.begin;
    return strlen(other) == length && memcmp(words->text + word.begin, other, length) == 0;
}

pmy_shown_word pmy_show_word(const pmy_words *words, pmy_span word)
{
    pmy_shown_word shown = {{0}};
    size_t used = 0;
    for (size_t at = word.begin, more; at < word.end; at += more) {
        uint32_t character;
        size_t length = pmy_utf8_decode(words->text + at, word.end - at, &character);
        bool harmless = length > 0 && !pmy_is_control(character);
        size_t room = sizeof shown.text - 1 - used, needed = harmless ? length : 1;
        if (needed > room)
            break;
        memcpy(shown.text + used, harmless ? words->text + at : "?", needed);
        used += needed;
        more = length > 0 ? length : 1;
    }
    return shown;
}

pmy_status pmy_wrong_word(const pmy_words *words, pmy_span word, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)pmy_fail(words->error, words->wrong, "%s", message);
    if (words->error) {
        words->error->position = word.begin;
        words->error->length = word.end - word.begin;
    }
    return words->wrong;
}
