#!/usr/bin/env bash
# The rows of a softmax have the same bits however they are compiled: for the machine at hand, for
# any machine, and by clang, where there is one.
# shellcheck source=tests/check.sh
. tests/check.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/main.c" <<'END'
#include "kernels/softmax_bundle.h"
#include "kernels/softmax_lanes.h"

#include <stdint.h>
#include <stdio.h>

enum { ROWS = 16, MOST = 1000, ROUNDS = 300 };

static uint64_t state = 1, sum = 14695981039346656037u;

static double next(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static void add(const void *numbers, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        sum = (sum ^ ((const unsigned char *)numbers)[i]) * 1099511628211u;
}

static void add_row(const pmy_softmax_row *row)
{
    add(&row->rest, sizeof row->rest);
    add(&row->log1p_rest, sizeof row->log1p_rest);
}

int main(void)
{
    static float z[ROWS * MOST], e[MOST + 64], dz[ROWS * MOST];
    static double plain[MOST];
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t n = 1 + (size_t)(next() * (round % 2 ? 32 : MOST));
        double temperature = round % 3 ? 1 : next() * 3 + 0.01, spread = next() * 60;
        for (size_t i = 0; i < ROWS * n; i++)
            z[i] = (float)((next() - 0.5) * spread);
        pmy_softmax_row row;
        for (size_t r = 0; r < ROWS; r++) {
            (void)pmy_softmax_in_lanes(n, z + r * n, temperature, e, &row);
            pmy_softmax_gradient(n, e, 1 / row.unit / (1 + row.rest) / temperature, dz, r % 2);
            add(dz, n * sizeof *dz);
            add_row(&row);
            (void)pmy_softmax_exponentials(n, z + r * n, temperature, plain, &row);
            add(plain, n * sizeof *plain);
            add_row(&row);
        }
        pmy_softmax_bundle bundle;
        if (n <= PMY_BUNDLE_CLASSES && pmy_softmax_bundle_rows(ROWS, n, z, temperature, &bundle)) {
            double factor[ROWS];
            for (size_t r = 0; r < ROWS; r++) {
                factor[r] = 1 / (1 + bundle.row[r].rest);
                add_row(&bundle.row[r]);
            }
            pmy_softmax_bundle_gradient(&bundle, factor, dz);
            add(dz, ROWS * n * sizeof *dz);
        }
    }
    printf("%016llx\n", (unsigned long long)sum);
    return 0;
}
END

# bits NAME COMPILER FLAGS...
bits()
{
    local name=$1
    shift
    "$@" -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -Isrc -o "$scratch/$name" "$scratch/main.c" \
        src/kernels/{exact_sum,softmax_{row,lanes,bundle}}.c -lm && "$scratch/$name" >"$scratch/$name.bits"
}

same()
{
    bits "$@" && cmp "$scratch/optimised.bits" "$scratch/$1.bits"
}

check "the bits, optimised for the machine" bits optimised "${CC:-gcc}" -O3
check "are those of any machine" same portable "${CC:-gcc}" -O3 -DPMY_NO_CLONES
check "are those without optimisation" same slow "${CC:-gcc}" -O0 -DPMY_NO_CLONES
if command -v clang >/dev/null 2>&1; then
    check "are those of clang" same clang clang -O3 -DPMY_NO_CLONES
fi
finish
