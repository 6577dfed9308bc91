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
#include "tone/dtmf_vec.h"

#define TURN 6.283185307179586
#define DUMP_SECONDS 0.002

/* The decision window: 12 dumps are 24 ms, in three sums of 8 ms. */
enum { WINDOW = 12, THIRD = DTMF_THIRD, EDGE_DUMPS = 2, LOOK_BACK = 14, PRESENCE = 3 };
enum { WINDOW_SAMPLES = WINDOW * DTMF_HOP_HALF };

/* Q.24: 40 ms must be heard, 23 ms (20 in some countries) must not. Dumps: 25.2 ms. */
#define SHORTEST_DUMPS 12.6
/* Q.24: pauses from 40 ms on separate, interruptions up to 10 ms do not. Samples: 25.5 ms. */
#define SHORTEST_PAUSE 204
/* Present while the pair has at least half its amplitude, and neither frequency less than 0.4. */
#define PRESENT_PAIR 0.5
#define PRESENT_EACH 0.4
/* How fast the amplitude of a sounding digit is followed, a dump. */
#define AMPLITUDE_SHARE 0.1

/* A first, cheap look: the two best bins hold a quarter of the band's energy. */
#define GATE_SHARE 0.25
/* What is left beside the pair, over the pair's energy: on a quiet line; with all noise granted. */
#define RESIDUAL_QUIET 0.06
#define RESIDUAL_MOST 1.0
/* Outside Q.24's twist, -8…+4 dB (amplitude ratios), only so much of that: speech falls with frequency. */
#define TWISTED 0.5
#define TWIST_LEAST 0.398
#define TWIST_MOST 1.585
/* The same for all that is heard above 180 Hz. */
#define RESIDUAL_WIDE 0.08
/* More than that may be left only if it looks like noise: the geometric over the arithmetic mean of its
 * spectrum is 0.56 for white noise, below 0.2 for speech and music. */
#define FLATNESS 0.35
/* Dial tone below the digit does not count: one or two lines of 350…450 Hz hold so much of all below
 * 590 Hz, and it was as loud (2 dB) just before the digit. */
#define DIAL_SHARE 0.95
#define DIAL_STEADY 1.6
/* Beside such noise, or a dial tone, the frequencies must be nearer: this share of the limit. */
#define NOISY_FREQUENCY 0.8
/* The noise floor is a minimum, so lower than the mean; and noise varies within 24 ms. */
#define NOISE_GRANTED 2.0
/* The weaker frequency's energy over what is left beside the pair. */
#define WEAKER_OVER_RESIDUAL 0.35
/* Dumps in each of the two halves over which the noise floor is the minimum (256 ms), and how many pass
 * after reset before it counts. */
enum { NOISE_BLOCK = 128, NOISE_SETTLES = 12 };
#define NOISE_SMOOTHING 0.125

typedef struct pair {
    int low, high;       /* bins */
    double offset_hz[2]; /* of the frequencies heard from Q.23's */
    double amplitude[2]; /* half of the sine's peak, as the filter leaves it */
} pair;

/* The least energy of a dump, smoothed, over the last 256…512 ms. */
typedef struct floor_meter {
    double smooth, least_now, least_before;
} floor_meter;

struct cti_dtmf_rx {
    dtmf_bank bank;
    vec third[DTMF_HISTORY][DTMF_BINS]; /* sums of the last THIRD dumps */
    cti_fft fft;
    cti_outbox outbox;
    double floor_amplitude;      /* half of the stronger sine's peak */
    double twist, reverse_twist; /* amplitude ratios */
    double frequency_share;
    floor_meter noise; /* in the band */
    floor_meter under; /* in all that is heard: noise, and a dial tone that goes on */
    int32_t noise_dumps;
    /* the digit that sounds */
    int32_t digit; /* 0 = none */
    pair heard;
    double last_presence;
    double start, end; /* samples; `end` also of the digit before */
    int32_t digit_before;
};

static double frequency(int bin) {
    return bin < 4 ? CTI_DTMF_LOW_HZ[bin] : CTI_DTMF_HIGH_HZ[bin - 4];
}

