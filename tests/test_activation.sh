#!/usr/bin/env bash
# A new activation is one file and one line: softplus, in a copy, is checked, listed, trained and exported.
. tests/check.sh

# The sanitizers see every activation that there is, and softplus is none of these.
if [ -n "${SANITIZE:-}" ]; then
    echo "ok # SKIP a copy is built without sanitizers"
    finish
fi

root=$PWD
cd "$TMPDIR" || exit 2
cp -R "$root"/{Makefile,tools,src,examples,third_party} . || exit 2
list=src/tensor/activation.h
cp "$root/tests/activation/softplus.c" src/tensor/ops/ &&
    sed -i '/^#define PMY_ACTIVATION_LIST(X)/a\    X(PMY_SOFTPLUS, softplus)     \\' "$list"
one_line() { [ "$(diff "$root/$list" "$list" | grep -c '^[<>]')" -eq 1 ] && holds "$list" softplus; }
check "the list of activations takes one line" one_line

built()
{
    MAKEFLAGS='' MAKELEVEL='' PMY_DEPS=skip make -j2 BUILD=made CC="${CC:-gcc}" CFLAGS='-O1 -DPMY_NO_CLONES' LDFLAGS='' \
        made/mnist made/gradcheck >log 2>&1 || { tail -20 log; return 1; }
}
check "the copy is built" built
mnist=made/mnist
gradcheck=made/gradcheck
data=$root/data/mnist

listed() { "$gradcheck" --list >said && grep -qE '^ *softplus +y = log\(1 \+ exp\(x\)\)$' said; }
check "gradcheck lists it" listed
passes() { "$gradcheck" --op softplus >said && holds said ', 0 failed' && grep -qE '^softplus +.*PASS' said; }
check "gradcheck checks it" passes
fused() { "$gradcheck" --op linear >said && holds said softplus && holds said ', 0 failed'; }
check "and fused into a linear" fused
in_help() { "$mnist" train --help >said && grep -qE '^ *softplus +y = log\(1 \+ exp\(x\)\)$' said; }
check "help has it as a word of a net" in_help

# Fused into a convolution and a linear, and by itself.
trained()
{
    "$mnist" train --data "$data" --epochs 1 --val 57000 --quiet --save model \
        --net "conv 8 5 stride 3, softplus, batchnorm, linear 32, softplus, layernorm, softplus, batchnorm, linear 10" >said &&
        awk '{ exit !($2 > 70) }' said
}
check "a net learns with it" trained

"${CC:-gcc}" -std=c11 -O1 -Isrc -c -o parity.o "$root/tests/export/parity.c" || exit 2
# parity: does model.c say on all test pictures what the model says?
parity()
{
    "${CC:-gcc}" -std=c99 -pedantic -Wall -Wextra -Werror -O1 -c -o model.o model.c &&
        "${CC:-gcc}" -pthread -o parity parity.o model.o made/libpmy.a -Wl,--as-needed -lopenblas -ldeflate -lcjson -ljpeg \
            -lexif -lm -lpthread && ./parity model "$data" >said
}
exported() { "$mnist" export --model model model.c && holds model.c 'static float pmy_softplus' && parity && grep -q '^10000 ' said; }
check "the exported net answers as it does" exported
seen() { sed -i 's/log1pf(/0.99f * log1pf(/' model.c && ! parity && grep -q '^10000 ' said; }
check "and one that is a little off does not" seen

refused()
{
    sed -i 's/\.code = .*}/.code = NULL}/' src/tensor/ops/softplus.c && holds src/tensor/ops/softplus.c NULL && built &&
        status_is 2 "$mnist" export --model model none.c 2>error && holds error 'layer 1, softplus, cannot be written as C' &&
        [ ! -e none.c ]
}
check "without its expression in C, export refuses it before it writes" refused

finish
