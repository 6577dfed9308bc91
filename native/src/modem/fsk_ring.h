/* fsk_ring: the newest audio, and stretches of it as spans. */
#pragma once

#include "modem/fsk_span.h"

#define FSK_RING 4096 /* samples kept: a whole preamble of 480 bits and a byte */

typedef struct fsk_ring {
    float cosine[FSK_TABLE];
    int16_t pcm[FSK_RING];
    int64_t now; /* samples so far */
} fsk_ring;

void fsk_ring_reset(fsk_ring *ring);
/* The first sample that is still there. */
int64_t fsk_ring_oldest(const fsk_ring *ring);
/* n samples (at most FSK_SPAN_MAX) from `from` on; what is not there is silence. */
void fsk_ring_span(const fsk_ring *ring, fsk_span *span, fsk_tones tones, int64_t from, int n);