/* The dump made `ago` dumps before the newest. */
static int place(const cti_dtmf_rx *s, int ago) {
    return (int)((s->bank.dumps - 1 - ago) & (DTMF_HISTORY - 1));
}

static vec dump(const cti_dtmf_rx *s, int ago, int bin) {
    int at = place(s, ago);
    vec r = {s->bank.re[at][bin], s->bank.im[at][bin]};
    return r;
}

void cti_dtmf_rx_defaults(cti_dtmf_rx_config *cfg) {
    cfg->floor_dbm0 = -46.0f;
    cfg->twist_db = 7.5f;
    cfg->reverse_twist_db = 11.5f;
    cfg->frequency_percent = 2.5f;
}

size_t cti_dtmf_rx_size(void) {
    return sizeof(cti_dtmf_rx);
}

int cti_dtmf_rx_reset(cti_dtmf_rx *s) {
    if (!s)
        return CTI_ERR_ARG;
    dtmf_bank_reset(&s->bank);
    memset(s->third, 0, sizeof(s->third));
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
    s->floor_amplitude = cti_dbm0_to_rms((double)cfg->floor_dbm0) * 1.4142135623730951 / 2.0;
    s->twist = pow(10.0, (double)cfg->twist_db / 20.0);
    s->reverse_twist = pow(10.0, (double)cfg->reverse_twist_db / 20.0);
    s->frequency_share = (double)cfg->frequency_percent / 100.0;
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
    follow_floor(&s->noise, s->bank.energy[place(s, 0)], next_block, settled);
    follow_floor(&s->under, s->bank.wide_energy[place(s, 0)], next_block, settled);
    if (next_block)
        s->noise_dumps = 0;
}

static void sum_thirds(cti_dtmf_rx *s) {
    vec *sum = s->third[place(s, 0)];
    memset(sum, 0, DTMF_BINS * sizeof(*sum));
    for (int ago = 0; ago < THIRD; ago++) {
        int at = place(s, ago);
        for (int bin = 0; bin < DTMF_BINS; bin++) {
            sum[bin].re += s->bank.re[at][bin];
            sum[bin].im += s->bank.im[at][bin];
        }
    }
}

static double window_energy(const cti_dtmf_rx *s) {
    double energy = 0.0;
    for (int ago = 0; ago < WINDOW; ago++)
        energy += s->bank.energy[place(s, ago)];
    return energy;
}

/* The best bin of each group, by the energy of the window's three sums; 0 when the pair cannot be
 * a digit whatever the rest says. */
static int best_bins(const cti_dtmf_rx *s, double energy, pair *p) {
    double best[2] = {0.0, 0.0};
    int bins[2] = {0, 4};
    const vec *a = s->third[place(s, 2 * THIRD)];
    const vec *b = s->third[place(s, THIRD)];
    const vec *c = s->third[place(s, 0)];
    for (int bin = 0; bin < DTMF_BINS; bin++) {
        double power = square(a[bin]) + square(b[bin]) + square(c[bin]);
        if (power > best[bin / 4]) {
            best[bin / 4] = power;
            bins[bin / 4] = bin;
        }
    }
    p->low = bins[0];
    p->high = bins[1];
    /* A sine of half-amplitude a gives sums of a * 32, and 2 * a^2 of energy a sample. */
    double to_energy = 2.0 * WINDOW_SAMPLES / (3.0 * 32.0 * 32.0);
    double strongest = best[0] > best[1] ? best[0] : best[1];
    double floor = 3.0 * 32.0 * 32.0 * s->floor_amplitude * s->floor_amplitude;
    return strongest > 0.5 * floor && (best[0] + best[1]) * to_energy > GATE_SHARE * energy;
}

/* The frequency heard in a bin, from the phases of the window's three sums. */
static double offset_of(const cti_dtmf_rx *s, int bin) {
    vec a = s->third[place(s, 2 * THIRD)][bin];
    vec b = s->third[place(s, THIRD)][bin];
    vec c = s->third[place(s, 0)][bin];
    vec near = plus(conj_times(a, b), conj_times(b, c));
    vec far = conj_times(a, c);
    double coarse = atan2(near.im, near.re); /* over 8 ms */
    double fine = atan2(far.im, far.re);     /* over 16 ms, a whole number of turns unknown */
    fine += TURN * floor((2.0 * coarse - fine) / TURN + 0.5);
    return fine / (TURN * 2.0 * THIRD * DUMP_SECONDS);
}

