/* Makes one HTML file of a page and all that it needs.
 *
 *   pack FOLDER/index.html NAME=FILE... > page.html
 *
 * A line of the page that is
 *
 *   <!-- style FILE -->      becomes the style sheet FILE of its folder
 *   <!-- module FILE -->     the script FILE and, before it, what it imports: lines `import … from
 * "./FILE";`, which go, as does the word export, so that all share one scope
 *   <!-- text FILE -->       an element with the id FILE that holds the file's text
 *   <!-- binary NAME -->     an element with the id NAME that holds the bytes of NAME's FILE, or of the one
 *                            that is packed with gzip: seven bits a character, the lowest of its code; the
 *                            characters that HTML does not keep (NUL, carriage return, <) are 128 higher */
/* For strsep. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MODULES = 100, PATH = 4096 };

static char folder[PATH];
static char *taken[MOST_MODULES]; /* modules that are written */
static size_t taken_count;

static void fail(const char *format, const char *about)
{
    (void)fputs("pack: ", stderr);
    (void)fprintf(stderr, format, about);
    (void)fputc('\n', stderr);
    exit(1);
}

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    *size = 0;
    for (size_t room = 0; file && !feof(file) && !ferror(file);) {
        if (*size == room && !(bytes = realloc(bytes, (room = room * 2 + 65536) + 1)))
            fail("no memory for %s", path);
        *size += fread(bytes + *size, 1, room - *size, file);
    }
    if (!file || ferror(file) || fclose(file) != 0)
        fail("cannot read %s", path);
    bytes[*size] = '\0';
    return bytes;
}

static char *read_text(const char *name)
{
    char path[2 * PATH];
    size_t size;
    (void)snprintf(path, sizeof path, "%s%s", folder, name);
    char *text = read_whole(path, &size);
    if (strlen(text) != size)
        fail("%s is no text", path);
    if (strstr(text, "</script") || strstr(text, "</style") || strstr(text, "<!--"))
        fail("%s holds what would end it in HTML", path);
    return text;
}

static void write_binary(const char *bytes, size_t size)
{
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size || count;) {
        if (count < 7 && i < size) {
            bits = (bits << 8 | (unsigned char)bytes[i++]) & 0x7fff;
            count += 8;
        } else if (count < 7) {
            bits <<= 7 - count;
            count = 7;
        }
        while (count >= 7) {
            unsigned code = bits >> (count -= 7) & 127;
            if (code == 0 || code == '\r' || code == '<') {
                (void)putchar(0xc2);
                code |= 128;
            }
            (void)putchar((int)code);
        }
    }
}

/* A line `import … from "./NAME";`: NAME, between two marks, which ends the line. */
static char *imported(char *line)
{
    char *name = strncmp(line, "import ", 7) == 0 ? strstr(line, " from \"./") : NULL;
    return name ? name + strlen(" from \"./") : NULL;
}

static void write_module(const char *name)
{
    for (size_t i = 0; i < taken_count; i++)
        if (strcmp(taken[i], name) == 0)
            return;
    if (taken_count == MOST_MODULES)
        fail("%s is one module too many", name);
    taken[taken_count++] = strdup(name);
    char *text = read_text(name), *rest = text, *copy = strdup(text), *line;
    while ((line = strsep(&rest, "\n"))) {
        char *other = imported(line);
        if (other)
            write_module(strtok(other, "\""));
    }
    (void)printf("// %s\n", name);
    for (rest = copy; (line = strsep(&rest, "\n"));)
        if (!imported(line))
            (void)printf("%s\n", line + (strncmp(line, "export ", 7) == 0 ? 7 : 0));
    free(text);
    free(copy);
}

static const char *file_of(const char *name, char **given)
{
    size_t length = strlen(name);
    for (; *given; given++)
        if (strncmp(*given, name, length) == 0 && (*given)[length] == '=')
            return *given + length + 1;
    fail("nothing was given for %s", name);
    return NULL;
}

static void write_line(const char *line, char **given)
{
    char kind[20], name[200];
    if (sscanf(line, " <!-- %19s %199s -->", kind, name) != 2) {
        (void)puts(line);
        return;
    }
    if (strcmp(kind, "style") == 0) {
        (void)printf("<style>\n%s</style>\n", read_text(name));
    } else if (strcmp(kind, "module") == 0) {
        (void)puts("<script type=\"module\">");
        write_module(name);
        (void)puts("</script>");
    } else if (strcmp(kind, "text") == 0) {
        (void)printf("<script type=\"text/plain\" id=\"%s\">%s</script>\n", name, read_text(name));
    } else if (strcmp(kind, "binary") == 0) {
        size_t size;
        char *bytes = read_whole(file_of(name, given), &size);
        (void)printf("<script type=\"application/octet-stream\" id=\"%s\">", name);
        write_binary(bytes, size);
        (void)puts("</script>");
        free(bytes);
    } else {
        fail("nothing is known of a line of kind %s", kind);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2)
        fail("%s", "no page is given");
    size_t size;
    char *page = read_whole(argv[1], &size), *rest = page, *line;
    char *slash = strrchr(argv[1], '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - argv[1]) : 0, argv[1]);
    while ((line = strsep(&rest, "\n")))
        if (*line || rest)
            write_line(line, argv + 2);
    free(page);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("cannot write the page%s", "");
    return 0;
}
