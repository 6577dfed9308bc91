#include "cti/vad.h"

#include <math.h>
#include <string.h>

#include "base/biquad.h"
#include "base/dbm0.h"
#include "base/fft.h"
#include "base/outbox.h"
#include "cti/error.h"
#include "line/beep.h"

enum {
    PART = 80,      /* samples: powers are kept for each 10 ms */
    HOP = 2 * PART, /* a decision every 20 ms */
    PARTS = 4,      /* the last ones; a spectrum covers a little more than three */
    SAMPLES_PER_MS = 8,
    VOICED_HOPS = 4,   /* before voice is reported, with no more than ... */
    QUIET_HOPS = 1,    /* ... quiet ones between them, */
    TONE_HOPS = 2,     /* ... and no more than these of steady tone: a digit's edges are no voice */
    HELD_HOPS = 5,     /* a sung vowel may be so steady within voice */
    KEPT_HOPS = 2,     /* so much voice prolongs voice: a tone's two edges are less */
    MOST_HOPS = 8,     /* counted */
    LINE_MOVE = 1,     /* bins that a steady tone's line may seem to move in 20 ms */
    NOISE_BLOCK = 150, /* hops in each half over which the noise floor is the minimum (3 s) */
    LINE_SPREAD = 2,   /* bins to each side of a line under the Hann window */
    FIRST_BIN = 6,     /* 190 Hz: below lies hum */
    HIGH_BIN = 28,     /* 875 Hz, */
    HIGH_LAST_BIN = 88 /* 2750 Hz: of data and the howler */
};

/* So much of the power in one or two lines that stay where they are is a tone, not voice. */
#define TONE_SHARE 0.94
/* A steady tone's level moves less than this in 20 ms (two frequencies 25 Hz apart beat by 2 dB); more
 * than an edge's is neither tone nor voice. Power ratios: 2.3 dB, 6 dB. */
#define STEADY_LEVEL 1.7
#define EDGE_LEVEL 4.0
/* Data (V.21 to V.23, Bell 202: 980 to 2200 Hz) and the howler (1400 to 2600 Hz) are many lines, but none
 * below HIGH_BIN, where all that is voiced has its fundamental or first formant, and hardly any above
 * HIGH_LAST_BIN, where sibilants are; and they are as loud as a hop ago (1.5 dB). */
#define HIGH_SHARE 0.9
#define HIGH_LEVEL 1.4
/* One line alone that swells and fades where it is is a tone modulated slowly (Japan's ringback, 16 Hz), or
 * one of bursts: no voice, whatever its level does. */
#define ALONE_SHARE 0.97
/* A minimum of smoothed powers lies below their mean. */
#define NOISE_BIAS 1.4
#define NOISE_SMOOTHING 0.2
/* The noise floor is never taken for less than this (dBm0), nor for more. */
#define NOISE_LEAST -70.0
#define NOISE_MOST -30.0
/* Before any pause was heard, no more than this is taken for noise (dBm0). */
#define NOISE_AT_FIRST -38.0

static const cti_biquad HIGH_PASS = {9.048587462745951e-01, -1.809717492549190e+00, 9.048587462745951e-01,
                                     -1.800645057117583e+00, 8.187899279807972e-01}; /* 180 Hz */

struct cti_vad {
    cti_fft fft;
    cti_outbox outbox;
    double threshold, floor; /* power ratio, power */
    int32_t hangover;        /* samples */
    float recent[CTI_FFT_SIZE];
    cti_biquad_state filter;
    double energy;      /* of the part being filled */
    double part[PARTS]; /* powers, the newest last */
    int64_t now;        /* samples since reset */
    double smooth, least_now, least_before;
    int32_t noise_hops;
    int32_t line[2];               /* bins of the strongest lines a hop ago, -1 = no sound then */
    double loudness;               /* power over the last PARTS, a hop ago */
    int32_t voiced_hops;           /* of the sound that goes on now */
    int32_t quiet_hops, tone_hops; /* in a row */
    int64_t run_start;             /* first sample of that sound */
    int64_t voiced_end;            /* the sample after the last voiced one */
    int32_t active;
    float alone; /* the share of the strongest line of this hop's sound */
    beep beep;
};

void cti_vad_defaults(cti_vad_config *cfg) {
    cfg->threshold_db = 9.0f;
    cfg->floor_dbm0 = -45.0f;
    cfg->hangover_ms = 500;
}

size_t cti_vad_size(void) {
    return sizeof(cti_vad);
}

