/* dtmf_work: the sums of the digit receiver's front end, in two variants (base/variant.h). */
#pragma once

#include "base/variant.h"
#include "tone/dtmf_bank.h"

struct dtmf_work {
    /* The dump's sixteen samples through both filters: recent[] and wide_energy of the dump that comes next,
     * and every other sample of the band. */
    void (*filter)(dtmf_bank *b, double half[DTMF_HOP_HALF]);
    /* The next dump and the sum that ends with it, from those samples. */
    void (*make_dump)(dtmf_bank *b, const double half[DTMF_HOP_HALF]);
    /* What `sums` sums hold at each frequency, phases left aside: the newest ends `ago` dumps before the
     * newest dump, each other DTMF_SUM dumps before the next. */
    void (*add_power)(const dtmf_bank *b, int ago, int sums, double power[DTMF_BINS]);
};

extern const dtmf_work dtmf_work_plain;
#ifdef CTI_HAS_AVX2
extern const dtmf_work dtmf_work_avx2;
#else
#define dtmf_work_avx2 dtmf_work_plain
#endif
