/* A page with a header and sections: one file that needs no other, no script and no network. */
#ifndef COMMON_HTML_PAGE_H
#define COMMON_HTML_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* `context` is what the page is put from. */
typedef struct html_section {
    const char *id, *title;
    bool (*is_there)(const void *context);
    void (*put)(FILE *file, const void *context);
} html_section;

/* For sections that are there always. */
bool html_always(const void *context);

typedef struct html_page {
    const char *title;
    const char *style; /* what its style sheet has besides that of all pages */
    void (*put_top)(FILE *file,
                    const void *context); /* what its header begins with; sections are listed below */
    const html_section *sections;         /* [section_count] */
    size_t section_count;
} html_page;

void html_page_put(FILE *file, const html_page *page, const void *context);

/* The style sheet of all pages, but for their pictures. */
extern const char html_style_sheet[];

#endif
