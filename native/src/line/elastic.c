#include "cti/elastic.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "base/kaiser.h"
#include "cti/error.h"

enum {
    TAPS = 32,
    HALF = TAPS / 2,
    PHASES = 128, /* between them the kernel is interpolated: 80 dB */
    MOST_BLOCK = 4000,
    FADE = 40, /* samples: 5 ms */
    LEAST_TARGET = 40,
    MOST_TARGET = 4000,
    MOST_LATENCY = 8000,
    LEAST_SPARE = 80
};

/* 32 taps; images of 3.4 kHz begin at 4.6 kHz. */
#define BETA 7.0
/* The loop that follows the clock, critically damped: 1/16 s, behind a mean of the latency over 2 s. */
#define LOOP_SAMPLES 128000.0
#define MEAN_SAMPLES 16000.0

struct cti_elastic {
    cti_elastic_config cfg;
    int32_t capacity;
    float kernel[PHASES + 1][TAPS];
    int64_t written, dropped, silenced, slips;
    int64_t at;     /* the next output lies at or after this sample ... */
    double between; /* ... by this much of one, 0…1 */
    double mean;    /* of the latency */
    double drift;   /* the writer's clock is faster by this ratio */
    double rate;    /* samples read for each given */
    int32_t flows;
    int32_t open;  /* the fade-in: 0…FADE */
    float sound[]; /* capacity + TAPS: a ring, with its first TAPS samples again at its end */
};

void cti_elastic_defaults(cti_elastic_config *cfg) {
    cfg->target = 400;
    cfg->most = 1200;
    cfg->range_ppm = 1000.0f;
}

static cti_elastic_config taken(const cti_elastic_config *cfg) {
    cti_elastic_config own;
    cti_elastic_defaults(&own);
    return cfg ? *cfg : own;
}

static int valid(const cti_elastic_config *c) {
    return c->target >= LEAST_TARGET && c->target <= MOST_TARGET && c->most >= c->target + LEAST_SPARE &&
           c->most <= MOST_LATENCY && c->range_ppm >= 100.0f && c->range_ppm <= 5000.0f;
}

static int32_t capacity_for(const cti_elastic_config *c) {
    return c->most + MOST_BLOCK + TAPS;
}

size_t cti_elastic_size(const cti_elastic_config *cfg) {
    cti_elastic_config c = taken(cfg);
    return valid(&c) ? sizeof(cti_elastic) + sizeof(float) * (size_t)(capacity_for(&c) + TAPS) : 0;
}

