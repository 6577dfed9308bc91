#include "cti/fsk_tx.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "modem/fsk_tx_state.h"

#define RATE 8000.0
#define TWO_PI 6.283185307179586476925
#define FULL_SCALE_DBM0 3.14 /* G.711: a sine of peak 32768 */
#define FULL_SCALE 32767.0

int cti_fsk_tx_defaults(cti_fsk_tx_config *cfg, int modem) {
    static const cti_fsk_tx_config standards[] = {
        [CTI_FSK_BELL202] = {1200.0f, 2200.0f, 1200.0f, -13.5f, -13.5f},
        [CTI_FSK_V23] = {1300.0f, 2100.0f, 1200.0f, -13.5f, -13.5f},
        [CTI_FSK_V21] = {1650.0f, 1850.0f, 300.0f, -13.5f, -13.5f}};
    if (!cfg || modem < CTI_FSK_BELL202 || modem > CTI_FSK_V21) {
        return CTI_ERR_ARG;
    }
    *cfg = standards[modem];
    return CTI_OK;
}

size_t cti_fsk_tx_size(void) {
    return sizeof(cti_fsk_tx);
}

static double amplitude(float dbm0) {
    double peak = FULL_SCALE * pow(10.0, ((double)dbm0 - FULL_SCALE_DBM0) / 20.0);
    return peak > FULL_SCALE ? FULL_SCALE : peak;
}

static int in_band(float hz) {
    return hz > 0.0f && hz < (float)(RATE / 2.0);
}

int cti_fsk_tx_init(cti_fsk_tx *tx, size_t size, const cti_fsk_tx_config *cfg) {
    if (!tx || !cfg || !in_band(cfg->mark_hz) || !in_band(cfg->space_hz) || !(cfg->baud >= 100.0f) ||
        !(cfg->baud <= 4000.0f) || isnan(cfg->mark_dbm0) || isnan(cfg->space_dbm0)) {
        return CTI_ERR_ARG;
    }
    if (size < sizeof *tx) {
        return CTI_ERR_SIZE;
    }
    memset(tx, 0, sizeof *tx);
    tx->hz[0] = (double)cfg->space_hz;
    tx->hz[1] = (double)cfg->mark_hz;
    tx->amplitude[0] = amplitude(cfg->space_dbm0);
    tx->amplitude[1] = amplitude(cfg->mark_dbm0);
    tx->samples_per_bit = RATE / (double)cfg->baud;
    return CTI_OK;
}

void cti_fsk_tx_reset(cti_fsk_tx *tx) {
    tx->phase = 0.0;
    tx->time = 0.0;
}

int cti_fsk_tx_samples(const cti_fsk_tx *tx, int n) {
    double time = tx->time;
    int samples = 0;
    for (int i = 0; i < n; i++) {
        for (; time < tx->samples_per_bit; time += 1.0) {
            samples++;
        }
        time -= tx->samples_per_bit;
    }
    return samples;
}

int cti_fsk_tx_run(cti_fsk_tx *tx, const uint8_t *bits, int n, int16_t *out, int max) {
    if (!tx || n < 0 || (n > 0 && (!bits || !out))) {
        return CTI_ERR_ARG;
    }
    if (cti_fsk_tx_samples(tx, n) > max) {
        return CTI_ERR_FULL;
    }
    int written = 0;
    for (int i = 0; i < n; i++) {
        int bit = bits[i] != 0;
        double cycles = tx->hz[bit] / RATE;
        for (; tx->time < tx->samples_per_bit; tx->time += 1.0) {
            double value = tx->amplitude[bit] * sin(TWO_PI * (tx->phase + cycles * tx->time));
            out[written++] = (int16_t)lrint(value);
        }
        tx->phase += cycles * tx->samples_per_bit;
        tx->phase -= floor(tx->phase);
        tx->time -= tx->samples_per_bit;
    }
    return written;
}
