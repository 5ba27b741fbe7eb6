/* Reads XML just well enough to hold the project's own pictures and pages to it. */
#ifndef TESTS_XML_H
#define TESTS_XML_H

#include <stddef.h>

/* Fails the test unless the text is well-formed: every tag closed in its order, every
 * attribute quoted and given once, no & or < but in entities and tags, nothing but
 * characters that XML has. */
void assert_well_formed(const char *text);

/* How many tags begin with that text: "<rect", or "<rect class=\"paper\"". */
size_t count_tags(const char *text, const char *beginning);

/* Finds the n-th tag (from 0) that begins with that text, and fails without it. */
const char *find_tag(const char *text, const char *beginning, size_t n);

/* The number in the attribute of the tag at `tag`, which fails the test if it has none. */
double attribute_of(const char *tag, const char *name);

#endif
