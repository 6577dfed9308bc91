#include "line/notes.h"

#include <string.h>

#include "base/kaiser.h"

enum {
    FIRST_BIN = 24, /* 190 Hz: below lies hum */
    LAST_BIN = 102, /* 800 Hz: above, the low-pass filter falls off */
    SPREAD = 1,     /* bins: a line under the Hann window */
    ADDED = NOTES_HOP / NOTES_SLOWER,
    PARTS = 4,  /* of the window, 32 ms each */
    LOOKS = 16, /* a span */
    EACH = 2,   /* so many looks there is a spectrum: its window reaches over six */
    LANES = 8   /* sums at once, so that the compiler vectorises them */
};

/* A part of the window with so much less power than another is an edge, which is broad in frequency. */
#define EVEN 8.0f
/* So much of the sound is to be notes. */
#define LOW_SHARE 0.25f
/* Power over what was there before that is new, and so much of the power is to be new. */
#define NEWS 3.0f
#define NEWS_SHARE 0.15f

void notes_init(notes *s) {
    memset(s, 0, sizeof(*s));
    s->span[0].steady = 1;
    for (int i = 0; i < NOTES_TAPS; i++)
        s->tap[i] = (float)cti_kaiser_sinc(i - (NOTES_TAPS - 1) / 2.0, NOTES_TAPS / 2.0, 0.125, 5.0);
}

static void begin_span(notes *s) {
    memset(&s->span[s->now], 0, sizeof(s->span[s->now]));
    s->span[s->now].steady = 1;
    s->looks = 0;
}

void notes_rest(notes *s) {
    if (s->looks == 0 && s->past == 0)
        return;
    memset(s->low, 0, sizeof(s->low));
    s->past = 0;
    begin_span(s);
}

static float filtered(const notes *s, const float *from) {
    float lane[LANES] = {0}, sum = 0.0f;
    for (int i = 0; i < NOTES_TAPS; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += s->tap[i + k] * from[i + k];
    for (int k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

static int is_even(const notes *s) {
    float least = 0.0f, most = 0.0f;
    for (int part = 0; part < PARTS; part++) {
        float energy = 0.0f;
        for (int i = 0; i < CTI_FFT_SIZE / PARTS; i++) {
            float x = s->low[part * CTI_FFT_SIZE / PARTS + i];
            energy += x * x;
        }
        least = part == 0 || energy < least ? energy : least;
        most = energy > most ? energy : most;
    }
    return most <= EVEN * least;
}

static int has_new(const notes_span *now, const notes_span *before) {
    float low = 0.0f, fresh = 0.0f;
    if (!now->steady || !before->steady)
        return 0;
    for (int k = FIRST_BIN; k <= LAST_BIN; k++) {
        float near = 0.0f;
        for (int j = k - SPREAD; j <= k + SPREAD; j++)
            near = before->power[j] > near ? before->power[j] : near;
        low += now->power[k];
        fresh += now->power[k] > NEWS * near ? now->power[k] - NEWS * near : 0.0f;
    }
    return low >= LOW_SHARE * now->all && fresh >= NEWS_SHARE * low;
}

int notes_look(notes *s, const cti_fft *fft, const float *recent, float all) {
    notes_span *now = &s->span[s->now];
    const float *first = recent + CTI_FFT_SIZE - NOTES_HOP - NOTES_TAPS + NOTES_SLOWER;
    memmove(s->low, s->low + ADDED, (CTI_FFT_SIZE - ADDED) * sizeof(*s->low));
    for (int i = 0; i < ADDED; i++)
        s->low[CTI_FFT_SIZE - ADDED + i] = filtered(s, first + i * NOTES_SLOWER);

    if (++s->looks % EACH == 0) {
        float power[CTI_FFT_BINS];
        cti_fft_power(fft, s->low, power);
        for (int k = 0; k < CTI_FFT_BINS; k++)
            now->power[k] += power[k];
        now->all += all;
        now->steady = now->steady && is_even(s);
    }
    if (s->looks < LOOKS)
        return 0;
    s->now = (s->now + 1) % NOTES_SPANS;
    int new = s->past == NOTES_SPANS - 1 && has_new(now, &s->span[s->now]);
    s->past += s->past < NOTES_SPANS - 1;
    begin_span(s);
    return new;
}
