#include "cti/fsk_rx.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "modem/fsk_rx_state.h"

#define REFERENCE_RMS 16140.0f /* 0 dBm0 */
#define FLOOR_POWER 1640.0f    /* −52 dBm0: mean square of a sample */
#define LOST_RATIO 0.063f      /* 12 dB below the carrier's power at the beginning: gone */
/* The two tones' share of the power, bit by bit: white noise alone gives 0.45, a carrier 0.65 at an SNR
 * of 0 dB and 0.77 at 3 dB. */
#define PURITY_MIN 0.52f
#define PREAMBLE_PURITY 0.56f
#define GLANCE_PURITY 0.66f /* real, not analytic, and roughly placed */
#define GLANCE_DELAY 5      /* samples: what came behind the edge is not looked at */
#define LOCK_PURITY 0.68f   /* over 18 bits */
#define PREAMBLE_ERRORS 1   /* of 8 bits */
#define RATE_MAX 0.045f     /* of 1200 bit/s */
#define RATE_PENALTY 0.01f  /* of the fit, for a rate at the limit: the nominal one is likeliest */
#define RATE_GAIN 0.6f      /* how much of a byte's timing error is taken for one of the rate: at first */
#define RATE_GAIN_MIN 0.05f /* … and in the end */
#define SEIZURE_ENOUGH 40   /* bits of seizure from which the rate is measured */
#define LEVEL_GAIN 0.15f
#define PLACE_STEP 0.07f /* of a bit */
#define WAIT_MAX 120     /* half bits of mark between bytes */
#define BAD_MAX 6        /* half bits without a carrier */
#define SEIZURE_BYTE 0x55
/* Samples behind an edge until the byte and the two bits after it are there, at the slowest rate. */
#define BYTE_DELAY 97
#define HUNT_BEFORE 72
#define CENTRE_SPACE 2150 /* between Bell 202 and V.23: finds edges of both */
#define CENTRE_MARK 1250

size_t cti_fsk_rx_size(void) {
    return sizeof(cti_fsk_rx);
}

int cti_fsk_rx_init(cti_fsk_rx *rx, size_t size) {
    if (!rx) {
        return CTI_ERR_ARG;
    }
    if (size < sizeof *rx) {
        return CTI_ERR_SIZE;
    }
    cti_fsk_rx_reset(rx);
    return CTI_OK;
}

void cti_fsk_rx_reset(cti_fsk_rx *rx) {
    memset(rx, 0, sizeof *rx);
    for (int i = 0; i < FSK_TABLE; i++) {
        rx->cosine[i] = (float)cos(6.283185307179586 * i / FSK_TABLE);
    }
    for (int i = 0; i < FSK_TABLE; i++) {
        int mark = i * (CENTRE_MARK / 50) % FSK_TABLE, space = i * (CENTRE_SPACE / 50) % FSK_TABLE;
        int quarter = 3 * FSK_TABLE / 4;
        rx->detector[0][i] = (int16_t)lrintf(8191.0f * rx->cosine[mark]);
        rx->detector[1][i] = (int16_t)lrintf(8191.0f * rx->cosine[(mark + quarter) % FSK_TABLE]);
        rx->detector[2][i] = (int16_t)lrintf(8191.0f * rx->cosine[space]);
        rx->detector[3][i] = (int16_t)lrintf(8191.0f * rx->cosine[(space + quarter) % FSK_TABLE]);
    }
}

static fsk_tones tones_of(int modem) {
    return modem == CTI_FSK_V23 ? fsk_tones_of(2100, 1300) : fsk_tones_of(2200, 1200);
}

/* The stretch of n samples from `from`; what the ring does not hold is silence. */
static void load(const cti_fsk_rx *rx, int64_t from, int n, int16_t *out) {
    int64_t oldest = rx->now > FSK_RING ? rx->now - FSK_RING : 0;
    for (int i = 0; i < n; i++) {
        int64_t at = from + i;
        out[i] = at >= oldest && at < rx->now ? rx->ring[at & (FSK_RING - 1)] : 0;
    }
}

