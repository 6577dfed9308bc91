#include "cti/echo_can.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "line/echo_fft.h"

enum {
    BLOCK = ECHO_FFT / 2,      /* samples between two looks at the path, and taps of a part of it */
    PARTS = 2,                 /* at most */
    TAPS_MOST = PARTS * BLOCK, /* 32 ms */
    ONE = 16384,               /* of a coefficient: Q14 */
    JUDGED_BLOCKS = 3          /* running louder for so long (48 ms), the path is forgotten */
};

/* The path may drift: so much of its mean power is unsure again in every bin after a block (0.2 in a
 * second). */
#define DRIFT 0.003f
/* The uncertainty in the beginning: no return is louder than what was sent. */
#define UNSURE 1.0f
/* What a step of full size makes of it: a block that is heard shows only a part of the bin. */
#define SURER 0.35f
/* A block has no soft edges, so its loud bins leak into all others: 30 dB below its whole power nothing
 * can be learnt from a bin. */
#define LEAKED 1e-3f
/* Of the near end's power: what is forgotten with each block. */
#define NEAR_FORGET 0.4f
/* The near end is never quieter than -75 dBm0 in all (rms 3 samples), spread over the bins. */
#define NEAR_FLOOR (9.0f * BLOCK)
/* A learnt path is used when its residue is 1.5 dB below the present one's; smoothed over 2 blocks. */
#define BETTER 0.7f
#define JUDGE 0.5f
/* A path that makes it 1 dB louder than no path at all is wrong. */
#define LOUDER 1.26f
/* The sum of the coefficients' magnitudes that 32 bits can carry. */
#define GAIN_MOST 3.9f

struct cti_echo_can {
    cti_echo_can_config cfg;
    echo_fft fft;
    /* from here on, what a reset clears */
    int32_t parts;
    int32_t filled;                   /* samples of the present block */
    int32_t silent;                   /* samples since something was sent */
    int32_t louder;                   /* blocks in a row */
    int16_t sent[TAPS_MOST + BLOCK];  /* before the present block, then it */
    int16_t path[TAPS_MOST];          /* Q14, last tap first: what the output goes through */
    int16_t came[BLOCK], left[BLOCK]; /* the present block, before and after */
    float judged_used, judged_learnt, judged_none;
    echo_spectrum x[PARTS]; /* of what was sent; the newest first */
    echo_spectrum w[PARTS]; /* the path that is learnt */
    float tap[TAPS_MOST];   /* the same */
    float unsure[PARTS][ECHO_ROOM];
    float near_power[ECHO_ROOM];
};

void cti_echo_can_defaults(cti_echo_can_config *cfg) {
    cfg->taps = BLOCK;
}

size_t cti_echo_can_size(void) {
    return sizeof(cti_echo_can);
}

static void forget(cti_echo_can *e) {
    memset(e->path, 0, sizeof e->path);
    memset(e->w, 0, sizeof e->w);
    memset(e->tap, 0, sizeof e->tap);
    for (int p = 0; p < PARTS; p++)
        for (int k = 0; k < ECHO_ROOM; k++)
            e->unsure[p][k] = UNSURE;
    e->louder = 0;
}

int cti_echo_can_init(cti_echo_can *e, size_t size, const cti_echo_can_config *cfg) {
    if (e == NULL || cfg == NULL || (cfg->taps != BLOCK && cfg->taps != TAPS_MOST))
        return CTI_ERR_ARG;
    if (size < sizeof *e)
        return CTI_ERR_SIZE;
    e->cfg = *cfg;
    echo_fft_init(&e->fft);
    return cti_echo_can_reset(e);
}

int cti_echo_can_reset(cti_echo_can *e) {
    if (e == NULL)
        return CTI_ERR_ARG;
    memset(&e->parts, 0, sizeof *e - offsetof(struct cti_echo_can, parts));
    e->parts = e->cfg.taps / BLOCK;
    e->silent = 2 * TAPS_MOST;
    for (int k = 0; k < ECHO_ROOM; k++)
        e->near_power[k] = NEAR_FLOOR;
    forget(e);
    return CTI_OK;
}

/* --- the path in use --- */

