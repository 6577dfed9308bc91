#pragma once

/* fax_modem_tx: the sending half of a fax modem: training if the modem has one, then frames or page data.
 *
 * ITU-T V.21 channel 2 (300 bit/s) for T.30's frames; V.27ter (2,400 and 4,800), V.29 (7,200 and 9,600) and
 * V.17 (7,200, 9,600, 12,000 and 14,400) for pages. The sender is made for one turn on the line: it begins at
 * once, sends what is put into it, flags or zeros (T.4: Fill) while nothing waits, and ends when it is told
 * to.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_fax_modem {
    CTI_FAX_MODEM_V21 = 1,
    CTI_FAX_MODEM_V27TER = 2,
    CTI_FAX_MODEM_V29 = 3,
    CTI_FAX_MODEM_V17 = 4
};

typedef struct cti_fax_modem_tx_config {
    int32_t modem;           /* enum cti_fax_modem */
    int32_t bit_rate;        /* one of the modem's */
    int32_t hdlc;            /* 1: frames (cti/hdlc.h), 0: octets as they are, least significant bit first */
    int32_t short_training;  /* V.17: 1: for a receiver that has had the long one in this call */
    int32_t echo_protection; /* V.27ter, V.29, V.17: 1: the carrier alone for 0.19 s first, against echo
                                suppressors */
    float level_dbm0;        /* -60…0; a full-scale sine is +3.14 dBm0 */
} cti_fax_modem_tx_config;

typedef struct cti_fax_modem_tx cti_fax_modem_tx;

/* The modem's highest rate, -13 dBm0; V.21 with frames, the others without. */
int cti_fax_modem_tx_defaults(cti_fax_modem_tx_config *cfg, int modem);
size_t cti_fax_modem_tx_size(void);
int cti_fax_modem_tx_init(cti_fax_modem_tx *tx, size_t size, const cti_fax_modem_tx_config *cfg);
/* Octets of page data; returns how many there was room for (1,024 wait at the most). CTI_ERR_STATE: the
 * sender was made for frames, or has been told to end. */
int cti_fax_modem_tx_put(cti_fax_modem_tx *tx, const uint8_t *octets, int n);
/* At least n flags before the next frame, and a frame: as cti/hdlc.h has them. CTI_ERR_STATE: not for frames.
 */
int cti_fax_modem_tx_flags(cti_fax_modem_tx *tx, int n);
int cti_fax_modem_tx_frame(cti_fax_modem_tx *tx, const uint8_t *octets, int n);
/* Octets of page data, or of the longest frame, that there is room for now. */
int cti_fax_modem_tx_room(const cti_fax_modem_tx *tx);
/* Octets of page data that wait; of frames 1 or 0: something is still to be sent. */
int cti_fax_modem_tx_waiting(const cti_fax_modem_tx *tx);
/* No more comes: the carrier ends behind what waits. */
void cti_fax_modem_tx_end(cti_fax_modem_tx *tx);
/* Writes n samples; returns how many, fewer than n once the carrier has ended. */
int cti_fax_modem_tx_run(cti_fax_modem_tx *tx, int16_t *out, int n);
