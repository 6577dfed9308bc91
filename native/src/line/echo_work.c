#include <math.h>
#include <string.h>

#include "base/fft_work.h"
#include "line/echo_can_state.h"

enum {
    ONE = 16384,      /* of a coefficient: Q14 */
    JUDGED_BLOCKS = 3 /* running louder for so long (48 ms), the path is forgotten */
};

/* The path may drift: so much of its mean power is unsure again in every bin after a block (0.2 in a
 * second). */
#define DRIFT 0.003f
/* What a step of full size makes of it: a block that is heard shows only a part of the bin. */
#define SURER 0.35f
/* A block has no soft edges, so its loud bins leak into all others: 30 dB below its whole power nothing
 * can be learnt from a bin. */
#define LEAKED 1e-3f
/* Of the near end's power: what is forgotten with each block. */
#define NEAR_FORGET 0.4f
/* A learnt path is used when its residue is 1.5 dB below the present one's; smoothed over 2 blocks. */
#define BETTER 0.7f
#define JUDGE 0.5f
/* A path that makes it 1 dB louder than no path at all is wrong. */
#define LOUDER 1.26f
/* The sum of the coefficients' magnitudes that 32 bits can carry. */
#define GAIN_MOST 3.9f

/* --- the path in use --- */

static int32_t dot(const int16_t *a, const int16_t *b, int n) {
    int32_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The next n samples of the block: what came, without the echo of what was sent. */
static void take_echo_out(cti_echo_can *e, int16_t *out, int n) {
    const int16_t *newest = e->sent + ECHO_TAPS + e->filled;
    const int16_t *came = e->came + e->filled;
    for (int i = 0; i < n; i++) {
        int32_t sum = e->parts == 1
                          ? dot(e->path + ECHO_TAPS - ECHO_BLOCK, newest + i - ECHO_BLOCK + 1, ECHO_BLOCK)
                          : dot(e->path, newest + i - ECHO_TAPS + 1, ECHO_TAPS);
        int32_t left = came[i] - ((sum + ONE / 2) >> 14);
        out[i] = (int16_t)(left > 32767 ? 32767 : left < -32768 ? -32768 : left);
    }
}

/* Sums are made in eight lanes, in one order, as wide as a register of either variant or wider. */
enum { LANES = 8 };

static float sum_of(const float lane[LANES]) {
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static float energy(const int16_t *x) {
    float lane[LANES] = {0.0f};
    for (int i = 0; i < ECHO_BLOCK; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += (float)x[i + k] * (float)x[i + k];
    return sum_of(lane);
}

static void use_learnt(cti_echo_can *e) {
    float lane[LANES] = {0.0f};
    for (int i = 0; i < e->cfg.taps; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += fabsf(e->tap[i + k]);
    if (!(sum_of(lane) < GAIN_MOST))
        return;
    int16_t *last = e->path + ECHO_TAPS - e->cfg.taps;
    for (int i = 0; i < e->cfg.taps; i++) {
        float c = e->tap[e->cfg.taps - 1 - i] * ONE;
        c = c < 32767.0f ? c : 32767.0f;
        c = c > -32767.0f ? c : -32767.0f;
        last[i] = (int16_t)((int32_t)(c + 32768.5f) - 32768);
    }
}

/* --- the path that is learnt --- */

/* What the learnt path leaves of the block: its samples, behind as many zeros. */
static float residue(const cti_echo_can *e, float *left) {
    cti_spectrum y;
    float echo[CTI_FFT_SIZE], lane[LANES] = {0.0f};
    memset(&y, 0, sizeof y);
    for (int p = 0; p < e->parts; p++) {
        const cti_spectrum *x = &e->x[p], *w = &e->w[p];
        for (int k = 0; k < CTI_FFT_ROOM; k++) {
            y.re[k] += x->re[k] * w->re[k] - x->im[k] * w->im[k];
            y.im[k] += x->re[k] * w->im[k] + x->im[k] * w->re[k];
        }
    }
    CTI_VARIANT(fft_work).back(&e->fft, &y, echo);
    memset(left, 0, ECHO_BLOCK * sizeof *left);
    left += ECHO_BLOCK;
    for (int i = 0; i < ECHO_BLOCK; i += LANES)
        for (int k = 0; k < LANES; k++) {
            float over = (float)e->came[i + k] - echo[ECHO_BLOCK + i + k];
            left[i + k] = over;
            lane[k] += over * over;
        }
    return sum_of(lane);
}

/* Each bin's power, and their sum. */
static float powers(const cti_spectrum *x, float *power) {
    float lane[LANES] = {0.0f};
    for (int k = 0; k < CTI_FFT_ROOM; k += LANES)
        for (int i = 0; i < LANES; i++) {
            power[k + i] = x->re[k + i] * x->re[k + i] + x->im[k + i] * x->im[k + i];
            lane[i] += power[k + i];
        }
    return sum_of(lane);
}

/* The Kalman step of each bin: the surer the path and the louder the near end, the smaller. */
static void learn(cti_echo_can *e, const float *left) {
    cti_spectrum err;
    float total[CTI_FFT_ROOM] = {0.0f}, sent[ECHO_PARTS][CTI_FFT_ROOM], scratch[CTI_FFT_ROOM],
          change[CTI_FFT_SIZE];
    CTI_VARIANT(fft_work).forward(&e->fft, left, &err);
    for (int p = 0; p < e->parts; p++) {
        float leaked = LEAKED * powers(&e->x[p], sent[p]);
        for (int k = 0; k < CTI_FFT_ROOM; k++)
            total[k] += e->unsure[p][k] * (sent[p][k] + leaked);
    }
    for (int k = 0; k < CTI_FFT_ROOM; k++) {
        float power = err.re[k] * err.re[k] + err.im[k] * err.im[k];
        float near_now = e->near_power[k] + NEAR_FORGET * (power - e->near_power[k]);
        e->near_power[k] = near_now > ECHO_NEAR_FLOOR ? near_now : ECHO_NEAR_FLOOR;
        total[k] += 2.0f * e->near_power[k];
    }
    for (int p = 0; p < e->parts; p++) {
        cti_spectrum *x = &e->x[p], *w = &e->w[p], step;
        float *unsure = e->unsure[p], *tap = e->tap + p * ECHO_BLOCK;
        float drift = DRIFT / CTI_FFT_BINS * powers(w, scratch);
        for (int k = 0; k < CTI_FFT_ROOM; k++) {
            float gain = unsure[k] / total[k];
            step.re[k] = gain * (x->re[k] * err.re[k] + x->im[k] * err.im[k]);
            step.im[k] = gain * (x->re[k] * err.im[k] - x->im[k] * err.re[k]);
            unsure[k] *= 1.0f - SURER * gain * sent[p][k];
            float u = (1.0f - DRIFT) * unsure[k] + drift;
            unsure[k] = u < ECHO_UNSURE ? u : ECHO_UNSURE;
        }
        CTI_VARIANT(fft_work).back(&e->fft, &step, change);
        for (int i = 0; i < ECHO_BLOCK; i++) {
            tap[i] += change[i];
            change[i] = tap[i];
            change[ECHO_BLOCK + i] = 0.0f;
        }
        CTI_VARIANT(fft_work).forward(&e->fft, change, w);
    }
}

/* Which path is the best: the one in use, the learnt one, or none? */
static void judge(cti_echo_can *e, float learnt) {
    e->judged_used += JUDGE * (energy(e->left) - e->judged_used);
    e->judged_learnt += JUDGE * (learnt - e->judged_learnt);
    e->judged_none += JUDGE * (energy(e->came) - e->judged_none);
    if (e->judged_learnt < BETTER * e->judged_used && e->judged_learnt < e->judged_none) {
        use_learnt(e);
        e->judged_used = e->judged_learnt;
    }
    e->louder = e->judged_used > LOUDER * e->judged_none ? e->louder + 1 : 0;
    if (e->louder >= JUDGED_BLOCKS) {
        echo_can_forget(e);
        e->judged_used = e->judged_learnt = e->judged_none;
    }
}

static void block_done(cti_echo_can *e) {
    float samples[CTI_FFT_SIZE];
    e->x[1] = e->x[0];
    if (e->silent < CTI_FFT_SIZE) {
        for (int i = 0; i < CTI_FFT_SIZE; i++)
            samples[i] = e->sent[ECHO_TAPS - ECHO_BLOCK + i];
        CTI_VARIANT(fft_work).forward(&e->fft, samples, &e->x[0]);
    } else {
        memset(&e->x[0], 0, sizeof e->x[0]);
    }
    if (e->silent < e->cfg.taps + ECHO_BLOCK) {
        float learnt = residue(e, samples);
        judge(e, learnt);
        learn(e, samples);
    }
    memmove(e->sent, e->sent + ECHO_BLOCK, ECHO_TAPS * sizeof *e->sent);
    e->filled = 0;
}

const echo_work CTI_VARIANT(echo_work) = {take_echo_out, block_done};
