#include "modem/fax_bits.h"

#include <string.h>

void fax_bits_init(fax_bits *b, int hdlc) {
    memset(b, 0, sizeof(*b));
    b->hdlc = hdlc;
}

static int put_frame_bit(fax_bits *b, int bit, cti_fax_modem_event *ev) {
    static const int32_t kinds[] = {[CTI_HDLC_FLAGS] = CTI_FAX_MODEM_FLAGS,
                                    [CTI_HDLC_FRAME] = CTI_FAX_MODEM_FRAME,
                                    [CTI_HDLC_BAD] = CTI_FAX_MODEM_BAD,
                                    [CTI_HDLC_IDLE] = CTI_FAX_MODEM_IDLE};
    int said = cti_hdlc_rx_bit(&b->frames, bit);
    if (said == CTI_HDLC_NOTHING)
        return 0;
    ev->kind = kinds[said];
    if (said == CTI_HDLC_FRAME || said == CTI_HDLC_BAD)
        ev->length = cti_hdlc_rx_octets(&b->frames, &ev->octets);
    return 1;
}

static int put_frame_bits(fax_bits *b, uint32_t *bits, int32_t *n, cti_fax_modem_event *ev) {
    while (*n > 0) {
        int bit = (int)(*bits & 1);
        *bits >>= 1;
        --*n;
        if (put_frame_bit(b, bit, ev))
            return 1;
    }
    return 0;
}

static int tell(fax_bits *b, cti_fax_modem_event *ev) {
    ev->kind = CTI_FAX_MODEM_OCTETS;
    ev->length = b->length;
    ev->octets = b->octets;
    b->length = 0;
    return 1;
}

int fax_bits_put(fax_bits *b, uint32_t *bits, int32_t *n, cti_fax_modem_event *ev) {
    if (b->hdlc)
        return put_frame_bits(b, bits, n, ev);
    b->octet |= *bits << b->bits;
    b->bits += *n;
    *n = 0;
    if (b->bits < 8)
        return 0;
    b->octets[b->length++] = (uint8_t)b->octet;
    b->octet >>= 8;
    b->bits -= 8;
    return b->length == FAX_OCTETS ? tell(b, ev) : 0;
}

int fax_bits_flush(fax_bits *b, cti_fax_modem_event *ev) {
    if (b->hdlc || (b->length == 0 && b->bits == 0))
        return 0;
    if (b->bits > 0)
        b->octets[b->length++] = (uint8_t)b->octet;
    b->octet = 0;
    b->bits = 0;
    return tell(b, ev);
}
