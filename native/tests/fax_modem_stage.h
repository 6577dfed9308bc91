/* fax_modem_stage: a sender of a fax modem, a line, and its receiver. */
#pragma once

#include "check.h"
#include "cti/error.h"
#include "cti/fax_modem_rx.h"
#include "cti/fax_modem_tx.h"
#include "signals.h"

enum { STAGE_EVENTS = 4096, STAGE_OCTETS = 65536 };

/* What a receiver has said. */
typedef struct stage_heard {
    int carriers, flags, frames, bad, ends, events, octets;
    int64_t carrier_at, end_at;
    float level;
    uint8_t last[512]; /* the last frame */
    int last_length;
    uint8_t data[STAGE_OCTETS];
    uint64_t hash; /* of all events with their times */
} stage_heard;

static inline void stage_note(stage_heard *h, const cti_fax_modem_event *ev) {
    h->events++;
    h->hash = h->hash * 31 + (uint64_t)(ev->kind + ev->at * 7 + ev->length);
    h->carriers += ev->kind == CTI_FAX_MODEM_CARRIER;
    h->flags += ev->kind == CTI_FAX_MODEM_FLAGS;
    h->frames += ev->kind == CTI_FAX_MODEM_FRAME;
    h->bad += ev->kind == CTI_FAX_MODEM_BAD;
    h->ends += ev->kind == CTI_FAX_MODEM_END;
    if (ev->kind == CTI_FAX_MODEM_CARRIER)
        h->carrier_at = ev->at;
    if (ev->kind == CTI_FAX_MODEM_END) {
        h->end_at = ev->at;
        h->level = ev->level_dbm0;
    }
    if (ev->kind == CTI_FAX_MODEM_FRAME) {
        h->last_length = ev->length;
        memcpy(h->last, ev->octets, (size_t)ev->length);
    }
    if (ev->kind == CTI_FAX_MODEM_OCTETS && h->octets + ev->length <= STAGE_OCTETS) {
        memcpy(h->data + h->octets, ev->octets, (size_t)ev->length);
        h->octets += ev->length;
    }
}

/* Feeds n samples in blocks; block 0: of changing length. */
static inline void stage_hear(cti_fax_modem_rx *rx, const int16_t *pcm, int n, int block, stage_heard *h) {
    uint32_t dice = 1;
    for (int i = 0; i < n;) {
        dice = dice * 1664525u + 1013904223u;
        int part = block ? block : (int)(dice >> 24), used, done = 0;
        part = part < n - i ? part : n - i;
        cti_fax_modem_event ev;
        while (cti_fax_modem_rx_run(rx, pcm + i + done, part - done, &used, &ev)) {
            done += used;
            stage_note(h, &ev);
        }
        i += part;
    }
}

/* What a receiver of V.21 says of a signal. */
static inline stage_heard stage_v21(const signal *s, int block) {
    cti_fax_modem_rx_config cfg;
    cti_fax_modem_rx *rx = malloc(cti_fax_modem_rx_size());
    static stage_heard h;
    memset(&h, 0, sizeof h);
    CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, CTI_FAX_MODEM_V21), CTI_OK);
    CHECK_EQ(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg), CTI_OK);
    int16_t *pcm = signal_pcm(s);
    stage_hear(rx, pcm, s->n, block, &h);
    free(pcm);
    free(rx);
    return h;
}
