/* echo_can_state: the echo canceller's memory, and the work on its samples in two variants
 * (base/variant.h). */
#pragma once

#include <stdint.h>

#include "base/fft.h"
#include "base/variant.h"
#include "cti/echo_can.h"

enum {
    ECHO_BLOCK = CTI_FFT_SIZE / 2,      /* samples between two looks at the path, and taps of a part of it */
    ECHO_PARTS = 2,                     /* at most */
    ECHO_TAPS = ECHO_PARTS * ECHO_BLOCK /* 32 ms */
};

/* The uncertainty in the beginning: no return is louder than what was sent. */
#define ECHO_UNSURE 1.0f
/* The near end is never quieter than -75 dBm0 in all (rms 3 samples), spread over the bins. */
#define ECHO_NEAR_FLOOR (9.0f * ECHO_BLOCK)

typedef struct echo_work {
    /* The next n samples of the block: what came, without the echo of what was sent. */
    void (*take_out)(cti_echo_can *e, int16_t *out, int n);
    /* The block is full: learns from it. */
    void (*block_done)(cti_echo_can *e);
} echo_work;

extern const echo_work echo_work_plain;
#ifdef CTI_HAS_AVX2
extern const echo_work echo_work_avx2;
#else
#define echo_work_avx2 echo_work_plain
#endif

struct cti_echo_can {
    cti_echo_can_config cfg;
    const echo_work *work;
    cti_fft fft;
    /* from here on, what a reset clears */
    int32_t parts;
    int32_t filled;                             /* samples of the present block */
    int32_t silent;                             /* samples since something was sent */
    int32_t louder;                             /* blocks in a row */
    int16_t sent[ECHO_TAPS + ECHO_BLOCK];       /* before the present block, then it */
    int16_t path[ECHO_TAPS];                    /* Q14, last tap first: what the output goes through */
    int16_t came[ECHO_BLOCK], left[ECHO_BLOCK]; /* the present block, before and after */
    float judged_used, judged_learnt, judged_none;
    cti_spectrum x[ECHO_PARTS]; /* of what was sent; the newest first */
    cti_spectrum w[ECHO_PARTS]; /* the path that is learnt */
    float tap[ECHO_TAPS];       /* the same */
    float unsure[ECHO_PARTS][CTI_FFT_ROOM];
    float near_power[CTI_FFT_ROOM];
};

/* There is no path, and none is known. */
void echo_can_forget(cti_echo_can *e);
