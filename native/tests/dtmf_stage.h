/* dtmf_stage: what the digit receiver hears of a signal, for its tests. */
#pragma once

#include "check.h"
#include "cti/dtmf_rx.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "signals.h"

enum { MOST = 4096, LEAD_MS = 200 };

static cti_event events[MOST];

/* Runs the receiver over the signal in blocks; the number of events. */
static inline int hear_pcm(const int16_t *pcm, int n, int block) {
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size());
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    int count = 0;
    for (int from = 0; from < n; from += block) {
        int size = n - from < block ? n - from : block;
        int got = cti_dtmf_rx_run(rx, pcm + from, size, events + count, MOST - count);
        CHECK(got >= 0);
        count += got;
    }
    free(rx);
    return count;
}

static inline int hear(const signal *s) {
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(pcm, s->n, 160);
    free(pcm);
    return count;
}

/* The digits that went down, as a string. */
static inline const char *digits_of(int count) {
    static char text[MOST + 1];
    int n = 0;
    for (int i = 0; i < count; i++)
        if (events[i].kind == CTI_EV_DIGIT_DOWN)
            text[n++] = (char)events[i].value;
    text[n] = 0;
    return text;
}
