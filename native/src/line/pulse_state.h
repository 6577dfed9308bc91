/* The bodies of pulse_rx and pulse_tx, for modules that keep one of each line inside their own state. */
#pragma once

#include "base/outbox.h"
#include "cti/pulse_rx.h"
#include "cti/pulse_tx.h"

enum { CTI_PULSE_QUEUE = 64 };

struct cti_pulse_rx {
    cti_pulse_rx_config cfg;
    int32_t bounce, longest_pulse, longest_one, longest_flash, digit_gap; /* cfg in samples */
    int64_t now;
    int64_t bounce_first, bounce_last; /* changes not yet known to be more than bounce */
    int64_t broken, closed;            /* when the loop was opened, and closed, last */
    int64_t train_start;               /* the first break of the train */
    int32_t first_length;              /* of that break */
    int32_t pulses;                    /* of the train so far; 0: there is none */
    int8_t raw, bouncing;              /* the contact; it changed within bounce */
    int8_t loop;                       /* closed, bounce passed over */
    int8_t off_hook;
    int8_t doubtful; /* the train's only break may be a flash */
    cti_outbox outbox;
};

typedef struct cti_pulse_item {
    int32_t pulses, open, shut, pause; /* the times in samples */
} cti_pulse_item;

struct cti_pulse_tx {
    cti_pulse_item queue[CTI_PULSE_QUEUE];
    int32_t first, waiting; /* the item under way included */
    int32_t pulses;         /* of it still to come, with the present one */
    int32_t left;           /* samples of the present phase */
    int8_t begun, open;
};