static void make_span(const cti_fsk_rx *rx, fsk_span *span, fsk_tones tones, int64_t from, int n) {
    int16_t x[FSK_SPAN_MAX + 2 * FSK_MARGIN];
    load(rx, from - FSK_MARGIN, n + 2 * FSK_MARGIN, x);
    fsk_span_make(span, rx->cosine, tones, x, n);
}

/* The bits `first` … `last` around a start bit at t, each decided for itself; `framed`: but for the start
 * bit, the bit before it and the stop bit, which are known. */
typedef struct look {
    uint8_t mark[64];
    float purity; /* the winning tones' share of the energy: 1 for perfect bits in the right place */
    float power;  /* mean square of a sample */
} look;

static void take_look(const fsk_span *span, float t, float bit, int first, int last, int framed, look *out) {
    float tones = 0.0f;
    for (int k = first; k <= last; k++) {
        float at = t + (float)k * bit;
        float mark = fsk_span_power(span, 1, at, bit), space = fsk_span_power(span, 0, at, bit);
        int is_mark = framed && k == 0 ? 0 : framed && (k == -1 || k == 9) ? 1 : mark > space;
        out->mark[k - first] = (uint8_t)is_mark;
        tones += is_mark ? mark : space;
    }
    float length = (float)(last - first + 1) * bit;
    float energy = fsk_span_energy(span, t + (float)first * bit, length);
    out->power = 0.5f * energy / length;
    out->purity = energy > 0.0f ? tones * bit / energy : 0.0f;
}

/* The best place for the start bit within `around` ± range, in steps of the bit's length. */
static float best_place(const fsk_span *span, float around, float bit, int first, int last, int framed,
                        float range, float step, look *out) {
    float place = around;
    int steps = (int)lrintf(range / step);
    take_look(span, around, bit, first, last, framed, out);
    for (int i = -steps; i <= steps; i++) {
        look here;
        float t = around + (float)i * step * bit;
        take_look(span, t, bit, first, last, framed, &here);
        if (here.purity > out->purity) {
            *out = here;
            place = t;
        }
    }
    return place;
}

/* Is what stands before a start bit marks, alternating bits, or the one and then the other? Sees to it
 * that a start bit inside the seizure is none: it needs two marks before it or a space behind. */
static int preamble_fits(const uint8_t *mark) {
    if (mark[FSK_PREAMBLE]) {
        return 0; /* no start bit */
    }
    int least = FSK_PREAMBLE, best = 1;
    for (int marks = 1; marks <= FSK_PREAMBLE; marks++) {
        int errors = 0;
        for (int i = 0; i < FSK_PREAMBLE; i++) {
            int before = FSK_PREAMBLE - 1 - i; /* bits between this one and the start bit */
            int expected = before < marks || (before - marks) % 2 == 1;
            errors += mark[i] != expected;
        }
        if (errors < least) {
            least = errors;
            best = marks;
        }
    }
    return least <= PREAMBLE_ERRORS && (best > 1 || !mark[FSK_PREAMBLE + 1]);
}

static float bit_within_limits(float bit) {
    float most = FSK_BIT * (1.0f + RATE_MAX), least = FSK_BIT * (1.0f - RATE_MAX);
    return bit > most ? most : bit < least ? least : bit;
}

static float level_of(float power) {
    return 20.0f * log10f(sqrtf(power > 1e-9f ? power : 1e-9f) / REFERENCE_RMS);
}

