#include "cti/agc.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"

enum {
    BLOCK = 80, /* samples: 10 ms */
    BLOCKS_IN_S = 100,
    SURE = 4,         /* blocks of sound in a row before it counts: clicks do not */
    NOISE_HALF = 200, /* blocks: the noise is the least of the last 2 to 4 s */
    CEILING = 32000   /* no sample above */
};

/* Sound is this much above the noise: 9 dB. */
#define ABOVE_NOISE 8.0
/* A minimum of smoothed powers lies below their mean. */
#define NOISE_BIAS 1.4
#define NOISE_SMOOTHING 0.3
/* Before any pause was heard, so much is taken for noise. */
#define NOISE_AT_FIRST_DBM0 -50.0
/* Of the newest block in the level: 300 ms. */
#define LEVEL_SHARE (1.0 / 30.0)
/* dB a second */
#define ATTACK 30.0
#define RELEASE 4.0
/* The gain is let alone so near to where it should be, in dB. */
#define NEAR 1.0
/* Of what is lacking, so much comes back in a sample after a peak: 100 ms. */
#define RECOVERY (1.0 / 800.0)

struct cti_agc {
    cti_agc_config cfg;
    double floor;
    double energy; /* of the block being heard */
    int32_t filled;
    double smooth, least_now, least_before;
    int32_t noise_blocks;
    int32_t sounding;  /* blocks in a row */
    int32_t counted;   /* blocks in the level, up to its mean's length */
    double level;      /* power */
    double gain_db;    /* as the next block shall have it */
    double gain, step; /* as applied, and its change in a sample */
    double duck;       /* for peaks, 0…1 */
};

void cti_agc_defaults(cti_agc_config *cfg) {
    cfg->target_dbm0 = -18.0f;
    cfg->most_db = 15.0f;
    cfg->least_db = -15.0f;
    cfg->floor_dbm0 = -45.0f;
}

size_t cti_agc_size(void) {
    return sizeof(cti_agc);
}

int cti_agc_init(cti_agc *s, size_t size, const cti_agc_config *cfg) {
    cti_agc_config c;
    cti_agc_defaults(&c);
    if (cfg)
        c = *cfg;
    if (!s || !(c.target_dbm0 >= -40.0f && c.target_dbm0 <= -6.0f) ||
        !(c.most_db >= 0.0f && c.most_db <= 30.0f) || !(c.least_db >= -30.0f && c.least_db <= 0.0f) ||
        !(c.floor_dbm0 >= -70.0f && c.floor_dbm0 <= -20.0f))
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    s->cfg = c;
    return cti_agc_reset(s);
}

int cti_agc_reset(cti_agc *s) {
    if (!s)
        return CTI_ERR_ARG;
    cti_agc_config c = s->cfg;
    memset(s, 0, sizeof(*s));
    s->cfg = c;
    double rms = cti_dbm0_to_rms((double)c.floor_dbm0), first = cti_dbm0_to_rms(NOISE_AT_FIRST_DBM0);
    s->floor = rms * rms;
    s->smooth = -1.0;
    s->least_before = first * first;
    s->least_now = INFINITY;
    s->gain = s->duck = 1.0;
    return CTI_OK;
}

static double noise(const cti_agc *s) {
    return NOISE_BIAS * (s->least_now < s->least_before ? s->least_now : s->least_before);
}

static void follow_noise(cti_agc *s, double power) {
    s->smooth = s->smooth < 0.0 ? power : s->smooth + NOISE_SMOOTHING * (power - s->smooth);
    if (s->smooth < s->least_now)
        s->least_now = s->smooth;
    if (++s->noise_blocks >= NOISE_HALF) {
        s->least_before = s->least_now;
        s->least_now = s->smooth;
        s->noise_blocks = 0;
    }
}

static double bounded(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static void end_block(cti_agc *s) {
    double power = s->energy / BLOCK;
    s->energy = 0.0;
    s->filled = 0;
    int sound = power > s->floor && power > ABOVE_NOISE * noise(s);
    follow_noise(s, power);
    s->sounding = sound ? s->sounding + (s->sounding < SURE) : 0;
    if (s->sounding == SURE) {
        s->counted++;
        double share = 1.0 / s->counted > LEVEL_SHARE ? 1.0 / s->counted : LEVEL_SHARE;
        if (share <= LEVEL_SHARE)
            s->counted--;
        s->level += share * (power - s->level);
        double wanted = (double)s->cfg.target_dbm0 - (double)cti_dbm0_from_power(s->level);
        wanted = bounded(wanted, (double)s->cfg.least_db, (double)s->cfg.most_db);
        double off = wanted - s->gain_db;
        if (off > NEAR || off < -NEAR)
            s->gain_db += bounded(off, -ATTACK / BLOCKS_IN_S, RELEASE / BLOCKS_IN_S);
    }
    s->step = (pow(10.0, s->gain_db / 20.0) - s->gain) / BLOCK;
}

int cti_agc_run(cti_agc *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        double x = pcm[i];
        s->energy += x * x;
        s->gain += s->step;
        s->duck += RECOVERY * (1.0 - s->duck);
        double y = x * s->gain, size = y < 0.0 ? -y : y;
        if (size * s->duck > CEILING)
            s->duck = CEILING / size;
        pcm[i] = cti_round_sample(y * s->duck);
        if (++s->filled == BLOCK)
            end_block(s);
    }
    return n;
}

float cti_agc_gain_db(const cti_agc *s) {
    return s ? (float)s->gain_db : 0.0f;
}
