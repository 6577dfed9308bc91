#pragma once

/* spectrogram: how loud each frequency is, a column of a picture after the other.
 *
 * Frames of 256 samples (32 ms) under a Hann window, 128 frequencies from 0 Hz up, 31.25 Hz apart, in dBm0: a
 * sine in the middle of one reads its own level. Digital silence reads -100.
 */

#include <stddef.h>
#include <stdint.h>

/* Of a sound of n samples `columns` columns, each from one edge to the next: edges are columns + 1 places of
 * samples, ascending, and may lie outside the sound, where there is silence. A column has as many frames as
 * fit, at most `most`, spread over it, and at least one; of each frequency it is the loudest. Writes columns
 * times 128. */
int cti_spectrogram(const int16_t *pcm, int n, const int32_t *edges, int columns, int most, float *dbm0);
