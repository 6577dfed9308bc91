#include "cti/cid.h"

#include <string.h>

#include "cid/cid_text.h"
#include "cti/error.h"
#include "cti/fsk_tx.h"
#include "modem/fsk_tx_state.h"

/* Parameters of MDMF messages (GR-30 table; EN 300 659-3 clause 5.4). */
enum {
    PARAM_DATETIME = 0x01,
    PARAM_NUMBER = 0x02,
    PARAM_DIALLED = 0x03,
    PARAM_NO_NUMBER = 0x04,
    PARAM_REDIRECT = 0x05, /* GR-30 */
    PARAM_NAME = 0x07,
    PARAM_NO_NAME = 0x08,
    PARAM_WAITING = 0x0b, /* visual indicator: 0xff on, 0 off */
    PARAM_COMPLEMENTARY = 0x10,
    PARAM_CALL_TYPE = 0x11, /* ETSI: 0x81 = message waiting */
    PARAM_MESSAGES = 0x13,
    PARAM_FORWARDED = 0x15,
    PARAM_REDIRECTING = 0x1a,
    CALL_TYPE_WAITING = 0x81,
    SDMF_WAITING_ON = 0x42, /* three times each (GR-30) */
    SDMF_WAITING_OFF = 0x6f
};

#define BODY_MAX 255
#define BURST_BITS_MAX 4000 /* of seizure, mark or tail; nobody sends more */
#define STUFFING_MAX 20

static int two_digits(const uint8_t *p) {
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* MMDDhhmm, or CTI_ERR_FORMAT. */
static int copy_datetime(const uint8_t *p, int n, char *out) {
    if (n != 8) {
        return CTI_ERR_FORMAT;
    }
    for (int i = 0; i < 8; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return CTI_ERR_FORMAT;
        }
    }
    int month = two_digits(p), day = two_digits(p + 2);
    if (month < 1 || month > 12 || day < 1 || day > 31 || two_digits(p + 4) > 23 || two_digits(p + 6) > 59) {
        return CTI_ERR_FORMAT;
    }
    memcpy(out, p, 8);
    out[8] = 0;
    return CTI_OK;
}

/* A name is shown to people: control bytes are left out, what does not fit is cut. */
static void copy_name(const uint8_t *p, int n, char *out, int room) {
    int used = 0;
    for (int i = 0; i < n && used + 1 < room; i++) {
        if (p[i] >= 0x20 && p[i] != 0x7f) {
            out[used++] = (char)p[i];
        }
    }
    while (used > 0 && out[used - 1] == ' ') {
        used--;
    }
    out[used] = 0;
}

static int reason_of(const uint8_t *p, int n) {
    if (n != 1) {
        return CTI_CID_REASON_NONE;
    }
    return *p == 'P' ? CTI_CID_REASON_PRIVATE : *p == 'O' ? CTI_CID_REASON_UNAVAILABLE : CTI_CID_REASON_NONE;
}

/* "P" or "O" in the number's place says why there is none. */
static void take_number(const uint8_t *p, int n, cti_cid_message *out) {
    int reason = reason_of(p, n);
    if (reason != CTI_CID_REASON_NONE) {
        out->reason = reason;
    } else {
        cid_copy_number(p, n, out->number, (int)sizeof out->number);
    }
}

static void parse_sdmf(const uint8_t *body, int n, cti_cid_message *out) {
    if (n >= 8) {
        (void)copy_datetime(body, 8, out->datetime);
        take_number(body + 8, n - 8, out);
    }
}

