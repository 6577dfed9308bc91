#include "cti/dtmf_tx.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/sine.h"
#include "cti/error.h"
#include "tone/dtmf_plan.h"

enum { SAMPLES_PER_MS = 8, EDGE = 16 /* samples: 2 ms */, LONGEST = 1 << 30 };

void cti_dtmf_tx_defaults(cti_dtmf_tx_config *cfg) {
    cfg->on_ms = 80;
    cfg->off_ms = 80;
    cfg->pause_ms = 2000;
    cfg->level_dbm0 = -8.0f;
    cfg->twist_db = 2.0f;
}

/* The key's place in CTI_DTMF_KEYS, or -1. */
static int key_of(int digit) {
    if (digit >= 'a' && digit <= 'd')
        digit += 'A' - 'a';
    const char *place = digit > 0 && digit < 128 ? strchr(CTI_DTMF_KEYS, digit) : NULL;
    return place ? (int)(place - CTI_DTMF_KEYS) : -1;
}

int cti_dtmf_frequencies(int digit, float *low_hz, float *high_hz) {
    int key = key_of(digit);
    if (key < 0 || !low_hz || !high_hz)
        return CTI_ERR_ARG;
    *low_hz = (float)CTI_DTMF_LOW_HZ[key / 4];
    *high_hz = (float)CTI_DTMF_HIGH_HZ[key % 4];
    return CTI_OK;
}

static int valid(const cti_dtmf_tx_config *cfg) {
    return cfg->on_ms >= 1 && cfg->on_ms <= 10000 && cfg->off_ms >= 0 && cfg->off_ms <= 10000 &&
           cfg->pause_ms >= 0 && cfg->pause_ms <= 60000 && cfg->level_dbm0 >= -100.0f &&
           cfg->level_dbm0 <= 6.0f && cfg->twist_db >= -60.0f && cfg->twist_db <= 60.0f;
}

int cti_dtmf_tx_length(const cti_dtmf_tx_config *cfg, const char *digits) {
    if (!cfg || !digits || !*digits || !valid(cfg))
        return CTI_ERR_ARG;
    int64_t samples = 0;
    for (const char *d = digits; *d; d++) {
        if (*d == ',')
            samples += cfg->pause_ms * SAMPLES_PER_MS;
        else if (key_of(*d) >= 0)
            samples += (cfg->on_ms + cfg->off_ms) * SAMPLES_PER_MS;
        else
            return CTI_ERR_ARG;
        if (samples > LONGEST)
            return CTI_ERR_ARG;
    }
    return (int)samples;
}

static void digit_into(const cti_dtmf_tx_config *cfg, int key, int16_t *out, int n) {
    double stronger = cti_dbm0_to_rms((double)cfg->level_dbm0) * 1.4142135623730951;
    double twist = pow(10.0, -fabs((double)cfg->twist_db) / 20.0);
    double low = cfg->twist_db > 0.0f ? stronger * twist : stronger;
    double high = cfg->twist_db > 0.0f ? stronger : stronger * twist;
    uint32_t low_step = cti_phase_step(CTI_DTMF_LOW_HZ[key / 4]);
    uint32_t high_step = cti_phase_step(CTI_DTMF_HIGH_HZ[key % 4]);
    uint32_t low_phase = 0, high_phase = 0;
    int edge = n < 2 * EDGE ? n / 2 : EDGE;
    for (int i = 0; i < n; i++) {
        int from_border = i < n - 1 - i ? i : n - 1 - i;
        double gain = 1.0;
        if (from_border < edge) {
            double half = cti_sine((uint32_t)((2 * from_border + 1) * (int64_t)0x40000000 / (2 * edge)));
            gain = half * half;
        }
        out[i] = cti_round_sample(gain * (low * cti_sine(low_phase) + high * cti_sine(high_phase)));
        low_phase += low_step;
        high_phase += high_step;
    }
}

int cti_dtmf_tx_render(const cti_dtmf_tx_config *cfg, const char *digits, int16_t *out, int max) {
    int length = cti_dtmf_tx_length(cfg, digits);
    if (length < 0)
        return length;
    if (!out)
        return CTI_ERR_ARG;
    if (length > max)
        return CTI_ERR_SIZE;
    int on = cfg->on_ms * SAMPLES_PER_MS;
    memset(out, 0, (size_t)length * sizeof(*out));
    for (const char *d = digits; *d; d++) {
        if (*d == ',') {
            out += cfg->pause_ms * SAMPLES_PER_MS;
            continue;
        }
        digit_into(cfg, key_of(*d), out, on);
        out += on + cfg->off_ms * SAMPLES_PER_MS;
    }
    return length;
}
