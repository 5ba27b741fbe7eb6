#!/usr/bin/env bash
# A sample of the mutants (make mutants takes them all), and that the table knows every op.
. tests/check.sh

every_op_has_mutants()
{
    local op file status=0
    for op in $("$BUILD/gradcheck" --list | cut -d ' ' -f 1); do
        file=$(grep -rlE "^const pmy_op pmy_op_$op = |^PMY_[A-Z]+_OP\($op," src)
        [ -n "$file" ] && holds tests/mutants "@ ${file#src/}" || status=1
    done
    return $status
}
check "every op's file has mutants" every_op_has_mutants

enough()
{
    [ "$(grep -c '^- ' tests/mutants)" -ge 200 ]
}
check "there are more than 200" enough

a_sample_is_caught()
{
    tools/mutants tests/mutants 17 5
}
a_missed_one_is_told()
{
    printf '@ tensor/ops/exp.c\n# nothing wrong\n- y[i] * dy[i], .low\n+ dy[i] * y[i], .low\n' >"$TMPDIR/table"
    status_is 1 tools/mutants "$TMPDIR/table" >"$TMPDIR/said" 2>&1 && holds "$TMPDIR/said" "(nothing wrong): missed"
}
a_text_must_match_once()
{
    printf '@ tensor/ops/exp.c\n# once\n- dy[i]\n+ 1\n# more\n- tensor/\n+ 2\n# gone\n- dz[i]\n+ 3\n' >"$TMPDIR/table"
    status_is 2 tools/mutants "$TMPDIR/table" >"$TMPDIR/said" 2>&1 &&
        holds "$TMPDIR/said" "mutant 2 (more) occurs more than once" &&
        holds "$TMPDIR/said" "mutant 3 (gone) occurs nowhere"
}
if [ -e "$BUILD/libpmyq.a" ] && [ -z "${SANITIZE:-}" ]; then
    check "a sample of the mutants is caught" a_sample_is_caught
    check "one that is not caught is told" a_missed_one_is_told
    check "a text that occurs twice is no mutant" a_text_must_match_once
else
    echo "ok # SKIP mutants are compiled with gcc and without sanitizers"
fi

finish