/* Fits the two sines to the window by least squares; their energy there. `dumps` takes the last
 * LOOK_BACK dumps of both, turned back by the frequency offsets: a steady sine gives equal ones. */
static double fit_pair(const cti_dtmf_rx *s, pair *p, vec dumps[2][LOOK_BACK], vec amplitude[2]) {
    int bins[2] = {p->low, p->high};
    vec mean[2];
    for (int g = 0; g < 2; g++) {
        double per_dump = TURN * p->offset_hz[g] * DUMP_SECONDS;
        /* Phase 0 in the middle of the window. */
        vec turn = unit(-per_dump * ((WINDOW - 1) / 2.0));
        vec step = unit(per_dump);
        vec sum = {0.0, 0.0};
        for (int ago = 0; ago < LOOK_BACK; ago++) {
            dumps[g][ago] = times(dump(s, ago, bins[g]), turn);
            turn = times(turn, step);
            if (ago < WINDOW)
                sum = plus(sum, dumps[g][ago]);
        }
        mean[g].re = sum.re / WINDOW_SAMPLES;
        mean[g].im = sum.im / WINDOW_SAMPLES;
    }
    /* How much of one sine the other's sum picks up: the Dirichlet kernel, with the phase that the
     * two oscillators have in the middle of the window. */
    double apart = TURN * (frequency(p->high) - frequency(p->low)) / 4000.0;
    double heard = apart + TURN * (p->offset_hz[1] - p->offset_hz[0]) / 4000.0;
    double kernel = sin(WINDOW_SAMPLES * heard / 2.0) / (WINDOW_SAMPLES * sin(heard / 2.0));
    vec low_turn = {s->bank.turn_re[p->low], s->bank.turn_im[p->low]};
    vec high_turn = {s->bank.turn_re[p->high], s->bank.turn_im[p->high]};
    vec g = times(conj_times(high_turn, low_turn), unit(-apart * (WINDOW_SAMPLES + 1) / 2.0));
    g.re *= kernel;
    g.im *= kernel;
    double scale = 1.0 / (1.0 - kernel * kernel);
    vec from_high = times(g, mean[1]);
    vec from_low = conj_times(g, mean[0]);
    amplitude[0].re = (mean[0].re - from_high.re) * scale;
    amplitude[0].im = (mean[0].im - from_high.im) * scale;
    amplitude[1].re = (mean[1].re - from_low.re) * scale;
    amplitude[1].im = (mean[1].im - from_low.im) * scale;
    p->amplitude[0] = sqrt(square(amplitude[0]));
    p->amplitude[1] = sqrt(square(amplitude[1]));
    return 2.0 * WINDOW_SAMPLES *
           (conj_times(amplitude[0], mean[0]).re + conj_times(amplitude[1], mean[1]).re);
}

/* How many dumps' worth of the pair the last LOOK_BACK dumps hold; one is what the middle ones hold. */
static double dumps_on(const pair *p, vec dumps[2][LOOK_BACK], const vec amplitude[2]) {
    double whole = DTMF_HOP_HALF * (p->amplitude[0] * p->amplitude[0] + p->amplitude[1] * p->amplitude[1]);
    double sum = 0.0, plateau = 0.0;
    for (int ago = 0; ago < LOOK_BACK; ago++) {
        double share =
            (conj_times(amplitude[0], dumps[0][ago]).re + conj_times(amplitude[1], dumps[1][ago]).re) / whole;
        sum += share;
        if (ago >= EDGE_DUMPS && ago < WINDOW - EDGE_DUMPS)
            plateau += share / (WINDOW - 2 * EDGE_DUMPS);
    }
    return plateau > 0.5 ? sum / plateau : 0.0;
}

enum {
    LOWEST_BIN = 6,
    DIAL_LOW = 10,
    DIAL_HIGH = 15,
    DIAL_BINS = 19,
    BAND_BINS = 58,
    HIGHEST_BIN = 110,
    AROUND = 4,
    LINE = 2
};

