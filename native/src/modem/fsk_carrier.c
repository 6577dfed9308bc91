#include "modem/fsk_carrier.h"

#include <math.h>
#include <string.h>

#include "modem/fsk_look.h"

#define REFERENCE_RMS 16140.0f /* 0 dBm0 */
#define LEVEL_GAIN 0.15f
#define PLACE_STEP 0.07f /* of a bit */
/* The timing error of one byte is measured at three places so far apart (of a bit). */
#define EARLY_LATE 0.12f
/* Variance of that, samples²: so much without noise, and so much a unit of noise to signal. */
#define MEASURE_VAR 0.004f
#define MEASURE_VAR_NOISE 0.25f
/* What place and rate may do by themselves from byte to byte. */
#define PLACE_WALK 0.0004f
#define RATE_WALK 1e-8f
#define JUMP 9.0f       /* variances: beyond it the byte did not follow the last at once */
#define JUMP_LEAST 0.3f /* samples */
#define FIRST_RATE_STEP 0.03f
#define FIRST_RATE_PENALTY 0.005f /* of the purity: the nominal rate is likeliest */
#define MARKS_BEFORE 2
/* Above it (10 dB over noise) a doubtful byte is no work of noise. */
#define CLEAR_PURITY 0.94f
/* A byte so little sure is none where half a bit later there is a mark. */
#define HOPELESS 0.15f
#define PASSES 5 /* at most, until the byte's place stands */

fsk_tones fsk_carrier_tones(int modem) {
    return modem == CTI_FSK_V23 ? fsk_tones_of(2100, 1300) : fsk_tones_of(2200, 1200);
}

float fsk_carrier_within_limits(float bit) {
    float most = FSK_BIT * (1.0f + FSK_RATE_MAX), least = FSK_BIT * (1.0f - FSK_RATE_MAX);
    return bit > most ? most : bit < least ? least : bit;
}

float fsk_carrier_level(float power) {
    return 20.0f * log10f(sqrtf(power > 1e-9f ? power : 1e-9f) / REFERENCE_RMS);
}

void fsk_carrier_sure(fsk_carrier *c, float place, float bit) {
    c->var_place = place * place;
    c->var_bit = bit * bit;
    c->var_both = 0.0f;
}

int fsk_carrier_other(int modem) {
    return modem == CTI_FSK_V23 ? CTI_FSK_BELL202 : CTI_FSK_V23;
}

/* What a modem explains of known bits, with the amplitudes that they have. */
static float explained(const fsk_span *span, float t, float bit, uint32_t marks, int n, float amplitude[2]) {
    float sum[2] = {0.0f, 0.0f}, count[2] = {0.0f, 0.0f};
    for (int k = 0; k < n; k++) {
        int b = (int)(marks >> k & 1);
        sum[b] += sqrtf(fsk_span_power(span, b, t + (float)k * bit, bit));
        count[b] += 1.0f;
    }
    for (int b = 0; b < 2; b++) {
        amplitude[b] = count[b] > 0.0f ? sum[b] / count[b] : sum[!b] / count[!b];
    }
    fsk_c ref = {0.0f, 0.0f};
    return fsk_path_follow(span, t, bit, amplitude, marks, n, &ref);
}

void fsk_carrier_judge(fsk_carrier *c, const fsk_span *span, const fsk_span *other, float t, uint32_t marks,
                       int n) {
    float amplitude[2];
    c->lead += explained(span, t, c->bit, marks, n, amplitude);
    c->lead -= explained(other, t, c->bit, marks, n, amplitude);
    if (c->lead < 0.0f) {
        c->lead = -c->lead;
        c->modem = fsk_carrier_other(c->modem);
        c->amplitude[0] = amplitude[0];
        c->amplitude[1] = amplitude[1];
        c->ref = (fsk_c){0.0f, 0.0f};
    }
}

