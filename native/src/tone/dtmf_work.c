#include "tone/dtmf_work.h"

#include "base/wide.h"

#ifdef CTI_AVX2
#include <immintrin.h>
#endif

enum { LANES = CTI_WIDE_DOUBLES, VECTORS = DTMF_BINS / CTI_WIDE_DOUBLES, SECTIONS = DTMF_SECTIONS };

typedef cti_wide_doubles wide;

#ifdef CTI_AVX2
typedef struct pipe {
    wide b0, b1, b2, a1, a2, s1, s2, y;
} pipe;

/* A lane a section: each takes what the one before it gave a step ago, so the last is three steps behind. */
static inline void step(pipe *p, double x, wide *s1, wide *s2) {
    wide in = (wide)_mm256_permute4x64_pd((__m256d)p->y, _MM_SHUFFLE(2, 1, 0, 0));
    in = (wide)_mm256_blend_pd((__m256d)in, _mm256_set1_pd(x), 1);
    p->y = p->b0 * in + p->s1;
    *s1 = p->b1 * in - p->a1 * p->y + p->s2;
    *s2 = p->b2 * in - p->a2 * p->y;
}

/* The lanes below that one go on, or it and those above: the others keep their state. */
static inline void step_some(pipe *p, double x, int lane, int below) {
    wide s1, s2;
    step(p, x, &s1, &s2);
    __m256i lanes = _mm256_set_epi64x(3, 2, 1, 0), at = _mm256_set1_epi64x(below ? lane : lane - 1);
    __m256d on = _mm256_castsi256_pd(below ? _mm256_cmpgt_epi64(at, lanes) : _mm256_cmpgt_epi64(lanes, at));
    p->s1 = (wide)_mm256_blendv_pd((__m256d)p->s1, (__m256d)s1, on);
    p->s2 = (wide)_mm256_blendv_pd((__m256d)p->s2, (__m256d)s2, on);
}

static void band(dtmf_bank *b, const double x[DTMF_HOP], double half[DTMF_HOP_HALF]) {
    enum { BEHIND = SECTIONS - 1 };
    const dtmf_sections *f = &DTMF_BAND;
    pipe p = {cti_wide_doubles_of(f->b0),      cti_wide_doubles_of(f->b1),
              cti_wide_doubles_of(f->b2),      cti_wide_doubles_of(f->a1),
              cti_wide_doubles_of(f->a2),      cti_wide_doubles_of(b->band_s1),
              cti_wide_doubles_of(b->band_s2), {0}};
    for (int k = 0; k < BEHIND; k++)
        step_some(&p, x[k], k + 1, 1);
    for (int k = BEHIND; k < DTMF_HOP; k++) {
        step(&p, x[k], &p.s1, &p.s2);
        if ((k - BEHIND) & 1)
            half[(k - BEHIND) >> 1] = p.y[BEHIND];
    }
    for (int k = 1; k <= BEHIND; k++) {
        step_some(&p, 0.0, k, 0);
        if ((k + DTMF_HOP - 1 - BEHIND) & 1)
            half[(k + DTMF_HOP - 1 - BEHIND) >> 1] = p.y[BEHIND];
    }
    cti_wide_doubles_put(b->band_s1, p.s1);
    cti_wide_doubles_put(b->band_s2, p.s2);
}
#else
static void band(dtmf_bank *b, const double x[DTMF_HOP], double half[DTMF_HOP_HALF]) {
    const dtmf_sections *f = &DTMF_BAND;
    for (int k = 0; k < DTMF_HOP; k++) {
        double in = x[k];
        for (int i = 0; i < SECTIONS; i++) {
            double y = f->b0[i] * in + b->band_s1[i];
            b->band_s1[i] = f->b1[i] * in - f->a1[i] * y + b->band_s2[i];
            b->band_s2[i] = f->b2[i] * in - f->a2[i] * y;
            in = y;
        }
        if (k & 1)
            half[k >> 1] = in;
    }
}
#endif

static void filter(dtmf_bank *b, double half[DTMF_HOP_HALF]) {
    double x[DTMF_HOP], energy = 0.0;
    float *recent = b->recent + b->dumps * DTMF_HOP % DTMF_RECENT;
    cti_biquad_state wide_state = b->wide_filter;
    for (int k = 0; k < DTMF_HOP; k++) {
        x[k] = b->samples[k];
        double y = cti_biquad_step(&DTMF_WIDE, &wide_state, x[k]);
        energy += y * y;
        recent[k] = (float)y;
    }
    b->wide_filter = wide_state;
    memcpy(recent + DTMF_RECENT, recent, DTMF_HOP * sizeof(*recent));
    b->wide_energy[b->dumps % DTMF_HISTORY] = energy;
    band(b, x, half);
}

static void make_dump(dtmf_bank *b, const double half[DTMF_HOP_HALF]) {
    wide re[VECTORS] = {0}, im[VECTORS] = {0};
    double energy = 0.0;
    for (int k = 0; k < DTMF_HOP_HALF; k++) {
        double x = half[k];
        energy += x * x;
        for (int v = 0; v < VECTORS; v++) {
            re[v] += x * cti_wide_doubles_of(b->cosine[k] + v * LANES);
            im[v] -= x * cti_wide_doubles_of(b->sine[k] + v * LANES);
        }
    }
    int at = (int)(b->dumps % DTMF_HISTORY);
    b->energy[at] = energy;
    for (int i = 0; i < DTMF_BINS; i += LANES) {
        wide tr = cti_wide_doubles_of(b->turn_re + i), ti = cti_wide_doubles_of(b->turn_im + i);
        wide sr = cti_wide_doubles_of(b->step_re + i), si = cti_wide_doubles_of(b->step_im + i);
        wide r = re[i / LANES], m = im[i / LANES];
        cti_wide_doubles_put(b->re[at] + i, r * tr - m * ti);
        cti_wide_doubles_put(b->im[at] + i, r * ti + m * tr);
        /* One Newton step keeps the turning vector at length 1 for ever. */
        wide length = 1.5 - 0.5 * (tr * tr + ti * ti);
        cti_wide_doubles_put(b->turn_re + i, length * (tr * sr - ti * si));
        cti_wide_doubles_put(b->turn_im + i, length * (tr * si + ti * sr));
        wide sum_re = {0}, sum_im = {0};
        for (int ago = 0; ago < DTMF_SUM; ago++) {
            int there = (at - ago) & (DTMF_HISTORY - 1);
            sum_re += cti_wide_doubles_of(b->re[there] + i);
            sum_im += cti_wide_doubles_of(b->im[there] + i);
        }
        cti_wide_doubles_put(b->sum_re[at] + i, sum_re);
        cti_wide_doubles_put(b->sum_im[at] + i, sum_im);
        cti_wide_doubles_put(b->power[at] + i, sum_re * sum_re + sum_im * sum_im);
    }
}

static void add_power(const dtmf_bank *b, int ago, int sums, double power[DTMF_BINS]) {
    wide all[VECTORS] = {0};
    for (int k = 0; k < sums; k++)
        for (int v = 0; v < VECTORS; v++)
            all[v] += cti_wide_doubles_of(b->power[dtmf_bank_at(b, ago + k * DTMF_SUM)] + v * LANES);
    for (int v = 0; v < VECTORS; v++)
        cti_wide_doubles_put(power + v * LANES, all[v]);
}

const dtmf_work CTI_VARIANT(dtmf_work) = {filter, make_dump, add_power};
