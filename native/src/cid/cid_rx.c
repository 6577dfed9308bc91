#include "cti/cid_rx.h"

#include <string.h>

#include "cid/cid_rx_state.h"
#include "cti/dtmf_rx.h"
#include "cti/error.h"

/* A damaged message is worth reporting only if it surely was one, not speech: by its preamble (off hook it
 * is 80 bits, on hook 480), by the bytes it had before breaking off, and by most of these being sound. One
 * with a right checksum needs no more than that. */
#define DAMAGED_PREAMBLE_BITS 70
#define DAMAGED_SEIZURE_BITS 40 /* or, as a voice can hold a mark but no seizure: */
#define DAMAGED_PURITY 0.9f
#define DAMAGED_BYTES 4
#define DAMAGED_WEAK_SHARE 8 /* at most one byte in so many */
/* A bit nearer to undecided than this makes the message unsure. Of damaged messages whose checksum fitted
 * by chance (10 of 5,400 bursts of 2.5…15 dB SNR) none had more than 0.12; of right ones at 8 dB 1 % have
 * less. */
#define MARGIN_MIN 0.15f
/* The shortest message of any type: its type, its length, three bytes (one parameter of one byte, or SDMF's
 * message waiting), its checksum. Of less, speech makes a right checksum now and then. */
#define SHORTEST 6

#define JCLIP_DLE 0x90 /* its first byte, with parity */
/* From the end of the alerting tone: digit D within 160 ms, 65 ms of it, data within 500 ms (EN 300 659-2);
 * and some grace. */
#define IN_CALL_WITHIN (8 * 1000)
#define IN_CALL_SEIZURE_BITS 30 /* fewer: there was none */
#define PIECE 160               /* samples at a time, so that few digits come at once */
#define DIGIT_EVENTS 16

/* Where the receiver for digits lies. */
static size_t digits_at(void) {
    return (sizeof(cti_cid_rx) + 63) & ~(size_t)63;
}

static cti_dtmf_rx *digit_receiver(cti_cid_rx *rx) {
    return (cti_dtmf_rx *)(void *)((unsigned char *)rx + digits_at());
}

size_t cti_cid_rx_size(void) {
    return digits_at() + cti_dtmf_rx_size();
}

int cti_cid_rx_init(cti_cid_rx *rx, size_t size) {
    if (!rx) {
        return CTI_ERR_ARG;
    }
    if (size < cti_cid_rx_size()) {
        return CTI_ERR_SIZE;
    }
    cti_cid_rx_reset(rx);
    return CTI_OK;
}

void cti_cid_rx_reset(cti_cid_rx *rx) {
    memset(rx, 0, sizeof *rx);
    cti_fsk_rx_reset(&rx->fsk);
    cti_alert_rx_reset(&rx->alert);
    dtmf_collector_reset(&rx->digits);
    (void)cti_dtmf_rx_init(digit_receiver(rx), cti_dtmf_rx_size(), NULL);
}

static int is_type(int byte) {
    return byte == CTI_CID_SDMF_CALL || byte == CTI_CID_MDMF_CALL || byte == CTI_CID_SDMF_WAITING ||
           byte == CTI_CID_MDMF_WAITING || byte == JCLIP_DLE;
}

/* Has the message come to its end? Below 0: it is none. */
static int is_complete(const cti_cid_rx *rx) {
    if (rx->bytes[0] == JCLIP_DLE) {
        return cti_cid_jclip_length(rx->bytes, rx->length);
    }
    return rx->length >= 2 && rx->length == rx->bytes[1] + 3;
}

static int surely_a_message(const cti_cid_rx *rx) {
    return rx->seizure + rx->marks >= DAMAGED_PREAMBLE_BITS &&
           (rx->seizure >= DAMAGED_SEIZURE_BITS || rx->purity >= DAMAGED_PURITY) &&
           rx->length >= DAMAGED_BYTES && rx->weak * DAMAGED_WEAK_SHARE <= rx->length;
}

