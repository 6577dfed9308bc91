/* dtmf_rest: what is left of a sound when the pair is taken away.
 *
 * Two sines are all there is in a digit: beside them stands noise, whose spectrum is flat. A voice or an
 * instrument has further harmonics, each a line of its own.
 */
#pragma once

#include "base/fft.h"

enum { DTMF_REST_BLOCK = 64, DTMF_REST_BLOCKS = 6, DTMF_REST_MOST = DTMF_REST_BLOCK * DTMF_REST_BLOCKS };

typedef struct dtmf_rest {
    double digit;   /* mean square of the two sines */
    double rest;    /* of what is left */
    double tallest; /* of what is left, its strongest line, 590…3400 Hz, not next to the pair */
    double peak;    /* the strongest bin there over their mean: 4 to 11 for noise */
    double flat;    /* their geometric over their arithmetic mean: 0.56 for noise, 0.02 for a voice */
    double power[CTI_FFT_BINS];  /* the spectrum of what is left, mean squares; 0 near the pair */
    int clipped;                 /* samples near full scale: then lines are of the clipping too */
    int n;                       /* samples looked at */
    double left[DTMF_REST_MOST]; /* what is left of them; 0 in blocks left out */
} dtmf_rest;

/* Fits two sines of those frequencies to the blocks of x whose bits are set (bit 0: the first 64 samples),
 * by least squares. n: samples, a multiple of 64, DTMF_REST_MOST at the most. */
void dtmf_rest_of(const cti_fft *fft, const float *x, int n, unsigned blocks, const double hz[2],
                  dtmf_rest *r);
/* Whether beside the pair stands a further line, so that the pair is two harmonics of something. */
int dtmf_rest_has_line(const dtmf_rest *r);
/* Whether what is left repeats after a time in which the pair does not, so that the pair is no two of its
 * harmonics: a voice's lines all repeat after one period of its pitch (50…400 Hz). */
int dtmf_rest_is_foreign(const dtmf_rest *r, const double hz[2]);
/* Whether for each of the pair a line an octave or a twelfth below or above it is left: notes of a
 * chord have their other partials there. */
int dtmf_rest_is_chord(const dtmf_rest *r, const double hz[2]);
/* The share of what is left that x, n samples in which the pair is away, holds too, line by line: 0…1. */
double dtmf_rest_shared(const dtmf_rest *r, const cti_fft *fft, const float *x, int n);
