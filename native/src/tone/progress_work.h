/* progress_work: the sums of the call-progress detector's front end, in two variants (base/variant.h). */
#pragma once

#include "base/variant.h"
#include "tone/progress_bank.h"

struct progress_work {
    /* The hop's sums of the low band, and of the bins above it, without a turn. re, im: PROGRESS_BINS of
     * zeros. */
    void (*sum_low)(const progress_bank *b, float *re, float *im);
    void (*sum_high)(const progress_bank *b, float *re, float *im);
    /* Them as the hop's dump, each bin turned by as many eighths as its oscillator was since reset: those of
     * its rest[] have the cosine and the sine there. */
    void (*put_dump)(progress_bank *b, const float *re, const float *im, int bins, const float cosine[8],
                     const float sine[8]);
    /* re, im and power of the window: Hann, turned to its first hop by that cosine and sine. */
    void (*make_window)(progress_bank *b, int bins, float c, float s);
};

extern const progress_work progress_work_plain;
#ifdef CTI_HAS_AVX2
extern const progress_work progress_work_avx2;
#else
#define progress_work_avx2 progress_work_plain
#endif