/* How much later than t the byte `marks` begins: where its bits fit best, in continuous phase. */
static float lateness(const fsk_carrier *c, const fsk_span *span, float t, uint32_t marks) {
    /* with the stop bit before it */
    uint32_t bits = marks << 1 | 1;
    float step = EARLY_LATE * c->bit, fit[3];
    for (int i = 0; i < 3; i++) {
        fsk_c ref = {0.0f, 0.0f};
        fit[i] = fsk_path_follow(span, t - c->bit + step * (float)(i - 1), c->bit, c->amplitude, bits,
                                 FSK_FRAME + 1, &ref);
    }
    float bend = 2.0f * fit[1] - fit[0] - fit[2];
    if (bend <= 0.0f) {
        return fit[2] > fit[0] ? step : -step;
    }
    float late = 0.5f * step * (fit[2] - fit[0]) / bend;
    return late > 2.0f * step ? 2.0f * step : late < -2.0f * step ? -2.0f * step : late;
}

/* Ten bits on, and what that does to how sure we are (a Kalman filter of place and rate). */
static void predict(fsk_carrier *c) {
    const float n = FSK_FRAME;
    c->var_place += 2.0f * n * c->var_both + n * n * c->var_bit + PLACE_WALK;
    c->var_both += n * c->var_bit;
    c->var_bit += RATE_WALK;
}

static float correct(fsk_carrier *c, float late, float measured) {
    float sum = c->var_place + measured, gain = c->var_place / sum, gain_bit = c->var_both / sum;
    c->bit = fsk_carrier_within_limits(c->bit + gain_bit * late);
    c->var_bit -= gain_bit * c->var_both;
    c->var_both *= 1.0f - gain;
    c->var_place *= 1.0f - gain;
    return gain * late;
}

static fsk_c turned(fsk_c ref, float angle) {
    float co = cosf(angle), si = sinf(angle);
    return (fsk_c){ref.re * co - ref.im * si, ref.re * si + ref.im * co};
}

int fsk_carrier_read(fsk_carrier *c, const fsk_span *span, int64_t base, float t, cti_fsk_event *ev) {
    fsk_reading reading;
    float noise = c->purity > 0.5f ? 1.0f / c->purity - 1.0f : 1.0f;
    float measured = MEASURE_VAR + MEASURE_VAR_NOISE * noise;
    /* The carrier at t: what the last byte left, or the marks before. */
    fsk_c ref = c->ref;
    float by;
    for (int pass = 0;; pass++) {
        fsk_path_read(span, t, c->bit, c->amplitude, ref, &reading);
        if (reading.marks & 1) {
            return 0;
        }
        float late = lateness(c, span, t, reading.marks);
        int jumped = late * late > JUMP * (c->var_place + measured) && fabsf(late) > JUMP_LEAST;
        if (jumped) {
            c->var_place = 1.0f;
            c->var_both = 0.0f;
        }
        by = correct(c, late, measured);
        ref = turned(ref, span->tones.omega[1] * by);
        t += by;
        if (pass + 1 == PASSES || fabsf(by) < JUMP_LEAST) {
            break;
        }
        c->var_place = 1.0f;
    }
    ev->kind = CTI_FSK_BYTE;
    ev->modem = c->modem;
    ev->byte = (int)(reading.marks >> 1 & 0xff);
    ev->framing_ok = reading.stop > 0.0f;
    ev->margin = reading.stop < reading.margin ? fabsf(reading.stop) : reading.margin;
    ev->level_dbm0 = fsk_carrier_level(c->power);
    float amplitude[2];
    fsk_look_amplitudes(span, t, c->bit, 0, 9, amplitude);
    for (int b = 0; b < 2; b++) {
        c->amplitude[b] += LEVEL_GAIN * (amplitude[b] - c->amplitude[b]);
    }
    c->ref = turned(reading.ref, span->tones.omega[1] * by);
    c->waiting = 0;
    c->bytes++;
    c->last = (double)base + (double)t;
    c->next = c->last + FSK_FRAME * (double)c->bit;
    predict(c);
    ev->start = (int64_t)llround(c->last);
    return 1;
}

static float sureness(const cti_fsk_event *byte) {
    return byte->framing_ok ? byte->margin : -byte->margin;
}

int fsk_carrier_read_next(fsk_carrier *c, const fsk_span *span, int64_t base, float t, cti_fsk_event *ev) {
    const fsk_carrier before = *c;
    if (!fsk_carrier_read(c, span, base, t, ev)) {
        return 0;
    }
    if (sureness(ev) < FSK_DOUBTFUL && c->purity > CLEAR_PURITY) {
        fsk_carrier later = before;
        cti_fsk_event other = *ev;
        float half = 0.5f * later.bit;
        later.ref = turned(later.ref, span->tones.omega[1] * half);
        later.var_place = 1.0f;
        later.var_both = 0.0f;
        int found = fsk_carrier_read(&later, span, base, t + half, &other);
        if (found && sureness(&other) > sureness(ev)) {
            *c = later;
            *ev = other;
        } else if (!found && sureness(ev) < HOPELESS) {
            *c = before;
            return 0;
        }
    }
    return 1;
}

