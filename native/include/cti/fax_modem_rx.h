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
    int32_t modem;          /* enum cti_fax_modem */
    int32_t bit_rate;       /* one of the modem's */
    int32_t hdlc;           /* 1: frames (cti/hdlc.h), 0: octets as they come, least significant bit first */
    int32_t short_training; /* V.17: 1: what was learnt of the line by long training is used again */
    int32_t hold_ms; /* but V.21: a carrier that fails is gone after so long, 20…5000; zeros meanwhile */
} cti_fax_modem_rx_config;

enum cti_fax_modem_event_kind {
    CTI_FAX_MODEM_CARRIER = 1,  /* data follow: trained, where there is training */
    CTI_FAX_MODEM_OCTETS = 2,   /* of page data */
    CTI_FAX_MODEM_FLAGS = 3,    /* two flags in a row, behind something else */
    CTI_FAX_MODEM_FRAME = 4,    /* a good frame: octets without its check sequence */
    CTI_FAX_MODEM_BAD = 5,      /* a damaged one; its octets as far as they came */
    CTI_FAX_MODEM_IDLE = 6,     /* of frames: fifteen 1s in a row */
    CTI_FAX_MODEM_END = 7,      /* no carrier any more */
    CTI_FAX_MODEM_TRAINING = 8, /* the modem's training is heard */
    CTI_FAX_MODEM_FAILED = 9    /* ... and was not understood */
};

typedef struct cti_fax_modem_event {
    int32_t kind;          /* enum cti_fax_modem_event_kind */
    int32_t length;        /* octets */
    int64_t at;            /* sample count after which it was known */
    const uint8_t *octets; /* until the next run */
    float level_dbm0;      /* of the carrier */
} cti_fax_modem_event;

/* How well the carrier is received; of V.21 the level alone. */
typedef struct cti_fax_modem_quality {
    float level_dbm0;
    float snr_db; /* of the points, by how far they lie from where they should; noise of the symbols' band */
    float evm;    /* the same as a share of the points' mean amplitude */
    float carrier_hz; /* how much the carrier is too high */
    float clock_ppm;  /* how much the sender's symbol clock is too fast */
    int32_t is_lost;  /* 1: the carrier has failed and is waited for */
} cti_fax_modem_quality;

typedef struct cti_fax_modem_rx cti_fax_modem_rx;

int cti_fax_modem_rx_defaults(cti_fax_modem_rx_config *cfg, int modem);
size_t cti_fax_modem_rx_size(void);
int cti_fax_modem_rx_init(cti_fax_modem_rx *rx, size_t size, const cti_fax_modem_rx_config *cfg);
/* Takes samples until there is something to say: returns 1 and the event, or 0 when all n are taken; `used`
 * says how many were. An event falls behind the same sample however the audio is cut. */
int cti_fax_modem_rx_run(cti_fax_modem_rx *rx, const int16_t *pcm, int n, int *used, cti_fax_modem_event *ev);
/* Another turn: listens anew, by another configuration. The same modem with short training keeps what it has
 * learnt of the line. */
int cti_fax_modem_rx_again(cti_fax_modem_rx *rx, const cti_fax_modem_rx_config *cfg);
int cti_fax_modem_rx_quality(const cti_fax_modem_rx *rx, cti_fax_modem_quality *quality);
/* The last points received, the oldest first, as pairs of x and y where the constellation's mean power is 1;
 * returns how many, `max` and 128 at the most. V.21 has none. */
int cti_fax_modem_rx_points(const cti_fax_modem_rx *rx, float *xy, int max);
/* The last stretch of the signal as it is decided by: pairs as above, two a symbol, the oldest first, the
 * last one a symbol's; an eye diagram is drawn of it. Returns how many, `max` and 128 at the most; none
 * before there is data. Costs nothing until it is asked for. */
int cti_fax_modem_rx_eye(const cti_fax_modem_rx *rx, float *xy, int max);
/* Where a modem's points should lie, in the same measure; returns how many, 0 for one that has none. At most
 * `max` are written. */
int cti_fax_modem_constellation(int modem, int bit_rate, float *xy, int max);
