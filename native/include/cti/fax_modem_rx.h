#pragma once

/* fax_modem_rx: the receiving half of a fax modem: what the modems of cti/fax_modem_tx.h send, as frames or
 * octets.
 *
 * A carrier is known by its form, not by a level: it is heard from 0 to -48 dBm0, whatever noise there was
 * before it, 10 dB under it or more.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/fax_modem_tx.h"

typedef struct cti_fax_modem_rx_config {
    int32_t modem;    /* enum cti_fax_modem */
    int32_t bit_rate; /* one of the modem's */
    int32_t hdlc;     /* 1: frames (cti/hdlc.h), 0: octets as they come, least significant bit first */
} cti_fax_modem_rx_config;

enum cti_fax_modem_event_kind {
    CTI_FAX_MODEM_CARRIER = 1, /* data follow */
    CTI_FAX_MODEM_OCTETS = 2,  /* of page data */
    CTI_FAX_MODEM_FLAGS = 3,   /* two flags in a row, behind something else */
    CTI_FAX_MODEM_FRAME = 4,   /* a good frame: octets without its check sequence */
    CTI_FAX_MODEM_BAD = 5,     /* a damaged one; its octets as far as they came */
    CTI_FAX_MODEM_IDLE = 6,    /* of frames: fifteen 1s in a row */
    CTI_FAX_MODEM_END = 7      /* no carrier any more */
};

typedef struct cti_fax_modem_event {
    int32_t kind;          /* enum cti_fax_modem_event_kind */
    int32_t length;        /* octets */
    int64_t at;            /* sample count after which it was known */
    const uint8_t *octets; /* until the next run */
    float level_dbm0;      /* of the carrier */
} cti_fax_modem_event;

typedef struct cti_fax_modem_rx cti_fax_modem_rx;

int cti_fax_modem_rx_defaults(cti_fax_modem_rx_config *cfg, int modem);
size_t cti_fax_modem_rx_size(void);
int cti_fax_modem_rx_init(cti_fax_modem_rx *rx, size_t size, const cti_fax_modem_rx_config *cfg);
/* Takes samples until there is something to say: returns 1 and the event, or 0 when all n are taken; `used`
 * says how many were. An event falls behind the same sample however the audio is cut. */
int cti_fax_modem_rx_run(cti_fax_modem_rx *rx, const int16_t *pcm, int n, int *used, cti_fax_modem_event *ev);