/* How well [at, at + bit) fits one tone of the amplitude expected: the energy it explains. */
static float explains(const fsk_carrier *c, const fsk_span *span, int mark, float at) {
    float a = c->amplitude[mark];
    return (2.0f * a * sqrtf(fsk_span_power(span, mark, at, c->bit)) - a * a) * c->bit;
}

/* Finer than a look: the start bit's place given that it is one, and where the stop bit must be. */
static float place_byte(const fsk_carrier *c, const fsk_span *span, float around, float range) {
    float best = -1e30f, place = around;
    int steps = (int)lrintf(range / PLACE_STEP);
    for (int i = -steps; i <= steps; i++) {
        float t = around + PLACE_STEP * (float)i * c->bit;
        float fit = -fsk_span_energy(span, t - c->bit, 11.0f * c->bit);
        for (int k = -1; k <= 9; k++) {
            float at = t + (float)k * c->bit;
            float mark = k != 0 ? explains(c, span, 1, at) : -1e30f;
            float space = k != -1 && k != 9 ? explains(c, span, 0, at) : -1e30f;
            fit += mark > space ? mark : space;
        }
        if (fit > best) {
            best = fit;
            place = t;
        }
    }
    return place;
}

int fsk_carrier_is_space(const fsk_carrier *c, const fsk_span *span, float t) {
    return explains(c, span, 0, t) > explains(c, span, 1, t);
}

/* Could a start bit begin near t? One window each, before the search is worth its time. */
static int start_possible(const fsk_carrier *c, const fsk_span *span, float t) {
    for (int i = -1; i <= 1; i++) {
        if (fsk_carrier_is_space(c, span, t + 0.25f * (float)i * c->bit)) {
            return 1;
        }
    }
    return 0;
}

/* The space's level is not known, nor the rate: the purest place and rate for a byte near t. */
static float place_first(fsk_carrier *c, const fsk_span *span, float t, float range) {
    fsk_look here, best = {{0}, 0.0f, 0.0f};
    float place = t, bit = c->bit;
    for (int r = -1; r <= 1; r++) {
        float length = FSK_BIT * (1.0f + FIRST_RATE_STEP * (float)r);
        float at = fsk_look_place(span, t, length, -1, 9, 1, range, PLACE_STEP, &here);
        here.purity -= r ? FIRST_RATE_PENALTY : 0.0f;
        if (here.purity > best.purity) {
            best = here;
            place = at;
            bit = length;
        }
    }
    c->bit = bit;
    fsk_look_amplitudes(span, place, bit, -1, 9, c->amplitude);
    return place;
}

int fsk_carrier_may_start(const fsk_carrier *c, const fsk_span *span, float t) {
    if (c->one_level) {
        return fsk_span_power(span, 0, t, c->bit) > fsk_span_power(span, 1, t, c->bit);
    }
    return start_possible(c, span, t);
}

int fsk_carrier_find(fsk_carrier *c, const fsk_span *span, int64_t base, float t, float range,
                     cti_fsk_event *ev) {
    fsk_carrier before = *c;
    float place = c->one_level ? place_first(c, span, t, range) : place_byte(c, span, t, range);
    /* A place at the far edge of the search is a start bit still to come, seen too early. */
    if (place - t < (range - 0.5f * PLACE_STEP) * c->bit) {
        c->ref = (fsk_c){0.0f, 0.0f};
        (void)fsk_path_follow(span, place - MARKS_BEFORE * c->bit, c->bit, c->amplitude,
                              (1u << MARKS_BEFORE) - 1, MARKS_BEFORE, &c->ref);
        c->var_place = 1.0f;
        c->var_both = 0.0f;
        if (fsk_carrier_read(c, span, base, place, ev)) {
            c->one_level = 0;
            return 1;
        }
    }
    *c = before;
    return 0;
}
