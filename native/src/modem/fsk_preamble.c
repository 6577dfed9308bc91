#include "modem/fsk_preamble.h"

#include <math.h>
#include <string.h>

#include "modem/fsk_digit.h"
#include "modem/fsk_look.h"

#define FLOOR_POWER 1640.0f /* −52 dBm0: mean square of a sample */
#define GATE_MARKS_HZ 1250.0
#define GATE_SEIZURE_HZ 1700.0
/* Shares of the power. In noise of the signal's own power a mark 50 Hz off has 0.4, the seizure's line 0.27
 * (Bell 202) and 0.34 (V.23) of all, and with either tone 15 dB down the same; white noise alone has 0.05. */
#define GATE_MARKS 0.30f
#define GATE_SEIZURE 0.19f

#define LOOK_BITS 14 /* of preamble that must be heard */
#define LOOK 112     /* samples */
#define MARKS_SHARE 0.45f
/* Bit by bit, their values known: white noise alone gives 0.3, a carrier 0.65 at an SNR of 0 dB. */
#define SEIZURE_PURITY 0.55f
#define STEADY 0.3f /* the older half's power to the newer's */
#define PLACES 8    /* in two bits */
#define RATE_STEP 0.03f

/* Following it back: the two tones' share, bit by bit, whichever is stronger; white noise alone gives 0.45.
 */
#define PURITY_MIN 0.52f
#define LOST_RATIO 0.063f /* 12 dB below the carrier's power: the burst had not begun */

void fsk_gate_reset(fsk_gate *gate) {
    memset(gate, 0, sizeof *gate);
    for (int i = 0; i < FSK_HOP; i++) {
        double marks = 6.283185307179586 * GATE_MARKS_HZ / 8000.0 * i;
        double seizure = 6.283185307179586 * GATE_SEIZURE_HZ / 8000.0 * i;
        gate->table[0][i] = (int16_t)lrint(1023.0 * cos(marks));
        gate->table[1][i] = (int16_t)lrint(1023.0 * sin(marks));
        gate->table[2][i] = (int16_t)lrint(1023.0 * cos(seizure));
        gate->table[3][i] = (int16_t)lrint(1023.0 * sin(seizure));
    }
}

void fsk_gate_clear(fsk_gate *gate) {
    memset(gate->energy, 0, sizeof gate->energy);
    memset(gate->marks, 0, sizeof gate->marks);
    memset(gate->seizure, 0, sizeof gate->seizure);
}

