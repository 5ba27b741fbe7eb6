/* Random numbers: the published vectors, and that what is made from them is distributed as said. */
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* From kat_vectors of the authors' Random123: counter words 0 and 1 are the position, 2 and 3 the
 * stream, the key is the seed; the low word first. */
static void the_published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, stream, position;
        uint32_t word[4];
    } vectors[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822,
         0x0370734413198a2e,
         0x85a308d3243f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        pmy_philox_block block = pmy_philox(vectors[i].seed, vectors[i].stream, vectors[i].position);
        assert_memory_equal(block.word, vectors[i].word, sizeof block.word);
    }
}

static void filling_gives_the_same_words(void **state)
{
    (void)state;
    enum { BLOCKS = 80 };
    /* The second runs over the low half of the position. */
    static const uint64_t positions[] = {0, UINT32_MAX - 20, UINT64_MAX - 100};
    for (size_t p = 0; p < sizeof positions / sizeof *positions; p++)
        for (size_t blocks = 0; blocks <= BLOCKS; blocks += 16) {
            uint32_t words[4 * BLOCKS + 1];
            words[4 * blocks] = 12345;
            pmy_philox_fill(0x123456789abcdef0, pmy_stream(PMY_STREAM_DROPOUT, 77), positions[p], blocks,
                            words);
            for (size_t i = 0; i < blocks; i++) {
                pmy_philox_block block =
                    pmy_philox(0x123456789abcdef0, pmy_stream(PMY_STREAM_DROPOUT, 77), positions[p] + i);
                assert_memory_equal(words + 4 * i, block.word, sizeof block.word);
            }
            assert_int_equal(words[4 * blocks], 12345);
        }
}

static void a_sequence_reads_block_after_block(void **state)
{
    (void)state;
    pmy_random random = {.seed = 9, .stream = 4};
    for (uint64_t position = 0; position < 20; position++) {
        pmy_philox_block block = pmy_philox(9, 4, position);
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(pmy_random_word(&random), block.word[i]);
    }
}

static void uses_and_indices_have_streams_of_their_own(void **state)
{
    (void)state;
    assert_true(pmy_stream(PMY_STREAM_DROPOUT, 0) != pmy_stream(PMY_STREAM_SHUFFLE, 0));
    assert_true(pmy_stream(PMY_STREAM_DROPOUT, 0) != pmy_stream(PMY_STREAM_DROPOUT, 1));
    assert_true(pmy_stream(PMY_STREAM_DROPOUT, UINT32_MAX) >> 32 == UINT32_MAX);
}

static void uniform_numbers_fill_the_unit_interval(void **state)
{
    (void)state;
    enum { COUNT = 1000000, BINS = 64 };
    pmy_random random = {.seed = 5};
    unsigned times[BINS] = {0};
    double sum = 0, squares = 0, chi_squared = 0;
    for (size_t i = 0; i < COUNT; i++) {
        double u = pmy_random_uniform(&random);
        assert_true(u >= 0 && u < 1);
        times[(size_t)(u * BINS)]++;
        sum += u;
        squares += u * u;
    }
    /* Five standard deviations of a mean: sqrt(1/12) and sqrt(4/45), over 1000. */
    assert_true(fabs(sum / COUNT - 0.5) < 5 * 0.2887e-3);
    assert_true(fabs(squares / COUNT - 1.0 / 3) < 5 * 0.2981e-3);
    for (size_t i = 0; i < BINS; i++)
        chi_squared += pow(times[i] - (double)COUNT / BINS, 2) / ((double)COUNT / BINS);
    /* Of 63 degrees of freedom: 103.4 is passed once in a thousand. */
    assert_true(chi_squared < 103.4);
}

/* A bound of 3 · 2³⁰: by remainders, or without throwing words away, a third of the results would
 * come twice as often. */
