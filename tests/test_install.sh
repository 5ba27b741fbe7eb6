#!/usr/bin/env bash
# make install: what is installed works outside of the source tree.
. tests/check.sh

unset MAKEFLAGS MFLAGS MAKELEVEL
prefix=$TMPDIR/prefix
make --no-print-directory install PREFIX="$prefix" >"$TMPDIR/log" 2>&1 || cat "$TMPDIR/log"

check "nothing is compiled again" lacks "$TMPDIR/log" "  CC "

sanitize=()
[ -z "${SANITIZE:-}" ] || sanitize=("-fsanitize=$SANITIZE")

# A program that uses two precisions, with these words around the headers' names.
program_works()
{
    cat >"$TMPDIR/program.c" <<C
#include $1pmy.h$2
#include $1pmy64/pmy.h$2

/* Three tenths, by a graph of this precision. */
#define THREE_TENTHS(prefix, eval, result)                                     \\
    do {                                                                       \\
        prefix##_graph *graph = prefix##_graph_new(NULL, 1);                   \\
        prefix##_node *x = prefix##_input(graph, PMY_SHAPE(1, 1));             \\
        prefix##_node *y = prefix##_sum(graph, prefix##_scale(graph, x, 0.1)); \\
        if (prefix##_build(graph, y, NULL) != PMY_OK) {                        \\
            return 1;                                                          \\
        }                                                                      \\
        prefix##_value(x).data[0] = 3;                                         \\
        if (prefix##_forward(graph, eval, NULL) != PMY_OK) {                   \\
            return 1;                                                          \\
        }                                                                      \\
        result = prefix##_item(y);                                             \\
        prefix##_graph_free(graph);                                            \\
    } while (0)

int main(void)
{
    float narrow;
    double wide;
    THREE_TENTHS(pmy, PMY_EVAL, narrow);
    THREE_TENTHS(pmy64, PMY64_EVAL, wide);
    return !(narrow == 3 * 0.1f && wide == 3 * 0.1 && (double)narrow != wide);
}
C
    ${CC:-gcc} -std=c11 -pthread "${sanitize[@]}" -I"$prefix/$3" -o "$TMPDIR/program" "$TMPDIR/program.c" \
        -L"$prefix/lib" -lpmy64 -lpmy -lopenblas -ldeflate -lcjson -lm && "$TMPDIR/program"
}
check "a program with <pmy/pmy.h>" program_works '<pmy/' '>' include
check "a program with \"pmy.h\"" program_works '"' '"' include/pmy

every_program_is_installed()
{
    local folder
    for folder in examples/*/; do
        folder=$(basename "$folder")
        if [ "$folder" != common ] && [ "$folder" != page ] && [ "$folder" != tutorial ] && compgen -G "examples/$folder/*.c" >/dev/null; then
            [ -x "$prefix/bin/$folder" ] || return 1
        fi
    done
}
check "every program is installed" every_program_is_installed

nothing_else_is_installed()
{
    ! find "$prefix" -name '*pmyq*' | grep . && ! grep -r '^#line' "$prefix/include"
}
check "neither the tests' library nor generated lines are installed" nothing_else_is_installed

finish
