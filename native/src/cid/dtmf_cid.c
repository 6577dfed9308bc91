#include <string.h>

#include "cid/cid_text.h"
#include "cti/cid.h"
#include "cti/error.h"

#define NUMBER_MAX 20 /* EN 300 659-1 annex A; E.164 has 15 and prefixes */

static int is_digit(int c) {
    return c >= '0' && c <= '9';
}

/* A field's digits from `at` on; returns where they end. */
static int digits_from(const uint8_t *digits, int n, int at) {
    while (at < n && is_digit(digits[at])) {
        at++;
    }
    return at;
}

/* Special information (EN 300 659-1 annex A). */
static int special(const uint8_t *p, int n, cti_cid_message *out) {
    if (n != 2 || p[1] != '0' || (p[0] != '0' && p[0] != '1')) {
        return CTI_ERR_FORMAT;
    }
    out->reason = p[0] == '1' ? CTI_CID_REASON_PRIVATE : CTI_CID_REASON_UNAVAILABLE;
    return CTI_OK;
}

/* Fields A, D and B up to the C, each at most once; `D number C` of Taiwan has the number in its D. */
static int parse_fields(const uint8_t *digits, int n, cti_cid_message *out) {
    int has_number = digits[0] == 'A';
    for (int i = 0; i < n - 1;) {
        int field = digits[i], end = digits_from(digits, n, i + 1), length = end - i - 1;
        const uint8_t *value = digits + i + 1;
        if (length > NUMBER_MAX) {
            return CTI_ERR_FORMAT;
        }
        if (field == 'A' && i == 0) {
            cid_copy_number(value, length, out->number, (int)sizeof out->number);
        } else if (field == 'D' && length > 0 && !out->number[0] && !has_number) {
            has_number = 1;
            cid_copy_number(value, length, out->number, (int)sizeof out->number);
        } else if (field == 'D' && length > 0 && !out->redirecting[0]) {
            cid_copy_number(value, length, out->redirecting, (int)sizeof out->redirecting);
        } else if (field != 'B' || out->reason || special(value, length, out) != CTI_OK) {
            return CTI_ERR_FORMAT;
        }
        i = end;
    }
    return CTI_OK;
}

static int parse_hash(const uint8_t *digits, int n, cti_cid_message *out) {
    int coded = digits[0] == 'A' || digits[0] == 'D', length = n - 1 - coded;
    if (digits_from(digits, n, coded) != n - 1 || length > NUMBER_MAX) {
        return CTI_ERR_FORMAT;
    }
    if (digits[0] == 'D') { /* D1# restricted, D2# international, D3# not known */
        if (length != 1 || digits[1] < '1' || digits[1] > '3') {
            return CTI_ERR_FORMAT;
        }
        out->reason = digits[1] == '1' ? CTI_CID_REASON_PRIVATE : CTI_CID_REASON_UNAVAILABLE;
        return CTI_OK;
    }
    if (length == 0 && !coded) {
        return CTI_ERR_FORMAT;
    }
    cid_copy_number(digits + coded, length, out->number, (int)sizeof out->number);
    return CTI_OK;
}

int cti_cid_dtmf_parse(const uint8_t *digits, int n, cti_cid_message *out) {
    if (!out || n < 0 || (n > 0 && !digits)) {
        return CTI_ERR_ARG;
    }
    cid_message_clear(out);
    if (n < 2) {
        return CTI_ERR_FORMAT;
    }
    int last = digits[n - 1];
    int bad = last == 'C'   ? parse_fields(digits, n, out)
              : last == '#' ? parse_hash(digits, n, out)
                            : CTI_ERR_FORMAT;
    if (bad) {
        cid_message_clear(out);
    } else {
        out->kind = CTI_CID_KIND_CALL;
        out->reason = out->number[0] ? CTI_CID_REASON_NONE : out->reason;
    }
    out->type = digits[0];
    out->checksum_ok = bad ? 0 : -1;
    return bad;
}

static int only_digits(const char *text, size_t room) {
    const char *end = memchr(text, 0, room);
    if (!end || end - text > NUMBER_MAX) {
        return 0;
    }
    for (; text < end; text++) {
        if (!is_digit(*text)) {
            return 0;
        }
    }
    return 1;
}

static int put(uint8_t *out, int used, const char *text) {
    size_t n = strlen(text);
    memcpy(out + used, text, n);
    return used + (int)n;
}

int cti_cid_dtmf_encode(int form, const cti_cid_message *m, uint8_t *out, int max) {
    if (!m || !out || max < 0 || form < CTI_CID_DTMF_A_C || form > CTI_CID_DTMF_HASH ||
        !only_digits(m->number, sizeof m->number) || !only_digits(m->redirecting, sizeof m->redirecting) ||
        m->reason < CTI_CID_REASON_NONE || m->reason > CTI_CID_REASON_UNAVAILABLE) {
        return CTI_ERR_ARG;
    }
    uint8_t text[2 * NUMBER_MAX + 16];
    int used = 0, hidden = m->reason == CTI_CID_REASON_PRIVATE;
    if (!m->number[0] && form != CTI_CID_DTMF_A_C) {
        used = put(text, used, hidden ? "D1#" : "D3#");
    } else {
        if (m->number[0]) {
            used = put(text, used, form == CTI_CID_DTMF_HASH ? "" : form == CTI_CID_DTMF_D_C ? "D" : "A");
            used = put(text, used, m->number);
        }
        if (form == CTI_CID_DTMF_A_C && m->redirecting[0]) {
            used = put(text, used, m->number[0] ? "D" : "AD");
            used = put(text, used, m->redirecting);
        }
        if (!m->number[0]) {
            used = put(text, used, hidden ? "B10" : "B00");
        }
        used = put(text, used, form == CTI_CID_DTMF_A_C || form == CTI_CID_DTMF_D_C ? "C" : "#");
    }
    if (used > max) {
        return CTI_ERR_FULL;
    }
    memcpy(out, text, (size_t)used);
    return used;
}