static void blank(float *power, double hz) {
    int middle = (int)(hz * CTI_FFT_SIZE / 8000.0 + 0.5);
    for (int k = middle - AROUND; k <= middle + AROUND; k++)
        power[k] = 0.0f;
}

/* The geometric over the arithmetic mean of the bins that are not blank. */
static double flatness(const float *power, int from, int to) {
    double sum = 0.0, logs = 0.0;
    int n = 0;
    for (int k = from; k < to; k++)
        if (power[k] > 0.0f) {
            sum += (double)power[k];
            logs += log((double)power[k]);
            n++;
        }
    return n > 0 ? exp(logs / n) / (sum / n) : 1.0;
}

static double sum_of(const float *power, int from, int to) {
    double sum = 0.0;
    for (int k = from; k < to; k++)
        sum += (double)power[k];
    return sum;
}

/* What two lines, both where dial tones lie, hold of the bins below 590 Hz. */
static double dial_share(const float *power) {
    float rest[DIAL_BINS];
    memcpy(rest, power, sizeof(rest));
    double all = sum_of(rest, LOWEST_BIN, DIAL_BINS);
    for (int line = 0; line < 2; line++) {
        int peak = DIAL_LOW;
        for (int k = DIAL_LOW; k <= DIAL_HIGH; k++)
            if (rest[k] > rest[peak])
                peak = k;
        for (int k = peak - LINE; k <= peak + LINE; k++)
            rest[k] = 0.0f;
    }
    return all > 0.0 ? 1.0 - sum_of(rest, LOWEST_BIN, DIAL_BINS) / all : 0.0;
}

/* Whether as much as is now beside the pair was there just before it began. */
static int was_there_before(const cti_dtmf_rx *s, double rest) {
    double before = 0.0;
    for (int ago = LOOK_BACK; ago < LOOK_BACK + WINDOW; ago++)
        before += s->bank.wide_energy[place(s, ago)];
    return before < DIAL_STEADY * rest && rest < DIAL_STEADY * before;
}

/* Whether what stands beside the pair is noise, a dial tone, or next to nothing. `digit` is the pair's
 * mean square, `rest` the energy beside it; band: what is left near the pair's frequencies counts too. */
static int rest_is_noise(const cti_dtmf_rx *s, const pair *p, double digit, double rest, int band) {
    float power[CTI_FFT_BINS];
    cti_fft_power(&s->fft, s->bank.recent, power);
    blank(power, frequency(p->low));
    blank(power, frequency(p->high));
    int dial = dial_share(power) >= DIAL_SHARE && was_there_before(s, rest);
    int from = dial ? DIAL_BINS : LOWEST_BIN;
    if (sum_of(power, from, HIGHEST_BIN) > RESIDUAL_WIDE * digit &&
        flatness(power, from, HIGHEST_BIN) < FLATNESS)
        return 0;
    return !band || flatness(power, DIAL_BINS, BAND_BINS) >= FLATNESS;
}

