#include "cti/dtmf_rx.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/fft.h"
#include "base/outbox.h"
#include "cti/error.h"
#include "tone/dtmf_bank.h"
#include "tone/dtmf_long.h"
#include "tone/dtmf_plan.h"
#include "tone/dtmf_short.h"

#define TURN 6.283185307179586
#define DUMP_SECONDS 0.002

enum { PRESENCE = 3 };

/* Q.24: pauses from 40 ms on separate, interruptions up to 10 ms do not. Samples: 25.5 ms. */
#define SHORTEST_PAUSE 204
/* Present while the pair has at least half its amplitude, and neither frequency less than 0.4. */
#define PRESENT_PAIR 0.5
#define PRESENT_EACH 0.4
/* White noise stands in half of 0…2 kHz, so twice as dense as over all of it; and its floor is a minimum. */
#define NOISE_IN_BAND 2.5
/* How fast the amplitude of a sounding digit is followed, a dump. */
#define AMPLITUDE_SHARE 0.1

/* Dumps in each of the two halves over which the noise floor is the minimum (256 ms), and how many pass
 * after reset before it counts. */
enum { NOISE_BLOCK = 128, NOISE_SETTLES = 12 };
#define NOISE_SMOOTHING 0.125

/* The least energy of a dump, smoothed, over the last 256…512 ms. */
typedef struct floor_meter {
    double smooth, least_now, least_before;
} floor_meter;

struct cti_dtmf_rx {
    dtmf_bank bank;
    cti_fft fft;
    dtmf_windows windows;
    cti_outbox outbox;
    dtmf_limits limits;
    floor_meter noise; /* in the band */
    floor_meter under; /* in all that is heard: noise, and a dial tone that goes on */
    int32_t noise_dumps;
    /* the digit that sounds */
    int32_t digit; /* 0 = none */
    dtmf_pair heard;
    double last_presence;
    double start, end; /* samples; `end` also of the digit before */
    int32_t digit_before;
};

void cti_dtmf_rx_defaults(cti_dtmf_rx_config *cfg) {
    cfg->floor_dbm0 = -43.5f;
    cfg->twist_db = 7.5f;
    cfg->reverse_twist_db = 11.5f;
    cfg->frequency_percent = 2.1f;
}

size_t cti_dtmf_rx_size(void) {
    return sizeof(cti_dtmf_rx);
}

int cti_dtmf_rx_reset(cti_dtmf_rx *s) {
    if (!s)
        return CTI_ERR_ARG;
    dtmf_bank_reset(&s->bank);
    dtmf_windows_reset(&s->windows);
    s->outbox.count = 0;
    floor_meter unknown = {-1.0, INFINITY, INFINITY};
    s->noise = s->under = unknown;
    s->noise_dumps = 0;
    s->digit = s->digit_before = 0;
    s->last_presence = s->start = s->end = 0.0;
    return CTI_OK;
}

int cti_dtmf_rx_init(cti_dtmf_rx *s, size_t size, const cti_dtmf_rx_config *cfg) {
    cti_dtmf_rx_config defaults;
    if (!cfg) {
        cti_dtmf_rx_defaults(&defaults);
        cfg = &defaults;
    }
    if (!s || !(cfg->floor_dbm0 >= -80.0f && cfg->floor_dbm0 <= 0.0f) ||
        !(cfg->twist_db >= 0.0f && cfg->twist_db <= 30.0f) ||
        !(cfg->reverse_twist_db >= 0.0f && cfg->reverse_twist_db <= 30.0f) ||
        !(cfg->frequency_percent >= 0.1f && cfg->frequency_percent <= 3.5f))
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    dtmf_bank_init(&s->bank);
    cti_fft_init(&s->fft);
    s->limits.floor_amplitude = cti_dbm0_to_rms((double)cfg->floor_dbm0) * 1.4142135623730951 / 2.0;
    s->limits.twist = pow(10.0, (double)cfg->twist_db / 20.0);
    s->limits.reverse_twist = pow(10.0, (double)cfg->reverse_twist_db / 20.0);
    s->limits.frequency_share = (double)cfg->frequency_percent / 100.0;
    return cti_dtmf_rx_reset(s);
}

