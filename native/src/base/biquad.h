/* biquad: one second-order section of a filter, transposed direct form II. */
#pragma once

typedef struct cti_biquad {
    double b0, b1, b2, a1, a2;
} cti_biquad;

typedef struct cti_biquad_state {
    double s1, s2;
} cti_biquad_state;

static inline double cti_biquad_step(const cti_biquad *f, cti_biquad_state *s, double x) {
    double y = f->b0 * x + s->s1;
    s->s1 = f->b1 * x - f->a1 * y + s->s2;
    s->s2 = f->b2 * x - f->a2 * y;
    return y;
}

/* Ends the ringing of a filter fed with silence before its numbers become denormal (slow). */
static inline void cti_biquad_calm(cti_biquad_state *s) {
    if (s->s1 < 1e-20 && s->s1 > -1e-20 && s->s2 < 1e-20 && s->s2 > -1e-20)
        s->s1 = s->s2 = 0.0;
}
