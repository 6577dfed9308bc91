#include "modem/fsk_ring.h"

#include <math.h>
#include <string.h>

void fsk_ring_reset(fsk_ring *ring) {
    memset(ring, 0, sizeof *ring);
    for (int i = 0; i < FSK_TABLE; i++) {
        ring->cosine[i] = (float)cos(6.283185307179586 * i / FSK_TABLE);
    }
}

int64_t fsk_ring_oldest(const fsk_ring *ring) {
    return ring->now > FSK_RING ? ring->now - FSK_RING : 0;
}

void fsk_ring_span(const fsk_ring *ring, fsk_span *span, fsk_tones tones, int64_t from, int n) {
    int16_t x[FSK_SPAN_MAX + 2 * FSK_MARGIN];
    int64_t oldest = fsk_ring_oldest(ring), first = from - FSK_MARGIN;
    for (int i = 0; i < n + 2 * FSK_MARGIN; i++) {
        int64_t at = first + i;
        x[i] = at >= oldest && at < ring->now ? ring->pcm[at & (FSK_RING - 1)] : 0;
    }
    fsk_span_make(span, ring->cosine, tones, x, n);
}
