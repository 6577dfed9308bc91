#pragma once

#include "cti/fsk_rx.h"
#include "modem/fsk_span.h"

#define FSK_RING 4096  /* samples kept: a whole preamble of 480 bits and a byte */
#define FSK_EDGES 64   /* mark-to-space edges that wait for the byte behind them */
#define FSK_RECENT 128 /* samples for which the edge detector's findings are kept */
#define FSK_GLANCE 56  /* a preamble of eight bits */
#define FSK_DELAY 7    /* samples of the edge detector's window, about a bit */

/* A carrier that bytes are read from. */
typedef struct fsk_carrier {
    int modem;
    float bit;          /* samples a bit, as measured */
    float amplitude[2]; /* of space and mark */
    float power;        /* mean square of a sample */
    float purity;       /* the two tones' share of all there is, at the beginning */
    double next;        /* where the next start bit is looked for */
    double last;        /* the last byte's start bit */
    int waiting;        /* half bits of mark since the last stop bit */
    int bytes;          /* read so far, behind the first */
    int bad;            /* looks in a row that found no carrier */
} fsk_carrier;

struct cti_fsk_rx {
    float cosine[FSK_TABLE];
    int16_t detector[4][FSK_TABLE]; /* mark cosine, sine, space cosine, sine of the edge detector */
    int16_t ring[FSK_RING];
    int64_t now;
    int32_t product[8][4];
    int32_t sum[4];
    float recent[2][FSK_RECENT]; /* power of space and mark over the FSK_DELAY samples that end there */
    int64_t energy;              /* sum of the squares of FSK_GLANCE samples */
    int phase;
    int was_mark;
    int64_t edge[FSK_EDGES];
    int edges, first_edge;
    int locked;
    fsk_carrier carrier;
    int held;
    cti_fsk_event byte; /* the first byte, reported behind its LOCK */
};
