#include "mnist/export_names.h"

#include <stdbool.h>
#include <string.h>

/* A string of C: of names only what is plain ASCII stands as it is. The octal digits are three, so that none
 * that follow can be taken for more; a question mark may begin a trigraph. */
static void write_string(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool plain = *at >= ' ' && *at <= '~' && !strchr("\"\\?", *at);
        (void)fprintf(file, plain ? "%c" : "\\%03o", *at);
    }
    (void)fputc('"', file);
}

void export_names(FILE *file, const pmy_model_facts *facts)
{
    if (!facts->names)
        return;
    (void)fprintf(
        file,
        "\n/* What the classes are called, in UTF-8. */\nextern const char *const pmy_classes[%zu];\n"
        "const char *const pmy_classes[%zu] = {\n",
        facts->classes, facts->classes);
    for (size_t k = 0; k < facts->classes; k++) {
        (void)fputs("    ", file);
        write_string(file, facts->names[k]);
        (void)fputs(",\n", file);
    }
    (void)fputs("};\n", file);
}