static int32_t dot(const int16_t *a, const int16_t *b) {
    int32_t sum = 0;
    for (int i = 0; i < FSK_HOP; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

static float square(int32_t a, int32_t b) {
    float x = (float)a, y = (float)b;
    return x * x + y * y;
}

static float total(const float *of) {
    return of[0] + of[1] + of[2];
}

int fsk_gate_take(fsk_gate *gate, const int16_t *x) {
    int64_t energy = 0;
    for (int i = 0; i < FSK_HOP; i++) {
        energy += x[i] * x[i];
    }
    int at = gate->at;
    gate->at = at + 1 == FSK_HOPS ? 0 : at + 1;
    gate->energy[at] = (float)energy;
    gate->marks[at] = gate->seizure[at] = 0.0f;
    if (gate->energy[at] < 0.25f * FLOOR_POWER * FSK_HOP) {
        return 0;
    }
    const float unit = 2.0f / (1023.0f * 1023.0f * FSK_HOP); /* a tone's own energy */
    gate->marks[at] = unit * square(dot(x, gate->table[0]), dot(x, gate->table[1]));
    gate->seizure[at] = unit * square(dot(x, gate->table[2]), dot(x, gate->table[3]));
    float all = total(gate->energy);
    return all >= FLOOR_POWER * FSK_HOP * FSK_HOPS &&
           (total(gate->marks) >= GATE_MARKS * all || total(gate->seizure) >= GATE_SEIZURE * all);
}

/* The share of the power that alternating bits explain, a space first. */
static float alternating(const fsk_span *span, float t, float bit) {
    float tones = 0.0f;
    for (int k = 0; k < LOOK_BITS; k++) {
        tones += fsk_span_power(span, k & 1, t + (float)k * bit, bit);
    }
    float energy = fsk_span_energy(span, t, LOOK_BITS * bit);
    return energy > 0.0f ? tones * bit / energy : 0.0f;
}

/* A candidate: what a modem's tones make of the stretch. */
typedef struct guess {
    int seizing;
    float bit, place, purity, fit;
    float amplitude[2];
} guess;

static void guess_seizure(const fsk_span *span, guess *g) {
    g->purity = 0.0f;
    for (int r = -1; r <= 1; r++) {
        float bit = FSK_BIT * (1.0f + RATE_STEP * (float)r);
        /* The last LOOK_BITS bits, two of leeway. */
        float first = (float)span->n - (LOOK_BITS + 2) * bit;
        for (int i = 0; i < PLACES; i++) {
            float t = first + (float)i * 2.0f / PLACES * bit, purity = alternating(span, t, bit);
            if (purity > g->purity) {
                g->purity = purity;
                g->bit = bit;
                g->place = t;
            }
        }
    }
    float sum[2] = {0.0f, 0.0f};
    for (int k = 0; k < LOOK_BITS; k++) {
        sum[k & 1] += sqrtf(fsk_span_power(span, k & 1, g->place + (float)k * g->bit, g->bit));
    }
    g->amplitude[0] = sum[0] * 2.0f / LOOK_BITS;
    g->amplitude[1] = sum[1] * 2.0f / LOOK_BITS;
    fsk_c ref = {0.0f, 0.0f};
    g->fit = fsk_path_follow(span, g->place, g->bit, g->amplitude, 0xaaaau, LOOK_BITS, &ref);
    g->seizing = 1;
}

static void guess_marks(const fsk_span *span, guess *g) {
    const float length = LOOK_BITS * FSK_BIT, from = (float)span->n - length;
    float power = fsk_span_power(span, 1, from, length), energy = fsk_span_energy(span, from, length);
    g->purity = energy > 0.0f ? power * length / energy : 0.0f;
    g->fit = power;
    g->bit = FSK_BIT;
    g->place = from;
    g->amplitude[0] = g->amplitude[1] = sqrtf(power);
    g->seizing = 0;
}

int fsk_preamble_find(const fsk_ring *ring, int64_t end, fsk_carrier *c) {
    if (fsk_digit_stands(ring, end)) {
        return 0;
    }
    int64_t base = end - FSK_MARGIN - LOOK;
    guess best[2]; /* marks, seizure */
    int modem[2] = {CTI_FSK_BELL202, CTI_FSK_BELL202};
    memset(best, 0, sizeof best);
    float half[2] = {0.0f, 0.0f};
    for (int m = CTI_FSK_BELL202; m <= CTI_FSK_V23; m++) {
        fsk_span span;
        fsk_ring_span(ring, &span, fsk_carrier_tones(m), base, LOOK);
        guess g[2];
        guess_marks(&span, &g[0]);
        guess_seizure(&span, &g[1]);
        half[0] = fsk_span_energy(&span, 0.0f, 0.5f * LOOK);
        half[1] = fsk_span_energy(&span, 0.5f * LOOK, 0.5f * LOOK);
        for (int kind = 0; kind < 2; kind++) {
            if (g[kind].purity > 0.0f && (m == CTI_FSK_BELL202 || g[kind].fit > best[kind].fit)) {
                best[kind] = g[kind];
                modem[kind] = m;
            }
        }
    }
    int seizing = best[1].purity >= SEIZURE_PURITY && best[1].purity > best[0].purity;
    const guess *g = &best[seizing];
    if (!seizing && g->purity < MARKS_SHARE) {
        return 0;
    }
    if (half[0] < STEADY * half[1]) {
        return 0; /* it has only begun: the next look knows more */
    }
    memset(c, 0, sizeof *c);
    c->modem = modem[seizing];
    c->seizing = seizing;
    c->one_level = !seizing;
    c->waiting = !seizing;
    c->bit = g->bit;
    c->amplitude[0] = g->amplitude[0];
    c->amplitude[1] = g->amplitude[1];
    c->power = 0.5f * (half[0] + half[1]) / LOOK;
    c->purity = g->purity;
    c->next = (double)base + (double)(seizing ? g->place + LOOK_BITS * g->bit : (float)LOOK - 2.0f * g->bit);
    c->last = c->next;
    fsk_carrier_sure(c, 0.7f, seizing ? 0.1f : 0.15f);
    return 1;
}

/* How many of these n bits are marks at the end, at most `most`, if the rest alternates (its last bit is a
 * mark, too, unless all are seizure, when either will do)? `errors`: the bits that do not fit. */
static int marks_at_end(const uint8_t *mark, int n, int most, int *errors) {
    int best = 0;
    *errors = n + 1;
    for (int marks = most; marks >= 0; marks--) {
        int wrong[2] = {0, 0}; /* the seizure's last bit as space, as mark */
        for (int i = 0; i < n; i++) {
            int before = n - 1 - i;
            int odd = (before - marks) % 2 != 0;
            wrong[0] += before < marks ? !mark[i] : mark[i] != odd;
            wrong[1] += before < marks ? !mark[i] : mark[i] == odd;
        }
        int least = wrong[0] < wrong[1] ? wrong[0] : wrong[1];
        if (least < *errors) {
            *errors = least;
            best = marks;
        }
    }
    return best;
}

void fsk_preamble_measure(const fsk_ring *ring, const fsk_carrier *c, double start, cti_fsk_event *ev) {
    double at = start;
    int bits = 0, marks = 0, in_marks = 1;
    float bit = c->bit;
    int64_t oldest = fsk_ring_oldest(ring);
    for (int step = 8; step > 0;) {
        double from = at - (double)((float)step * bit);
        int64_t base = (int64_t)floor(from) - 4;
        if (base < oldest) {
            step /= 2;
            continue;
        }
        fsk_span span;
        fsk_ring_span(ring, &span, fsk_carrier_tones(c->modem), base, step * 7 + 12);
        fsk_look here;
        float t = (float)(from - (double)base);
        fsk_look_take(&span, t, bit, 0, step - 1, 0, &here);
        float place = t;
        int errors, most = in_marks ? step : 0; /* before a seizure's last bit are no marks */
        int here_marks = marks_at_end(here.mark, step, most, &errors);
        if (!in_marks || here_marks < step - 1) { /* marks are marks wherever their bits begin */
            place = fsk_look_place(&span, t, bit, 0, step - 1, 0, in_marks ? 0.49f : 0.14f, 0.07f, &here);
            here_marks = marks_at_end(here.mark, step, most, &errors);
        }
        if (here.purity < PURITY_MIN || here.power < c->power * LOST_RATIO || errors > step / 8) {
            step /= 2;
            continue;
        }
        if (in_marks && here_marks >= step - 1) {
            marks += step;
            place = t;
        } else if (in_marks) {
            marks += here_marks;
            in_marks = 0;
        } else {
            bit -= 0.3f * (place - t) / (float)step;
        }
        bits += step;
        at = (double)base + (double)place;
        if (step == 4 || step == 1) { /* one bit wrong does not end it; a single one fits anything */
            step = step == 4 ? 8 : 0;
        }
    }
    ev->start = (int64_t)llround(at);
    ev->start = ev->start < 0 ? 0 : ev->start;
    ev->mark_bits = marks;
    ev->seizure_bits = bits - marks;
}
