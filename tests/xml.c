#include "xml.h"

#include "common/utf8.h"
#include "base/utf8.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_DEPTH 64
#define LONGEST_NAME 32

static bool is_name_character(char character)
{
    return isalnum((unsigned char)character) || strchr("-:_", character) != NULL;
}

/* Reads a name and moves after it. */
static void read_name(const char **at, char name[LONGEST_NAME])
{
    size_t length = 0;
    while (**at && is_name_character(**at)) {
        assert_true(length + 1 < LONGEST_NAME);
        name[length++] = *(*at)++;
    }
    name[length] = '\0';
    if (length == 0)
        fail_msg("no name at \"%.40s\"", *at);
}

/* Moves after an entity or one character of text. */
static void skip_character(const char **at)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    if (**at == '&') {
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
            size_t length = strlen(entities[i]);
            if (strncmp(*at, entities[i], length) == 0) {
                *at += length;
                return;
            }
        }
        fail_msg("a bare & at \"%.40s\"", *at);
    }
    const char *before = *at;
    uint32_t character = utf8_next(at);
    bool invalid = character == UTF8_REPLACEMENT && strncmp(before, "\xEF\xBF\xBD", 3) != 0;
    bool control = pmy_is_control(character) && character != '\n' && character != '\t';
    if (invalid || control || character == 0xFFFE || character == 0xFFFF)
        fail_msg("what is no character of XML at \"%.40s\"", before);
}

static void skip_spaces(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

/* Reads attributes up to the end of the tag. */
static void skip_attributes(const char **at)
{
    char names[16][LONGEST_NAME];
    size_t count = 0;
    for (skip_spaces(at); **at && **at != '>' && **at != '/'; skip_spaces(at)) {
        assert_true(count < 16);
        read_name(at, names[count]);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(names[i], names[count]);
        count++;
        assert_int_equal(*(*at)++, '=');
        assert_int_equal(*(*at)++, '"');
        while (**at && **at != '"') {
            assert_int_not_equal(**at, '<');
            skip_character(at);
        }
        assert_int_equal(*(*at)++, '"');
    }
}

void assert_well_formed(const char *text)
{
    char open[MOST_DEPTH][LONGEST_NAME], name[LONGEST_NAME];
    size_t depth = 0, roots = 0;
    while (*text) {
        if (*text != '<') {
            if (depth == 0)
                assert_true(isspace((unsigned char)*text));
            skip_character(&text);
        } else if (text[1] == '/') {
            text += 2;
            read_name(&text, name);
            assert_true(depth > 0);
            assert_string_equal(name, open[--depth]);
            assert_int_equal(*text++, '>');
        } else {
            text++;
            assert_true(depth < MOST_DEPTH);
            roots += depth == 0;
            read_name(&text, open[depth++]);
            skip_attributes(&text);
            if (*text == '/') {
                text++;
                depth--;
            }
            assert_int_equal(*text++, '>');
        }
    }
    assert_int_equal(depth, 0);
    assert_int_equal(roots, 1);
}

size_t count_tags(const char *text, const char *beginning)
{
    size_t count = 0;
    for (const char *at = strstr(text, beginning); at; at = strstr(at + 1, beginning))
        count++;
    return count;
}

const char *find_tag(const char *text, const char *beginning, size_t n)
{
    const char *at = strstr(text, beginning);
    while (at && n--)
        at = strstr(at + 1, beginning);
    if (!at)
        fail_msg("no tag %s", beginning);
    return at;
}

double attribute_of(const char *tag, const char *name)
{
    char pattern[LONGEST_NAME + 4];
    (void)snprintf(pattern, sizeof pattern, " %s=\"", name);
    const char *at = strstr(tag, pattern), *end = strchr(tag, '>');
    if (!at || at > end)
        fail_msg("no %s in %.80s", name, tag);
    return strtod(at + strlen(pattern), NULL);
}
