#include "tone/dtmf_short.h"

#include <string.h>

#include "tone/dtmf_rest.h"
#include "tone/dtmf_vec.h"
#include "tone/dtmf_work.h"

#define TURN 6.283185307179586
#define DUMP_SECONDS 0.002

/* How long the pair must stand: on a quiet line, and in noise. Dumps are 2 ms, sums 8 ms. */
typedef struct stretch {
    int sums;
    int dumps;
    int lag;         /* sums between which the frequency is measured */
    double shortest; /* dumps' worth of the pair */
    int noisy;
} stretch;

/* Q.24: 40 ms must be heard, 23 ms (20 in some countries) must not: 25.2 ms. In noise 36 ms. */
static const stretch QUIET = {3, 12, 2, 12.6, 0}, NOISY = {5, 20, 3, 18.0, 1};
enum { DUMPS_MOST = 22, EDGE_DUMPS = 2 };
/* Bins of 31 Hz. */
enum {
    LOWEST_BIN = 6,
    DIAL_LOW = 10,
    DIAL_HIGH = 15,
    DIAL_BINS = 19,
    HIGHEST_BIN = 110,
    AROUND = 4,
    DIAL_LINE = 2
};

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
#define SHARED 0.6
#define EDGE 0.3
/* In noise, of 78 bins no one is so much over the mean (5e-5 of all). */
#define NOISE_PEAK 11.0
/* And the noise was as loud (2.5 dB) in the 24 ms before. */
#define NOISE_STEADY 1.8
/* Dial tone below the digit does not count: one or two lines of 350…450 Hz hold so much of all below
 * 590 Hz, and it was as loud (2 dB) just before the digit. */
#define DIAL_SHARE 0.95
#define DIAL_STEADY 1.6
/* Beside such noise, or a dial tone, the frequencies must be nearer: this share of the limit. */
#define NOISY_FREQUENCY 0.95
/* The noise floor is a minimum, so lower than the mean; and noise varies within 24 ms. */
#define NOISE_GRANTED 2.0
/* Less noise than this, of all in the band, is no reason to wait. */
#define NOISE_LEAST 0.02
/* The weaker frequency's energy over what is left beside the pair. */
#define WEAKER_OVER_RESIDUAL 0.35

static double band_energy(const dtmf_bank *b, int dumps) {
    double energy = 0.0;
    for (int ago = 0; ago < dumps; ago++)
        energy += b->energy[dtmf_bank_at(b, ago)];
    return energy;
}

/* The best bin of each group, by the energy of the span's sums; 0 when the pair cannot be a digit whatever
 * the rest says. */
static int best_bins(const dtmf_bank *b, const stretch *span, const dtmf_limits *limits, double energy,
                     dtmf_pair *p) {
    double power[DTMF_BINS], best[2] = {0.0, 0.0};
    int bins[2] = {0, 4};
    b->work->add_power(b, 0, span->sums, power);
    for (int bin = 0; bin < DTMF_BINS; bin++)
        if (power[bin] > best[bin / 4]) {
            best[bin / 4] = power[bin];
            bins[bin / 4] = bin;
        }
    p->low = bins[0];
    p->high = bins[1];
    /* A sine of half-amplitude a gives sums of a * 32, and 2 * a^2 of energy a sample. */
    double whole = span->sums * (double)DTMF_SUM_SAMPLES * DTMF_SUM_SAMPLES;
    double to_energy = 2.0 * span->dumps * DTMF_HOP_HALF / whole;
    double strongest = best[0] > best[1] ? best[0] : best[1];
    return strongest > 0.5 * whole * limits->floor_amplitude * limits->floor_amplitude &&
           (best[0] + best[1]) * to_energy > GATE_SHARE * energy;
}

/* The frequency heard in a bin, from the phases of the span's sums. */
static double offset_of(const dtmf_bank *b, const stretch *span, int bin) {
    vec near = {0.0, 0.0}, far = {0.0, 0.0};
    for (int k = 0; k + 1 < span->sums; k++) {
        vec newer = dtmf_bank_sum(b, k * DTMF_SUM, bin);
        near = plus(near, conj_times(dtmf_bank_sum(b, (k + 1) * DTMF_SUM, bin), newer));
        if (k + span->lag < span->sums)
            far = plus(far, conj_times(dtmf_bank_sum(b, (k + span->lag) * DTMF_SUM, bin), newer));
    }
    double coarse = atan2(near.im, near.re); /* over 8 ms */
    double fine = atan2(far.im, far.re);     /* over `lag` times that, a whole number of turns unknown */
    fine += TURN * floor((span->lag * coarse - fine) / TURN + 0.5);
    return fine / (TURN * span->lag * DTMF_SUM * DUMP_SECONDS);
}

/* Fits the two sines to the span by least squares; their energy there. `dumps` takes the last dumps of both,
 * two more than the span, turned back by the frequency offsets: a steady sine gives equal ones. */
