/* The report that a training run leaves: a page to look at, its pictures, and its numbers as CSV. */
#ifndef TEXT_REPORT_H
#define TEXT_REPORT_H

#include "common/options.h"
#include "text/history.h"

typedef struct report {
    const char *folder;              /* where it goes; is made if it is not there */
    const options *command;          /* what was run */
    const char *data;                /* the file of the text */
    pmy_language *language;          /* the model as it is at the end */
    const pmy_text *text;            /* of which a passage is shown to it */
    const pmy_language_score *score; /* of the validation; NULL: there was none */
    const history *history;
} report;

/* Writes index.html, the last of all, and what belongs to it. Other files in the folder are left alone.
 * Errors: PMY_IO, PMY_NO_MEMORY, PMY_BAD_DATA. */
pmy_status report_write(const report *r, pmy_error *error);

#endif
