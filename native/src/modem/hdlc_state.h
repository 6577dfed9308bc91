#pragma once

#include "cti/hdlc.h"

enum { HDLC_RING = 2048, HDLC_FCS = 2 };

struct cti_hdlc_tx {
    uint8_t ring[HDLC_RING]; /* frames: two octets of length, then the octets */
    int32_t head, used;
    int32_t flags;      /* ordered, not begun */
    int32_t left;       /* octets of the frame that is being sent, its check sequence too */
    uint32_t fcs;       /* CRC up to here */
    uint32_t octet;     /* bits that wait, the next one lowest */
    int32_t bits;       /* how many */
    int32_t ones;       /* in a row, in a frame */
    int32_t is_flag;    /* the bits that wait are of a flag */
    int32_t must_close; /* a frame ended and the flag behind it is not begun */
};

struct cti_hdlc_rx {
    uint8_t octets[CTI_HDLC_FRAME_MAX + HDLC_FCS];
    uint32_t fcs;
    int32_t length; /* whole octets */
    int32_t bits;   /* of the octet that is not whole */
    uint32_t octet;
    int32_t ones;     /* in a row */
    int32_t is_open;  /* a flag has come, and no abort behind it */
    int32_t is_long;  /* more octets than a frame can have */
    int32_t flags;    /* in a row */
    int32_t reported; /* octets of the last FRAME or BAD */
};

/* The CRC of one more octet, of ISO/IEC 13239 4.2.5.2, bits reversed. */
uint32_t hdlc_crc(uint32_t crc, uint32_t octet);
