#!/usr/bin/env bash
# tests/run: every way in which a test can end is counted as what it is.
. tests/check.sh

test_that()
{
    printf '#!/bin/sh\n%s\n' "$2" >"$TMPDIR/$1"
    chmod +x "$TMPDIR/$1"
}
# The runner's last line and its status, for these tests.
outcome_is()
{
    local expected=$1 status=$2
    shift 2
    status_is "$status" tests/run "${@/#/$TMPDIR/}" >"$TMPDIR/output"
    [ "$(tail -n 1 "$TMPDIR/output")" = "$expected" ] || {
        sed 's/^/# /' "$TMPDIR/output"
        return 1
    }
}

test_that good 'echo "ok 1 - first"; echo "# note"; echo "ok second"'
test_that bad 'echo "ok 1 - first"; echo "not ok 2 - second"; echo "# why"; exit 1'
test_that lenient 'echo "not ok 1 - first"'
test_that crash 'echo "ok 1 - first"; kill -SEGV $$'
test_that status 'echo "ok 1 - first"; exit 3'
test_that empty 'echo "nothing to see"'
test_that skips 'echo "ok 1 - first"; echo "not ok 2 # SKIP second"; echo "ok # SKIP third"'
test_that group 'echo "not ok 0 - all [  FAILED  ] GROUP SETUP"; exit 1'
# Ends who would have counted it.
# shellcheck disable=SC2016 # for the scripts to expand
test_that lost 'kill -KILL "$(cut -d " " -f 4 "/proc/$PPID/stat")"'
# shellcheck disable=SC2016
test_that places 'echo here >"$TMPDIR/file" && [ -d "$BUILD" ] && [ -f Makefile ] && echo "ok places"'

check "cases that pass" outcome_is "2 passed, 0 failed" 0 good
check "a case that fails" outcome_is "1 passed, 1 failed" 1 bad
check "the output of a test that fails is shown" grep -q '# why' "$TMPDIR/output"
check "a case that fails in a test that ends with 0" outcome_is "0 passed, 1 failed" 1 lenient
check "a crash" outcome_is "1 passed, 1 failed" 1 crash
check "a test that fails after its cases passed" outcome_is "1 passed, 1 failed" 1 status
check "a test without cases" outcome_is "0 passed, 1 failed" 1 empty
check "cases left out are neither" outcome_is "1 passed, 0 failed" 0 skips
check "a group that cannot be set up" outcome_is "0 passed, 1 failed" 1 group
check "a test that is not there" outcome_is "0 passed, 1 failed" 1 absent
check "all together, one failing" outcome_is "5 passed, 1 failed" 1 bad good good
check "a test whose count is lost" outcome_is "2 passed, 1 failed" 1 lost good
test_that hanging 'echo "ok 1 - first"; sleep 1000'
stopped()
{
    TEST_SECONDS=1 outcome_is "1 passed, 1 failed" 1 hanging && grep -qE '\(stopped after [0-9]+ s\)' "$TMPDIR/output"
}
check "a test that hangs is stopped" stopped
check "BUILD and TMPDIR are there" outcome_is "1 passed, 0 failed" 0 places

finish
