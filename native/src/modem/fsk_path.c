#include "modem/fsk_path.h"

#include <math.h>

#define AHEAD 2 /* bits behind the frame that are looked at, too */
#define STATES 8
#define MEMORY 0.8f /* of the carrier's phase, a bit */
#define NEVER -1e30f
/* A doubtful frame may be followed by a start bit that is late by part of a bit. */
#define LATE_STEPS 4

static fsk_c times(fsk_c a, fsk_c b) {
    return (fsk_c){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static fsk_c turn(float angle) {
    return (fsk_c){cosf(angle), sinf(angle)};
}

static float size_of(fsk_c a) {
    return sqrtf(a.re * a.re + a.im * a.im);
}

/* By how much the nearest other frame is less likely without noise, in squares of the amplitude: two bits
 * changed over, 2 (1 − sin(2πh) / 2πh) by theory (CPFSK of index h, all of the phase known), 2.33 with
 * h = 5/6 of Bell 202 and 2.41 with 2/3 of V.23; with the phase of some five bits it is this. */
static float distance_of(const fsk_span *span, const float amplitude[2]) {
    float unit = 0.5f * (amplitude[0] * amplitude[0] + amplitude[1] * amplitude[1]);
    int is_wide = span->tones.step[0] - span->tones.step[1] >= 20; /* 1000 Hz apart */
    return unit > 0.0f ? unit * (is_wide ? 1.6f : 2.3f) : 1.0f;
}

/* One tone, window after window: its amplitude and its phase at the window's beginning. */
typedef struct tone {
    int mark;
    fsk_c before;      /* the sum up to the window */
    fsk_c phase, step; /* of the tone itself, there and over a bit */
    float scale;       /* expected amplitude over the bit's length */
} tone;

static tone tone_from(const fsk_span *span, int mark, float t, float bit, const float amplitude[2]) {
    float omega = span->tones.omega[mark];
    /* Sample i stands for [i, i + 1) in the sums and for the instant i in phase: half a sample. */
    return (tone){mark, fsk_span_sum(span, mark, t), turn(omega * (t - 0.5f)), turn(omega * bit),
                  amplitude[mark] / bit};
}

/* The window up to `end`, times the amplitude expected. */
static fsk_c next_window(tone *of, const fsk_span *span, float end) {
    fsk_c sum = fsk_span_sum(span, of->mark, end);
    fsk_c u =
        times((fsk_c){of->scale * (sum.re - of->before.re), of->scale * (sum.im - of->before.im)}, of->phase);
    of->before = sum;
    of->phase = times(of->phase, of->step);
    return u;
}

/* All survivors: their last three bits are their index, the newest lowest. */
typedef struct front {
    float re[STATES], im[STATES]; /* the carrier */
    float size[STATES];           /* … its length */
    float fit[STATES], margin[STATES];
    uint32_t marks[STATES];
} front;

typedef struct windows {
    fsk_c u[2], step[2];
    float half[2]; /* half the energy that such a bit should have */
} windows;

static void advance(front *f, const front *old, const windows *w, int k) {
    for (int s = 0; s < STATES; s++) {
        int b = s & 1;
        fsk_c ref[2];
        float size[2], fit[2];
        for (int p = 0; p < 2; p++) {
            int from = s >> 1 | p << 2;
            ref[p] = (fsk_c){MEMORY * old->re[from] + w->u[b].re, MEMORY * old->im[from] + w->u[b].im};
            size[p] = size_of(ref[p]);
            fit[p] = old->fit[from] + size[p] - MEMORY * old->size[from] - w->half[b];
        }
        int p = fit[1] > fit[0], from = s >> 1 | p << 2;
        float lead = fit[p] - fit[!p];
        fsk_c turned = times(ref[p], w->step[b]);
        f->re[s] = turned.re;
        f->im[s] = turned.im;
        f->size[s] = size[p];
        f->fit[s] = fit[p];
        f->margin[s] = lead < old->margin[from] ? lead : old->margin[from];
        f->marks[s] = old->marks[from] | (uint32_t)b << k;
    }
}

/* The best survivor whose stop bit is `stop`; its lead over others like it goes into its margin. */
static int best_of(const front *f, int stop, float *margin) {
    int best = 4 * stop;
    for (int s = best + 1; s < 4 * stop + 4; s++) {
        best = f->fit[s] > f->fit[best] ? s : best;
    }
    *margin = f->margin[best];
    for (int s = 4 * stop; s < 4 * stop + 4; s++) {
        float lead = f->fit[best] - f->fit[s];
        if (((f->marks[s] ^ f->marks[best]) & ((1u << FSK_FRAME) - 1)) && lead < *margin) {
            *margin = lead;
        }
    }
    return best;
}

/* Marks for part of a bit, which the next start bit may come later than it should: all survivors' carriers go
 * on, and what they gain by it is set against what perfect marks would. */
static void stand(front *f, const windows *w, fsk_c step, float part) {
    for (int s = 0; s < STATES; s++) {
        fsk_c ref = {f->re[s] + w->u[1].re, f->im[s] + w->u[1].im};
        float size = size_of(ref);
        f->fit[s] += size - f->size[s] - 2.0f * part * w->half[1];
        f->size[s] = size;
        ref = times(ref, step);
        f->re[s] = ref.re;
        f->im[s] = ref.im;
    }
}

/* Where the search is behind the frame's last bit. */
typedef struct frame_end {
    front f;
    tone tones[2];
    windows w;
    float at;
} frame_end;

/* Looks at the bits behind, which begin so much of a bit later, and decides. Returns the best fit. */
static float decide(const frame_end *end, const fsk_span *span, float bit, float late, float unit,
                    fsk_reading *out) {
    front f[2];
    f[0] = end->f;
    tone tones[2] = {end->tones[0], end->tones[1]};
    windows w = end->w;
    float at = end->at;
    if (late > 0.0f) {
        at += late * bit;
        for (int b = 0; b < 2; b++) {
            w.u[b] = next_window(&tones[b], span, at);
            tones[b].phase = times(end->tones[b].phase, turn(span->tones.omega[b] * late * bit));
        }
        stand(&f[0], &w, turn(span->tones.omega[1] * late * bit), late);
    }
    for (int k = 0; k < AHEAD; k++) {
        w.u[0] = next_window(&tones[0], span, at + (float)(k + 1) * bit);
        w.u[1] = next_window(&tones[1], span, at + (float)(k + 1) * bit);
        advance(&f[(k + 1) & 1], &f[k & 1], &w, FSK_FRAME + k);
    }
    const front *last = &f[AHEAD & 1];
    float margin[2];
    int best = best_of(last, 1, &margin[1]), other = best_of(last, 0, &margin[0]);
    out->marks = last->marks[best] & ((1u << FSK_FRAME) - 1);
    out->stop = (last->fit[best] - last->fit[other]) / unit;
    out->margin = margin[1] / unit;
    return last->fit[best];
}

void fsk_path_read(const fsk_span *span, float t, float bit, const float amplitude[2], fsk_c ref,
                   fsk_reading *out) {
    frame_end end;
    front f[2];
    for (int s = 0; s < STATES; s++) {
        f[0].re[s] = ref.re;
        f[0].im[s] = ref.im;
        f[0].size[s] = size_of(ref);
        f[0].fit[s] = s == STATES - 1 ? 0.0f : NEVER; /* a start bit stands behind marks */
        f[0].margin[s] = -NEVER;
        f[0].marks[s] = 0;
    }
    end.tones[0] = tone_from(span, 0, t, bit, amplitude);
    end.tones[1] = tone_from(span, 1, t, bit, amplitude);
    for (int b = 0; b < 2; b++) {
        end.w.step[b] = end.tones[b].step;
        end.w.half[b] = 0.5f * amplitude[b] * amplitude[b];
    }
    for (int k = 0; k < FSK_FRAME; k++) {
        end.at = t + (float)(k + 1) * bit;
        end.w.u[0] = next_window(&end.tones[0], span, end.at);
        end.w.u[1] = next_window(&end.tones[1], span, end.at);
        advance(&f[(k + 1) & 1], &f[k & 1], &end.w, k);
    }
    end.f = f[FSK_FRAME & 1];
    float unit = distance_of(span, amplitude);
    float fit = decide(&end, span, bit, 0.0f, unit, out);
    if (out->margin < FSK_DOUBTFUL || out->stop < FSK_DOUBTFUL) {
        for (int i = 1; i < LATE_STEPS; i++) {
            fsk_reading later;
            float other = decide(&end, span, bit, (float)i / LATE_STEPS, unit, &later);
            if (other > fit) {
                fit = other;
                *out = later;
            }
        }
    }
    (void)fsk_path_follow(span, t, bit, amplitude, out->marks, FSK_FRAME, &ref);
    out->ref = ref;
}

float fsk_path_follow(const fsk_span *span, float t, float bit, const float amplitude[2], uint32_t marks,
                      int n, fsk_c *ref) {
    fsk_c carrier = *ref;
    float fit = 0.0f, size = size_of(carrier);
    float step_phase[2] = {span->tones.omega[0] * bit, span->tones.omega[1] * bit};
    fsk_c step[2] = {turn(step_phase[0]), turn(step_phase[1])};
    fsk_c phase[2] = {turn(span->tones.omega[0] * (t - 0.5f)), turn(span->tones.omega[1] * (t - 0.5f))};
    for (int k = 0; k < n; k++) {
        int b = (int)(marks >> k & 1);
        float from = t + (float)k * bit, scale = amplitude[b] / bit;
        fsk_c a = fsk_span_sum(span, b, from), z = fsk_span_sum(span, b, from + bit);
        fsk_c u = times((fsk_c){scale * (z.re - a.re), scale * (z.im - a.im)}, phase[b]);
        carrier = (fsk_c){MEMORY * carrier.re + u.re, MEMORY * carrier.im + u.im};
        float now = size_of(carrier);
        fit += now - MEMORY * size - 0.5f * amplitude[b] * amplitude[b];
        size = now;
        carrier = times(carrier, step[b]);
        phase[0] = times(phase[0], step[0]);
        phase[1] = times(phase[1], step[1]);
    }
    *ref = carrier;
    return fit;
}
