#!/usr/bin/env bash
# The Python package, run from the source tree: python/tests, where there are Python, cffi, NumPy and pytest
# (tools/deps ci).
. tests/check.sh

left_out()
{
    echo "ok # SKIP Python: $1"
    finish
}

[ -z "${SANITIZE:-}" ] || left_out "no shared library is built with sanitizers"
python=
for candidate in python3 /usr/bin/python3; do
    ! $candidate -c 'import cffi, numpy, pytest' 2>/dev/null || { python=$candidate && break; }
done
[ -n "$python" ] || left_out "there is no python3 with cffi, numpy and pytest"

laid_out()
{
    local -x MAKEFLAGS='' MAKELEVEL='' PMY_DEPS=skip
    make BUILD="$BUILD" PYTHON="$python" python >"$TMPDIR/log" 2>&1 || {
        sed 's/^/# /' "$TMPDIR/log"
        return 1
    }
}
check "it is laid out" laid_out
[ "$any_failed" -eq 0 ] || finish

export PYTHONPATH=$BUILD/python PYTHONDONTWRITEBYTECODE=1
"$python" -m pytest -p no:cacheprovider -q -rA python/tests >"$TMPDIR/said" 2>&1
[ $? -le 1 ] || echo "not ok pytest ends by itself"
sed -n 's/^PASSED /ok /p; s/^\(FAILED\|ERROR\) /not ok /p' "$TMPDIR/said"
grep -q '^PASSED' "$TMPDIR/said" && ! grep -qE '^(FAILED|ERROR)' "$TMPDIR/said" || {
    any_failed=1
    sed '/^PASSED /d; s/^/# /' "$TMPDIR/said"
}
finish
