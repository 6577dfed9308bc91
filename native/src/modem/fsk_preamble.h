/* fsk_preamble: is there a carrier that sends alternating bits or marks, and of which modem and rate? */
#pragma once

#include "modem/fsk_carrier.h"
#include "modem/fsk_ring.h"

#define FSK_HOP 32 /* samples: a block of the gate; divides FSK_RING */
#define FSK_HOPS 3 /* blocks that are looked at together */

/* A cheap look at each block: what part of its power stands at 1,250 Hz (marks) and at 1,700 Hz, where
 * either modem's alternating bits have more than half. */
typedef struct fsk_gate {
    int16_t table[4][FSK_HOP]; /* cosine and sine of both */
    float energy[FSK_HOPS], marks[FSK_HOPS], seizure[FSK_HOPS];
    int at;
} fsk_gate;

void fsk_gate_reset(fsk_gate *gate);
/* Forgets what was heard. */
void fsk_gate_clear(fsk_gate *gate);
/* One more block of FSK_HOP samples: is a preamble likely? */
int fsk_gate_take(fsk_gate *gate, const int16_t *x);
/* Looks at the samples before `end`. 1: a carrier, at rest in a preamble; c->next is where its next bits are,
 * c->seizing says which. */
int fsk_preamble_find(const fsk_ring *ring, int64_t end, fsk_carrier *c);
/* Follows the preamble back from the start bit at `start`: where it began, and its bits, for a LOCK event. */
void fsk_preamble_measure(const fsk_ring *ring, const fsk_carrier *c, double start, cti_fsk_event *ev);
