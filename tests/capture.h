/* Catches what a program writes to stdout or stderr. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include <stdio.h>

/* From here on the stream's text is kept, not shown. One stream at a time. */
void capture_begin(FILE *stream);

/* Ends that; returns the text, which the caller frees. */
char *capture_end(void);

#endif