static void follow_floor(floor_meter *m, double energy, int next_block, int settled) {
    m->smooth = m->smooth < 0.0 ? energy : m->smooth + NOISE_SMOOTHING * (energy - m->smooth);
    if (m->smooth < m->least_now && settled)
        m->least_now = m->smooth;
    if (next_block) {
        m->least_before = m->least_now;
        m->least_now = m->smooth;
    }
}

static double floor_of(const floor_meter *m) {
    return m->least_now < m->least_before ? m->least_now : m->least_before;
}

static void follow_noise(cti_dtmf_rx *s) {
    int next_block = s->digit == 0 && ++s->noise_dumps >= NOISE_BLOCK;
    int settled = s->bank.dumps > NOISE_SETTLES;
    follow_floor(&s->noise, s->bank.energy[dtmf_bank_at(&s->bank, 0)], next_block, settled);
    follow_floor(&s->under, s->bank.wide_energy[dtmf_bank_at(&s->bank, 0)], next_block, settled);
    if (next_block)
        s->noise_dumps = 0;
}

/* The present amplitude of one of the digit's frequencies over the last few dumps, less what noise adds. */
static double amplitude_now(const cti_dtmf_rx *s, int bin, double offset_hz) {
    enum { SAMPLES = PRESENCE * DTMF_HOP_HALF };
    vec turn = {1.0, 0.0}, step = unit(TURN * offset_hz * DUMP_SECONDS), sum = {0.0, 0.0};
    for (int ago = 0; ago < PRESENCE; ago++) {
        int at = dtmf_bank_at(&s->bank, ago);
        vec dump = {s->bank.re[at][bin], s->bank.im[at][bin]};
        sum = plus(sum, times(dump, turn));
        turn = times(turn, step);
    }
    double noise = NOISE_IN_BAND * floor_of(&s->noise) / (DTMF_HOP_HALF * SAMPLES);
    double power = square(sum) / (SAMPLES * SAMPLES) - (noise < HUGE_VAL ? noise : 0.0);
    return power > 0.0 ? sqrt(power) : 0.0;
}

static void put_event(const cti_dtmf_rx *s, cti_event_sink *sink, int kind, double start, int length) {
    double stronger = 0.0;
    int bins[2] = {s->heard.low, s->heard.high};
    for (int g = 0; g < 2; g++) {
        double a = s->heard.amplitude[g] * dtmf_bank_correction(bins[g]);
        stronger = a > stronger ? a : stronger;
    }
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = s->bank.dumps * DTMF_HOP;
    e.start = start > 0.0 ? (int64_t)(start + 0.5) : 0;
    e.kind = kind;
    e.value = s->digit;
    e.length = length;
    e.level = cti_dbm0_from_power(2.0 * stronger * stronger);
    cti_sink_put(sink, &e);
}

static void end_digit(cti_dtmf_rx *s, cti_event_sink *sink) {
    double start = s->start > 0.0 ? s->start : 0.0;
    put_event(s, sink, CTI_EV_DIGIT_UP, start, (int)(s->end - start + 0.5));
    s->digit_before = s->digit;
    s->digit = 0;
}

