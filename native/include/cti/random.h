#pragma once

/* random: a seeded generator whose numbers are the same on every machine (line noise, test signals).
 *
 * xoshiro256** filled from the seed by splitmix64 (Blackman, Vigna). Normal numbers are the sum of
 * twelve uniform ones: only additions, so every compiler and processor gets the same bits; they
 * never pass 6 standard deviations. Not for secrets.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_random cti_random;

size_t cti_random_size(void);
int cti_random_init(cti_random *r, size_t size, uint64_t seed);
uint64_t cti_random_bits(cti_random *r);
/* As n calls of cti_random_bits(), in a time that hardly grows with n (some 50 microseconds). */
void cti_random_jump(cti_random *r, uint64_t n);
/* 0 ≤ x < 1, in steps of 2^-53. */
double cti_random_uniform(cti_random *r);
/* 0 ≤ x < below, every value equally likely; 0 when below is 0. */
uint32_t cti_random_below(cti_random *r, uint32_t below);
/* Mean 0, standard deviation 1. */
double cti_random_normal(cti_random *r);
/* Adds white noise of this level (rms over 0…4 kHz; a full-scale sine is +3.14 dBm0) to n samples,
 * saturating. Nothing is added at or below -90 dBm0. Returns n. */
int cti_random_noise(cti_random *r, float level_dbm0, int16_t *pcm, int n);
/* Leaves the generator as cti_random_noise() of n samples would, by a jump. */
void cti_random_noise_pass(cti_random *r, float level_dbm0, int64_t n);