/* Reads the byte whose start bit is at t. Returns 0 when there is no start bit. */
static int read_byte(const fsk_carrier *c, const fsk_span *span, float t, cti_fsk_event *ev) {
    fsk_bits bits;
    fsk_bits_make(&bits, span, t, c->bit, -2, c->amplitude);
    bits.may[1] = 2; /* the bit before a start bit is a mark */
    float start = fsk_bits_soft(&bits, 0);
    if (start >= 0.0f) {
        return 0;
    }
    bits.may[2] = 1;
    ev->margin = -start;
    ev->byte = 0;
    for (int k = 1; k <= 9; k++) {
        float soft = fsk_bits_soft(&bits, k);
        if (k < 9 && soft > 0.0f) {
            ev->byte |= 1 << (k - 1);
        }
        float margin = fabsf(soft);
        ev->margin = margin < ev->margin ? margin : ev->margin;
        ev->framing_ok = soft > 0.0f; /* of the last, the stop bit */
    }
    ev->kind = CTI_FSK_BYTE;
    ev->modem = c->modem;
    ev->level_dbm0 = level_of(c->power);
    return 1;
}

/* The tones' amplitudes from bits decided one by one. */
static void measure(const fsk_span *span, float t, float bit, int first, int last, float amplitude[2]) {
    float sum[2] = {0.0f, 0.0f}, count[2] = {0.0f, 0.0f};
    for (int k = first; k <= last; k++) {
        float at = t + (float)k * bit;
        float power[2] = {fsk_span_power(span, 0, at, bit), fsk_span_power(span, 1, at, bit)};
        int b = power[1] > power[0];
        sum[b] += sqrtf(power[b]);
        count[b] += 1.0f;
    }
    for (int b = 0; b < 2; b++) {
        amplitude[b] = count[b] > 0.0f ? sum[b] / count[b] : sum[!b] / count[!b];
    }
}

/* How many of these n bits are marks at the end, if the rest alternates (its last bit is a mark, too, unless
 * all are seizure, when either will do)? `errors`: the bits that do not fit. */
