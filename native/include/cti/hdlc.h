#pragma once

/* hdlc: frames of ISO/IEC 13239 (HDLC) to bits and back, as ITU-T T.30 uses them (5.3, and T.4 Annex A).
 *
 * A frame lies between flags (01111110); inside it a 0 is put behind each five 1s in a row; its last two
 * octets are the check sequence: the CRC of x^16 + x^12 + x^5 + 1, begun with ones, sent inverted. Octets go
 * least significant bit first. Fifteen 1s in a row are an idle line, seven to fourteen an aborted frame.
 */

#include <stddef.h>
#include <stdint.h>

enum {
    CTI_HDLC_FRAME_MAX = 400 /* octets without the check sequence; T.30's longest is 260 */
};

typedef struct cti_hdlc_tx cti_hdlc_tx;

size_t cti_hdlc_tx_size(void);
int cti_hdlc_tx_init(cti_hdlc_tx *tx, size_t size);
/* At least n flags more (0…32767) before the next frame; T.30's preamble is 1 s of them. */
int cti_hdlc_tx_flags(cti_hdlc_tx *tx, int n);
/* Puts a frame of 1…CTI_HDLC_FRAME_MAX octets behind those that wait. CTI_ERR_FULL: no room, 2,000 octets. */
int cti_hdlc_tx_frame(cti_hdlc_tx *tx, const uint8_t *octets, int n);
/* Octets of the longest frame that there is room for now. */
int cti_hdlc_tx_room(const cti_hdlc_tx *tx);
/* The next bit; flags while there is no frame. */
int cti_hdlc_tx_bit(cti_hdlc_tx *tx);
/* 1 when all frames, the flag that closes the last one and all ordered flags are sent. */
int cti_hdlc_tx_is_idle(const cti_hdlc_tx *tx);

enum cti_hdlc_event {
    CTI_HDLC_NOTHING = 0,
    CTI_HDLC_FLAGS = 1, /* the second flag in a row behind something else */
    CTI_HDLC_FRAME = 2, /* a frame whose check sequence is right */
    CTI_HDLC_BAD = 3,   /* one whose check sequence, length in bits or length is wrong; or one aborted */
    CTI_HDLC_IDLE = 4   /* fifteen 1s */
};

typedef struct cti_hdlc_rx cti_hdlc_rx;

size_t cti_hdlc_rx_size(void);
int cti_hdlc_rx_init(cti_hdlc_rx *rx, size_t size);
/* Takes a bit; returns an enum cti_hdlc_event. What lies between flags and is shorter than three octets with
 * its check sequence is noise, and nothing. */
int cti_hdlc_rx_bit(cti_hdlc_rx *rx, int bit);
/* The last FRAME or BAD without its check sequence, until the next bit; returns its octets, 0…
 * CTI_HDLC_FRAME_MAX. */
int cti_hdlc_rx_octets(const cti_hdlc_rx *rx, const uint8_t **octets);
