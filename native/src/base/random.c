#include "base/random_state.h"

#include "base/dbm0.h"
#include "cti/error.h"

#define NO_NOISE_DBM0 (-90.0f)

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

double cti_random_normal(cti_random *r) {
    int32_t sum = 0;
    for (int draw = 0; draw < 3; draw++) {
        uint64_t bits = cti_random_bits(r);
        for (int part = 0; part < 4; part++) {
            sum += (int32_t)(bits & 0xFFFF);
            bits >>= 16;
        }
    }
    return (2.0 * sum - 12.0 * 65535.0) / (2.0 * 65536.0);
}

int cti_random_noise(cti_random *r, float level_dbm0, int16_t *pcm, int n) {
    if (!r || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    if (!(level_dbm0 > NO_NOISE_DBM0))
        return n;
    double rms = cti_dbm0_to_rms(level_dbm0);
    for (int i = 0; i < n; i++)
        pcm[i] = cti_round_sample(pcm[i] + rms * cti_random_normal(r));
    return n;
}
