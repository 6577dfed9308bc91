#pragma once

#include "cid/alert_rx_state.h"
#include "cid/dtmf_collector.h"
#include "cti/cid_rx.h"
#include "modem/fsk_rx_state.h"

#define CID_BYTES 258 /* type, length, 255 of body, checksum */
#define CID_KEPT 4
#define CID_EVENTS 8 /* that wait for room */

typedef struct cid_message {
    int32_t ref;
    int32_t length;
    uint8_t bytes[CID_BYTES];
} cid_message;

/* The receiver for digits lies behind it (its size is not known here). */
struct cti_cid_rx {
    cti_fsk_rx fsk;
    cti_alert_rx alert;
    dtmf_collector digits;
    int64_t now;
    int64_t alert_end; /* of the last alerting tone; 0 = none */
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
    cti_event event[CID_EVENTS];
};
