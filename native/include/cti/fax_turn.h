#pragma once

/* fax_turn: what a fax modem is told to do next: send one thing, or listen for one.
 *
 * A fax call is half duplex: one turn follows the other. Who decides is the procedure (ITU-T T.30); who does
 * it is a modem of our own on audio (cti/fax_line.h) or a serial one.
 */

#include <stdint.h>

enum cti_fax_turn_kind {
    CTI_FAX_TURN_LISTEN = 1, /* for the modem's carrier; of a fast modem: V.21 beside it */
    CTI_FAX_TURN_CNG = 2,    /* CNG with its pauses, hearing V.21 all the while */
    CTI_FAX_TURN_CED = 3,    /* CED, then 75 ms of silence */
    CTI_FAX_TURN_FRAMES = 4, /* V.21: 1 s of flags, then frames */
    CTI_FAX_TURN_DATA = 5,   /* a fast modem: training, then octets, or frames behind 0.2 s of flags */
    CTI_FAX_TURN_HANG_UP = 6 /* the call is over: silence */
};

typedef struct cti_fax_turn {
    int32_t kind;           /* enum cti_fax_turn_kind */
    int32_t modem;          /* LISTEN, DATA: enum cti_fax_modem */
    int32_t bit_rate;       /* ... one of the modem's */
    int32_t hdlc;           /* ... of a fast modem: 1: frames, 0: octets */
    int32_t short_training; /* ... V.17: behind long training in this call */
    int32_t hold_ms; /* LISTEN to a fast modem: a carrier that fails is waited for, 20…5000; 0: 400 */
    int32_t silence; /* CED, FRAMES, DATA: samples before it begins; 600 behind a carrier */
    int32_t ms;      /* CED: how long; 0: 3,300 */
} cti_fax_turn;
