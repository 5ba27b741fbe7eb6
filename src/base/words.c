#include "base/words.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_word(char letter)
{
    return !letter || isspace((unsigned char)letter) || strchr(",[]", letter);
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
    if (mark == '[')
        words->at++;
    while (mark != '[' && !ends_word(words->text[words->at]))
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
    size_t length = word.end - word.begin;
    if (length > sizeof shown.text - 1) {
        length = sizeof shown.text - 1;
        while (length > 0 && ((unsigned char)words->text[word.begin + length] & 0xC0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)words->text[word.begin + i];
        shown.text[i] = byte < ' ' || byte == 0x7F ? '?' : (char)byte;
    }
    return shown;
}

size_t pmy_word_distance(const pmy_words *words, pmy_span word, const char *other)
{
    enum { LONGEST = 24, MOST = 2 };
    const char *letters = words->text + word.begin;
    size_t row[LONGEST + 1], length = word.end - word.begin, width = strlen(other);
    if (length > LONGEST || width > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; i <= length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (letters[i - 1] != other[j - 1]);
            size_t shorter = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[width] <= MOST && 2 * row[width] <= length + 1 ? row[width] : SIZE_MAX;
}

/* The C library reads and writes numbers with the decimal point of the program's locale; a line of text has a
 * dot. */
static void change_point(char *text, char from, char to)
{
    for (; from != to && *text; text++)
        if (*text == from)
            *text = to;
}

bool pmy_number_read(const char *text, size_t length, double *number)
{
    char copy[128], *end;
    if (length == 0 || strspn(text, "0123456789.e-+") < length)
        return false;
    *number = HUGE_VAL;
    if (length >= sizeof copy)
        return true;
    memcpy(copy, text, length);
    copy[length] = 0;
    change_point(copy, '.', *localeconv()->decimal_point);
    *number = strtod(copy, &end) + 0.0; /* which makes −0 a 0 */
    return !*end;
}

bool pmy_whole_read(const char *text, uint64_t *number)
{
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return !errno && *text && !text[strspn(text, "0123456789")];
}

pmy_number_text pmy_number_print(double number)
{
    pmy_number_text shortest = {{0}};
    /* 17 digits always do; but 10 is shorter than the 1e+01 of one digit. */
    for (int digits = 1; digits <= 17; digits++) {
        pmy_number_text out;
        (void)snprintf(out.text, sizeof out.text, "%.*g", digits, number);
        if (strtod(out.text, NULL) == number &&
            (!*shortest.text || strlen(out.text) <= strlen(shortest.text)))
            shortest = out;
    }
    change_point(shortest.text, *localeconv()->decimal_point, '.');
    return shortest;
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
