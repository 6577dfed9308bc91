#include "cti/mixer.h"

#include "base/dbm0.h"
#include "cti/error.h"
#include "mix/gain.h"

enum { MAX_INPUTS = 1024, BLOCK = 160 };

static int bad_gain(int32_t gain) {
    return gain < -CTI_MOST_GAIN || gain > CTI_MOST_GAIN;
}

static int bad_gains(const int32_t *gain_q12, int inputs) {
    for (int i = 0; gain_q12 && i < inputs; i++)
        if (bad_gain(gain_q12[i]))
            return 1;
    return 0;
}

int cti_mix_add(int16_t *out, const int16_t *in, int32_t gain_q12, int n) {
    if (n < 0 || (n > 0 && (!out || !in)) || bad_gain(gain_q12))
        return CTI_ERR_ARG;
    for (int k = 0; k < n; k++)
        out[k] = cti_saturate(out[k] + cti_scaled(in[k], gain_q12));
    return n;
}

/* The sum of all inputs over samples from…from + n. */
static void sum_block(const int16_t *in, int stride, int inputs, const int32_t *gain_q12, int from, int n,
                      int32_t *sum) {
    for (int k = 0; k < n; k++)
        sum[k] = 0;
    for (int i = 0; i < inputs; i++) {
        const int16_t *one = in + (ptrdiff_t)i * stride + from;
        int32_t gain = gain_q12 ? gain_q12[i] : CTI_UNITY;
        if (gain == 0)
            continue;
        for (int k = 0; k < n; k++)
            sum[k] += cti_scaled(one[k], gain);
    }
}

int cti_mix(const int16_t *in, int stride, int inputs, const int32_t *gain_q12, int16_t *out, int n) {
    if (n < 0 || stride < n || inputs < 1 || inputs > MAX_INPUTS || (n > 0 && (!in || !out)) ||
        bad_gains(gain_q12, inputs))
        return CTI_ERR_ARG;
    int32_t sum[BLOCK];
    for (int from = 0; from < n; from += BLOCK) {
        int block = n - from < BLOCK ? n - from : BLOCK;
        sum_block(in, stride, inputs, gain_q12, from, block, sum);
        for (int k = 0; k < block; k++)
            out[from + k] = cti_saturate(sum[k]);
    }
    return n;
}

int cti_mix_conference(const int16_t *in, int stride, int parties, const int32_t *gain_q12, int16_t *out,
                       int out_stride, int n) {
    if (n < 0 || stride < n || out_stride < n || parties < 1 || parties > MAX_INPUTS ||
        (n > 0 && (!in || !out)) || bad_gains(gain_q12, parties))
        return CTI_ERR_ARG;
    int32_t sum[BLOCK];
    for (int from = 0; from < n; from += BLOCK) {
        int block = n - from < BLOCK ? n - from : BLOCK;
        sum_block(in, stride, parties, gain_q12, from, block, sum);
        for (int i = 0; i < parties; i++) {
            const int16_t *own = in + (ptrdiff_t)i * stride + from;
            int16_t *to = out + (ptrdiff_t)i * out_stride + from;
            int32_t gain = gain_q12 ? gain_q12[i] : CTI_UNITY;
            for (int k = 0; k < block; k++)
                to[k] = cti_saturate(sum[k] - cti_scaled(own[k], gain));
        }
    }
    return n;
}