static int32_t dot(const int16_t *a, const int16_t *b, int n) {
    int32_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The next n samples of the block: what came, without the echo of what was sent. */
static void take_echo_out(cti_echo_can *e, int16_t *out, int n) {
    const int16_t *newest = e->sent + TAPS_MOST + e->filled;
    const int16_t *came = e->came + e->filled;
    for (int i = 0; i < n; i++) {
        int32_t sum = e->parts == 1 ? dot(e->path + TAPS_MOST - BLOCK, newest + i - BLOCK + 1, BLOCK)
                                    : dot(e->path, newest + i - TAPS_MOST + 1, TAPS_MOST);
        int32_t left = came[i] - ((sum + ONE / 2) >> 14);
        out[i] = (int16_t)(left > 32767 ? 32767 : left < -32768 ? -32768 : left);
    }
}

static float energy(const int16_t *x) {
    float lane[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int i = 0; i < BLOCK; i += 4)
        for (int k = 0; k < 4; k++)
            lane[k] += (float)x[i + k] * (float)x[i + k];
    return lane[0] + lane[1] + lane[2] + lane[3];
}

static void use_learnt(cti_echo_can *e) {
    float lane[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int i = 0; i < e->cfg.taps; i += 4)
        for (int k = 0; k < 4; k++)
            lane[k] += fabsf(e->tap[i + k]);
    if (!(lane[0] + lane[1] + lane[2] + lane[3] < GAIN_MOST))
        return;
    int16_t *last = e->path + TAPS_MOST - e->cfg.taps;
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
    echo_spectrum y;
    float echo[ECHO_FFT], lane[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    memset(&y, 0, sizeof y);
    for (int p = 0; p < e->parts; p++) {
        const echo_spectrum *x = &e->x[p], *w = &e->w[p];
        for (int k = 0; k < ECHO_ROOM; k++) {
            y.re[k] += x->re[k] * w->re[k] - x->im[k] * w->im[k];
            y.im[k] += x->re[k] * w->im[k] + x->im[k] * w->re[k];
        }
    }
    echo_fft_back(&e->fft, &y, echo);
    for (int i = 0; i < BLOCK; i += 4)
        for (int k = i; k < i + 4; k++) {
            left[k] = 0.0f;
            left[BLOCK + k] = (float)e->came[k] - echo[BLOCK + k];
            lane[k - i] += left[BLOCK + k] * left[BLOCK + k];
        }
    return lane[0] + lane[1] + lane[2] + lane[3];
}

/* Each bin's power, and their sum. */
static float powers(const echo_spectrum *x, float *power) {
    float lane[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int k = 0; k < ECHO_ROOM; k += 4)
        for (int i = 0; i < 4; i++) {
            power[k + i] = x->re[k + i] * x->re[k + i] + x->im[k + i] * x->im[k + i];
            lane[i] += power[k + i];
        }
    return lane[0] + lane[1] + lane[2] + lane[3];
}

/* The Kalman step of each bin: the surer the path and the louder the near end, the smaller. */
static void learn(cti_echo_can *e, const float *left) {
    echo_spectrum err;
    float total[ECHO_ROOM] = {0.0f}, sent[PARTS][ECHO_ROOM], scratch[ECHO_ROOM], change[ECHO_FFT];
    echo_fft_forward(&e->fft, left, &err);
    for (int p = 0; p < e->parts; p++) {
        float leaked = LEAKED * powers(&e->x[p], sent[p]);
        for (int k = 0; k < ECHO_ROOM; k++)
            total[k] += e->unsure[p][k] * (sent[p][k] + leaked);
    }
    for (int k = 0; k < ECHO_ROOM; k++) {
        float power = err.re[k] * err.re[k] + err.im[k] * err.im[k];
        float near_now = e->near_power[k] + NEAR_FORGET * (power - e->near_power[k]);
        e->near_power[k] = near_now > NEAR_FLOOR ? near_now : NEAR_FLOOR;
        total[k] += 2.0f * e->near_power[k];
    }
    for (int p = 0; p < e->parts; p++) {
        echo_spectrum *x = &e->x[p], *w = &e->w[p], step;
        float *unsure = e->unsure[p], *tap = e->tap + p * BLOCK;
        float drift = DRIFT / ECHO_BINS * powers(w, scratch);
        for (int k = 0; k < ECHO_ROOM; k++) {
            float gain = unsure[k] / total[k];
            step.re[k] = gain * (x->re[k] * err.re[k] + x->im[k] * err.im[k]);
            step.im[k] = gain * (x->re[k] * err.im[k] - x->im[k] * err.re[k]);
            unsure[k] *= 1.0f - SURER * gain * sent[p][k];
            float u = (1.0f - DRIFT) * unsure[k] + drift;
            unsure[k] = u < UNSURE ? u : UNSURE;
        }
        echo_fft_back(&e->fft, &step, change);
        for (int i = 0; i < BLOCK; i++) {
            tap[i] += change[i];
            change[i] = tap[i];
            change[BLOCK + i] = 0.0f;
        }
        echo_fft_forward(&e->fft, change, w);
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
        forget(e);
        e->judged_used = e->judged_learnt = e->judged_none;
    }
}

static void block_done(cti_echo_can *e) {
    float samples[ECHO_FFT];
    e->x[1] = e->x[0];
    if (e->silent < ECHO_FFT) {
        for (int i = 0; i < ECHO_FFT; i++)
            samples[i] = e->sent[TAPS_MOST - BLOCK + i];
        echo_fft_forward(&e->fft, samples, &e->x[0]);
    } else {
        memset(&e->x[0], 0, sizeof e->x[0]);
    }
    if (e->silent < e->cfg.taps + BLOCK) {
        float learnt = residue(e, samples);
        judge(e, learnt);
        learn(e, samples);
    }
    memmove(e->sent, e->sent + BLOCK, TAPS_MOST * sizeof *e->sent);
    e->filled = 0;
}

/* How long nothing has been sent, n samples on. */
static int32_t silence(int32_t before, const int16_t *tx, int n) {
    for (int i = n; i > 0; i--)
        if (tx[i - 1] != 0)
            return n - i;
    return before < 2 * TAPS_MOST ? before + n : before;
}

int cti_echo_can_run(cti_echo_can *e, const int16_t *tx, const int16_t *rx, int16_t *out, int n) {
    if (e == NULL || n < 0 || (n > 0 && (tx == NULL || rx == NULL || out == NULL)))
        return CTI_ERR_ARG;
    for (int done = 0; done < n;) {
        int take = BLOCK - e->filled < n - done ? BLOCK - e->filled : n - done;
        int32_t before = e->silent;
        memcpy(e->sent + TAPS_MOST + e->filled, tx + done, (size_t)take * sizeof *tx);
        memcpy(e->came + e->filled, rx + done, (size_t)take * sizeof *rx);
        e->silent = silence(before, tx + done, take);
        if (before >= e->cfg.taps && e->silent >= before)
            memmove(out + done, rx + done, (size_t)take * sizeof *rx); /* there can be no echo */
        else
            take_echo_out(e, out + done, take);
        memcpy(e->left + e->filled, out + done, (size_t)take * sizeof *out);
        e->filled += take;
        done += take;
        if (e->filled == BLOCK)
            block_done(e);
    }
    return CTI_OK;
}
