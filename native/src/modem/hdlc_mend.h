/* hdlc_mend: a frame with a hole, as a lost packet leaves it, made whole again.
 *
 * The check sequence finds every burst of errors up to 16 bits long; so where it is known which bits are in
 * doubt, and they are few, one way to fill them is right and all others are told (Lin and Costello, Error
 * Control Coding, on bursts of erasures). The stuffed zeros move with the bits, so each way is read anew, and
 * in several holes two ways may be good: then neither is taken. A frame with more holes waits for its
 * repetition: a bit that is sure in either is sure.
 */
#pragma once

#include "modem/hdlc_state.h"

enum {
    MEND_DOUBTS = 8, /* filled at the most: a lost packet of 20 ms takes seven bits at 300 bit/s */
    MEND_BITS = 768, /* of a frame and its flag: T.30's longest on V.21 has 37 octets */
    MEND_COPIES = 4  /* frames of a turn that wait for their repetition */
};

typedef struct mend_frame {
    int32_t n, doubts;
    uint8_t bits[MEND_BITS];
    uint8_t doubt[MEND_BITS]; /* 1: the bit may be wrong */
} mend_frame;

typedef struct hdlc_mend {
    mend_frame frame; /* since the flag that opened it; n MEND_BITS: too long */
    mend_frame copies[MEND_COPIES];
    int32_t next; /* of the copies to be given up */
    cti_hdlc_rx trial;
} hdlc_mend;

void hdlc_mend_init(hdlc_mend *m);
/* A flag has opened a frame. */
void hdlc_mend_open(hdlc_mend *m);
void hdlc_mend_bit(hdlc_mend *m, int bit, int is_doubtful);
/* The frame has ended with this bit, and its check sequence is wrong: the octets of what it must have been,
 * without check sequence, until the next call; 0: it cannot be told, by what came so far. */
int hdlc_mend_close(hdlc_mend *m, const uint8_t **octets);
