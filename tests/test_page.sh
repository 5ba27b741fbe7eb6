#!/usr/bin/env bash
# The page in a real browser: tests/page.py, where there are Chromium, its driver, selenium and what the page
# is compiled with (tools/deps ci).
. tests/check.sh

page=$BUILD/page/index.html

left_out()
{
    echo "ok # SKIP the page: $1"
    finish
}

[ -z "${SANITIZE:-}" ] || left_out "nothing of it is built with sanitizers"
for program in chromium chromedriver llvm-ar; do
    command -v $program >/dev/null || left_out "there is no $program"
done
/usr/bin/python3 -c 'import selenium' 2>/dev/null || left_out "there is no selenium"

export LOSSES_WASM=$BUILD/page/wasm/losses.wasm LOSSES=$BUILD/portable/tests/losses
builds()
{
    local -x MAKEFLAGS='' MAKELEVEL='' PMY_DEPS=skip CFLAGS='' LDFLAGS=''
    {
        make BUILD="$BUILD" page &&
            make BUILD="$BUILD/page/wasm" WASM=1 "$LOSSES_WASM" &&
            make BUILD="$BUILD/portable" PORTABLE=1 "$LOSSES"
    } >"$TMPDIR/log" 2>&1 || {
        sed 's/^/# /' "$TMPDIR/log"
        return 1
    }
}

check "it is built" builds
[ "$any_failed" -ne 0 ] || /usr/bin/python3 tests/page.py "$page" || any_failed=1
finish
