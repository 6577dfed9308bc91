/* fsk_carrier: what is known of a burst, and its bytes, one after the other. */
#pragma once

#include "cti/fsk_rx.h"
#include "modem/fsk_path.h"

#define FSK_RATE_MAX 0.045f /* of 1200 bit/s */

typedef struct fsk_carrier {
    int modem;
    float bit;                          /* samples a bit, as measured */
    float amplitude[2];                 /* of space and mark */
    int one_level;                      /* only the marks are known so far */
    float power;                        /* mean square of a sample */
    float purity;                       /* the two tones' share of all there is, at the beginning */
    int seizing;                        /* in a preamble of alternating bits, not of marks */
    double next;                        /* where the next start bit is looked for */
    double last;                        /* the last byte's start bit */
    fsk_c ref;                          /* the carrier's phase at `next` */
    float var_place, var_both, var_bit; /* how sure `next` and `bit` are: variances and covariance */
    float lead;                         /* of this modem over the other, in what they explained so far */
    int waiting;                        /* half bits of mark since the last stop bit */
    int bytes;                          /* read so far */
    int bad;                            /* looks in a row that found no carrier */
} fsk_carrier;

fsk_tones fsk_carrier_tones(int modem);
float fsk_carrier_within_limits(float bit);
float fsk_carrier_level(float power);
/* The place and the rate are known so well (standard deviations in samples). */
void fsk_carrier_sure(fsk_carrier *c, float place, float bit);
/* Known bits, `marks` from t on, tell which modem it is: adds to what they told before, and changes over when
 * the other one leads. `other`: the same stretch with the other modem's tones. */
void fsk_carrier_judge(fsk_carrier *c, const fsk_span *span, const fsk_span *other, float t, uint32_t marks,
                       int n);
int fsk_carrier_other(int modem);
/* Could a start bit begin near t? A glance, before the search for it. */
int fsk_carrier_may_start(const fsk_carrier *c, const fsk_span *span, float t);
/* Reads the byte whose start bit is at about t and corrects place, rate and levels by it. 0: there is no
 * start bit; then nothing is changed. `base` is the span's first sample. */
int fsk_carrier_read(fsk_carrier *c, const fsk_span *span, int64_t base, float t, cti_fsk_event *ev);
/* The same behind the last byte, or on a clear line half a bit later where the byte is surer: half a bit of
 * mark between two puts the first place in the middle of every bit. */
int fsk_carrier_read_next(fsk_carrier *c, const fsk_span *span, int64_t base, float t, cti_fsk_event *ev);
/* Is the bit that begins at t a space, looked at by itself? */
int fsk_carrier_is_space(const fsk_carrier *c, const fsk_span *span, float t);
/* As fsk_carrier_read when the start bit may be anywhere within ± range bits: a dear search. */
int fsk_carrier_find(fsk_carrier *c, const fsk_span *span, int64_t base, float t, float range,
                     cti_fsk_event *ev);
