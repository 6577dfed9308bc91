#include "cti/level.h"

#include "base/dbm0.h"
#include "cti/error.h"

enum { SAMPLES_PER_MS = 8 };

struct cti_level {
    double power;
    double share; /* of the newest sample in the mean */
    int32_t peak;
};

float cti_level_of(const int16_t *pcm, int n) {
    if (!pcm || n <= 0)
        return CTI_DBM0_SILENCE;
    int64_t energy = 0; /* exact: 2^31 samples of 2^30 still fit */
    for (int i = 0; i < n; i++)
        energy += (int32_t)pcm[i] * pcm[i];
    return cti_dbm0_from_power((double)energy / n);
}

int cti_peak_of(const int16_t *pcm, int n) {
    int peak = 0;
    for (int i = 0; pcm && i < n; i++) {
        int value = pcm[i] < 0 ? -pcm[i] : pcm[i];
        if (value > peak)
            peak = value;
    }
    return peak;
}

float cti_level_of_peak(int peak) {
    return peak > 0 ? cti_dbm0_from_power(0.5 * peak * peak) : CTI_DBM0_SILENCE;
}

size_t cti_level_size(void) {
    return sizeof(cti_level);
}

int cti_level_init(cti_level *m, size_t size, int time_constant_ms) {
    if (!m || time_constant_ms < 1 || time_constant_ms > 10000)
        return CTI_ERR_ARG;
    if (size < sizeof(*m))
        return CTI_ERR_SIZE;
    m->share = 1.0 - exp(-1.0 / (time_constant_ms * SAMPLES_PER_MS));
    return cti_level_reset(m);
}

int cti_level_reset(cti_level *m) {
    if (!m)
        return CTI_ERR_ARG;
    m->power = 0.0;
    m->peak = 0;
    return CTI_OK;
}

int cti_level_run(cti_level *m, const int16_t *pcm, int n) {
    if (!m || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    double power = m->power;
    for (int i = 0; i < n; i++)
        power += m->share * ((double)((int32_t)pcm[i] * pcm[i]) - power);
    m->power = power;
    int peak = cti_peak_of(pcm, n);
    if (peak > m->peak)
        m->peak = peak;
    return n;
}

float cti_level_dbm0(const cti_level *m) {
    return m ? cti_dbm0_from_power(m->power) : CTI_DBM0_SILENCE;
}

float cti_level_take_peak(cti_level *m) {
    if (!m)
        return CTI_DBM0_SILENCE;
    float level = cti_level_of_peak(m->peak);
    m->peak = 0;
    return level;
}
