/* kaiser: a low-pass filter's impulse response, a sinc under a Kaiser window. */
#pragma once

/* At `t` samples from its middle; the window reaches `half` samples to each side. `cutoff` in cycles a
 * sample, 0…0.5. `beta` 7.5 gives a stop-band 77 dB down. Over all samples it sums to about 1. */
double cti_kaiser_sinc(double t, double half, double cutoff, double beta);
