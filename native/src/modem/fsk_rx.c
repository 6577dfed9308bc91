#include "cti/fsk_rx.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "modem/fsk_digit.h"
#include "modem/fsk_look.h"
#include "modem/fsk_rx_state.h"

#define LOST_RATIO 0.063f /* 12 dB below the carrier's power at the beginning: gone */
#define PURITY_MIN 0.52f  /* the tones' share of the power; white noise alone gives 0.45 */
#define WAIT_MAX 120      /* half bits of mark between bytes */
#define MARKS_MAX 700     /* … and before the first */
#define BAD_MAX 6         /* half bits without a carrier */
#define SEIZURE_BYTE 0x55
#define SEIZURE_CHANGES 7 /* of nine */
/* Samples behind a start bit until its byte and the two bits after it are there, at the slowest rate. */
#define BYTE_DELAY 97
#define BEFORE 20
/* Marks before the first byte are looked at in pieces, with the eight bits before them. */
#define PREAMBLE_BEFORE 60
#define PIECE 64
#define JUDGED 8
/* A search for a start bit is dear, and whatever is much like FSK without being a message asks for one every
 * half bit. Each must be paid for by so many samples, as many as this of them in advance. A real preamble
 * needs hardly any (a seizure is followed bit by bit, and in marks no start bit is likely). A byte that stood
 * apart and was found pays its own search, and the one half a bit too early. */
#define SEARCH_PRICE 50
#define SEARCHES 64
#define SEARCHES_A_BYTE 2

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
    fsk_ring_reset(&rx->ring);
    fsk_gate_reset(&rx->gate);
    rx->paid = -SEARCHES * SEARCH_PRICE;
}

/* Nothing is known any more: hunts from sample `from` on. */
static void hunt_from(cti_fsk_rx *rx, double from) {
    int64_t oldest = fsk_ring_oldest(&rx->ring), at = (int64_t)from > oldest ? (int64_t)from : oldest;
    rx->state = FSK_HUNTING;
    rx->held = 0;
    rx->scanned = (at + FSK_HOP - 1) / FSK_HOP * FSK_HOP;
    fsk_gate_clear(&rx->gate);
}

/* The first byte is none: it goes on behind its start bit, and in any case. */
static void back_to_marks(cti_fsk_rx *rx) {
    fsk_carrier *c = &rx->carrier, *before = &rx->before;
    double half = 0.5 * (double)before->bit, next = c->last + half;
    if (next < before->next + half) {
        next = before->next + half;
    }
    *c = *before;
    c->next = next;
    c->seizing = 0;
    c->waiting = before->waiting + (int)((next - before->next) / half);
}

void cti_fsk_rx_hunt(cti_fsk_rx *rx) {
    if (rx->state != FSK_IN_BYTES) {
        return;
    }
    if (rx->carrier.bytes > 1) {
        hunt_from(rx, rx->carrier.last);
        return;
    }
    back_to_marks(rx);
    rx->held = 0;
    rx->state = FSK_IN_PREAMBLE;
}

static void hunt(cti_fsk_rx *rx) {
    int likely = fsk_gate_take(&rx->gate, rx->ring.pcm + (rx->scanned & (FSK_RING - 1)));
    rx->scanned += FSK_HOP;
    if (likely && fsk_preamble_find(&rx->ring, rx->scanned, &rx->carrier)) {
        rx->state = FSK_IN_PREAMBLE;
    }
}

/* Is there a carrier in the bits 0 … last from t on? Counts the times that there was none. */
static void look_for_carrier(fsk_carrier *c, const fsk_span *span, float t, int last) {
    fsk_look here;
    fsk_look_take(span, t, c->bit, 0, last, 0, &here);
    int is = here.power >= c->power * LOST_RATIO && here.purity >= PURITY_MIN;
    c->bad = is ? 0 : c->bad + 1;
}

static void wait_on(fsk_carrier *c) {
    c->waiting++;
    c->next += 0.5 * (double)c->bit;
}

/* May there be one more dear search? Then it is paid for. */
static int pay(cti_fsk_rx *rx) {
    int64_t least = rx->ring.now - SEARCHES * SEARCH_PRICE, paid = rx->paid > least ? rx->paid : least;
    if (paid + SEARCH_PRICE > rx->ring.now) {
        return 0;
    }
    rx->paid = paid + SEARCH_PRICE;
    return 1;
}

