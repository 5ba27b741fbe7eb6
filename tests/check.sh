# What the test scripts share. A script sources this first, calls check for each
# of its cases, and ends with finish.
# shellcheck shell=bash

set -u
any_failed=0

# check NAME COMMAND...: one case, which passes if the command ends with 0.
check()
{
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        any_failed=1
    fi
}

# Is a command's status this one? status_is 2 COMMAND...
status_is()
{
    local expected=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$expected" ] || {
        echo "# ended with $status, not $expected: $*"
        return 1
    }
}

# Does the file hold a line with this text?
holds()
{
    grep -qF -- "$2" "$1" || {
        echo "# $1 does not hold: $2"
        return 1
    }
}

# Does it not?
lacks()
{
    ! grep -nF -- "$2" "$1" || {
        echo "# $1 should not hold: $2"
        return 1
    }
}

finish()
{
    exit "$any_failed"
}
