#!/usr/bin/env bash
# The programs in docs/ compile and run, and README.md does not promise what is not there.
. tests/check.sh

# The C text of a page.
code_of()
{
    sed -n '/^```c$/,/^```$/p' "$1" | grep -v '^```'
}

# Compiles it as the page says, through sed first, with what else is given.
compile_first()
{
    local libraries
    libraries=$(sed -n 's/^    cc .*libpmy\.a \(-l.*\) -o .*/\1/p' docs/FIRST.md)
    code_of docs/FIRST.md | sed "$1" >"$TMPDIR/first.c"
    shift
    # shellcheck disable=SC2086 # libraries are words
    "${CC:-gcc}" -std=c11 -Wall -Wextra -Werror ${SANITIZE:+-fsanitize=$SANITIZE} -Isrc "$@" "$TMPDIR/first.c" \
        "$BUILD/libpmy.a" $libraries -o "$TMPDIR/first"
}

first_program()
{
    compile_first '' || return 1
    "$TMPDIR/first" >"$TMPDIR/said" || return 1
    # It learns: the last loss is below a third of the first it prints, or below 0.1.
    awk '{ loss[NR] = $4 } END { exit !(NR == 4 && (loss[4] < loss[1] / 3 || loss[4] < 0.1)) }' "$TMPDIR/said"
}
check "the first program compiles, runs and learns" first_program

# Its language model learns that all tokens are 0.
language_model()
{
    cat >"$TMPDIR/model.c" <<'END'
#include "pmy.h"
#include <stdio.h>
pmy_node *guess(pmy_graph *g, pmy_node *tokens, pmy_node *labels, size_t vocabulary);
int main(void)
{
    pmy_error error = {0};
    pmy_optim *optim = NULL;
    pmy_graph *g = pmy_graph_new(NULL, 1);
    pmy_node *tokens = pmy_integers(g, PMY_SHAPE(4, 6)), *labels = pmy_integers(g, PMY_SHAPE(4, 6));
    pmy_node *loss = guess(g, tokens, labels, 7);
    pmy_status status = pmy_build(g, loss, &error);
    if (status == PMY_OK)
        status = pmy_optim_new(pmy_optim_find("adam"), NULL, g, &optim, &error);
    for (int step = 0; step < 50 && status == PMY_OK; step++) {
        status = pmy_forward(g, PMY_TRAIN, &error);
        if (step % 49 == 0)
            printf("%g\n", (double)pmy_item(loss));
        pmy_backward(g);
        pmy_optim_step(optim, 0.01);
    }
    pmy_optim_free(optim);
    pmy_graph_free(g);
    if (status != PMY_OK)
        puts(error.message);
    return status != PMY_OK;
}
END
    compile_first 's/int main/int other_main/' "$TMPDIR/model.c" && "$TMPDIR/first" >"$TMPDIR/said" &&
        awk 'NR == 1 { before = $1 } NR == 2 { exit !(before > 1 && $1 < 0.1) }' "$TMPDIR/said"
}
check "its language model compiles, runs and learns" language_model

# The own op of docs/GRADCHECK.md, through sed first.
own_op()
{
    code_of docs/GRADCHECK.md | sed "$1" >"$TMPDIR/own.c"
    "${CC:-gcc}" -std=c11 -Wall -Wextra -Werror ${SANITIZE:+-fsanitize=$SANITIZE} -Isrc -I"$BUILD/gen" "$TMPDIR/own.c" \
        "$BUILD/libpmy-gradcheck64.a" "$BUILD/libpmy-gradcheck.a" "$BUILD/libpmy64.a" "$BUILD/libpmy.a" \
        -lopenblas -ldeflate -lm -lpthread -o "$TMPDIR/own" || return 2
    "$TMPDIR/own" >"$TMPDIR/said"
}
check "the own op of docs/GRADCHECK.md passes" own_op ''

wrong_own_op()
{
    status_is 1 own_op 's|dy\[i\] / (1|-dy[i] / (1|' && holds docs/GRADCHECK.md "    $(cat "$TMPDIR/said")"
}
check "with a wrong sign it says what the page says" wrong_own_op

links()
{
    local page target status=0
    for page in README.md CONTRIBUTING.md docs/*.md docs/tutorial/*.md data/*/README.md; do
        for target in $(grep -oE '\]\([^)#]+\)' "$page" | sed 's/^](//; s/)$//' | grep -v '^http'); do
            [ -e "$(dirname "$page")/$target" ] || {
                echo "# $page: there is no $target"
                status=1
            }
        done
    done
    return $status
}
check "what the pages link to is there" links

folders()
{
    local folder status=0
    for folder in $(sed -n 's/^    \(src\/[a-z]*\) .*/\1/p' README.md); do
        [ -d "$folder" ] || status=1
    done
    for folder in src/*/; do
        holds README.md "    ${folder%/} " || status=1
    done
    return $status
}
check "README.md lists the folders that are there" folders

wrong_word()
{
    "$BUILD/mnist" train --net 'linear 12, rleu, linear 10' 2>"$TMPDIR/said"
    sed -n "/^    mnist train: unknown layer/,/\^/p" README.md | sed 's/^    //' | cmp - "$TMPDIR/said"
}
check "README.md shows a wrong word as the program does" wrong_word

# What stands under "$ command" is what the command prints.
shown_output()
{
    sed -n '/^    \$ /,/^[^ ]/p' README.md | sed '/^[^ ]/d' >"$TMPDIR/shown"
    local command
    command=$(sed -n 's/^    \$ build//p' "$TMPDIR/shown")
    eval "\"\$BUILD\"$command" >"$TMPDIR/printed" || return 1
    sed 1d "$TMPDIR/shown" | sed 's/^    //' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$TMPDIR/claimed"
    sed 's/ *$//' "$TMPDIR/printed" | cmp - "$TMPDIR/claimed"
}
check "README.md shows what softmax explain prints" shown_output

finish