/* Follows the digit that sounds: where it was last there, and whether it is over. */
static void follow_digit(cti_dtmf_rx *s, cti_event_sink *sink) {
    dtmf_pair *p = &s->heard;
    double low = amplitude_now(s, p->low, p->offset_hz[0]);
    double high = amplitude_now(s, p->high, p->offset_hz[1]);
    double power = p->amplitude[0] * p->amplitude[0] + p->amplitude[1] * p->amplitude[1];
    double presence = (p->amplitude[0] * low + p->amplitude[1] * high) / power;
    if (low < PRESENT_EACH * p->amplitude[0] || high < PRESENT_EACH * p->amplitude[1])
        presence = presence < PRESENT_PAIR ? presence : 0.99 * PRESENT_PAIR;
    double middle = (double)(s->bank.dumps * DTMF_HOP) - PRESENCE * DTMF_HOP / 2.0 - dtmf_pair_delay(p);
    if (presence >= PRESENT_PAIR) {
        s->end = middle;
        p->amplitude[0] += AMPLITUDE_SHARE * (low - p->amplitude[0]);
        p->amplitude[1] += AMPLITUDE_SHARE * (high - p->amplitude[1]);
    } else if (s->last_presence >= PRESENT_PAIR) {
        /* It fell below half since the dump before: between the two middles. */
        s->end = middle - DTMF_HOP * (PRESENT_PAIR - presence) / (s->last_presence - presence);
    }
    s->last_presence = presence;
    if (middle - s->end >= SHORTEST_PAUSE)
        end_digit(s, sink);
}

/* What the long look would find again and `decide` pass over: the digit that sounds, unless it is weaker, or
 * the one before until a new one may begin. */
static dtmf_known known_digit(const cti_dtmf_rx *s) {
    dtmf_known k = {s->heard.low, s->heard.high, s->end + SHORTEST_PAUSE, 0.0};
    if (s->digit) {
        k.until = INFINITY;
        k.weakest = PRESENT_PAIR * s->heard.amplitude[0];
    } else if (!s->digit_before) {
        k.low = k.high = -1;
    }
    return k;
}

static void decide(cti_dtmf_rx *s, cti_event_sink *sink) {
    follow_noise(s);
    if (s->digit)
        follow_digit(s, sink);
    if (s->digit && s->last_presence >= PRESENT_PAIR)
        return; /* nothing else can be there */
    dtmf_pair p;
    dtmf_floors floors = {floor_of(&s->noise), floor_of(&s->under)};
    dtmf_known known = known_digit(s);
    double lasted = 0.0, over = 0.0; /* dumps: since its beginning, since its end */
    if (!dtmf_short_look(&s->bank, &s->fft, &floors, &s->limits, &p, &lasted) &&
        !dtmf_long_look(&s->bank, &s->fft, &s->windows, &s->limits, &known, &p, &lasted, &over))
        return;
    int digit = CTI_DTMF_KEYS[p.low * 4 + p.high - 4];
    double now = (double)(s->bank.dumps * DTMF_HOP) - dtmf_pair_delay(&p);
    double start = now - lasted * DTMF_HOP;
    if (s->digit && digit != s->digit && start < s->start)
        return; /* what was heard before */
    if (digit == s->digit) {
        if (s->last_presence < PRESENT_PAIR && start < s->end + SHORTEST_PAUSE &&
            p.amplitude[0] < PRESENT_PAIR * s->heard.amplitude[0]) {
            s->heard = p; /* it goes on, only weaker */
            s->end = now;
            s->last_presence = 1.0;
        }
        return;
    }
    if (digit == s->digit_before && start < s->end + SHORTEST_PAUSE)
        return; /* its own echo */
    if (s->digit)
        end_digit(s, sink);
    s->heard = p;
    s->digit = digit;
    s->start = start;
    s->end = now - over * DTMF_HOP;
    s->last_presence = over > 0.0 ? 0.0 : 1.0;
    put_event(s, sink, CTI_EV_DIGIT_DOWN, s->start, 0);
}

int cti_dtmf_rx_run(cti_dtmf_rx *s, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!s || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev))
        return CTI_ERR_ARG;
    cti_event_sink sink = cti_sink_open(ev, max, &s->outbox);
    for (int done = 0; done < n;) {
        done += dtmf_bank_run(&s->bank, pcm + done, n - done);
        if (s->bank.filled == 0)
            decide(s, &sink);
    }
    return sink.count;
}

int cti_dtmf_rx_digit(const cti_dtmf_rx *s) {
    return s ? s->digit : 0;
}
