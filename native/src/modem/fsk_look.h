/* fsk_look: bits each decided for itself, without phase: rough, for what is not known yet. */
#pragma once

#include "modem/fsk_span.h"

typedef struct fsk_look {
    uint8_t mark[64];
    float purity; /* the winning tones' share of the energy: 1 for perfect bits in the right place */
    float power;  /* mean square of a sample */
} fsk_look;

/* The bits `first` … `last` around a start bit at t; `framed`: but for the start bit, the bit before it and
 * the stop bit, which are known. */
void fsk_look_take(const fsk_span *span, float t, float bit, int first, int last, int framed, fsk_look *out);
/* The purest place for the start bit within `around` ± range bits, in steps of so many bits. */
float fsk_look_place(const fsk_span *span, float around, float bit, int first, int last, int framed,
                     float range, float step, fsk_look *out);
/* The tones' amplitudes in the bits `first` … `last`. */
void fsk_look_amplitudes(const fsk_span *span, float t, float bit, int first, int last, float amplitude[2]);
