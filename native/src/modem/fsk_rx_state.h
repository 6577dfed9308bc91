#pragma once

#include "cti/fsk_rx.h"
#include "modem/fsk_preamble.h"

enum fsk_state { FSK_HUNTING, FSK_IN_PREAMBLE, FSK_IN_BYTES };

struct cti_fsk_rx {
    fsk_ring ring;
    fsk_gate gate;
    int64_t scanned; /* hunting: samples that the gate has taken; a multiple of FSK_HOP */
    int state;       /* enum fsk_state */
    int64_t paid;    /* the sample by which all searches so far are paid for */
    fsk_carrier carrier;
    fsk_carrier before; /* the carrier in its preamble: if the first byte is not what was hoped for */
    int held;
    cti_fsk_event byte; /* the first byte, reported behind its LOCK */
};