static cti_event *new_event(cti_cid_rx *rx, int kind, int64_t start) {
    if (rx->waiting == CID_EVENTS) { /* nobody takes them: the oldest is of the least use */
        memmove(rx->event, rx->event + 1, sizeof rx->event - sizeof rx->event[0]);
        rx->waiting--;
    }
    cti_event *ev = &rx->event[rx->waiting++];
    memset(ev, 0, sizeof *ev);
    ev->at = rx->now;
    ev->start = start;
    ev->kind = kind;
    return ev;
}

/* Keeps a message's bytes, and says that it came. */
static cti_event *report(cti_cid_rx *rx, int standard, const uint8_t *bytes, int length, int64_t start) {
    int32_t ref = ++rx->messages;
    cid_message *kept = &rx->kept[ref % CID_KEPT];
    kept->ref = ref;
    kept->length = length;
    memcpy(kept->bytes, bytes, (size_t)length);
    for (int i = 0; i < rx->waiting; i++) { /* one whose message is overwritten now is of no use */
        if (rx->event[i].kind == CTI_EV_CALLER_ID && rx->event[i].ref == ref - CID_KEPT) {
            memmove(rx->event + i, rx->event + i + 1, (size_t)(rx->waiting - i - 1) * sizeof rx->event[0]);
            rx->waiting--;
        }
    }
    cti_event *ev = new_event(rx, CTI_EV_CALLER_ID, start);
    ev->value = standard;
    ev->length = length;
    ev->ref = ref;
    return ev;
}

/* Ends the message that is coming in, and reports it if it was one. */
static void finish(cti_cid_rx *rx) {
    if (!rx->receiving) {
        return;
    }
    rx->receiving = 0;
    cti_cid_message parsed;
    int standard = rx->length > 0 && rx->bytes[0] == JCLIP_DLE ? CTI_CID_JCLIP : rx->standard;
    int good = rx->length >= SHORTEST &&
               cti_cid_parse_as(standard, rx->bytes, rx->length, &parsed) == CTI_OK && !rx->doubtful;
    if (!good && !surely_a_message(rx)) {
        return;
    }
    cti_event *ev = report(rx, standard, rx->bytes, rx->length, rx->start);
    ev->level = rx->level;
    if (rx->doubtful || rx->margin < MARGIN_MIN) {
        ev->value |= CTI_CID_UNSURE;
    }
    if (rx->alert_end > 0 && rx->start < rx->alert_end + IN_CALL_WITHIN &&
        rx->start + PIECE > rx->alert_end && rx->seizure < IN_CALL_SEIZURE_BITS) {
        ev->value |= CTI_CID_IN_CALL;
    }
}

static void take_byte(cti_cid_rx *rx, const cti_fsk_event *fsk) {
    if (rx->length == 0 && !is_type(fsk->byte)) {
        rx->receiving = 0;
        cti_fsk_rx_hunt(&rx->fsk);
        return;
    }
    rx->bytes[rx->length++] = (uint8_t)fsk->byte;
    rx->doubtful |= !fsk->framing_ok;
    rx->weak += !fsk->framing_ok || fsk->margin < MARGIN_MIN;
    rx->margin = fsk->margin < rx->margin ? fsk->margin : rx->margin;
    int complete = is_complete(rx);
    rx->receiving = complete >= 0;
    if (complete != 0 || rx->length == CID_BYTES) {
        finish(rx);
        cti_fsk_rx_hunt(&rx->fsk);
    }
}

static void take(cti_cid_rx *rx, const cti_fsk_event *fsk) {
    switch (fsk->kind) {
    case CTI_FSK_LOCK:
        rx->receiving = 1;
        rx->doubtful = 0;
        rx->weak = 0;
        rx->margin = 1.0f;
        rx->length = 0;
        rx->seizure = fsk->seizure_bits;
        rx->marks = fsk->mark_bits;
        rx->purity = fsk->purity;
        rx->start = fsk->start;
        rx->level = fsk->level_dbm0;
        rx->standard = fsk->modem == CTI_FSK_V23 ? CTI_CID_V23 : CTI_CID_BELL202;
        break;
    case CTI_FSK_BYTE:
        if (rx->receiving) {
            take_byte(rx, fsk);
        }
        break;
    default:
        finish(rx);
        break;
    }
}