static double fit_pair(const dtmf_bank *b, const stretch *span, dtmf_pair *p, vec dumps[2][DUMPS_MOST],
                       vec amplitude[2]) {
    int bins[2] = {p->low, p->high};
    double samples = span->dumps * DTMF_HOP_HALF;
    vec mean[2];
    for (int g = 0; g < 2; g++) {
        double per_dump = TURN * p->offset_hz[g] * DUMP_SECONDS;
        /* Phase 0 in the middle of the span. */
        vec turn = unit(-per_dump * ((span->dumps - 1) / 2.0));
        vec step = unit(per_dump);
        vec sum = {0.0, 0.0};
        for (int ago = 0; ago < span->dumps + EDGE_DUMPS; ago++) {
            int at = dtmf_bank_at(b, ago);
            vec dump = {b->re[at][bins[g]], b->im[at][bins[g]]};
            dumps[g][ago] = times(dump, turn);
            turn = times(turn, step);
            if (ago < span->dumps)
                sum = plus(sum, dumps[g][ago]);
        }
        mean[g].re = sum.re / samples;
        mean[g].im = sum.im / samples;
    }
    /* How much of one sine the other's sum picks up: the Dirichlet kernel, with the phase that the
     * two oscillators have in the middle of the span. */
    double apart = TURN * (dtmf_bank_hz(p->high) - dtmf_bank_hz(p->low)) / 4000.0;
    double heard = apart + TURN * (p->offset_hz[1] - p->offset_hz[0]) / 4000.0;
    double kernel = sin(samples * heard / 2.0) / (samples * sin(heard / 2.0));
    vec low_turn = {b->turn_re[p->low], b->turn_im[p->low]};
    vec high_turn = {b->turn_re[p->high], b->turn_im[p->high]};
    vec g = times(conj_times(high_turn, low_turn), unit(-apart * (samples + 1) / 2.0));
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
    return 2.0 * samples * (conj_times(amplitude[0], mean[0]).re + conj_times(amplitude[1], mean[1]).re);
}

/* How many dumps' worth of the pair the last dumps hold; one is what the middle ones hold. */
static double dumps_on(const stretch *span, const dtmf_pair *p, vec dumps[2][DUMPS_MOST],
                       const vec amplitude[2]) {
    double whole = DTMF_HOP_HALF * (p->amplitude[0] * p->amplitude[0] + p->amplitude[1] * p->amplitude[1]);
    double sum = 0.0, plateau = 0.0;
    for (int ago = 0; ago < span->dumps + EDGE_DUMPS; ago++) {
        double share =
            (conj_times(amplitude[0], dumps[0][ago]).re + conj_times(amplitude[1], dumps[1][ago]).re) / whole;
        sum += share;
        if (ago >= EDGE_DUMPS && ago < span->dumps - EDGE_DUMPS)
            plateau += share / (span->dumps - 2 * EDGE_DUMPS);
    }
    return plateau > 0.5 ? sum / plateau : 0.0;
}

/* What two lines, both where dial tones lie, hold of the bins below 590 Hz. */
static double dial_share(const float *power) {
    float rest[DIAL_BINS];
    memcpy(rest, power, sizeof(rest));
    double all = 0.0, left = 0.0;
    for (int k = LOWEST_BIN; k < DIAL_BINS; k++)
        all += (double)rest[k];
    for (int line = 0; line < 2; line++) {
        int peak = DIAL_LOW;
        for (int k = DIAL_LOW; k <= DIAL_HIGH; k++)
            if (rest[k] > rest[peak])
                peak = k;
        for (int k = peak - DIAL_LINE; k <= peak + DIAL_LINE; k++)
            rest[k] = 0.0f;
    }
    for (int k = LOWEST_BIN; k < DIAL_BINS; k++)
        left += (double)rest[k];
    return all > 0.0 ? 1.0 - left / all : 0.0;
}

/* Whether as much as is now beside the pair was there in the 24 ms before it, within this power ratio. */
static int was_there_before(const dtmf_bank *b, const stretch *span, double rest, double steady) {
    double before = dtmf_bank_wide(b, span->dumps + EDGE_DUMPS, QUIET.dumps) * span->dumps / QUIET.dumps;
    return before < steady * rest && rest < steady * before;
}

/* Without the pair; power of the last 32 ms. */
static void spectrum_beside(const dtmf_bank *b, const cti_fft *fft, const dtmf_pair *p, float *power) {
    int bins[2] = {p->low, p->high};
    cti_fft_power(fft, dtmf_bank_recent(b, CTI_FFT_SIZE, 0), power);
    for (int g = 0; g < 2; g++) {
        int middle = (int)(dtmf_bank_hz(bins[g]) * CTI_FFT_SIZE / 8000.0 + 0.5);
        for (int k = middle - AROUND; k <= middle + AROUND; k++)
            power[k] = 0.0f;
    }
}

