#include "tone/progress_work.h"

#include "base/wide.h"

#ifdef CTI_AVX2
#include <immintrin.h>
#endif

enum {
    SIDE = CTI_WIDE,  /* room for the neighbours of the first and the last bin */
    LOW_AT_ONCE = 5,  /* registers of bins: two sums each, and there are 16 registers */
    HIGH_AT_ONCE = 4, /* registers of bins: two values and a factor each */
    LOW = LOW_AT_ONCE * CTI_WIDE,
    HIGH = HIGH_AT_ONCE * CTI_WIDE
};

typedef int32_t wide_ints __attribute__((vector_size(CTI_WIDE * sizeof(int32_t))));

static void sum_low(const progress_bank *b, float *re, float *im) {
    for (int at = 0; at < PROGRESS_LOW_BINS; at += LOW) {
        cti_wide sum_re[LOW_AT_ONCE] = {0}, sum_im[LOW_AT_ONCE] = {0};
        for (int n = 0; n < PROGRESS_HOP_LOW; n++)
            for (int i = 0; i < LOW_AT_ONCE; i++) {
                sum_re[i] += b->low[n] * cti_wide_of(b->cosine[n] + at + i * CTI_WIDE);
                sum_im[i] -= b->low[n] * cti_wide_of(b->sine[n] + at + i * CTI_WIDE);
            }
        for (int i = 0; i < LOW_AT_ONCE; i++) {
            cti_wide_put(re + at + i * CTI_WIDE, sum_re[i]);
            cti_wide_put(im + at + i * CTI_WIDE, sum_im[i]);
        }
    }
}

/* Goertzel over the hop. */
static void sum_high(const progress_bank *b, float *re, float *im) {
    for (int at = 0; at < b->high; at += HIGH) {
        cti_wide last[HIGH_AT_ONCE] = {0}, before[HIGH_AT_ONCE] = {0}, turn[HIGH_AT_ONCE];
        for (int i = 0; i < HIGH_AT_ONCE; i++)
            turn[i] = cti_wide_of(b->turn + at + i * CTI_WIDE);
        for (int n = 0; n < PROGRESS_HOP; n++)
            for (int i = 0; i < HIGH_AT_ONCE; i++) {
                cti_wide now = b->wide[n] + turn[i] * last[i] - before[i];
                before[i] = last[i];
                last[i] = now;
            }
        /* A quarter of the low band's amplitude: four times its samples are in a hop. */
        for (int i = 0; i < HIGH_AT_ONCE; i++) {
            int bin = at + i * CTI_WIDE;
            cti_wide_put(re + PROGRESS_LOW_BINS + bin, 0.25f * (last[i] * cti_wide_of(b->last_re + bin) +
                                                                before[i] * cti_wide_of(b->before_re + bin)));
            cti_wide_put(im + PROGRESS_LOW_BINS + bin, 0.25f * (last[i] * cti_wide_of(b->last_im + bin) +
                                                                before[i] * cti_wide_of(b->before_im + bin)));
        }
    }
}

static inline wide_ints ints_of(const int32_t *at) {
    wide_ints lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

/* Each lane's entry of the table. */
static inline cti_wide entries(const float table[8], const int32_t *which) {
#ifdef CTI_AVX2
    return (cti_wide)_mm256_permutevar8x32_ps((__m256)cti_wide_of(table), (__m256i)ints_of(which));
#else
    cti_wide lanes = {table[which[0]], table[which[1]], table[which[2]], table[which[3]]};
    return lanes;
#endif
}

static void put_dump(progress_bank *b, const float *re, const float *im, int bins, const float cosine[8],
                     const float sine[8]) {
    int at = (int)(b->hops % PROGRESS_DUMPS);
    for (int i = 0; i < bins; i += CTI_WIDE) {
        cti_wide c = entries(cosine, b->rest + i), s = entries(sine, b->rest + i);
        cti_wide x = cti_wide_of(re + i), y = cti_wide_of(im + i);
        cti_wide_put(b->dump_re[at] + i, x * c + y * s);
        cti_wide_put(b->dump_im[at] + i, y * c - x * s);
    }
}

static inline cti_wide sum_of(float dump[PROGRESS_DUMPS][PROGRESS_BINS], int i) {
    cti_wide sum = {0};
    for (int d = 0; d < PROGRESS_DUMPS; d++)
        sum += cti_wide_of(dump[d] + i);
    return sum;
}

/* Where lanes are -1 the new, where they are 0 what stands there. */
static inline void put_some(float *at, wide_ints where, cti_wide now) {
    cti_wide_put(at, (cti_wide)((where & (wide_ints)now) | (~where & (wide_ints)cti_wide_of(at))));
}

static void make_window(progress_bank *b, int bins, float c, float s) {
    float side_re[SIDE + PROGRESS_BINS + SIDE], side_im[SIDE + PROGRESS_BINS + SIDE];
    float *re = side_re + SIDE, *im = side_im + SIDE;
    re[-1] = im[-1] = 0.0f;
    for (int i = 0; i < bins; i += CTI_WIDE) {
        cti_wide_put(re + i, sum_of(b->dump_re, i));
        cti_wide_put(im + i, sum_of(b->dump_im, i));
    }
    int end = (bins + CTI_WIDE - 1) / CTI_WIDE * CTI_WIDE;
    re[end] = im[end] = 0.0f;
    for (int i = 0; i < end; i += CTI_WIDE) {
        cti_wide below_x = cti_wide_of(re + i - 1), below_y = cti_wide_of(im + i - 1);
        cti_wide above_x = cti_wide_of(re + i + 1), above_y = cti_wide_of(im + i + 1);
        cti_wide below_re = below_x * c - below_y * s, below_im = below_x * s + below_y * c;
        cti_wide above_re = above_x * c + above_y * s, above_im = above_y * c - above_x * s;
        cti_wide x = 0.5f * cti_wide_of(re + i) - 0.25f * (below_re + above_re);
        cti_wide y = 0.5f * cti_wide_of(im + i) - 0.25f * (below_im + above_im);
        /* The last bin that counts has a neighbour, and so have all in the middle of a run. */
        wide_ints where = ints_of(b->inner + i) < bins - 1;
        put_some(b->re + i, where, x);
        put_some(b->im + i, where, y);
        put_some(b->power + i, where, (x * x + y * y) * (2.0f / (160.0f * 60.0f)));
    }
}

const progress_work CTI_VARIANT(progress_work) = {sum_low, sum_high, put_dump, make_window};