static void parse_parameter(int type, const uint8_t *p, int n, cti_cid_message *out) {
    switch (type) {
    case PARAM_DATETIME:
        if (!out->datetime[0]) {
            (void)copy_datetime(p, n, out->datetime);
        }
        break;
    case PARAM_NUMBER:
        take_number(p, n, out);
        break;
    case PARAM_NO_NUMBER:
        out->reason = reason_of(p, n);
        break;
    case PARAM_NAME:
        if (!out->name[0]) {
            copy_name(p, n, out->name, (int)sizeof out->name);
        }
        break;
    case PARAM_NO_NAME:
        out->name_reason = reason_of(p, n);
        break;
    case PARAM_WAITING:
        out->waiting = n >= 1 ? p[0] != 0 : -1;
        break;
    case PARAM_CALL_TYPE:
        out->call_type = n >= 1 ? p[0] : 0;
        if (out->call_type == CALL_TYPE_WAITING) {
            out->kind = CTI_CID_KIND_MESSAGE_WAITING;
        }
        break;
    case PARAM_DIALLED:
        cid_copy_number(p, n, out->dialled, (int)sizeof out->dialled);
        break;
    case PARAM_COMPLEMENTARY:
        cid_copy_number(p, n, out->complementary, (int)sizeof out->complementary);
        break;
    case PARAM_REDIRECTING:
        cid_copy_number(p, n, out->redirecting, (int)sizeof out->redirecting);
        break;
    case PARAM_REDIRECT:
    case PARAM_FORWARDED:
        out->forwarded = n >= 1 ? p[0] : 0;
        break;
    case PARAM_MESSAGES:
        out->messages = n >= 1 ? p[0] : -1;
        break;
    default:
        break;
    }
}

static void parse_mdmf(const uint8_t *body, int n, cti_cid_message *out) {
    int i = 0;
    while (i + 2 <= n && body[i + 1] <= n - i - 2) {
        parse_parameter(body[i], body + i + 2, body[i + 1], out);
        i += 2 + body[i + 1];
    }
}

static int kind_of(int type) {
    switch (type) {
    case CTI_CID_SDMF_CALL:
    case CTI_CID_MDMF_CALL:
        return CTI_CID_KIND_CALL;
    case CTI_CID_SDMF_WAITING:
    case CTI_CID_MDMF_WAITING:
        return CTI_CID_KIND_MESSAGE_WAITING;
    default:
        return CTI_CID_KIND_NONE;
    }
}

int cti_cid_parse(const uint8_t *bytes, int n, cti_cid_message *out) {
    if (!out || (n > 0 && !bytes)) {
        return CTI_ERR_ARG;
    }
    cid_message_clear(out);
    if (n < 1) {
        return CTI_ERR_FORMAT;
    }
    out->type = bytes[0];
    int kind = kind_of(bytes[0]);
    if (n < 3 || n < bytes[1] + 3 || kind == CTI_CID_KIND_NONE) {
        return CTI_ERR_FORMAT;
    }
    int length = bytes[1];
    unsigned sum = 0;
    for (int i = 0; i < length + 3; i++) {
        sum += bytes[i];
    }
    if ((sum & 0xff) != 0) {
        return CTI_ERR_CHECKSUM;
    }
    out->checksum_ok = 1;
    out->kind = kind;
    const uint8_t *body = bytes + 2;
    if (bytes[0] == CTI_CID_SDMF_CALL) {
        parse_sdmf(body, length, out);
    } else if (bytes[0] == CTI_CID_SDMF_WAITING) {
        out->waiting = length < 1                    ? -1
                       : body[0] == SDMF_WAITING_ON  ? 1
                       : body[0] == SDMF_WAITING_OFF ? 0
                                                     : -1;
    } else {
        parse_mdmf(body, length, out);
    }
    if (out->number[0]) {
        out->reason = CTI_CID_REASON_NONE;
    }
    if (out->name[0]) {
        out->name_reason = CTI_CID_REASON_NONE;
    }
    return CTI_OK;
}

/* Writes behind what is there; too much is remembered, not written. */
typedef struct writer {
    uint8_t *out;
    int max, used;
} writer;

static void put(writer *w, int byte) {
    if (w->used < w->max) {
        w->out[w->used] = (uint8_t)byte;
    }
    w->used++;
}

static void put_text(writer *w, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        put(w, (unsigned char)text[i]);
    }
}

static void put_parameter(writer *w, int type, const char *text, size_t n) {
    put(w, type);
    put(w, (int)n);
    put_text(w, text, n);
}

static void put_number(writer *w, int type, const char *number) {
    if (number[0]) {
        put_parameter(w, type, number, strlen(number));
    }
}

