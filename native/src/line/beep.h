/* beep: the tone of an answering machine, after its greeting: one steady line that ends in silence.
 * Fed by the voice detector with what each 20 ms were (vad.c). */
#pragma once

#include <stdint.h>

#include "base/outbox.h"

enum beep_hop { BEEP_QUIET, BEEP_LINE, BEEP_EDGE, BEEP_OTHER };

typedef struct beep {
    int32_t hops;   /* of the line */
    int32_t others; /* hops of something else since it began */
    int32_t quiet;  /* hops since it ended */
    double hz, power;
    int64_t start, end;
    int32_t spoilt; /* something else followed the line: wait for silence */
} beep;

/* `hz` of the strongest line, `power` of the sound; `from`: the first sample of a sound that begins now; the
 * hop's last sample but one is `now`. `voice_end`: where voice was heard last, 0 = never. */
void beep_take(beep *b, enum beep_hop hop, double hz, double power, int64_t from, int64_t now,
               int64_t voice_end, cti_event_sink *sink);
