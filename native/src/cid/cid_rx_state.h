#pragma once

#include "cti/cid_rx.h"
#include "modem/fsk_rx_state.h"

#define CID_BYTES 258 /* type, length, 255 of body, checksum */
#define CID_KEPT 4

typedef struct cid_message {
    int32_t ref;
    int32_t length;
    uint8_t bytes[CID_BYTES];
} cid_message;

struct cti_cid_rx {
    cti_fsk_rx fsk;
    int64_t now;
    /* the message that is coming in */
    int receiving, standard;
    int seizure, marks;
    float purity;
    int doubtful; /* a start or stop bit was wrong */
    int weak;     /* bytes that were hardly decided */
    int64_t start;
    float level;
    float margin; /* the weakest bit's */
    int length;
    uint8_t bytes[CID_BYTES];
    /* those that came */
    int32_t messages;
    cid_message kept[CID_KEPT];
    int waiting;
    cti_event event[CID_KEPT];
};