static int marks_at_end(const uint8_t *mark, int n, int *errors) {
    int best = 0;
    *errors = n + 1;
    for (int marks = n; marks >= 0; marks--) {
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

/* Follows the preamble back from the start bit at `start`: where it began, and its bits. Returns 1 if
 * there was seizure enough to measure the rate by. */
static int find_beginning(const cti_fsk_rx *rx, fsk_carrier *c, double start, cti_fsk_event *ev) {
    double at = start, seizure_end = 0.0;
    int bits = 0, marks = 0, in_marks = 1, seizure = 0;
    float bit = c->bit;
    int64_t oldest = rx->now > FSK_RING ? rx->now - FSK_RING : 0;
    for (int step = 8; step > 0;) {
        double from = at - (double)((float)step * bit);
        int64_t base = (int64_t)floor(from) - 4;
        if (base < oldest) {
            step /= 2;
            continue;
        }
        fsk_span span;
        make_span(rx, &span, tones_of(c->modem), base, step * 7 + 12);
        look here;
        float t = (float)(from - (double)base);
        float place = best_place(&span, t, bit, 0, step - 1, 0, 0.49f, 0.07f, &here);
        int errors, here_marks = marks_at_end(here.mark, step, &errors);
        if (here.purity < PURITY_MIN || here.power < c->power * LOST_RATIO || errors > step / 8) {
            step /= 2;
            continue;
        }
        if (in_marks && here_marks >= step - 1) {
            marks += step;
            place = t; /* marks do not say where bits begin */
        } else if (in_marks) {
            marks += here_marks;
            in_marks = 0;
            seizure_end = (double)base + (double)place;
        } else {
            bit -= 0.3f * (place - t) / (float)step;
            seizure += step;
        }
        bits += step;
        at = (double)base + (double)place;
    }
    int measured = seizure >= SEIZURE_ENOUGH;
    if (measured) {
        c->bit = bit_within_limits((float)((seizure_end - at) / seizure));
    }
    ev->start = (int64_t)llround(at);
    ev->start = ev->start < 0 ? 0 : ev->start;
    ev->mark_bits = marks;
    ev->seizure_bits = bits - marks;
    return measured;
}

/* Which modem, rate and place fit best around a start bit near t; the better one's span is kept. */
static void identify(const cti_fsk_rx *rx, int64_t base, int n, float t, fsk_carrier *c, fsk_span *best_span,
                     float *best_t) {
    static const struct {
        float rate, place, step;
        int rates;
    } search[2] = {{0.02f, 0.3f, 0.1f, 2}, {0.01f, 0.1f, 0.05f, 1}}; /* coarse, then fine */
    float best = -1.0f;
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        fsk_span span;
        make_span(rx, &span, tones_of(modem), base, n);
        float bit = FSK_BIT, place = t, fit = -1.0f;
        look found;
        for (int pass = 0; pass < 2; pass++) {
            float centre = bit, around = place;
            for (int r = -search[pass].rates; r <= search[pass].rates; r++) {
                look here;
                float length = centre + FSK_BIT * search[pass].rate * (float)r;
                float where = best_place(&span, around, length, -FSK_PREAMBLE, 9, 1, search[pass].place,
                                         search[pass].step, &here);
                float off = (length / FSK_BIT - 1.0f) / RATE_MAX;
                if (here.purity - RATE_PENALTY * off * off > fit) {
                    fit = here.purity - RATE_PENALTY * off * off;
                    found = here;
                    bit = length;
                    place = where;
                }
            }
        }
        float amplitude[2];
        measure(&span, place, bit, -FSK_PREAMBLE, 9, amplitude);
        fsk_bits bits;
        fsk_bits_make(&bits, &span, place, bit, -FSK_PREAMBLE, amplitude);
        bits.n = FSK_PREAMBLE + 10;
        fit = fsk_bits_phase_fit(&bits, found.mark);
        if (fit > best) {
            best = fit;
            c->modem = modem;
            c->bit = bit;
            c->amplitude[0] = amplitude[0];
            c->amplitude[1] = amplitude[1];
            c->power = found.power;
            c->purity = found.purity;
            *best_span = span;
            *best_t = place;
        }
    }
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

/* A mark-to-space edge near `edge`, with a byte's length of audio behind it: the first start bit? */
static int try_lock(cti_fsk_rx *rx, int64_t edge, cti_fsk_event *ev) {
    int64_t base = edge - HUNT_BEFORE;
    fsk_span span;
    make_span(rx, &span, fsk_tones_of(CENTRE_SPACE, CENTRE_MARK), base, HUNT_BEFORE + 20);
    float power = fsk_span_energy(&span, HUNT_BEFORE - 53.0f, 60.0f) / 60.0f;
    if (power < FLOOR_POWER) {
        return 0;
    }
    look here;
    float t = best_place(&span, (float)HUNT_BEFORE, FSK_BIT, -FSK_PREAMBLE, 1, 0, 0.4f, 0.2f, &here);
    if (here.purity < PREAMBLE_PURITY || !preamble_fits(here.mark)) {
        return 0;
    }
    fsk_carrier c;
    memset(&c, 0, sizeof c);
    identify(rx, base, HUNT_BEFORE + BYTE_DELAY, t, &c, &span, &t);
    if (c.purity < LOCK_PURITY) {
        return 0;
    }
    memset(ev, 0, sizeof *ev);
    if (find_beginning(rx, &c, (double)base + (double)t, ev)) {
        t = place_byte(&c, &span, t, 0.28f);
    }
    cti_fsk_event byte;
    memset(&byte, 0, sizeof byte);
    if (!read_byte(&c, &span, t, &byte) || !byte.framing_ok || byte.byte == SEIZURE_BYTE) {
        return 0;
    }
    ev->kind = CTI_FSK_LOCK;
    ev->modem = c.modem;
    ev->framing_ok = 1;
    ev->margin = byte.margin;
    ev->level_dbm0 = byte.level_dbm0;
    ev->purity = c.purity;
    c.last = (double)base + (double)t;
    c.next = c.last + 10.0 * (double)c.bit;
    byte.start = (int64_t)llround(c.last);
    rx->carrier = c;
    rx->byte = byte;
    rx->held = 1;
    rx->locked = 1;
    return 1;
}

/* Could a start bit begin near t? One window each, before the search is worth its time. */
static int start_possible(const fsk_carrier *c, const fsk_span *span, float t) {
    for (int i = -1; i <= 1; i++) {
        float at = t + 0.25f * (float)i * c->bit;
        if (explains(c, span, 0, at) > explains(c, span, 1, at)) {
            return 1;
        }
    }
    return 0;
}

static int lost(cti_fsk_rx *rx, cti_fsk_event *ev) {
    memset(ev, 0, sizeof *ev);
    ev->kind = CTI_FSK_LOST;
    ev->modem = rx->carrier.modem;
    ev->start = (int64_t)llround(rx->carrier.next);
    ev->level_dbm0 = level_of(rx->carrier.power);
    rx->carrier.last = rx->carrier.next; /* what was read is no preamble */
    cti_fsk_rx_hunt(rx);
    return 1;
}

/* The audio behind carrier.next is there: a byte, a mark, or nothing any more. */
static int try_byte(cti_fsk_rx *rx, cti_fsk_event *ev) {
    fsk_carrier *c = &rx->carrier;
    int64_t base = (int64_t)floor(c->next) - 20;
    fsk_span span;
    make_span(rx, &span, tones_of(c->modem), base, 20 + BYTE_DELAY);
    float t = (float)(c->next - (double)base);
    look here;
    take_look(&span, t, c->bit, 0, c->waiting ? 3 : 9, 0, &here);
    int carrier = here.power >= c->power * LOST_RATIO && here.purity >= PURITY_MIN;
    c->bad = carrier ? 0 : c->bad + 1;
    if (c->bad > BAD_MAX || c->waiting > WAIT_MAX) {
        return lost(rx, ev);
    }
    memset(ev, 0, sizeof *ev);
    float place = t;
    int found = carrier && start_possible(c, &span, t);
    if (found) {
        float range = c->bytes < 2 && !c->waiting ? 0.49f : 0.35f;
        place = place_byte(c, &span, t, range);
        /* A place at the far edge of the search is a start bit still to come, seen too early. */
        found = place - t < (range - 0.5f * PLACE_STEP) * c->bit && read_byte(c, &span, place, ev);
    }
    if (!found) {
        c->waiting++;
        c->next += 0.5 * (double)c->bit;
        return 0;
    }
    if (!c->waiting) {
        float gain = RATE_GAIN / (1.0f + 0.5f * (float)c->bytes);
        c->bit += (gain > RATE_GAIN_MIN ? gain : RATE_GAIN_MIN) * (place - t) / 10.0f;
        c->bit = bit_within_limits(c->bit);
    }
    float amplitude[2];
    measure(&span, place, c->bit, 0, 9, amplitude);
    for (int b = 0; b < 2; b++) {
        c->amplitude[b] += LEVEL_GAIN * (amplitude[b] - c->amplitude[b]);
    }
    c->waiting = 0;
    c->bytes++;
    c->last = (double)base + (double)place;
    c->next = c->last + 10.0 * (double)c->bit;
    ev->start = (int64_t)llround(c->last);
    return 1;
}

void cti_fsk_rx_hunt(cti_fsk_rx *rx) {
    if (!rx->locked) {
        return;
    }
    rx->locked = 0;
    rx->held = 0;
    int64_t from = (int64_t)rx->carrier.last + (int64_t)(FSK_BIT / 2.0f);
    while (rx->edges > 0 && rx->edge[rx->first_edge] <= from) {
        rx->first_edge = (rx->first_edge + 1) % FSK_EDGES;
        rx->edges--;
    }
}

/* A first glance at what stands before an edge, by what the edge detector found anyway: most of speech and
 * noise ends here, and costs nothing more. */
static int worth_a_look(const cti_fsk_rx *rx) {
    if ((float)rx->energy < 0.5f * FLOOR_POWER * FSK_GLANCE) {
        return 0;
    }
    /* The windows' tones as a share of the energy: |C|² = (peak · 8191 · 7/2)² of a tone. */
    const float unit = 2.0f / (8191.0f * 8191.0f * FSK_DELAY);
    float needed = GLANCE_PURITY * (float)rx->energy / unit;
    for (int off = -2; off <= 2; off++) {
        float tones = 0.0f;
        for (int k = 0; k < FSK_PREAMBLE; k++) {
            /* The window of the last bit before an edge that the detector sees half a window late. */
            int64_t at = rx->now - 1 - FSK_DELAY / 2 + off - (20 * k + 1) / 3;
            float space = rx->recent[0][at & (FSK_RECENT - 1)], mark = rx->recent[1][at & (FSK_RECENT - 1)];
            tones += mark > space ? mark : space;
        }
        if (tones >= needed) {
            return 1;
        }
    }
    return 0;
}

/* One sample into the ring and the edge detector. */
static void take_sample(cti_fsk_rx *rx, int16_t x) {
    rx->ring[rx->now & (FSK_RING - 1)] = x;
    int64_t last = rx->now - GLANCE_DELAY;
    int32_t coming = rx->ring[last & (FSK_RING - 1)], going = rx->ring[(last - FSK_GLANCE) & (FSK_RING - 1)];
    rx->energy += coming * coming - going * going;
    int32_t *fresh = rx->product[rx->now & 7];
    const int32_t *old = rx->product[(rx->now + 8 - FSK_DELAY) & 7];
    for (int i = 0; i < 4; i++) {
        int32_t leaving = old[i];
        fresh[i] = (int32_t)x * rx->detector[i][rx->phase];
        rx->sum[i] += fresh[i] - leaving;
    }
    rx->phase = rx->phase + 1 == FSK_TABLE ? 0 : rx->phase + 1;
    float a = (float)rx->sum[0], b = (float)rx->sum[1], c = (float)rx->sum[2], d = (float)rx->sum[3];
    float power_mark = a * a + b * b, power_space = c * c + d * d;
    rx->recent[1][rx->now & (FSK_RECENT - 1)] = power_mark;
    rx->recent[0][rx->now & (FSK_RECENT - 1)] = power_space;
    int mark = power_mark > power_space;
    rx->now++;
    if (rx->was_mark && !mark && worth_a_look(rx)) {
        if (rx->edges == FSK_EDGES) {
            rx->first_edge = (rx->first_edge + 1) % FSK_EDGES;
            rx->edges--;
        }
        rx->edge[(rx->first_edge + rx->edges) % FSK_EDGES] = rx->now - FSK_DELAY / 2;
        rx->edges++;
    }
    rx->was_mark = mark;
}

int cti_fsk_rx_run(cti_fsk_rx *rx, const int16_t *pcm, int n, int *used, cti_fsk_event *ev) {
    *used = 0;
    if (rx->held) {
        *ev = rx->byte;
        rx->held = 0;
        return 1;
    }
    for (int i = 0; i <= n; i++) {
        *used = i;
        while (rx->locked && (double)rx->now >= rx->carrier.next + BYTE_DELAY) {
            if (try_byte(rx, ev)) {
                return 1;
            }
        }
        while (!rx->locked && rx->edges > 0 && rx->now >= rx->edge[rx->first_edge] + BYTE_DELAY) {
            int64_t edge = rx->edge[rx->first_edge];
            rx->first_edge = (rx->first_edge + 1) % FSK_EDGES;
            rx->edges--;
            if (try_lock(rx, edge, ev)) {
                return 1;
            }
        }
        if (i < n) {
            take_sample(rx, pcm[i]);
        }
    }
    return 0;
}