/* A parameter of one byte; below 0: none. */
static void put_octet(writer *w, int type, int value) {
    if (value >= 0) {
        put(w, type);
        put(w, 1);
        put(w, value);
    }
}

static const char *letter(int reason) {
    return reason == CTI_CID_REASON_PRIVATE ? "P" : "O";
}

static void encode_mdmf(const cti_cid_message *m, writer *w) {
    put_octet(w, PARAM_CALL_TYPE, m->call_type > 0 ? m->call_type : -1);
    if (m->type == CTI_CID_MDMF_WAITING && m->waiting >= 0) {
        put_parameter(w, PARAM_WAITING, m->waiting ? "\xff" : "", 1);
    }
    if (m->datetime[0]) {
        put_parameter(w, PARAM_DATETIME, m->datetime, 8);
    }
    if (m->number[0]) {
        put_parameter(w, PARAM_NUMBER, m->number, strlen(m->number));
    } else if (m->reason) {
        put_parameter(w, PARAM_NO_NUMBER, letter(m->reason), 1);
    }
    if (m->name[0]) {
        put_parameter(w, PARAM_NAME, m->name, strlen(m->name));
    } else if (m->name_reason) {
        put_parameter(w, PARAM_NO_NAME, letter(m->name_reason), 1);
    }
    put_number(w, PARAM_DIALLED, m->dialled);
    put_number(w, PARAM_COMPLEMENTARY, m->complementary);
    put_number(w, PARAM_REDIRECTING, m->redirecting);
    put_octet(w, PARAM_FORWARDED, m->forwarded > 0 ? m->forwarded : -1);
    put_octet(w, PARAM_MESSAGES, m->type == CTI_CID_MDMF_WAITING ? m->messages : -1);
}

static int text_fits(const char *text, size_t room) {
    return memchr(text, 0, room) != NULL;
}

static int is_reason(int reason) {
    return reason >= CTI_CID_REASON_NONE && reason <= CTI_CID_REASON_UNAVAILABLE;
}

int cti_cid_encode(const cti_cid_message *m, uint8_t *out, int max) {
    if (!m || !out || max < 0 || kind_of(m->type) == CTI_CID_KIND_NONE || !is_reason(m->reason) ||
        !is_reason(m->name_reason) || !text_fits(m->datetime, sizeof m->datetime) ||
        !text_fits(m->number, sizeof m->number) || !text_fits(m->name, sizeof m->name) ||
        !text_fits(m->dialled, sizeof m->dialled) || !text_fits(m->redirecting, sizeof m->redirecting) ||
        !text_fits(m->complementary, sizeof m->complementary) || m->call_type > 255 || m->forwarded > 255 ||
        m->messages > 255) {
        return CTI_ERR_ARG;
    }
    char datetime[9];
    if (m->datetime[0] &&
        copy_datetime((const uint8_t *)m->datetime, (int)strlen(m->datetime), datetime) != CTI_OK) {
        return CTI_ERR_ARG;
    }
    writer w = {out, max, 0};
    put(&w, m->type);
    put(&w, 0); /* the length, known below */
    if (m->type == CTI_CID_SDMF_CALL) {
        if (!m->datetime[0]) {
            return CTI_ERR_ARG; /* SDMF has the number behind a date that is always there */
        }
        put_text(&w, m->datetime, 8);
        if (m->number[0]) {
            put_text(&w, m->number, strlen(m->number));
        } else {
            put_text(&w, letter(m->reason), 1);
        }
    } else if (m->type == CTI_CID_SDMF_WAITING) {
        for (int i = 0; i < 3; i++) {
            put(&w, m->waiting > 0 ? SDMF_WAITING_ON : SDMF_WAITING_OFF);
        }
    } else {
        encode_mdmf(m, &w);
    }
    int body = w.used - 2;
    if (body > BODY_MAX || w.used + 1 > max) {
        return CTI_ERR_FULL;
    }
    out[1] = (uint8_t)body;
    unsigned sum = 0;
    for (int i = 0; i < w.used; i++) {
        sum += out[i];
    }
    put(&w, (int)((0u - sum) & 0xff));
    return w.used;
}

