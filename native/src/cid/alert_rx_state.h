#pragma once

#include "cti/alert_rx.h"

#define ALERT_DUMPS 64  /* a power of two; the window is shorter */
#define ALERT_TABLE 800 /* one period of 10 Hz */

typedef struct alert_c {
    float re, im;
} alert_c;

struct cti_alert_rx {
    int64_t now;
    float cosine[ALERT_TABLE];
    int32_t phase[2]; /* of the two mixers, in table steps */
    float high[4];    /* the high-pass filter's memory, two sections */
    /* the dump that is being made, and the last ones */
    alert_c sum[2];
    float energy;
    int32_t filled;
    int64_t dumps;
    alert_c dump[ALERT_DUMPS][2];
    float dump_energy[ALERT_DUMPS];
    /* the tone that sounds */
    int32_t sounding;
    float peak[2]; /* mean square of each, at most */
};