/* A byte whose start bit is near t, which was not expected just there. */
static int search(cti_fsk_rx *rx, const fsk_span *span, int64_t base, float t, cti_fsk_event *byte) {
    return fsk_carrier_may_start(&rx->carrier, span, t) && pay(rx) &&
           fsk_carrier_find(&rx->carrier, span, base, t, 0.35f, byte);
}

static void judge(cti_fsk_rx *rx, const fsk_span *span, int64_t base, float t, uint32_t marks, int n) {
    fsk_span other;
    fsk_ring_span(&rx->ring, &other, fsk_carrier_tones(fsk_carrier_other(rx->carrier.modem)), base, span->n);
    fsk_carrier_judge(&rx->carrier, span, &other, t, marks, n);
}

/* Ten more bits of seizure, or its end: marks, or the first byte's start bit. */
static void follow_seizure(cti_fsk_rx *rx, cti_fsk_event *byte) {
    fsk_carrier *c = &rx->carrier;
    int64_t base = (int64_t)floor(c->next) - BEFORE;
    fsk_span span;
    fsk_ring_span(&rx->ring, &span, fsk_carrier_tones(c->modem), base, BEFORE + BYTE_DELAY);
    float t = (float)(c->next - (double)base);
    look_for_carrier(c, &span, t, 9);
    if (c->bad) {
        hunt_from(rx, c->next);
        return;
    }
    if (!fsk_carrier_read(c, &span, base, t, byte)) {
        c->seizing = 0;
        c->waiting = 1;
        return;
    }
    int bits = byte->byte << 1 | byte->framing_ok << 9;
    /* A frame is read as if a mark had to end it: the first byte's second space may stand there. */
    float end = (float)(c->last - (double)base) + (FSK_FRAME - 1) * c->bit;
    if (byte->margin < FSK_DOUBTFUL && fsk_carrier_is_space(c, &span, end)) {
        bits &= ~(1 << (FSK_FRAME - 1));
    }
    int odd = bits ^ SEIZURE_BYTE << 1 ^ 1 << 9;
    if (!odd) {
        judge(rx, &span, base, (float)(c->last - (double)base), (uint32_t)bits, FSK_FRAME);
        return;
    }
    int first = 1; /* the first bit that is not as the last but one */
    while (!(odd >> first & 1)) {
        first++;
    }
    c->seizing = 0;
    if (bits >> first & 1) {
        c->waiting = 1;
    } else {
        first--;
        c->ref = (fsk_c){0.0f, 0.0f};
        float from = (float)(c->last - (double)base);
        (void)fsk_path_follow(&span, from, c->bit, c->amplitude, SEIZURE_BYTE << 1, first, &c->ref);
    }
    c->next = c->last + (double)((float)first * c->bit);
}

/* A frame with nearly all its bits unlike the one before: more seizure, whatever one of them says. */
static int is_seizure(const cti_fsk_event *byte) {
    int bits = byte->byte << 1 | byte->framing_ok << 9, changes = bits ^ bits >> 1, count = 0;
    for (int k = 0; k < FSK_FRAME - 1; k++) {
        count += changes >> k & 1;
    }
    return count >= SEIZURE_CHANGES;
}

/* The first byte behind a preamble: 1 and a LOCK event when it is there. */
static int first_byte(cti_fsk_rx *rx, cti_fsk_event *ev) {
    fsk_carrier *c = &rx->carrier;
    int64_t base = (int64_t)floor(c->next) - PREAMBLE_BEFORE;
    fsk_span span;
    fsk_ring_span(&rx->ring, &span, fsk_carrier_tones(c->modem), base, PREAMBLE_BEFORE + PIECE + BYTE_DELAY);
    float t = (float)(c->next - (double)base);
    rx->before = *c;
    look_for_carrier(c, &span, t, 9);
    if (c->bad > 1 || c->waiting > MARKS_MAX ||
        (c->waiting && fsk_digit_stands(&rx->ring, (int64_t)c->next))) {
        hunt_from(rx, c->next);
        return 0;
    }
    memset(&rx->byte, 0, sizeof rx->byte);
    int found = !c->waiting && fsk_carrier_read(c, &span, base, t, &rx->byte);
    while (!found && t < PREAMBLE_BEFORE + PIECE) {
        found = search(rx, &span, base, t, &rx->byte);
        if (!found) {
            wait_on(c);
            t = (float)(c->next - (double)base);
        }
    }
    if (!found) {
        judge(rx, &span, base, t - JUDGED * c->bit, (1u << JUDGED) - 1, JUDGED);
        return 0;
    }
    if (is_seizure(&rx->byte)) {
        c->seizing = 1;
        return 0;
    }
    if (!rx->byte.framing_ok) {
        back_to_marks(rx);
        return 0;
    }
    fsk_look around;
    fsk_look_take(&span, (float)(c->last - (double)base), c->bit, -FSK_PREAMBLE, 9, 1, &around);
    c->purity = around.purity;
    c->power = around.power;
    c->bytes = 1;
    memset(ev, 0, sizeof *ev);
    fsk_preamble_measure(&rx->ring, c, c->last, ev);
    ev->kind = CTI_FSK_LOCK;
    ev->modem = c->modem;
    ev->framing_ok = 1;
    ev->margin = rx->byte.margin;
    ev->level_dbm0 = fsk_carrier_level(c->power);
    ev->purity = c->purity;
    rx->byte.level_dbm0 = ev->level_dbm0;
    rx->held = 1;
    rx->state = FSK_IN_BYTES;
    return 1;
}

