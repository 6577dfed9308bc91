/* fsk_span: a short stretch of audio with everything a bit decision needs.
 *
 * Prefix sums of the analytic signal mixed with the conjugate mark and space tones give the correlation
 * over any window, broken bits included, in constant time. (Analytic, because a bit holds less than two
 * cycles: a real tone's mirror image would leak 8 % into it.) Times are samples behind the first one.
 */
#pragma once

#include <stdint.h>

#define FSK_SPAN_MAX 320
#define FSK_MARGIN 7  /* samples that must stand before and behind, for the Hilbert filter */
#define FSK_TABLE 160 /* one period of 50 Hz; every tone used is a multiple of it */
#define FSK_BITS 20
#define FSK_PREAMBLE 8         /* bits before a start bit that must look like one */
#define FSK_BIT (20.0f / 3.0f) /* samples a bit at 1200 bit/s */

typedef struct fsk_c {
    float re, im;
} fsk_c;

typedef struct fsk_tones {
    int step[2];    /* space, mark in units of 50 Hz */
    float omega[2]; /* radians a sample */
} fsk_tones;

typedef struct fsk_span {
    fsk_tones tones;
    int n;
    fsk_c sum[2][FSK_SPAN_MAX + 2];
    float energy[FSK_SPAN_MAX + 2];
} fsk_span;

/* Each bit's amplitude and phase (at its beginning) as if it were space [0] or mark [1]. */
typedef struct fsk_bits {
    int first, n; /* bits first … first + n − 1; 0 is the start bit */
    fsk_c u[2][FSK_BITS];
    fsk_c back[2];         /* turns a phase back by one bit of space or mark */
    float amplitude[2];    /* expected */
    uint8_t may[FSK_BITS]; /* what a bit may be: 1 space, 2 mark, 3 both */
} fsk_bits;

fsk_tones fsk_tones_of(int space_hz, int mark_hz);
/* `cosine` is one period of 50 Hz; x holds FSK_MARGIN + n + FSK_MARGIN samples. */
void fsk_span_make(fsk_span *span, const float *cosine, fsk_tones tones, const int16_t *x, int n);
/* One tone's peak, squared, over [t, t + bit). */
float fsk_span_power(const fsk_span *span, int mark, float t, float bit);
/* The energy of the analytic signal (a tone's peak squared, times the samples) over [t, t + length). */
float fsk_span_energy(const fsk_span *span, float t, float length);
/* Bits first … 11 around a start bit that begins at t; all may be both. */
void fsk_bits_make(fsk_bits *bits, const fsk_span *span, float t, float bit, int first,
                   const float amplitude[2]);
/* How much likelier mark is than space for bit k, by the best sequence of the five bits around it
 * (fewer at the ends) in continuous phase; about ±1 without noise. */
float fsk_bits_soft(const fsk_bits *bits, int k);
/* How well the phase runs on through such bits, bit `first` first: larger is better. */
float fsk_bits_phase_fit(const fsk_bits *bits, const uint8_t *marks);
