/* fax_bits: received bits to octets or frames, and the events of both. */
#pragma once

#include "cti/fax_modem_rx.h"
#include "modem/hdlc_state.h"

enum { FAX_OCTETS = 32 /* an event's page data, at the most */ };

typedef struct fax_bits {
    int32_t hdlc;
    cti_hdlc_rx frames;
    uint8_t octets[FAX_OCTETS];
    int32_t length, bits;
    uint32_t octet; /* the next one, of which there are `bits` */
} fax_bits;

void fax_bits_init(fax_bits *b, int hdlc);
/* Takes from `bits` the `n` lowest, the first one lowest, eight at the most; 1 when there is an event: its
 * kind, octets and length are set, and n may be left. */
int fax_bits_put(fax_bits *b, uint32_t *bits, int32_t *n, cti_fax_modem_event *ev);
/* The carrier has ended: what is left of page data, with zeros for the bits that are missing. */
int fax_bits_flush(fax_bits *b, cti_fax_modem_event *ev);
