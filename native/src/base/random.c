#include "base/random_state.h"

#include "base/dbm0.h"
#include "cti/error.h"

#define NO_NOISE_DBM0 (-90.0f)
#define DRAWS 3 /* of a normal number */
#define WORDS 4

/* The generator's step is linear over GF(2). Its characteristic polynomial is x^256 and these, the lowest
 * power first: what Berlekamp and Massey find from 512 bits of it. The jump of 2^128 that its authors publish
 * comes out of it. */
static const uint64_t CHARACTERISTIC[WORDS] = {0x9d116f2bb0f0f001u, 0x0280002bcefd1a5eu, 0x04b4edcf26259f85u,
                                               0x0003c03c3f3ecb19u};

size_t cti_random_size(void) {
    return sizeof(cti_random);
}

int cti_random_init(cti_random *r, size_t size, uint64_t seed) {
    if (!r)
        return CTI_ERR_ARG;
    if (size < sizeof(*r))
        return CTI_ERR_SIZE;
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        r->s[i] = z ^ (z >> 31);
    }
    return CTI_OK;
}

static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t cti_random_bits(cti_random *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

static void times_x(uint64_t p[WORDS]) {
    uint64_t over = 0u - (p[WORDS - 1] >> 63);
    for (int i = WORDS - 1; i > 0; i--)
        p[i] = (p[i] << 1 | p[i - 1] >> 63) ^ (over & CHARACTERISTIC[i]);
    p[0] = p[0] << 1 ^ (over & CHARACTERISTIC[0]);
}

/* Over GF(2) a square has the same coefficients, at twice the powers. */
static void squared(uint64_t p[WORDS]) {
    uint64_t out[WORDS] = {0};
    for (int power = 64 * WORDS - 1; power >= 0; power--) {
        times_x(out);
        times_x(out);
        out[0] ^= p[power / 64] >> (power % 64) & 1;
    }
    for (int i = 0; i < WORDS; i++)
        p[i] = out[i];
}

void cti_random_jump(cti_random *r, uint64_t n) {
    uint64_t steps[WORDS] = {1}, sum[WORDS] = {0}; /* x^n modulo the polynomial; what it makes of the state */
    for (int bit = 63; bit >= 0; bit--) {
        if (n >> bit == 0)
            continue;
        squared(steps);
        if (n >> bit & 1)
            times_x(steps);
    }
    for (int power = 0; power < 64 * WORDS; power++) {
        uint64_t mask = 0u - (steps[power / 64] >> (power % 64) & 1);
        for (int i = 0; i < WORDS; i++)
            sum[i] ^= mask & r->s[i];
        (void)cti_random_bits(r);
    }
    for (int i = 0; i < WORDS; i++)
        r->s[i] = sum[i];
}

double cti_random_uniform(cti_random *r) {
    return (double)(cti_random_bits(r) >> 11) * 0x1p-53;
}

uint32_t cti_random_below(cti_random *r, uint32_t below) {
    if (below == 0)
        return 0;
    uint32_t reject_under = (0u - below) % below; /* 2^32 mod below: the values that would be favoured */
    for (;;) {
        uint64_t product = (cti_random_bits(r) >> 32) * below;
        if ((uint32_t)product >= reject_under)
            return (uint32_t)(product >> 32);
    }
}

/* The sum of twelve numbers of 16 bits, four of each draw, in two lanes of 32. */
static int32_t sum_of_twelve(cti_random *r) {
    const uint64_t even = 0x0000FFFF0000FFFFu;
    uint64_t sum = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        uint64_t bits = cti_random_bits(r);
        sum += (bits & even) + (bits >> 16 & even);
    }
    return (int32_t)((sum & 0xFFFFFFFFu) + (sum >> 32));
}

double cti_random_normal(cti_random *r) {
    return (2.0 * sum_of_twelve(r) - 12.0 * 65535.0) / (2.0 * 65536.0);
}

int cti_random_noise(cti_random *r, float level_dbm0, int16_t *pcm, int n) {
    if (!r || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    if (!(level_dbm0 > NO_NOISE_DBM0))
        return n;
    double rms = cti_dbm0_to_rms(level_dbm0);
    cti_random here = *r; /* in registers */
    for (int i = 0; i < n; i++)
        pcm[i] = cti_round_sample(pcm[i] + rms * cti_random_normal(&here));
    *r = here;
    return n;
}

void cti_random_noise_pass(cti_random *r, float level_dbm0, int64_t n) {
    if (level_dbm0 > NO_NOISE_DBM0 && n > 0)
        cti_random_jump(r, DRAWS * (uint64_t)n);
}
