#include "tone/fax_bank.h"

#include <string.h>

#include "base/lanes.h"
#include "base/sine.h"

/* The filter is x[n] - x[n-2]: hum and DC do not pass, 2000 Hz passes twofold. No memory, so nothing
 * rings on. Its power gains, 4 sin²(w), at the bands' frequencies. */
static const double GAIN[FAX_BANDS] = {2.3128689300804620, 3.9753766811902755, 3.8477590650225735};
static const double HZ[FAX_BANDS] = {1100.0, 2100.0, 1750.0};

/* A hop whose energy is less (white noise of some -62 dBm0, a tone of -65) holds no tone for us. */
#define IDLE_ENERGY (2.0f * FAX_HOP * 165.0f)

void fax_bank_reset(fax_bank *b) {
    b->before[0] = b->before[1] = 0;
    b->filled = 0;
    b->hops = 0;
}

void fax_bank_init(fax_bank *b) {
    memset(b, 0, sizeof(*b));
    for (int band = 0; band < FAX_BANDS; band++) {
        uint32_t step = cti_phase_step(HZ[band]), phase = 0;
        for (int n = 0; n < FAX_HOP; n++, phase += step) {
            b->table[n][2 * band] = (float)cti_sine(phase + 0x40000000u);
            b->table[n][2 * band + 1] = (float)-cti_sine(phase);
        }
    }
    fax_bank_reset(b);
}

static float energy_of(const float *d) {
    float lane[FAX_LANES] = {0}, sum = 0.0f;
    for (int n = 0; n < FAX_HOP; n += FAX_LANES)
        for (int i = 0; i < FAX_LANES; i++)
            lane[i] += d[n + i] * d[n + i];
    for (int i = 0; i < FAX_LANES; i++)
        sum += lane[i];
    return sum;
}

static float squared(float re, float im) {
    return re * re + im * im;
}

/* What a quarter of the hop has of each lane's table. */
static void correlate(const fax_bank *b, int quarter, float *sum) {
    cti_four low = {0}, high = {0};
    for (int n = quarter * FAX_SUB; n < (quarter + 1) * FAX_SUB; n++) {
        low += b->d[n] * cti_four_of(b->table[n]);
        high += b->d[n] * cti_four_of(b->table[n] + 4);
    }
    memcpy(sum, &low, sizeof low);
    memcpy(sum + 4, &high, sizeof high);
}

static void finish(fax_bank *b, fax_hop *hop) {
    memset(hop, 0, sizeof(*hop));
    int64_t count = b->hops++;
    hop->energy = energy_of(b->d);
    if (hop->energy < IDLE_ENERGY)
        return;
    float sum[FAX_LANES] = {0};
    for (int s = 0; s < FAX_SUBS; s++) {
        float sub[FAX_LANES];
        correlate(b, s, sub);
        for (int i = 0; i < FAX_LANES; i++)
            sum[i] += sub[i];
        /* 1750 Hz has made 8 3/4 turns in a hop: the oscillator that never stops is so far on. */
        float re = sub[4], im = sub[5];
        switch (count & 3) {
        case 0:
            break;
        case 1:
            re = -sub[5], im = sub[4];
            break;
        case 2:
            re = -sub[4], im = -sub[5];
            break;
        default:
            re = sub[5], im = -sub[4];
            break;
        }
        hop->sub_re[s] = re;
        hop->sub_im[s] = im;
        hop->power[FAX_V21_BAND] += squared(re, im) * (2.0f / FAX_SUB);
    }
    /* 1100 and 2100 Hz make 5 1/2 and 10 1/2 turns. */
    float sign = count & 1 ? -1.0f : 1.0f;
    for (int band = 0; band < 2; band++) {
        hop->re[band] = sign * sum[2 * band];
        hop->im[band] = sign * sum[2 * band + 1];
        hop->power[band] = squared(sum[2 * band], sum[2 * band + 1]) * (2.0f / FAX_HOP);
    }
}

int fax_bank_run(fax_bank *b, const int16_t *pcm, int n, fax_hop *hop, int *done) {
    int take = FAX_HOP - b->filled < n ? FAX_HOP - b->filled : n;
    float *d = b->d + b->filled;
    for (int i = 0; i < take && i < 2; i++)
        d[i] = (float)(pcm[i] - b->before[i]);
    for (int i = 2; i < take; i++)
        d[i] = (float)(pcm[i] - pcm[i - 2]);
    if (take == 1) {
        b->before[0] = b->before[1];
        b->before[1] = pcm[0];
    } else if (take > 1) {
        b->before[0] = pcm[take - 2];
        b->before[1] = pcm[take - 1];
    }
    b->filled += take;
    *done = b->filled == FAX_HOP;
    if (*done) {
        b->filled = 0;
        finish(b, hop);
    }
    return take;
}

double fax_bank_mean_square(int band, double power, double hops) {
    return power / (hops * FAX_HOP * GAIN[band]);
}