int cti_cid_parse_as(int standard, const uint8_t *bytes, int n, cti_cid_message *out) {
    return standard == CTI_CID_JCLIP  ? cti_cid_jclip_parse(bytes, n, out)
           : standard == CTI_CID_DTMF ? cti_cid_dtmf_parse(bytes, n, out)
                                      : cti_cid_parse(bytes, n, out);
}

void cti_cid_burst_defaults(cti_cid_burst_config *cfg) {
    cfg->standard = CTI_CID_BELL202;
    cfg->seizure_bits = 300;
    cfg->mark_bits = 180;
    cfg->stuffing_bits = 0;
    cfg->tail_bits = 8;
    cfg->level_dbm0 = -13.5f;
}

static int is_modem(int standard) {
    return standard == CTI_CID_BELL202 || standard == CTI_CID_V23 || standard == CTI_CID_JCLIP;
}

static int burst_ok(const cti_cid_burst_config *cfg, int n) {
    return cfg && is_modem(cfg->standard) && n >= 0 && n <= 1024 && cfg->seizure_bits >= 0 &&
           cfg->seizure_bits <= BURST_BITS_MAX && cfg->mark_bits >= 0 && cfg->mark_bits <= BURST_BITS_MAX &&
           cfg->tail_bits >= 0 && cfg->tail_bits <= BURST_BITS_MAX && cfg->stuffing_bits >= 0 &&
           cfg->stuffing_bits <= STUFFING_MAX;
}

int cti_cid_burst_samples(const cti_cid_burst_config *cfg, int n) {
    if (!burst_ok(cfg, n)) {
        return CTI_ERR_ARG;
    }
    int bits = cfg->seizure_bits + cfg->mark_bits + n * (10 + cfg->stuffing_bits) + cfg->tail_bits;
    return bits * 20 / 3 + 1; /* 8000 samples for 1200 bits */
}

/* Sends bits of one value, or alternating from 0. */
static int send_run(cti_fsk_tx *tx, int bits, int alternate, int16_t *out, int max) {
    int written = 0;
    for (int i = 0; i < bits; i++) {
        uint8_t bit = alternate ? (uint8_t)(i & 1) : 1;
        int n = cti_fsk_tx_run(tx, &bit, 1, out + written, max - written);
        if (n < 0) {
            return n;
        }
        written += n;
    }
    return written;
}

int cti_cid_burst(const cti_cid_burst_config *cfg, const uint8_t *bytes, int n, int16_t *out, int max) {
    if (!burst_ok(cfg, n) || !out || (n > 0 && !bytes)) {
        return CTI_ERR_ARG;
    }
    if (cti_cid_burst_samples(cfg, n) > max) {
        return CTI_ERR_FULL;
    }
    cti_fsk_tx state;
    cti_fsk_tx *tx = &state;
    cti_fsk_tx_config modem;
    int bad = cti_fsk_tx_defaults(&modem, cfg->standard == CTI_CID_BELL202 ? CTI_FSK_BELL202 : CTI_FSK_V23);
    modem.mark_dbm0 = cfg->level_dbm0;
    modem.space_dbm0 = cfg->level_dbm0;
    if (bad || (bad = cti_fsk_tx_init(tx, sizeof state, &modem)) != CTI_OK) {
        return bad;
    }
    int used = send_run(tx, cfg->seizure_bits, 1, out, max);
    used += send_run(tx, cfg->mark_bits, 0, out + used, max - used);
    for (int i = 0; i < n; i++) {
        uint8_t bits[10] = {0};
        for (int b = 0; b < 8; b++) {
            bits[1 + b] = (uint8_t)((bytes[i] >> b) & 1);
        }
        bits[9] = 1;
        used += cti_fsk_tx_run(tx, bits, 10, out + used, max - used);
        used += send_run(tx, i + 1 < n ? cfg->stuffing_bits : cfg->tail_bits, 0, out + used, max - used);
    }
    return used;
}
