#!/usr/bin/env bash
# An epoch on 2,000 pictures of MNIST, and the gradients of the layers that a net for them has, where a processor is
# so slow that more takes too long: for tools/elsewhere.
. tests/check.sh

top=$PWD
# shellcheck disable=SC2206 # words
emulator=(${EMULATOR:-})
cd "$TMPDIR" || exit 2
mkdir few

# first NAME COUNT HEAD BYTES...: the first COUNT of data/mnist's, each of so many bytes, with these bytes of a header
# after the count.
first()
{
    local name=$1 count=$2 kind=$3 sizes=$4 bytes=$5 head=$6
    {
        # shellcheck disable=SC2059 # escapes are wanted
        printf "\\0\\0\\010\\00$kind\\0\\0\\$(printf %03o $((count / 256)))\\$(printf %03o $((count % 256)))$sizes"
        gzip -dc "$top/data/mnist/$name.gz" | tail -c +$((head + 1)) | head -c $((count * bytes))
    } >"few/$name"
}
first train-images-idx3-ubyte 2500 3 '\0\0\0\034\0\0\0\034' 784 16
first train-labels-idx1-ubyte 2500 1 '' 1 8
first t10k-images-idx3-ubyte 1000 3 '\0\0\0\034\0\0\0\034' 784 16
first t10k-labels-idx1-ubyte 1000 1 '' 1 8

# learns NET THREADS: 2,000 pictures, 500 for validation, 1,000 for the test.
learns()
{
    "${emulator[@]}" "$BUILD/mnist" train --data few --val 500 --net "$1" --epochs 1 --batch 32 --threads "$2" \
        --log "log.$2" --json >said || return 1
    sed 's/^/# /' said
    grep -qE '"event":"test","accuracy":0\.[7-9][0-9]*,' said
}
check "mlp learns in an epoch" learns mlp-small 1
check "and with two threads" learns mlp-small 2
check "to the same bits" cmp log.1 log.2
check "a convolutional net learns in an epoch" learns 'conv 8 3, batchnorm, relu, maxpool 2, linear 10' 2

gradients()
{
    "${emulator[@]}" "$BUILD/gradcheck" --net 'conv 2 3 nobias, batchnorm, relu, maxpool 2, linear 10' --precision "$1" >said ||
        return 1
    holds said ' 0 failed'
}
check "gradients are right in double" gradients double
if [ -e "$BUILD/libpmyq.a" ]; then
    check "gradients are right in quad" gradients quad
fi

finish
