/* The sections of a report's page; what they are put from are report_parts. */
#ifndef TEXT_REPORT_SECTIONS_H
#define TEXT_REPORT_SECTIONS_H

#include "common/html_page.h"
#include "text/report_parts.h"

extern const html_section report_sections[];
extern const size_t report_section_count;

#endif
