#pragma once

#include "cti/alert_rx.h"

#define ALERT_DUMPS 64 /* a power of two; the window is shorter */
#define ALERT_DUMP 20  /* samples: 2.5 ms */
#define ALERT_TURN 40  /* the mixers turn by whole 40ths in a dump */

typedef struct alert_c {
    float re, im;
} alert_c;

struct cti_alert_rx {
    int64_t now;
    float mixer[ALERT_DUMP][4]; /* cosine and -sine of each tone, from the beginning of a dump */
    float cosine[ALERT_TURN];
    int32_t phase[2]; /* of the two mixers when the dump began, in 40ths of a turn */
    float high[4];    /* the high-pass filter's memory, two sections */
    /* the dump that is being made, and the last ones */
    float x[ALERT_DUMP];
    int32_t filled;
    int64_t dumps;
    alert_c dump[ALERT_DUMPS][2];
    float dump_energy[ALERT_DUMPS];
    /* the tone that sounds */
    int32_t sounding;
    float peak[2]; /* mean square of each, at most */
};
