/* fsk_span: a short stretch of audio with everything a bit decision needs.
 *
 * Prefix sums of the analytic signal mixed with the conjugate mark and space tones give the correlation
 * over any window, broken bits included, in constant time. (Analytic, because a bit holds less than two
 * cycles: a real tone's mirror image would leak 8 % into it.) Times are samples behind the first one.
 */
#pragma once

#include <stdint.h>

#define FSK_SPAN_MAX 320
#define FSK_MARGIN 7           /* samples that must stand before and behind, for the Hilbert filter */
#define FSK_TABLE 160          /* one period of 50 Hz; every tone used is a multiple of it */
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

fsk_tones fsk_tones_of(int space_hz, int mark_hz);
/* `cosine` is one period of 50 Hz; x holds FSK_MARGIN + n + FSK_MARGIN samples. */
void fsk_span_make(fsk_span *span, const float *cosine, fsk_tones tones, const int16_t *x, int n);
/* One tone's peak, squared, over [t, t + bit). */
float fsk_span_power(const fsk_span *span, int mark, float t, float bit);
/* The energy of the analytic signal (a tone's peak squared, times the samples) over [t, t + length). */
float fsk_span_energy(const fsk_span *span, float t, float length);
/* One tone's correlation over [0, t), to be taken from another's: times the samples, and its phase that of
 * the span's first sample. */
fsk_c fsk_span_sum(const fsk_span *span, int mark, float t);
