#include <string.h>

#include "cid/cid_text.h"
#include "cti/cid.h"
#include "cti/error.h"

/* NTT's number display: control characters of ISO 646, in 7 bits and even parity. */
enum { SOH = 0x01, STX = 0x02, ETX = 0x03, DLE = 0x10, HEADER = 0x07 };
enum { PARAM_NUMBER = 0x02, PARAM_NO_NUMBER = 0x04, PARAM_DIALLED = 0x09 };

#define CONTENT_MAX 127 /* its length has seven bits */
#define FRAME_MAX 258
#define CRC_BYTES 2

/* ITU-T CRC-16 (x^16 + x^12 + x^5 + 1), least significant bit first, from 0. */
static unsigned crc_of(const uint8_t *bytes, int n) {
    unsigned crc = 0;
    for (int i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0x8408u : crc >> 1;
        }
    }
    return crc;
}

static uint8_t even_parity(int byte) {
    int ones = 0;
    for (int bit = 0; bit < 7; bit++) {
        ones += byte >> bit & 1;
    }
    return (uint8_t)(byte | (ones % 2 ? 0x80 : 0));
}

int cti_cid_jclip_length(const uint8_t *bytes, int n) {
    if (!bytes || n < 0) {
        return CTI_ERR_ARG;
    }
    if ((n > 0 && bytes[0] != even_parity(DLE)) || (n > 1 && bytes[1] != even_parity(SOH))) {
        return CTI_ERR_FORMAT;
    }
    for (int i = 2; i + 1 < n; i++) {
        if ((bytes[i] & 0x7f) != DLE) {
            continue;
        }
        int next = bytes[++i] & 0x7f;
        if (next == ETX) {
            int length = i + 1 + CRC_BYTES;
            return length > FRAME_MAX ? CTI_ERR_FORMAT : length <= n ? length : 0;
        }
        if (next != DLE && next != STX) {
            return CTI_ERR_FORMAT;
        }
    }
    return n < FRAME_MAX ? 0 : CTI_ERR_FORMAT;
}

/* The text between DLE STX and DLE ETX without parity and doubling; returns its length. */
static int content_of(const uint8_t *frame, int length, uint8_t *out) {
    int used = 0, inside = 0;
    for (int i = 2; i < length - CRC_BYTES; i++) {
        int byte = frame[i] & 0x7f;
        if (byte == DLE) {
            byte = frame[++i] & 0x7f;
            if (byte != DLE) {
                inside = byte == STX;
                continue;
            }
        }
        if (inside) {
            out[used++] = (uint8_t)byte;
        }
    }
    return used;
}

/* P: withheld; O, C, S: the network cannot say, a public telephone, services in conflict. */
static int reason_of(const uint8_t *p, int n) {
    return n < 1 ? CTI_CID_REASON_NONE : *p == 'P' ? CTI_CID_REASON_PRIVATE : CTI_CID_REASON_UNAVAILABLE;
}

int cti_cid_jclip_parse(const uint8_t *bytes, int n, cti_cid_message *out) {
    if (!out || n < 0 || (n > 0 && !bytes)) {
        return CTI_ERR_ARG;
    }
    cid_message_clear(out);
    int length = n > 0 ? cti_cid_jclip_length(bytes, n) : 0;
    out->type = n > 0 ? bytes[0] : 0;
    if (length <= 0) {
        return CTI_ERR_FORMAT;
    }
    if (crc_of(bytes + 2, length - 2) != 0) {
        return CTI_ERR_CHECKSUM;
    }
    uint8_t content[FRAME_MAX];
    int size = content_of(bytes, length, content);
    if (size < 2 || content[0] != CTI_CID_JCLIP_CALL || content[1] > size - 2) {
        return CTI_ERR_FORMAT;
    }
    out->type = CTI_CID_JCLIP_CALL;
    out->checksum_ok = 1;
    out->kind = CTI_CID_KIND_CALL;
    int end = content[1] + 2;
    for (int i = 2; i + 2 <= end && content[i + 1] <= end - i - 2; i += 2 + content[i + 1]) {
        const uint8_t *value = content + i + 2;
        if (content[i] == PARAM_NUMBER) {
            cid_copy_number(value, content[i + 1], out->number, (int)sizeof out->number);
        } else if (content[i] == PARAM_DIALLED) {
            cid_copy_number(value, content[i + 1], out->dialled, (int)sizeof out->dialled);
        } else if (content[i] == PARAM_NO_NUMBER) {
            out->reason = reason_of(value, content[i + 1]);
        }
    }
    if (out->number[0]) {
        out->reason = CTI_CID_REASON_NONE;
    }
    return CTI_OK;
}

/* Both ends are put by hand; this is for what must look different from them. */
static int put_content(uint8_t *out, int used, const uint8_t *content, int n) {
    for (int i = 0; i < n; i++) {
        if (content[i] == DLE) {
            out[used++] = DLE;
        }
        out[used++] = content[i];
    }
    return used;
}

static int put_parameter(uint8_t *content, int used, int type, const char *text, size_t n) {
    content[used++] = (uint8_t)type;
    content[used++] = (uint8_t)n;
    memcpy(content + used, text, n);
    return used + (int)n;
}

static int is_ascii(const char *text, size_t room) {
    const char *end = memchr(text, 0, room);
    for (; end && text < end; text++) {
        if (*text <= ' ' || *text > '~') {
            return 0;
        }
    }
    return end != NULL;
}

int cti_cid_jclip_encode(const cti_cid_message *m, uint8_t *out, int max) {
    if (!m || !out || max < 0 || !is_ascii(m->number, sizeof m->number) ||
        !is_ascii(m->dialled, sizeof m->dialled) || m->reason < CTI_CID_REASON_NONE ||
        m->reason > CTI_CID_REASON_UNAVAILABLE) {
        return CTI_ERR_ARG;
    }
    uint8_t content[2 + 3 * 66], frame[2 * sizeof content + 16];
    int used = 2;
    if (m->number[0]) {
        used = put_parameter(content, used, PARAM_NUMBER, m->number, strlen(m->number));
    } else if (m->reason) {
        used =
            put_parameter(content, used, PARAM_NO_NUMBER, m->reason == CTI_CID_REASON_PRIVATE ? "P" : "O", 1);
    }
    if (m->dialled[0]) {
        used = put_parameter(content, used, PARAM_DIALLED, m->dialled, strlen(m->dialled));
    }
    if (used - 2 > CONTENT_MAX) {
        return CTI_ERR_FULL;
    }
    content[0] = CTI_CID_JCLIP_CALL;
    content[1] = (uint8_t)(used - 2);
    static const uint8_t head[] = {DLE, SOH, HEADER, DLE, STX}, tail[] = {DLE, ETX};
    memcpy(frame, head, sizeof head);
    int length = put_content(frame, (int)sizeof head, content, used);
    memcpy(frame + length, tail, sizeof tail);
    length += (int)sizeof tail;
    for (int i = 0; i < length; i++) {
        frame[i] = even_parity(frame[i]);
    }
    unsigned crc = crc_of(frame + 2, length - 2);
    frame[length++] = (uint8_t)(crc & 0xff);
    frame[length++] = (uint8_t)(crc >> 8);
    if (length > max || length > FRAME_MAX) {
        return CTI_ERR_FULL;
    }
    memcpy(out, frame, (size_t)length);
    return length;
}
