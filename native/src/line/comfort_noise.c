#include "cti/comfort_noise.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/random_state.h"
#include "base/sine.h"
#include "cti/error.h"
#include "cti/random.h"

enum {
    ORDER = 10,
    BLOCK = 160,
    MEAN = 32 /* blocks: 640 ms */
};

/* No pause is louder. */
#define LOUDEST_DBM0 -30.0f
/* White noise beneath the learned spectrum, so that no pole comes too near the circle: 40 dB down. */
#define WHITENING 1.0001

struct cti_comfort_noise {
    cti_random dice;
    float block[BLOCK];
    int32_t filled;
    int32_t learned;            /* blocks, up to MEAN */
    double likeness[ORDER + 1]; /* the mean autocorrelation, of a sample */
    double reflect[ORDER];      /* of the filter as it is used, */
    double gain;
    double wanted[ORDER]; /* and where it goes */
    double wanted_gain;
    double state[ORDER + 1]; /* of the lattice */
};

size_t cti_comfort_noise_size(void) {
    return sizeof(cti_comfort_noise);
}

int cti_comfort_noise_init(cti_comfort_noise *s, size_t size, uint64_t seed) {
    if (!s)
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    return cti_random_init(&s->dice, sizeof(s->dice), seed);
}

/* The reflection coefficients of the learned autocorrelation (Levinson, Durbin), and what is left. */
static void predict(cti_comfort_noise *s) {
    double a[ORDER + 1] = {1.0}, error = s->likeness[0] * WHITENING;
    memset(s->wanted, 0, sizeof(s->wanted));
    for (int m = 1; m <= ORDER && error > 0.0; m++) {
        double sum = 0.0, before[ORDER + 1];
        for (int i = 0; i < m; i++)
            sum += a[i] * s->likeness[m - i];
        double k = -sum / error;
        memcpy(before, a, sizeof(before));
        for (int i = 1; i < m; i++)
            a[i] = before[i] + k * before[m - i];
        a[m] = k;
        s->wanted[m - 1] = k;
        error *= 1.0 - k * k;
    }
    s->wanted_gain = error > 0.0 ? sqrt(error) : 0.0;
}

static void learn_block(cti_comfort_noise *s) {
    double power = 0.0, weight = 0.0;
    float x[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        power += (double)s->block[i] * (double)s->block[i] / BLOCK;
    if (cti_dbm0_from_power(power) > LOUDEST_DBM0)
        return;
    for (int i = 0; i < BLOCK; i++) { /* a Hann window, so that hum below 50 Hz does not leak */
        double w = cti_sine((uint32_t)((2.0 * i + 1.0) / (4.0 * BLOCK) * 4294967296.0));
        x[i] = (float)(w * w * (double)s->block[i]);
        weight += w * w * w * w;
    }
    s->learned += s->learned < MEAN;
    for (int lag = 0; lag <= ORDER; lag++) {
        double sum = 0.0;
        for (int i = lag; i < BLOCK; i++)
            sum += (double)x[i] * (double)x[i - lag];
        s->likeness[lag] += (sum / weight - s->likeness[lag]) / s->learned;
    }
    predict(s);
}

int cti_comfort_noise_learn(cti_comfort_noise *s, const int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        s->block[s->filled++] = (float)pcm[i];
        if (s->filled == BLOCK) {
            s->filled = 0;
            learn_block(s);
        }
    }
    return n;
}

/* One sample through the all-pole lattice, which is stable whatever way its coefficients go. */
static double through(cti_comfort_noise *s, double x) {
    for (int m = ORDER - 1; m >= 0; m--) {
        x -= s->reflect[m] * s->state[m];
        s->state[m + 1] = s->state[m] + s->reflect[m] * x;
    }
    s->state[0] = x;
    return x;
}

int cti_comfort_noise_make(cti_comfort_noise *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        for (int m = 0; m < ORDER; m++)
            s->reflect[m] += (s->wanted[m] - s->reflect[m]) / BLOCK;
        s->gain += (s->wanted_gain - s->gain) / BLOCK;
        pcm[i] = cti_round_sample(through(s, s->gain * cti_random_normal(&s->dice)));
    }
    return n;
}

float cti_comfort_noise_dbm0(const cti_comfort_noise *s) {
    return s ? cti_dbm0_from_power(s->likeness[0]) : CTI_DBM0_SILENCE;
}
