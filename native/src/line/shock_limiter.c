#include "cti/shock_limiter.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"

enum {
    MOST_AHEAD = 40,
    WINDOW = 64,         /* a power of two above MOST_AHEAD + 1 */
    HOLD = 160,          /* samples: 20 ms, so that a cycle of the lowest voice does not move the gain */
    RELEASE = 1600,      /* samples: 200 ms */
    FADE = 40,           /* samples: 5 ms */
    AVERAGE_EVERY = 4096 /* samples: the running sum is made anew, so that rounding does not add up */
};

/* A peak that needs nearly the gain there is keeps it: 0.4 dB. */
#define NEARLY 1.05
/* The gain counts as 1 again. */
#define WHOLE 0.9999

struct cti_shock_limiter {
    int32_t ahead;
    int32_t ceiling;
    double release; /* share of what is lacking to 1 that comes back in a sample */
    int64_t now;
    int16_t sound[WINDOW]; /* delayed by `ahead` */
    double needed[WINDOW]; /* the gain each of the last samples needs */
    double gain[WINDOW];   /* after hold and release, before the average */
    double sum;            /* of the last ahead + 1 of these */
    double held;           /* the newest of these */
    int32_t hold;          /* samples before it may rise */
    int32_t fade;          /* 0 = muted … FADE = open */
    int32_t muted;
};

void cti_shock_limiter_defaults(cti_shock_limiter_config *cfg) {
    cfg->look_ahead = 16;
    cfg->ceiling_dbm0 = -3.0f;
}

size_t cti_shock_limiter_size(void) {
    return sizeof(cti_shock_limiter);
}

int cti_shock_limiter_init(cti_shock_limiter *s, size_t size, const cti_shock_limiter_config *cfg) {
    cti_shock_limiter_config defaults;
    if (!cfg) {
        cti_shock_limiter_defaults(&defaults);
        cfg = &defaults;
    }
    if (!s || cfg->look_ahead < 0 || cfg->look_ahead > MOST_AHEAD ||
        !(cfg->ceiling_dbm0 >= -40.0f && cfg->ceiling_dbm0 <= 3.0f))
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    s->ahead = cfg->look_ahead;
    s->ceiling = (int32_t)(sqrt(2.0) * cti_dbm0_to_rms((double)cfg->ceiling_dbm0));
    s->release = 1.0 / RELEASE;
    return cti_shock_limiter_reset(s);
}

int cti_shock_limiter_reset(cti_shock_limiter *s) {
    if (!s)
        return CTI_ERR_ARG;
    s->now = 0;
    memset(s->sound, 0, sizeof(s->sound));
    for (int i = 0; i < WINDOW; i++)
        s->needed[i] = s->gain[i] = 1.0;
    s->sum = s->ahead + 1.0;
    s->held = 1.0;
    s->hold = 0;
    s->fade = FADE;
    s->muted = 0;
    return CTI_OK;
}

int cti_shock_limiter_mute(cti_shock_limiter *s, int on) {
    if (!s || on < 0 || on > 1)
        return CTI_ERR_ARG;
    s->muted = on;
    return CTI_OK;
}

/* The least gain that the samples not yet sent need. */
static double least_needed(const cti_shock_limiter *s) {
    double least = 1.0;
    for (int i = 0; i <= s->ahead; i++) {
        double one = s->needed[(s->now - i) & (WINDOW - 1)];
        if (one < least)
            least = one;
    }
    return least;
}

/* Falls at once, holds, and comes back slowly. */
static double held_gain(cti_shock_limiter *s, double needed) {
    if (needed < s->held)
        s->held = needed;
    if (needed < 1.0 && needed <= s->held * NEARLY)
        s->hold = HOLD;
    else if (s->hold > 0)
        s->hold--;
    else if (s->held < 1.0) {
        s->held += s->release * (1.0 - s->held);
        if (s->held > WHOLE)
            s->held = 1.0;
        if (s->held > needed)
            s->held = needed;
    }
    return s->held;
}

/* The mean over the look-ahead: each gain in it was low enough for the sample that is sent now, so the
 * mean is too. */
static double averaged(cti_shock_limiter *s, double gain) {
    s->sum += gain - s->gain[(s->now - s->ahead - 1) & (WINDOW - 1)];
    s->gain[s->now & (WINDOW - 1)] = gain;
    if (s->now % AVERAGE_EVERY == 0) {
        s->sum = 0.0;
        for (int i = 0; i <= s->ahead; i++)
            s->sum += s->gain[(s->now - i) & (WINDOW - 1)];
    }
    double mean = s->sum / (s->ahead + 1);
    return mean < WHOLE ? mean : 1.0;
}

static int16_t limited(const cti_shock_limiter *s, double value) {
    int32_t rounded = cti_round_sample(value);
    if (rounded > s->ceiling)
        rounded = s->ceiling;
    return (int16_t)(rounded < -s->ceiling ? -s->ceiling : rounded);
}

int cti_shock_limiter_run(cti_shock_limiter *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        int32_t size = pcm[i] < 0 ? -pcm[i] : pcm[i];
        s->needed[s->now & (WINDOW - 1)] = size > s->ceiling ? (double)s->ceiling / size : 1.0;
        s->sound[s->now & (WINDOW - 1)] = pcm[i];
        double gain = averaged(s, held_gain(s, least_needed(s)));
        if (s->muted && s->fade > 0)
            s->fade--;
        else if (!s->muted && s->fade < FADE)
            s->fade++;
        if (s->fade < FADE)
            gain = gain * s->fade / FADE;
        pcm[i] = limited(s, gain * s->sound[(s->now - s->ahead) & (WINDOW - 1)]);
        s->now++;
    }
    return n;
}

float cti_shock_limiter_gain_db(const cti_shock_limiter *s) {
    if (!s || s->fade == 0)
        return CTI_DBM0_SILENCE;
    return (float)(20.0 * log10(s->sum / (s->ahead + 1) * s->fade / FADE));
}
