#include "modem/qam_front.h"

#include <string.h>

#include "base/dot.h"
#include "base/sine.h"
#include "modem/qam_pulse.h"

void qam_front_init(qam_front *f, const qam_plan *plan) {
    memset(f, 0, sizeof(*f));
    double symbol = 8000.0 / plan->baud;
    f->spacing = 0.5 * symbol;
    f->step = cti_phase_step(plan->carrier_hz);
    for (int p = 0; p < QAM_FRONT_PHASES; p++)
        for (int k = 0; k < QAM_FRONT_TAPS; k++) {
            /* The newest sample is the last one; the output lies `p` 64ths of a sample before the middle. */
            double t = QAM_FRONT_TAPS / 2 - k - (double)p / QAM_FRONT_PHASES;
            double window =
                0.5 + 0.5 * cti_sine((uint32_t)(int64_t)((t / (QAM_FRONT_TAPS + 1) + 0.25) * 4294967296.0));
            f->filter[p][k] = (float)(window * qam_pulse(t / symbol, plan->rolloff) / symbol * 2.0);
        }
}

void qam_front_put(qam_front *f, int16_t sample) {
    float re = (float)((double)sample * cti_sine(f->turn + 0x40000000u));
    float im = (float)(-(double)sample * cti_sine(f->turn));
    f->re[f->at] = f->re[f->at + QAM_FRONT_RING] = re;
    f->im[f->at] = f->im[f->at + QAM_FRONT_RING] = im;
    f->at = (f->at + 1) % QAM_FRONT_RING;
    f->turn += f->step;
    f->wait -= 1.0;
}

int qam_front_take(qam_front *f, qam_c *out) {
    if (f->wait > 0.0)
        return 0;
    /* Due so much of a sample before the newest one. */
    int phase = (int)(-f->wait * QAM_FRONT_PHASES);
    if (phase >= QAM_FRONT_PHASES)
        phase = QAM_FRONT_PHASES - 1;
    int from = f->at + QAM_FRONT_RING - QAM_FRONT_TAPS;
    out->re = cti_dot(f->filter[phase], f->re + from, QAM_FRONT_TAPS);
    out->im = cti_dot(f->filter[phase], f->im + from, QAM_FRONT_TAPS);
    f->wait += f->spacing;
    return 1;
}

void qam_front_shift(qam_front *f, double hz) {
    f->step = (uint32_t)((int64_t)f->step + (int64_t)(hz * (4294967296.0 / 8000.0)));
}