static void hear_fsk(cti_cid_rx *rx, const int16_t *pcm, int n) {
    int done = 0, more = 1;
    while (more) {
        int used;
        cti_fsk_event fsk;
        more = cti_fsk_rx_run(&rx->fsk, n > done ? pcm + done : NULL, n - done, &used, &fsk);
        done += used;
        rx->now += used;
        if (more) {
            take(rx, &fsk);
        }
    }
}

static void hear_alert(cti_cid_rx *rx, const int16_t *pcm, int n) {
    cti_event alert;
    if (cti_alert_rx_run(&rx->alert, pcm, n, &alert, 1) > 0) {
        rx->alert_end = alert.start + alert.length;
        *new_event(rx, CTI_EV_ALERT, alert.start) = alert;
    }
}

static void told(cti_cid_rx *rx, const dtmf_told *of) {
    cti_event *ev = report(rx, CTI_CID_DTMF, of->digits, of->length, of->start);
    ev->at = of->at;
    ev->level = of->level;
    ev->value |= of->unsure ? CTI_CID_UNSURE : 0;
}

static void hear_digits(cti_cid_rx *rx, const int16_t *pcm, int n, const cti_event *digit, int count) {
    dtmf_told message;
    dtmf_collector_listen(&rx->digits, pcm, n);
    for (int i = 0; i < count; i++) {
        if (dtmf_collector_time(&rx->digits, digit[i].at - 1, &message)) {
            told(rx, &message);
        }
        if (dtmf_collector_digit(&rx->digits, &digit[i], &message)) {
            told(rx, &message);
        }
    }
    if (dtmf_collector_time(&rx->digits, rx->now + n, &message)) {
        told(rx, &message);
    }
}

/* A piece, all receivers in turn. */
static void hear(cti_cid_rx *rx, const int16_t *pcm, int n, const cti_event *digits, int count) {
    hear_digits(rx, pcm, n, digits, count);
    hear_alert(rx, pcm, n);
    hear_fsk(rx, pcm, n);
}

/* Writes out what waits. */
static int deliver(cti_cid_rx *rx, cti_event *ev, int max) {
    int out = rx->waiting < max ? rx->waiting : max;
    if (out == 0) {
        return 0;
    }
    memcpy(ev, rx->event, (size_t)out * sizeof *ev);
    memmove(rx->event, rx->event + out, (size_t)(rx->waiting - out) * sizeof *ev);
    rx->waiting -= out;
    return out;
}

int cti_cid_rx_hear(cti_cid_rx *rx, const int16_t *pcm, int n, const cti_event *digits, int count,
                    cti_event *ev, int max) {
    if (!rx || n < 0 || n > PIECE || (n > 0 && !pcm) || count < 0 || (count > 0 && !digits) || max < 0 ||
        (max > 0 && !ev)) {
        return CTI_ERR_ARG;
    }
    hear(rx, pcm, n, digits, count);
    return deliver(rx, ev, max);
}

int cti_cid_rx_run(cti_cid_rx *rx, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!rx || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev)) {
        return CTI_ERR_ARG;
    }
    for (int done = 0; done < n;) {
        cti_event digit[DIGIT_EVENTS];
        int piece = n - done < PIECE ? n - done : PIECE;
        int digits = cti_dtmf_rx_run(digit_receiver(rx), pcm + done, piece, digit, DIGIT_EVENTS);
        hear(rx, pcm + done, piece, digit, digits);
        done += piece;
    }
    return deliver(rx, ev, max);
}

int cti_cid_rx_message(const cti_cid_rx *rx, int32_t ref, uint8_t *out, int max) {
    if (!rx || ref < 1 || max < 0 || (max > 0 && !out)) {
        return CTI_ERR_ARG;
    }
    const cid_message *kept = &rx->kept[ref % CID_KEPT];
    if (kept->ref != ref) {
        return CTI_ERR_GONE;
    }
    if (kept->length > max) {
        return CTI_ERR_FULL;
    }
    memcpy(out, kept->bytes, (size_t)kept->length);
    return kept->length;
}