static void bounded_integers_have_no_bias(void **state)
{
    (void)state;
    enum { COUNT = 300000 };
    pmy_random random = {.seed = 6};
    unsigned thirds[3] = {0}, remainders[3] = {0};
    const uint32_t bound = 3u << 30;
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t drawn = pmy_random_below(&random, bound);
        assert_true(drawn < bound);
        thirds[drawn / (1u << 30)]++;
        remainders[drawn % 3]++;
    }
    double chi_squared[2] = {0};
    for (size_t i = 0; i < 3; i++) {
        chi_squared[0] += pow(thirds[i] - COUNT / 3.0, 2) / (COUNT / 3.0);
        chi_squared[1] += pow(remainders[i] - COUNT / 3.0, 2) / (COUNT / 3.0);
    }
    /* Of 2 degrees of freedom, once in a thousand. */
    assert_true(chi_squared[0] < 13.8);
    assert_true(chi_squared[1] < 13.8);
}

/* Of 3 · 2⁶² a third of the results would come twice as often by remainders. */
static void wide_bounds_have_no_bias(void **state)
{
    (void)state;
    enum { COUNT = 300000 };
    pmy_random random = {.seed = 6}, narrow = {.seed = 6};
    for (size_t i = 0; i < 100; i++) {
        uint32_t bound = i ? (uint32_t)(UINT32_MAX / i) : UINT32_MAX;
        assert_int_equal(pmy_random_below_wide(&random, bound), pmy_random_below(&narrow, bound));
    }
    const uint64_t least = (uint64_t)1 << 32, bound = (uint64_t)3 << 62;
    unsigned thirds[3] = {0};
    double chi_squared = 0, mean = 0;
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t drawn = pmy_random_below_wide(&random, bound),
                 of_least = pmy_random_below_wide(&random, least);
        assert_true(drawn < bound && of_least < least);
        thirds[drawn >> 62]++;
        mean += (double)of_least / (double)least / COUNT;
    }
    for (size_t i = 0; i < 3; i++)
        chi_squared += pow(thirds[i] - COUNT / 3.0, 2) / (COUNT / 3.0);
    /* Of 2 degrees of freedom, once in a thousand; and five standard deviations of a mean. */
    assert_true(chi_squared < 13.8);
    assert_true(fabs(mean - 0.5) < 5 * 0.2887 / sqrt(COUNT));
}

static void small_bounds_give_every_integer(void **state)
{
    (void)state;
    enum { COUNT = 70000 };
    pmy_random random = {.seed = 7};
    unsigned times[7] = {0};
    for (size_t i = 0; i < COUNT; i++)
        times[pmy_random_below(&random, 7)]++;
    double chi_squared = 0;
    for (size_t i = 0; i < 7; i++)
        chi_squared += pow(times[i] - COUNT / 7.0, 2) / (COUNT / 7.0);
    assert_true(chi_squared < 22.5); /* of 6 degrees of freedom */
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(pmy_random_below(&random, 1), 0);
}

static void normal_numbers_have_the_normal_moments(void **state)
{
    (void)state;
    enum { COUNT = 1000000 };
    pmy_random random = {.seed = 8};
    double moment[5] = {0};
    size_t within[2] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        double x = pmy_random_normal(&random), power = 1;
        assert_true(isfinite(x));
        for (size_t k = 1; k <= 4; k++)
            moment[k] += (power *= x) / COUNT;
        within[0] += fabs(x) < 1;
        within[1] += fabs(x) < 2;
    }
    /* Five standard deviations: sqrt of 1, 2, 15 and 96, over 1000. */
    assert_true(fabs(moment[1]) < 5e-3);
    assert_true(fabs(moment[2] - 1) < 5 * 1.415e-3);
    assert_true(fabs(moment[3]) < 5 * 3.873e-3);
    assert_true(fabs(moment[4] - 3) < 5 * 9.798e-3);
    assert_true(fabs((double)within[0] / COUNT - 0.682689) < 5 * 0.466e-3);
    assert_true(fabs((double)within[1] / COUNT - 0.954500) < 5 * 0.209e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors),
        cmocka_unit_test(filling_gives_the_same_words),
        cmocka_unit_test(a_sequence_reads_block_after_block),
        cmocka_unit_test(uses_and_indices_have_streams_of_their_own),
        cmocka_unit_test(uniform_numbers_fill_the_unit_interval),
        cmocka_unit_test(bounded_integers_have_no_bias),
        cmocka_unit_test(wide_bounds_have_no_bias),
        cmocka_unit_test(small_bounds_give_every_integer),
        cmocka_unit_test(normal_numbers_have_the_normal_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
