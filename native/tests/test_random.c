#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/level.h"
#include "cti/random.h"

static cti_random *seeded(uint64_t seed) {
    cti_random *r = malloc(cti_random_size());
    CHECK_EQ(cti_random_init(r, cti_random_size(), seed), CTI_OK);
    return r;
}

static void test_one_seed_gives_one_sequence(void) {
    cti_random *a = seeded(7), *b = seeded(7), *c = seeded(8);
    int differ = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t x = cti_random_bits(a);
        CHECK(x == cti_random_bits(b));
        differ += x != cti_random_bits(c);
    }
    CHECK_EQ(differ, 100);
    free(a), free(b), free(c);
}

static void test_reference_sequence_of_xoshiro256starstar(void) {
    /* From the authors' C code, its state being splitmix64's first four outputs for seed 0. */
    cti_random *r = seeded(0);
    CHECK(cti_random_bits(r) == 0x99EC5F36CB75F2B4u);
    CHECK(cti_random_bits(r) == 0xBF6E1F784956452Au);
    CHECK(cti_random_bits(r) == 0x1A5F849D4933E6E0u);
    free(r);
}

static void test_a_jump_is_as_many_steps(void) {
    static const int steps[] = {0, 1, 2, 3, 63, 64, 255, 256, 257, 1000, 480000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        cti_random *a = seeded(11), *b = seeded(11);
        for (int k = 0; k < steps[i]; k++)
            (void)cti_random_bits(a);
        cti_random_jump(b, (uint64_t)steps[i]);
        CHECK(cti_random_bits(a) == cti_random_bits(b));
        free(a), free(b);
    }
    cti_random *a = seeded(3), *b = seeded(3); /* two jumps are one, however long */
    cti_random_jump(a, 123456789012345u), cti_random_jump(a, 987654321098765u);
    cti_random_jump(b, 123456789012345u + 987654321098765u);
    CHECK(cti_random_bits(a) == cti_random_bits(b));
    free(a), free(b);
}

static void test_noise_passed_by_is_as_noise_made(void) {
    static const float levels[] = {-65.0f, -90.0f};
    for (int i = 0; i < 2; i++) {
        cti_random *a = seeded(4), *b = seeded(4);
        int16_t pcm[1600] = {0};
        CHECK_EQ(cti_random_noise(a, levels[i], pcm, 1600), 1600);
        cti_random_noise_pass(b, levels[i], 1600);
        CHECK(cti_random_bits(a) == cti_random_bits(b));
        free(a), free(b);
    }
}

static void test_normal_numbers_have_mean_0_and_deviation_1(void) {
    cti_random *r = seeded(1);
    double sum = 0, square = 0, fourth = 0;
    int n = 200000, beyond_3 = 0;
    for (int i = 0; i < n; i++) {
        double x = cti_random_normal(r);
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
        beyond_3 += x > 3 || x < -3;
    }
    CHECK_NEAR(sum / n, 0.0, 0.01);
    CHECK_NEAR(square / n, 1.0, 0.01);
    CHECK_NEAR(fourth / n, 2.9, 0.1); /* the sum of twelve: 3 - 1.2 / 12 */
    CHECK(beyond_3 > 200 && beyond_3 < 700);
    free(r);
}

static void test_below_stays_below_and_reaches_all(void) {
    cti_random *r = seeded(2);
    int seen[6] = {0};
    for (int i = 0; i < 6000; i++) {
        uint32_t x = cti_random_below(r, 6);
        CHECK(x < 6);
        seen[x % 6]++;
    }
    for (int i = 0; i < 6; i++)
        CHECK(seen[i] > 800 && seen[i] < 1200);
    CHECK_EQ(cti_random_below(r, 0), 0);
    for (int i = 0; i < 1000; i++) {
        double x = cti_random_uniform(r);
        CHECK(x >= 0.0 && x < 1.0);
    }
    free(r);
}

static void test_noise_has_the_level_asked_for(void) {
    cti_random *r = seeded(3);
    static int16_t pcm[80000];
    for (float level = -50; level <= -10; level += 10) {
        memset(pcm, 0, sizeof(pcm));
        CHECK_EQ(cti_random_noise(r, level, pcm, 80000), 80000);
        CHECK_NEAR(cti_level_of(pcm, 80000), level, 0.1);
    }
    memset(pcm, 0, sizeof(pcm));
    CHECK_EQ(cti_random_noise(r, -90.0f, pcm, 80000), 80000);
    CHECK_EQ(cti_peak_of(pcm, 80000), 0);
    free(r);
}

static void test_too_little_memory_is_refused(void) {
    cti_random *r = malloc(cti_random_size());
    CHECK_EQ(cti_random_init(r, cti_random_size() - 1, 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_random_init(NULL, 100, 1), CTI_ERR_ARG);
    free(r);
}

int main(void) {
    RUN(test_one_seed_gives_one_sequence);
    RUN(test_reference_sequence_of_xoshiro256starstar);
    RUN(test_a_jump_is_as_many_steps);
    RUN(test_noise_passed_by_is_as_noise_made);
    RUN(test_normal_numbers_have_mean_0_and_deviation_1);
    RUN(test_below_stays_below_and_reaches_all);
    RUN(test_noise_has_the_level_asked_for);
    RUN(test_too_little_memory_is_refused);
    CHECK_END();
}