int cti_elastic_init(cti_elastic *s, size_t size, const cti_elastic_config *cfg) {
    cti_elastic_config c = taken(cfg);
    size_t needed = cti_elastic_size(cfg);
    if (!s || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(s, 0, needed);
    s->cfg = c;
    s->capacity = capacity_for(&c);
    for (int p = 0; p <= PHASES; p++) {
        double sum = 0.0, h[TAPS];
        for (int k = 0; k < TAPS; k++)
            sum += h[k] = cti_kaiser_sinc(k - (HALF - 1) - (double)p / PHASES, HALF, 0.5, BETA);
        for (int k = 0; k < TAPS; k++)
            s->kernel[p][k] = (float)(h[k] / sum);
    }
    return cti_elastic_reset(s);
}

int cti_elastic_reset(cti_elastic *s) {
    if (!s)
        return CTI_ERR_ARG;
    memset(s->sound, 0, sizeof(float) * (size_t)(s->capacity + TAPS));
    s->written = TAPS; /* silence, so that the kernel always finds its past */
    s->at = TAPS;
    s->between = s->drift = 0.0;
    s->rate = 1.0;
    s->mean = s->cfg.target;
    s->dropped = s->silenced = s->slips = 0;
    s->flows = s->open = 0;
    return CTI_OK;
}

/* Samples that wait; the kernel's look-ahead counts, for it is latency too. */
static double latency(const cti_elastic *s) {
    return (double)(s->written - s->at) - s->between;
}

static void put_one(cti_elastic *s, float value) {
    int32_t place = (int32_t)(s->written % s->capacity);
    s->sound[place] = value;
    if (place < TAPS)
        s->sound[s->capacity + place] = value;
    s->written++;
}

int cti_elastic_put(cti_elastic *s, const int16_t *pcm, int n) {
    if (!s || n < 0 || n > MOST_BLOCK || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        put_one(s, (float)pcm[i]);
    /* Nobody reads: what would be overwritten is left out, and what comes next fades in. */
    int64_t oldest = s->written - s->capacity + HALF;
    if (s->at < oldest) {
        int64_t to = s->written - s->cfg.target;
        s->dropped += to - s->at;
        s->slips += s->flows;
        s->at = to;
        s->between = 0.0;
        s->open = 0;
        s->mean = s->cfg.target;
    }
    return n;
}

/* The sound between its samples. */
static double read_at(const cti_elastic *s, int64_t at, double between) {
    int32_t place = (int32_t)((at - (HALF - 1)) % s->capacity);
    const float *sound = s->sound + place;
    int phase = (int)(between * PHASES);
    double share = between * PHASES - phase;
    double low = (double)cti_dot(sound, s->kernel[phase], TAPS);
    double high = (double)cti_dot(sound, s->kernel[phase + 1], TAPS);
    return low + share * (high - low);
}

static void step(cti_elastic *s) {
    s->between += s->rate;
    int64_t whole = (int64_t)s->between;
    s->at += whole;
    s->between -= (double)whole;
}

/* The next rate, from how far the mean latency is from its target. */
static void follow(cti_elastic *s, int n, int since) {
    double wait = latency(s) + since, share = 1.0 - exp(-n / MEAN_SAMPLES);
    s->mean += share * (wait - s->mean);
    double range = (double)s->cfg.range_ppm * 1e-6, off = s->mean - s->cfg.target;
    double drift = s->drift + n * off / (LOOP_SAMPLES * LOOP_SAMPLES);
    s->drift = drift > range ? range : drift < -range ? -range : drift;
    double change = s->drift + 2.0 * off / LOOP_SAMPLES;
    s->rate = 1.0 + (change > range ? range : change < -range ? -range : change);
}

/* How many of n samples can be given now. */
static int available(const cti_elastic *s, int n) {
    double room = latency(s) - HALF - 1;
    int can = room > 0 ? (int)(room / s->rate) : 0;
    return can < n ? can : n;
}

/* Gives `count` samples, fading out over the last when `ends`; over the first 5 ms into what lies `skip`
 * samples later. */
static void give(cti_elastic *s, int16_t *pcm, int count, int ends, int64_t skip) {
    int fade = count < FADE ? count : FADE;
    for (int i = 0; i < count; i++) {
        double value = read_at(s, s->at, s->between), gain = 1.0;
        if (skip && i < FADE) {
            double other = read_at(s, s->at + skip, s->between);
            value += (other - value) * (i + 1) / (FADE + 1);
            if (i == FADE - 1)
                s->at += skip;
        }
        if (s->open < FADE)
            gain = (double)s->open++ / FADE;
        if (ends && i >= count - fade)
            gain = gain * (count - 1 - i) / fade;
        pcm[i] = cti_round_sample(value * gain);
        step(s);
    }
}

int cti_elastic_get(cti_elastic *s, int16_t *pcm, int n, int since) {
    if (!s || n < 0 || n > MOST_BLOCK || (n > 0 && !pcm) || since < 0 || since > MOST_LATENCY)
        return CTI_ERR_ARG;
    if (n == 0)
        return 0;
    if (!s->flows && latency(s) + since >= s->cfg.target + HALF) {
        s->flows = 1;
        s->open = 0;
        double spare = latency(s) + since - s->cfg.target;
        s->at += (int64_t)(spare < latency(s) ? spare : latency(s));
        s->mean = latency(s) + since;
    }
    int count = s->flows ? available(s, n) : 0;
    int64_t skip = 0;
    if (s->flows && count == n && n >= FADE && latency(s) > s->cfg.most) {
        skip = (int64_t)(latency(s) - s->cfg.target);
        s->slips++;
        s->dropped += skip;
    }
    give(s, pcm, count, count < n, skip);
    if (skip)
        s->mean = latency(s) + since;
    memset(pcm + count, 0, sizeof(*pcm) * (size_t)(n - count));
    if (s->flows && count < n) {
        s->flows = 0;
        s->slips++;
    }
    if (s->slips > 0 && !s->flows)
        s->silenced += n - count;
    if (s->flows)
        follow(s, n, since);
    return n;
}

void cti_elastic_status_of(const cti_elastic *s, cti_elastic_status *status) {
    status->ppm = s->drift * 1e6;
    status->rate_ppm = (s->rate - 1.0) * 1e6;
    status->latency = (float)s->mean;
    status->slips = s->slips;
    status->silenced = s->silenced;
    status->dropped = s->dropped;
}
