#!/usr/bin/env bash
# The interface that programs are linked with is the one in tests/abi.txt: it does not change unseen.
. tests/check.sh

same_interface()
{
    tools/abi "$BUILD/gen" | diff -u tests/abi.txt - >"$TMPDIR/difference" || {
        sed 's/^/# /' "$TMPDIR/difference"
        echo "# The interface changed. If that is meant, make abi takes it as it is now. Programs that were linked with"
        echo "# the former one must still run, or SOVERSION in the Makefile becomes the next."
        return 1
    }
}
check "the interface is the one that is held" same_interface

# Changes a header of a copy of the sources by sed, and sets what is different then.
change()
{
    rm -rf "$TMPDIR/tree"
    mkdir "$TMPDIR/tree"
    cp -r src tools "$TMPDIR/tree"
    sed -i "$2" "$TMPDIR/tree/src/$1"
    ! cmp -s "src/$1" "$TMPDIR/tree/src/$1" &&
        (cd "$TMPDIR/tree" && tools/abi "$BUILD/gen") >"$TMPDIR/changed" || return 1
    diff tests/abi.txt "$TMPDIR/changed" >"$TMPDIR/difference"
    return 0
}

is_seen()
{
    change "$1" "$2" && holds "$TMPDIR/difference" "$3"
}
check "a field more is seen" is_seen base/shape.h 's/^    size_t dim\[.*/&\n    int more;/' '>     int more;'
check "an argument's other type is seen" is_seen tensor/graph.h 's/uint64_t seed/uint32_t seed/' \
    '> pmy_graph *pmy_graph_new(pmy_pool *pool, uint32_t seed);'
check "another number of axes is seen" is_seen base/shape.h 's/PMY_MAX_RANK 4/PMY_MAX_RANK 5/' '>     size_t dim[5];'
check "a name that is gone is seen" is_seen base/version.h '/pmy_version/d' '< const char *pmy_version(void);'

is_not_seen()
{
    change "$1" "$2" && [ ! -s "$TMPDIR/difference" ]
}
check "comments and lines do not count" is_not_seen kernels/softmax_of_row.h \
    's|, const pmy_real \*z|,\n    /* in words */  const pmy_real  *z|'

versions_agree()
{
    local version
    version=$(sed -n 's/^#define PMY_VERSION_[MP][A-Z]* //p' src/base/version.h | paste -sd.)
    head -n 1 debian/changelog | grep -qF "pmy ($version)"
}
check "Debian's packages are of the same version" versions_agree

finish