int cti_vad_reset(cti_vad *s) {
    if (!s)
        return CTI_ERR_ARG;
    s->outbox.count = 0;
    memset(s->recent, 0, sizeof(s->recent));
    memset(&s->filter, 0, sizeof(s->filter));
    memset(s->part, 0, sizeof(s->part));
    s->energy = 0.0;
    s->now = s->run_start = s->voiced_end = 0;
    double first = cti_dbm0_to_rms(NOISE_AT_FIRST);
    s->least_before = first * first;
    s->least_now = INFINITY;
    s->smooth = -1.0;
    s->noise_hops = s->voiced_hops = s->quiet_hops = s->tone_hops = s->active = 0;
    s->line[0] = s->line[1] = -1;
    memset(&s->beep, 0, sizeof(s->beep));
    return CTI_OK;
}

int cti_vad_init(cti_vad *s, size_t size, const cti_vad_config *cfg) {
    cti_vad_config defaults;
    if (!cfg) {
        cti_vad_defaults(&defaults);
        cfg = &defaults;
    }
    if (!s || !(cfg->threshold_db >= 3.0f && cfg->threshold_db <= 40.0f) ||
        !(cfg->floor_dbm0 >= -80.0f && cfg->floor_dbm0 <= 0.0f) || cfg->hangover_ms < 50 ||
        cfg->hangover_ms > 10000)
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    cti_fft_init(&s->fft);
    double rms = cti_dbm0_to_rms((double)cfg->floor_dbm0);
    s->threshold = pow(10.0, (double)cfg->threshold_db / 10.0);
    s->floor = rms * rms;
    s->hangover = cfg->hangover_ms * SAMPLES_PER_MS;
    return cti_vad_reset(s);
}

static double noise_power(const cti_vad *s) {
    double least = cti_dbm0_to_rms(NOISE_LEAST), most = cti_dbm0_to_rms(NOISE_MOST);
    double power = NOISE_BIAS * (s->least_now < s->least_before ? s->least_now : s->least_before);
    power = power < least * least ? least * least : power;
    return power > most * most ? most * most : power;
}

static void follow_noise(cti_vad *s) {
    double power = (s->part[PARTS - 1] + s->part[PARTS - 2]) / 2.0;
    s->smooth = s->smooth < 0.0 ? power : s->smooth + NOISE_SMOOTHING * (power - s->smooth);
    if (s->smooth < s->least_now)
        s->least_now = s->smooth;
    if (++s->noise_hops >= NOISE_BLOCK) {
        s->least_before = s->least_now;
        s->least_now = s->smooth;
        s->noise_hops = 0;
    }
}

/* The power around the strongest bin, which is then taken away. */
static double take_line(float *power, int *line) {
    int peak = FIRST_BIN;
    for (int k = FIRST_BIN; k < CTI_FFT_BINS; k++)
        if (power[k] > power[peak])
            peak = k;
    double sum = 0.0;
    for (int k = peak - LINE_SPREAD; k <= peak + LINE_SPREAD; k++)
        if (k >= FIRST_BIN && k < CTI_FFT_BINS) {
            sum += (double)power[k];
            power[k] = 0.0f;
        }
    *line = peak;
    return sum;
}

enum sound { QUIET, VOICE, TONE, EDGE };

static int near(int bin, int before) {
    return bin >= before - LINE_MOVE && bin <= before + LINE_MOVE;
}

/* What is heard: one or two lines that stay where and as loud as they were a hop ago are a tone. */
static enum sound classify(cti_vad *s) {
    float power[CTI_FFT_BINS];
    cti_fft_power(&s->fft, s->recent, power);
    double total = 0.0;
    for (int k = FIRST_BIN; k < CTI_FFT_BINS; k++)
        total += (double)power[k];
    double high = 0.0;
    for (int k = HIGH_BIN; k <= HIGH_LAST_BIN; k++)
        high += (double)power[k];
    int line[2], first = s->line[0] < 0;
    double lines = take_line(power, &line[0]), alone = lines;
    lines += take_line(power, &line[1]);
    int steady = near(line[0], s->line[0]) || near(line[0], s->line[1]);
    double loudness = 0.0;
    for (int i = 0; i < PARTS; i++)
        loudness += s->part[i];
    double change = loudness > s->loudness ? loudness / s->loudness : s->loudness / loudness;
    s->line[0] = line[0];
    s->line[1] = line[1];
    s->loudness = loudness;
    double sound = total - noise_power(s);
    s->alone = sound > 0.0 ? (float)(alone / sound) : 0.0f;
    if (lines < TONE_SHARE * sound) {
        if (high < HIGH_SHARE * sound)
            return VOICE;
        return change < HIGH_LEVEL ? TONE : change > EDGE_LEVEL ? EDGE : VOICE;
    }
    if (first || change > EDGE_LEVEL)
        return EDGE;
    if (steady && change < STEADY_LEVEL)
        return TONE;
    return steady && alone >= ALONE_SHARE * sound ? EDGE : VOICE;
}

