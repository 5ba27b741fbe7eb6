#!/usr/bin/env bash
# tools/deps, on systems made of a few scripts: a compiler that finds the libraries
# named in the file `there`, an apt-get that adds to it, sudo and id.
. tests/check.sh

deps=$PWD/tools/deps
tools=$TMPDIR/tools
cd "$TMPDIR" || exit 2
mkdir "$tools"
for program in sh mktemp rm sort tr cat grep; do
    ln -s "$(command -v $program)" "$tools/$program"
done

script()
{
    cat >"$tools/$1"
    chmod +x "$tools/$1"
}

script compiler <<'S'
#!/bin/sh
for word in "$@"; do
    case $word in
    -l*) grep -qxe "$word" there || exit 1 ;;
    esac
done
S
script sudo <<'S'
#!/bin/sh
echo "sudo $*" >>log
[ "$1" = -n ] && shift && exec "$@"
S
script id <<'S'
#!/bin/sh
cat user
S
printf '#!/bin/sh\n' | script protoc-c
apt_get_that_installs()
{
    script apt-get <<'S'
#!/bin/sh
echo "apt-get $*" >>log
[ "$1" = update ] || printf '%s\n' -lopenblas -ldeflate -lcjson -lcsv -ljpeg -lexif -lprotobuf-c -lcmocka -lmpfr -lgmp >there
S
}

# A system where these libraries are there, as this user.
system()
{
    echo "$1" >user
    shift
    printf '%s\n' "$@" >there
    : >log
    apt_get_that_installs
}
run_deps()
{
    env -i PATH="$tools" CC=compiler "$@" "$deps" >output 2>errors
}
lines_are()
{
    local file=$1
    shift
    printf '%s\n' "$@" | diff - "$file"
}

everything="-lopenblas -ldeflate -lcjson -lcsv -ljpeg -lexif -lprotobuf-c -lcmocka -lmpfr -lgmp"
update="apt-get update"
install="apt-get install -y --no-install-recommends"

nothing_missing()
{
    # shellcheck disable=SC2086 # words
    system 0 $everything
    status_is 0 run_deps && [ ! -s log ] && [ ! -s output ] && [ ! -s errors ]
}
check "nothing missing: nothing is run" nothing_missing

missing_as_root()
{
    system 0 -lopenblas -lcsv -ljpeg -lexif -lprotobuf-c -lcmocka -lmpfr -lgmp
    status_is 0 run_deps && lines_are log "$update" "$install libcjson-dev libdeflate-dev" &&
        holds output "$update" && holds output "$install libcjson-dev libdeflate-dev"
}
check "something missing, as root: it is installed, and what is run is shown" missing_as_root

missing_as_user()
{
    system 1000 -ldeflate -lcjson -lcsv -ljpeg -lexif -lprotobuf-c -lcmocka -lmpfr -lgmp
    status_is 0 run_deps && lines_are log "sudo -n $update" "$update" \
        "sudo -n $install libopenblas-dev" "$install libopenblas-dev" &&
        holds output "sudo -n $install libopenblas-dev"
}
check "something missing, not as root: sudo -n" missing_as_user

skipped()
{
    system 0
    status_is 0 run_deps PMY_DEPS=skip && [ ! -s log ] && [ ! -s output ]
}
check "PMY_DEPS=skip: nothing is done" skipped

no_apt()
{
    system 0 -lopenblas
    rm "$tools/apt-get"
    status_is 1 run_deps && [ ! -s log ] && holds errors "libcjson-dev libcmocka-dev libcsv-dev libdeflate-dev libexif-dev libjpeg62-turbo-dev"
}
check "no apt-get: the list of what to install, and 1" no_apt

install_fails()
{
    system 0
    printf '#!/bin/sh\n[ "$1" = update ]\n' | script apt-get
    status_is 1 run_deps && holds errors "could not install: libcjson-dev"
}
check "an install that fails is a failure" install_fails

install_does_not_help()
{
    system 0 -lopenblas -ldeflate -lcjson -lcsv -ljpeg -lexif -lprotobuf-c -lmpfr -lgmp
    printf '#!/bin/sh\nexit 0\n' | script apt-get
    status_is 1 run_deps && holds errors "still missing after installing libcmocka-dev: libcmocka-dev"
}
check "an install that does not help is a failure" install_does_not_help

update_fails()
{
    system 0 -lopenblas -ldeflate -lcjson -lcsv -ljpeg -lexif -lprotobuf-c -lmpfr -lgmp
    printf '#!/bin/sh\n[ "$1" = install ] && echo -lcmocka >>there\n' | script apt-get
    status_is 0 run_deps && holds errors "apt-get update failed"
}
check "an update that fails does not keep it from installing" update_fails

for_ci()
{
    # shellcheck disable=SC2086 # words
    system 0 $everything
    for program in clang llvm-ar gzip chromium chromedriver cmake g++ pkg-config mandoc man clang-format arm-none-eabi-gcc qemu-system-arm; do
        printf '#!/bin/sh\n' | script $program
    done
    printf '#!/bin/sh\necho "$*" >>log\n: >"%s/cppcheck"\nchmod +x "%s/cppcheck"\n' "$tools" "$tools" | script apt-get
    ln -s "$(command -v chmod)" "$tools/chmod"
    env -i PATH="$tools" CC=compiler "$deps" ci >output 2>errors && holds log "recommends cppcheck"
}
check "for .ci/run: programs, too" for_ci

finish
