/* How hot loops become vector code on the machine they run on: a function
 * marked PMY_CLONES is compiled for AVX-512, AVX2 and the baseline, and the
 * loader picks one. Its name must begin with pmy_, also where it is static:
 * gcc gives the picker a global name made from it, which must differ between
 * the precisions. Since nothing is contracted or re-associated
 * (-ffp-contract=off), every clone computes the same bits.
 *
 * PMY_HAS_CLONES: gcc for x86-64 and glibc, whose loader can pick. clang 14's do not link across files. gcc
 * 11 knows no levels of processors here, but single features. */
#ifndef PMY_BASE_SIMD_H
#define PMY_BASE_SIMD_H

#if defined __GNUC__ && !defined __clang__ && defined __x86_64__ && defined __gnu_linux__ && \
    !defined PMY_NO_CLONES
#define PMY_HAS_CLONES
#endif

#if defined PMY_HAS_CLONES && __GNUC__ >= 12
#define PMY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#elif defined PMY_HAS_CLONES
#define PMY_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PMY_CLONES
#endif

/* For what such a function calls in its loops: a function of its own would be compiled for the
 * baseline alone, so it must become a part of its caller. */
#if defined __GNUC__
#define PMY_INLINED static inline __attribute__((always_inline))
#else
#define PMY_INLINED static inline
#endif

/* Before a loop of few turns, whose count the compiler knows: no loop is left of it. */
#if defined __clang__
#define PMY_UNROLL _Pragma("clang loop unroll(full)")
#elif defined __GNUC__
#define PMY_UNROLL _Pragma("GCC unroll 16")
#else
#define PMY_UNROLL
#endif

/* Asks for memory that will be read soon; may lie beyond what there is. */
#if defined __GNUC__
#define PMY_PREFETCH(place) __builtin_prefetch(place)
#else
#define PMY_PREFETCH(place) ((void)(place))
#endif

#endif