/* Whether what stands beside the pair is noise, a dial tone, or next to nothing: `rest`, a mean square. */
static int beside_is_harmless(const dtmf_bank *b, const cti_fft *fft, const stretch *span, const dtmf_pair *p,
                              double digit, double rest_energy) {
    float power[CTI_FFT_BINS];
    spectrum_beside(b, fft, p, power);
    int dial = dial_share(power) >= DIAL_SHARE && was_there_before(b, span, rest_energy, DIAL_STEADY);
    double sum = 0.0, logs = 0.0;
    int count = 0;
    for (int k = dial ? DIAL_BINS : LOWEST_BIN; k < HIGHEST_BIN; k++)
        if (power[k] > 0.0f) {
            sum += (double)power[k];
            logs += log((double)power[k]);
            count++;
        }
    return sum <= RESIDUAL_WIDE * digit || exp(logs / count) >= FLATNESS * sum / count;
}

static int begins(const dtmf_bank *b, const stretch *span, const dtmf_pair *p) {
    int before = span->dumps + 2;
    double whole = DTMF_SUM_SAMPLES * DTMF_SUM_SAMPLES;
    return dtmf_bank_power(b, before, p->low) < EDGE * p->amplitude[0] * p->amplitude[0] * whole &&
           dtmf_bank_power(b, before, p->high) < EDGE * p->amplitude[1] * p->amplitude[1] * whole;
}

/* Whether no further line stands beside the pair, and in noise whether that is white. */
static int no_further_line(const dtmf_bank *b, const cti_fft *fft, const stretch *span, const dtmf_pair *p) {
    dtmf_rest r;
    double hz[2] = {dtmf_bank_hz(p->low) + p->offset_hz[0], dtmf_bank_hz(p->high) + p->offset_hz[1]};
    int n = span->dumps * DTMF_HOP;
    dtmf_rest_of(fft, dtmf_bank_recent(b, n, 0), n, ~0u, hz, &r);
    if (span->noisy && (r.peak > NOISE_PEAK || r.flat < FLATNESS))
        return 0;
    return !dtmf_rest_has_line(&r) ||
           (begins(b, span, p) &&
            dtmf_rest_shared(&r, fft, dtmf_bank_recent(b, CTI_FFT_SIZE, span->dumps + 2), CTI_FFT_SIZE) >
                SHARED);
}

static int look(const dtmf_bank *b, const cti_fft *fft, const dtmf_floors *floors, const dtmf_limits *limits,
                const stretch *span, dtmf_pair *p, double *lasted) {
    double energy = band_energy(b, span->dumps);
    if (span->noisy && NOISE_GRANTED * span->dumps * floors->band < NOISE_LEAST * energy)
        return 0;
    if (!best_bins(b, span, limits, energy, p))
        return 0;
    p->offset_hz[0] = offset_of(b, span, p->low);
    p->offset_hz[1] = offset_of(b, span, p->high);
    if (!dtmf_pair_is_near(p, limits, 1.0))
        return 0;
    vec dumps[2][DUMPS_MOST], amplitude[2];
    double fit = fit_pair(b, span, p, dumps, amplitude);
    double low = p->amplitude[0] * dtmf_bank_correction(p->low);
    double high = p->amplitude[1] * dtmf_bank_correction(p->high);
    if ((low > high ? low : high) < limits->floor_amplitude || high > low * limits->twist ||
        low > high * limits->reverse_twist)
        return 0;
    double strict = high < TWIST_LEAST * low || high > TWIST_MOST * low ? TWISTED : 1.0;
    double rest = energy - fit, quiet = strict * RESIDUAL_QUIET * fit;
    if (span->noisy ? rest <= quiet || rest > quiet + NOISE_GRANTED * span->dumps * floors->band ||
                          rest > RESIDUAL_MOST * fit
                    : rest > quiet)
        return 0;
    double digit = 2.0 * (low * low + high * high);
    double wide_rest = dtmf_bank_wide(b, 0, span->dumps) - digit * span->dumps * DTMF_HOP;
    double wide_quiet = strict * RESIDUAL_WIDE * digit * span->dumps * DTMF_HOP;
    if (wide_rest > wide_quiet + NOISE_GRANTED * span->dumps * floors->wide)
        return 0;
    if ((rest > quiet || wide_rest > wide_quiet) && !dtmf_pair_is_near(p, limits, NOISY_FREQUENCY))
        return 0;
    double weaker = p->amplitude[0] < p->amplitude[1] ? p->amplitude[0] : p->amplitude[1];
    if (2.0 * span->dumps * DTMF_HOP_HALF * weaker * weaker < WEAKER_OVER_RESIDUAL * rest)
        return 0;
    *lasted = dumps_on(span, p, dumps, amplitude);
    if (*lasted < span->shortest)
        return 0;
    if (wide_rest > wide_quiet && !beside_is_harmless(b, fft, span, p, digit, wide_rest))
        return 0;
    if (span->noisy && !was_there_before(b, span, wide_rest, NOISE_STEADY))
        return 0;
    return no_further_line(b, fft, span, p);
}

int dtmf_short_look(const dtmf_bank *b, const cti_fft *fft, const dtmf_floors *floors,
                    const dtmf_limits *limits, dtmf_pair *p, double *lasted) {
    return look(b, fft, floors, limits, &QUIET, p, lasted) || look(b, fft, floors, limits, &NOISY, p, lasted);
}
