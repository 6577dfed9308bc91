#pragma once

#include "cti/fax_modem_tx.h"
#include "modem/fsk_tx_state.h"
#include "modem/hdlc_state.h"
#include "modem/qam_tx.h"

enum { FAX_TX_RING = 1024, FAX_TX_BIT_ROOM = 32 };

struct cti_fax_modem_tx {
    cti_fax_modem_tx_config cfg;
    int32_t is_ending, has_ended;
    /* what is sent */
    cti_hdlc_tx hdlc;
    uint8_t ring[FAX_TX_RING];
    int32_t head, used;
    uint32_t octet;
    int32_t bits; /* of the octet that is being sent */
    /* V.21: a bit takes 27 samples at the most */
    cti_fsk_tx fsk;
    int16_t bit_pcm[FAX_TX_BIT_ROOM];
    int32_t bit_samples, bit_used;
    qam_tx qam; /* the others */
};