static int lost(cti_fsk_rx *rx, cti_fsk_event *ev) {
    memset(ev, 0, sizeof *ev);
    ev->kind = CTI_FSK_LOST;
    ev->modem = rx->carrier.modem;
    ev->start = (int64_t)llround(rx->carrier.next);
    ev->level_dbm0 = fsk_carrier_level(rx->carrier.power);
    hunt_from(rx, rx->carrier.next);
    return 1;
}

/* The next byte, a mark, or nothing any more. */
static int next_byte(cti_fsk_rx *rx, cti_fsk_event *ev) {
    fsk_carrier *c = &rx->carrier;
    int64_t base = (int64_t)floor(c->next) - BEFORE;
    fsk_span span;
    fsk_ring_span(&rx->ring, &span, fsk_carrier_tones(c->modem), base, BEFORE + BYTE_DELAY);
    float t = (float)(c->next - (double)base);
    look_for_carrier(c, &span, t, c->waiting ? 3 : 9);
    if (c->bad > BAD_MAX || c->waiting > WAIT_MAX) {
        return lost(rx, ev);
    }
    memset(ev, 0, sizeof *ev);
    int apart = c->waiting > 0;
    if (!c->bad && (apart ? search(rx, &span, base, t, ev) : fsk_carrier_read_next(c, &span, base, t, ev))) {
        rx->paid -= apart && ev->framing_ok ? SEARCHES_A_BYTE * SEARCH_PRICE : 0;
        return 1;
    }
    wait_on(c);
    return 0;
}

/* The sample count at which there is something to do. */
static int64_t due(const cti_fsk_rx *rx) {
    if (rx->state == FSK_HUNTING) {
        return rx->scanned + FSK_HOP;
    }
    int more = rx->state == FSK_IN_PREAMBLE && !rx->carrier.seizing ? PIECE : 0;
    return (int64_t)ceil(rx->carrier.next) + BYTE_DELAY + more;
}

/* Takes samples into the ring. */
static void fill(fsk_ring *ring, const int16_t *pcm, int n) {
    while (n > 0) {
        int at = (int)(ring->now & (FSK_RING - 1)), part = FSK_RING - at < n ? FSK_RING - at : n;
        memcpy(ring->pcm + at, pcm, (size_t)part * sizeof *pcm);
        ring->now += part;
        pcm += part;
        n -= part;
    }
}

int cti_fsk_rx_run(cti_fsk_rx *rx, const int16_t *pcm, int n, int *used, cti_fsk_event *ev) {
    *used = 0;
    if (rx->held) {
        *ev = rx->byte;
        rx->held = 0;
        return 1;
    }
    for (;;) {
        while (rx->ring.now >= due(rx)) {
            if (rx->state == FSK_HUNTING) {
                hunt(rx);
            } else if (rx->state == FSK_IN_BYTES ? next_byte(rx, ev)
                       : rx->carrier.seizing     ? (follow_seizure(rx, ev), 0)
                                                 : first_byte(rx, ev)) {
                return 1;
            }
        }
        int64_t missing = due(rx) - rx->ring.now;
        int part = n - *used < missing ? n - *used : (int)missing;
        if (part == 0) {
            return 0;
        }
        fill(&rx->ring, pcm + *used, part);
        *used += part;
    }
}
