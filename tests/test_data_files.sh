#!/bin/sh
# The files of data hold what their READMEs say, and nothing about whoever compressed them.
set -eu
cd "$(dirname "$0")/../data"

failed=0
check() # what is checked, command...
{
    what=$1
    shift
    if "$@" > /dev/null 2>&1; then
        echo "ok - $what"
    else
        echo "not ok - $what"
        failed=1
    fi
}

holds() # file, sum
{
    gzip -dc "$1" | sha256sum | grep -q "^$2 "
}

# Gzip's header as `gzip -9n` writes it: no flags, no time, best compression.
header_is_bare()
{
    [ "$(od -An -tx1 -N9 "$1" | tr -d ' \n')" = 1f8b08000000000002 ]
}

readme_says() # folder, name, sum
{
    grep -q "^    $3  $2\$" "$1/README.md"
}

while read -r sum folder name; do
    check "$name has the published contents" holds "$folder/$name.gz" "$sum"
    check "$name.gz is compressed by gzip -9n" header_is_bare "$folder/$name.gz"
    check "the README gives the sum of $name" readme_says "$folder" "$name" "$sum"
done << END
ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db mnist train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 mnist train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 mnist t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2 mnist t10k-labels-idx1-ubyte
025d79e7f9b3a20577b05e0ce683e4eccdae95be5292a1420b867b4bb81c54dc text kjv.txt
END
exit $failed
