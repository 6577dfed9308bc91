#include "cti/plc.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "cti/error.h"

enum {
    SHORTEST = 40, /* samples: 5 ms, 200 Hz; shorter periods are repeated in pairs */
    LONGEST = 120, /* 15 ms, 67 Hz */
    WINDOW = 80,   /* 10 ms over which periods are compared; longer ones follow a gliding pitch less well */
    MOST_CYCLES = 3,
    PAST = 400,        /* 3 periods and a quarter, at least */
    STAGE = 160,       /* 20 ms: the next period joins */
    FADE_FROM = 80,    /* 10 ms */
    FADE_TO = 480,     /* 60 ms */
    BRIDGE_SHARE = 10, /* a tenth of what was lost */
    BRIDGE_MOST = 80
};

/* A shorter period that is nearly as good is the pitch itself, a longer one its multiple. */
#define NEARLY 0.95

struct cti_plc {
    float past[PAST];  /* what was given out, the newest last */
    float model[PAST]; /* the past as the loss began */
    int32_t lost;      /* samples since then; 0: none is lost */
    int32_t bridge;    /* samples of the cross-fade still to come, of */
    int32_t bridge_whole;
    int32_t lag, quarter;
    int32_t cycles, at;         /* in use: the next sample is `at` of these */
    int32_t old_cycles, old_at; /* those left over a quarter period */
    int32_t leaving;            /* samples of that still to come */
    float step;                 /* by which the repeated period misses the last sample */
};

size_t cti_plc_size(void) {
    return sizeof(cti_plc);
}

int cti_plc_init(cti_plc *s, size_t size) {
    if (!s)
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    return cti_plc_reset(s);
}

int cti_plc_reset(cti_plc *s) {
    if (!s)
        return CTI_ERR_ARG;
    memset(s, 0, sizeof(*s));
    return CTI_OK;
}

static void remember(cti_plc *s, const int16_t *pcm, int n) {
    int kept = n < PAST ? PAST - n : 0, from = n - (PAST - kept);
    memmove(s->past, s->past + PAST - kept, (size_t)kept * sizeof(*s->past));
    for (int i = kept; i < PAST; i++)
        s->past[i] = (float)pcm[from + i - kept];
}

/* The period that the newest sound repeats best. */
static int32_t pitch(const float *past) {
    const float *newest = past + PAST - WINDOW;
    double own = (double)cti_dot(newest, newest, WINDOW), alike[LONGEST + 1], best = 0.0;
    for (int lag = SHORTEST; lag <= LONGEST; lag++) {
        const float *before = newest - lag;
        double both = (double)cti_dot(newest, before, WINDOW),
               other = (double)cti_dot(before, before, WINDOW);
        alike[lag] = both > 0.0 ? both / sqrt(own * other) : 0.0;
        if (alike[lag] > best)
            best = alike[lag];
    }
    for (int lag = SHORTEST; lag < LONGEST; lag++)
        if (alike[lag] >= NEARLY * best && alike[lag] >= alike[lag + 1])
            return lag;
    return LONGEST;
}

/* Sample `at` of the last periods, whose end runs into their beginning over a quarter of one. */
static float repeated(const cti_plc *s, int cycles, int at) {
    int length = cycles * s->lag, left = length - at;
    float value = s->model[PAST - left];
    if (left > s->quarter)
        return value;
    float share = (float)(s->quarter - left + 1) / (float)(s->quarter + 1);
    return value + share * (s->model[PAST - length - left] - value);
}

static void begin(cti_plc *s) {
    memcpy(s->model, s->past, sizeof(s->model));
    s->lag = pitch(s->model);
    s->cycles = 1;
    s->quarter = s->lag / 4;
    s->at = s->leaving = s->bridge = 0;
    s->step = s->model[PAST - 1] - s->model[PAST - 1 - s->lag];
}

/* One more period joins: the oldest, at the same place in it. */
static void widen(cti_plc *s) {
    s->old_cycles = s->cycles;
    s->old_at = s->at;
    s->leaving = s->quarter;
    s->at %= s->lag;
    s->cycles++;
}

/* The next sample that stands for what is lost. */
static double filled(cti_plc *s) {
    if (s->lost > 0 && s->lost % STAGE == 0 && s->cycles < MOST_CYCLES && s->lost < FADE_TO)
        widen(s);
    double gain = s->lost <= FADE_FROM ? 1.0 : 1.0 - (double)(s->lost - FADE_FROM) / (FADE_TO - FADE_FROM);
    double value = 0.0;
    if (gain > 0.0) {
        value = (double)repeated(s, s->cycles, s->at);
        if (s->leaving > 0) {
            double old = (double)repeated(s, s->old_cycles, s->old_at);
            value += (old - value) * s->leaving / (s->quarter + 1);
            s->old_at = (s->old_at + 1) % (s->old_cycles * s->lag);
            s->leaving--;
        }
        if (s->lost < s->quarter)
            value += (double)s->step * (s->quarter - s->lost) / (s->quarter + 1);
        value *= gain;
    }
    s->at = (s->at + 1) % (s->cycles * s->lag);
    if (s->lost < FADE_TO)
        s->lost++;
    return value;
}

int cti_plc_lost(cti_plc *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    if (n > 0 && (s->lost == 0 || s->bridge > 0)) {
        s->lost = 0;
        begin(s);
    }
    for (int i = 0; i < n; i++)
        pcm[i] = cti_round_sample(filled(s));
    remember(s, pcm, n);
    return n;
}

int cti_plc_good(cti_plc *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    if (n > 0 && s->lost > 0 && s->bridge == 0) {
        int32_t whole = s->quarter + s->lost / BRIDGE_SHARE;
        s->bridge = s->bridge_whole = whole < BRIDGE_MOST ? whole : BRIDGE_MOST;
    }
    for (int i = 0; i < n && s->bridge > 0; i++) {
        double share = (double)s->bridge / (s->bridge_whole + 1);
        pcm[i] = cti_round_sample(pcm[i] + share * (filled(s) - pcm[i]));
        if (--s->bridge == 0)
            s->lost = 0;
    }
    remember(s, pcm, n);
    return n;
}
