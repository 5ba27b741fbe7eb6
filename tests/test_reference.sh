#!/usr/bin/env bash
# docs/OPS.md is what the sources say, and says something of every op.
. tests/check.sh

tools/reference >"$TMPDIR/OPS.md"

is_up_to_date()
{
    diff docs/OPS.md "$TMPDIR/OPS.md" >"$TMPDIR/differences" || {
        sed 's/^/# /' "$TMPDIR/differences" | head -n 20
        echo "# make reference writes it anew"
        return 1
    }
}
check "docs/OPS.md is what make reference writes" is_up_to_date

# The formula, the call, and a sentence besides.
every_op_is_told()
{
    local op rest status=0
    while read -r op rest; do
        awk -v heading="### $op" '$0 == heading { on = 1; next } /^##/ { on = 0 } on' docs/OPS.md >"$TMPDIR/told"
        holds "$TMPDIR/told" "    $rest" && holds "$TMPDIR/told" "pmy_node *pmy_$op(pmy_graph *graph" &&
            grep -q "^[a-zA-Z].*[.,:;a-z)]$" "$TMPDIR/told" || status=1
    done < <("$BUILD/gradcheck" --list)
    return $status
}
check "it says of every op its formula, its call and more" every_op_is_told

finish