static void report(cti_vad *s, cti_event_sink *sink, int kind, int64_t start, double power) {
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = s->now;
    e.start = start > 0 ? start : 0;
    e.kind = kind;
    e.level = cti_dbm0_from_power(power);
    cti_sink_put(sink, &e);
}

/* Where, in the last few parts, the sound began. */
static int64_t first_loud(const cti_vad *s, double limit) {
    int first = 0;
    while (first < PARTS - 1 && s->part[first] <= limit)
        first++;
    return s->now - (int64_t)(PARTS - first) * PART;
}

/* A beep's edges are spread over the spectrum; within it there is one line. */
static void look_for_beep(cti_vad *s, enum sound sound, double power, double limit, cti_event_sink *sink) {
    enum beep_hop hop = sound == QUIET                                     ? BEEP_QUIET
                        : sound == TONE && (double)s->alone >= ALONE_SHARE ? BEEP_LINE
                        : sound == EDGE || s->beep.start == 0              ? BEEP_EDGE
                                                                           : BEEP_OTHER;
    int64_t edge = sound == QUIET ? s->now - HOP : first_loud(s, limit);
    double hz = s->line[0] * 8000.0 / CTI_FFT_SIZE;
    beep_take(&s->beep, hop, hz, power, edge, s->now, s->voiced_end, sink);
}

static void decide(cti_vad *s, cti_event_sink *sink) {
    if (s->smooth < 0.0)
        follow_noise(s);
    double limit = noise_power(s) * s->threshold;
    if (limit < s->floor)
        limit = s->floor;
    double power = (s->part[PARTS - 1] + s->part[PARTS - 2]) / 2.0;
    enum sound sound = power > limit ? classify(s) : QUIET;
    follow_noise(s);
    look_for_beep(s, sound, power, limit, sink);
    s->quiet_hops = sound == QUIET ? s->quiet_hops + 1 : 0;
    s->tone_hops = sound == TONE ? s->tone_hops + 1 : 0;
    if (sound == QUIET)
        s->line[0] = s->line[1] = -1;
    if (s->quiet_hops > QUIET_HOPS || s->tone_hops > (s->active ? HELD_HOPS : TONE_HOPS)) {
        s->voiced_hops = 0;
        s->run_start = s->now;
    } else if (sound != QUIET && s->run_start > s->now - HOP) {
        s->run_start = first_loud(s, limit);
    }
    /* The edges of short tones look like voice; their middles and pauses make up for it. */
    if (sound == VOICE)
        s->voiced_hops += s->voiced_hops < MOST_HOPS;
    else if (sound == QUIET || (sound == TONE && !s->active))
        s->voiced_hops -= s->voiced_hops > 0;
    if (sound != QUIET && s->voiced_hops >= KEPT_HOPS)
        s->voiced_end = s->now - (s->part[PARTS - 1] > limit ? 0 : PART);
    if (!s->active && s->voiced_hops >= VOICED_HOPS) {
        s->active = 1;
        report(s, sink, CTI_EV_VOICE_ON, s->run_start, power);
    } else if (s->active && s->now - s->voiced_end >= s->hangover) {
        s->active = 0;
        report(s, sink, CTI_EV_VOICE_OFF, s->voiced_end, power);
    }
}

/* Takes samples up to the end of the present part. */
static int take_part(cti_vad *s, const int16_t *pcm, int n) {
    int filled = (int)(s->now % PART);
    int take = PART - filled < n ? PART - filled : n;
    if (filled == 0)
        memmove(s->recent, s->recent + PART, (CTI_FFT_SIZE - PART) * sizeof(*s->recent));
    float *to = s->recent + CTI_FFT_SIZE - PART + filled;
    for (int i = 0; i < take; i++) {
        double x = cti_biquad_step(&HIGH_PASS, &s->filter, pcm[i]);
        s->energy += x * x;
        to[i] = (float)pcm[i];
    }
    s->now += take;
    return take;
}

int cti_vad_run(cti_vad *s, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!s || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev))
        return CTI_ERR_ARG;
    cti_event_sink sink = cti_sink_open(ev, max, &s->outbox);
    for (int done = 0; done < n;) {
        done += take_part(s, pcm + done, n - done);
        if (s->now % PART != 0)
            continue;
        memmove(s->part, s->part + 1, (PARTS - 1) * sizeof(*s->part));
        s->part[PARTS - 1] = s->energy / PART;
        s->energy = 0.0;
        cti_biquad_calm(&s->filter);
        if (s->now % HOP == 0)
            decide(s, &sink);
    }
    return sink.count;
}

int cti_vad_active(const cti_vad *s) {
    return s ? s->active : 0;
}

float cti_vad_noise_dbm0(const cti_vad *s) {
    return s ? cti_dbm0_from_power(noise_power(s)) : CTI_DBM0_SILENCE;
}