/* Whether the last 24 ms hold a digit; fills p, and how many dumps it has lasted. */
static int find_pair(const cti_dtmf_rx *s, pair *p, double *lasted) {
    double energy = window_energy(s);
    if (!best_bins(s, energy, p))
        return 0;
    p->offset_hz[0] = offset_of(s, p->low);
    if (fabs(p->offset_hz[0]) > s->frequency_share * frequency(p->low))
        return 0;
    p->offset_hz[1] = offset_of(s, p->high);
    if (fabs(p->offset_hz[1]) > s->frequency_share * frequency(p->high))
        return 0;
    vec dumps[2][LOOK_BACK], amplitude[2];
    double fit = fit_pair(s, p, dumps, amplitude);
    double low = p->amplitude[0] * dtmf_bank_correction(p->low);
    double high = p->amplitude[1] * dtmf_bank_correction(p->high);
    if ((low > high ? low : high) < s->floor_amplitude || high > low * s->twist ||
        low > high * s->reverse_twist)
        return 0;
    double strict = high < TWIST_LEAST * low || high > TWIST_MOST * low ? TWISTED : 1.0;
    double rest = energy - fit, quiet = strict * RESIDUAL_QUIET * fit;
    if (rest > quiet + NOISE_GRANTED * WINDOW * floor_of(&s->noise) || rest > RESIDUAL_MOST * fit)
        return 0;
    double all = 0.0, digit = 2.0 * (low * low + high * high);
    for (int ago = 0; ago < WINDOW; ago++)
        all += s->bank.wide_energy[place(s, ago)];
    double wide_rest = all - digit * WINDOW * DTMF_HOP,
           wide_quiet = strict * RESIDUAL_WIDE * digit * WINDOW * DTMF_HOP;
    if (wide_rest > wide_quiet + NOISE_GRANTED * WINDOW * floor_of(&s->under))
        return 0;
    if ((rest > quiet || wide_rest > wide_quiet) &&
        (fabs(p->offset_hz[0]) > NOISY_FREQUENCY * s->frequency_share * frequency(p->low) ||
         fabs(p->offset_hz[1]) > NOISY_FREQUENCY * s->frequency_share * frequency(p->high) ||
         !rest_is_noise(s, p, digit, wide_rest, rest > quiet)))
        return 0;
    double weaker = p->amplitude[0] < p->amplitude[1] ? p->amplitude[0] : p->amplitude[1];
    if (2.0 * WINDOW_SAMPLES * weaker * weaker < WEAKER_OVER_RESIDUAL * rest)
        return 0;
    *lasted = dumps_on(p, dumps, amplitude);
    return *lasted >= SHORTEST_DUMPS;
}

/* The present amplitude of one of the digit's frequencies over the last few dumps. */
static double amplitude_now(const cti_dtmf_rx *s, int bin, double offset_hz) {
    vec turn = {1.0, 0.0}, step = unit(TURN * offset_hz * DUMP_SECONDS), sum = {0.0, 0.0};
    for (int ago = 0; ago < PRESENCE; ago++) {
        sum = plus(sum, times(dump(s, ago, bin), turn));
        turn = times(turn, step);
    }
    return sqrt(square(sum)) / (PRESENCE * DTMF_HOP_HALF);
}

static double delay_of(const pair *p) {
    return (dtmf_bank_delay(p->low) + dtmf_bank_delay(p->high)) / 2.0;
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
    pair *p = &s->heard;
    double low = amplitude_now(s, p->low, p->offset_hz[0]);
    double high = amplitude_now(s, p->high, p->offset_hz[1]);
    double power = p->amplitude[0] * p->amplitude[0] + p->amplitude[1] * p->amplitude[1];
    double presence = (p->amplitude[0] * low + p->amplitude[1] * high) / power;
    if (low < PRESENT_EACH * p->amplitude[0] || high < PRESENT_EACH * p->amplitude[1])
        presence = presence < PRESENT_PAIR ? presence : 0.99 * PRESENT_PAIR;
    double middle = (double)(s->bank.dumps * DTMF_HOP) - PRESENCE * DTMF_HOP / 2.0 - delay_of(p);
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

/* Whether the last 60 ms hold a digit over speech, or one with a hole. */
static int find_long(const cti_dtmf_rx *s, pair *p, double *lasted, double *over) {
    dtmf_long_limits limits = {s->floor_amplitude, s->twist, s->reverse_twist, s->frequency_share};
    dtmf_long_pair found;
    if (!dtmf_long_look(&s->bank, (const vec(*)[DTMF_BINS])s->third, &limits, &found))
        return 0;
    p->low = found.low;
    p->high = found.high;
    for (int g = 0; g < 2; g++) {
        p->offset_hz[g] = found.offset_hz[g];
        p->amplitude[g] = found.amplitude[g];
    }
    *lasted = found.first + 1;
    *over = found.last;
    return 1;
}

static void decide(cti_dtmf_rx *s, cti_event_sink *sink) {
    sum_thirds(s);
    follow_noise(s);
    if (s->digit)
        follow_digit(s, sink);
    pair p;
    double lasted = 0.0, over = 0.0; /* dumps: since its beginning, since its end */
    if (!find_pair(s, &p, &lasted) && !find_long(s, &p, &lasted, &over))
        return;
    int digit = CTI_DTMF_KEYS[p.low * 4 + p.high - 4];
    double now = (double)(s->bank.dumps * DTMF_HOP) - delay_of(&p);
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
