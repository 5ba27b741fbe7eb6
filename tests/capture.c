#include "capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static FILE *captured, *kept;
static int original;

void capture_begin(FILE *stream)
{
    assert_null(captured);
    captured = stream;
    assert_int_equal(fflush(stream), 0);
    kept = tmpfile();
    assert_non_null(kept);
    original = dup(fileno(stream));
    assert_true(original >= 0);
    assert_true(dup2(fileno(kept), fileno(stream)) >= 0);
}

char *capture_end(void)
{
    assert_int_equal(fflush(captured), 0);
    assert_true(dup2(original, fileno(captured)) >= 0);
    (void)close(original);
    captured = NULL;
    assert_int_equal(fseek(kept, 0, SEEK_END), 0);
    long size = ftell(kept);
    assert_true(size >= 0);
    rewind(kept);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, kept), size);
    text[size] = '\0';
    assert_int_equal(fclose(kept), 0);
    return text;
}
