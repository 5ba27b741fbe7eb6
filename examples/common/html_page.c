#include "common/html_page.h"

#include "common/html.h"
#include "common/svg_style.h"
#include "base/version.h"

bool html_always(const void *context)
{
    (void)context;
    return true;
}

static void put_navigation(FILE *file, const html_page *page, const void *context)
{
    (void)fputs("<nav aria-label=\"Sections\">\n", file);
    for (size_t i = 0; i < page->section_count; i++)
        if (page->sections[i].is_there(context))
            (void)fprintf(file, "<a href=\"#%s\">%s</a>\n", page->sections[i].id, page->sections[i].title);
    (void)fputs("</nav>\n", file);
}

void html_page_put(FILE *file, const html_page *page, const void *context)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                "<meta name=\"color-scheme\" content=\"light dark\"/>\n",
                file);
    html_element(file, "title", page->title);
    (void)fprintf(file, "\n<style>\n%s%s%s</style>\n</head>\n<body>\n<header>\n", svg_style_sheet,
                  html_style_sheet, page->style);
    page->put_top(file, context);
    put_navigation(file, page, context);
    (void)fputs("</header>\n<main>\n", file);
    for (size_t i = 0; i < page->section_count; i++) {
        const html_section *section = &page->sections[i];
        if (!section->is_there(context))
            continue;
        (void)fprintf(file, "<section id=\"%s\">\n<h2>%s</h2>\n", section->id, section->title);
        section->put(file, context);
        (void)fputs("</section>\n", file);
    }
    (void)fprintf(file, "</main>\n<footer>Written by pmy %s.</footer>\n</body>\n</html>\n", pmy_version());
}
