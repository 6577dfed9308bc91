#include "cti/fax_modem_rx.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"
#include "modem/fax_bits.h"
#include "modem/hdlc_mend.h"
#include "modem/qam_rx.h"
#include "modem/v21_rx.h"

enum { EYE = 128 };

struct cti_fax_modem_rx {
    cti_fax_modem_rx_config cfg;
    int64_t now;
    int32_t has_gone; /* the carrier; its END is to be told */
    float level;      /* mean square */
    fax_bits bits;
    v21_rx v21;
    hdlc_mend mend; /* frames of V.21 */
    qam_rx qam;
    uint32_t symbol; /* bits that are not told yet, the next one lowest */
    int32_t waiting; /* how many */
};

int cti_fax_modem_rx_defaults(cti_fax_modem_rx_config *cfg, int modem) {
    cti_fax_modem_tx_config tx;
    if (!cfg || cti_fax_modem_tx_defaults(&tx, modem) != CTI_OK)
        return CTI_ERR_ARG;
    *cfg =
        (cti_fax_modem_rx_config){.modem = modem, .bit_rate = tx.bit_rate, .hdlc = tx.hdlc, .hold_ms = 400};
    return CTI_OK;
}

size_t cti_fax_modem_rx_size(void) {
    return sizeof(cti_fax_modem_rx);
}

static int is_right(const cti_fax_modem_rx_config *cfg) {
    if (cfg->modem == CTI_FAX_MODEM_V21)
        return cfg->bit_rate == 300;
    return qam_plan_of(cfg->modem, cfg->bit_rate) != NULL && cfg->hold_ms >= 20 && cfg->hold_ms <= 5000;
}

int cti_fax_modem_rx_init(cti_fax_modem_rx *rx, size_t size, const cti_fax_modem_rx_config *cfg) {
    if (!rx || !cfg || !is_right(cfg))
        return CTI_ERR_ARG;
    if (size < sizeof(*rx))
        return CTI_ERR_SIZE;
    memset(rx, 0, sizeof(*rx));
    hdlc_mend_init(&rx->mend);
    return cti_fax_modem_rx_again(rx, cfg);
}

int cti_fax_modem_rx_again(cti_fax_modem_rx *rx, const cti_fax_modem_rx_config *cfg) {
    if (!rx || !cfg || !is_right(cfg))
        return CTI_ERR_ARG;
    rx->cfg = *cfg;
    rx->has_gone = rx->waiting = 0;
    fax_bits_init(&rx->bits, cfg->hdlc);
    if (cfg->modem == CTI_FAX_MODEM_V21)
        v21_rx_init(&rx->v21);
    else
        qam_rx_again(&rx->qam, qam_plan_of(cfg->modem, cfg->bit_rate), cfg->short_training, cfg->hold_ms);
    return CTI_OK;
}

static int say(cti_fax_modem_rx *rx, cti_fax_modem_event *ev) {
    cti_fax_modem_quality quality;
    (void)cti_fax_modem_rx_quality(rx, &quality);
    ev->at = rx->now;
    ev->level_dbm0 = quality.level_dbm0;
    return 1;
}

/* The carrier has gone: what is left of the data first, then END. */
static int end(cti_fax_modem_rx *rx, cti_fax_modem_event *ev) {
    rx->has_gone = 1;
    return fax_bits_flush(&rx->bits, ev);
}

static int begin(cti_fax_modem_rx *rx, cti_fax_modem_event *ev) {
    fax_bits_init(&rx->bits, rx->cfg.hdlc);
    ev->kind = CTI_FAX_MODEM_CARRIER;
    return 1;
}

static int put_v21_bit(cti_fax_modem_rx *rx, int bit, cti_fax_modem_event *ev) {
    uint32_t bits = (uint32_t)bit;
    int32_t one = 1;
    int said = fax_bits_put(&rx->bits, &bits, &one, ev);
    if (!rx->cfg.hdlc)
        return said;
    hdlc_mend_bit(&rx->mend, bit, rx->v21.is_doubtful);
    const uint8_t *octets;
    int length = said && ev->kind == CTI_FAX_MODEM_BAD ? hdlc_mend_close(&rx->mend, &octets) : 0;
    if (length > 0) {
        ev->kind = CTI_FAX_MODEM_FRAME;
        ev->octets = octets;
        ev->length = length;
    }
    if (rx->bits.frames.is_open && rx->bits.frames.length == 0 && rx->bits.frames.bits == 0)
        hdlc_mend_open(&rx->mend);
    return said;
}

static int run_v21(cti_fax_modem_rx *rx, int16_t sample, cti_fax_modem_event *ev) {
    int said = v21_rx_sample(&rx->v21, sample);
    if (said == V21_NOTHING)
        return 0;
    if (said == V21_GONE)
        return end(rx, ev);
    rx->level = rx->v21.level;
    return said == V21_CARRIER ? begin(rx, ev) : put_v21_bit(rx, said == V21_MARK, ev);
}

/* What is to be said of the samples so far; 0: nothing more. */
static int run_qam(cti_fax_modem_rx *rx, cti_fax_modem_event *ev) {
    for (;;) {
        if (rx->waiting > 0 && fax_bits_put(&rx->bits, &rx->symbol, &rx->waiting, ev))
            return 1;
        int said = qam_rx_next(&rx->qam, &rx->symbol);
        if (said == QAM_NOTHING)
            return 0;
        if (said == QAM_TRAINED || said == QAM_DATA) {
            rx->waiting = rx->qam.plan->bits;
            rx->symbol = rx->qam.lost ? 0 : rx->symbol;
            if (said == QAM_TRAINED)
                return begin(rx, ev);
        } else if (said == QAM_GONE) {
            return end(rx, ev);
        } else {
            ev->kind = said == QAM_TRAINING ? CTI_FAX_MODEM_TRAINING : CTI_FAX_MODEM_FAILED;
            return 1;
        }
    }
}

int cti_fax_modem_rx_run(cti_fax_modem_rx *rx, const int16_t *pcm, int n, int *used,
                         cti_fax_modem_event *ev) {
    int is_v21 = rx->cfg.modem == CTI_FAX_MODEM_V21;
    memset(ev, 0, sizeof(*ev));
    for (*used = 0;;) {
        if (rx->has_gone) {
            rx->has_gone = 0;
            ev->kind = CTI_FAX_MODEM_END;
            return say(rx, ev);
        }
        if (!is_v21 && run_qam(rx, ev))
            return say(rx, ev);
        if (rx->has_gone)
            continue;
        if (*used == n)
            return 0;
        if (is_v21) {
            rx->now++;
            if (run_v21(rx, pcm[(*used)++], ev))
                return say(rx, ev);
        } else {
            int taken = qam_rx_put(&rx->qam, pcm + *used, n - *used);
            rx->now += taken;
            *used += taken;
        }
    }
}

int cti_fax_modem_rx_quality(const cti_fax_modem_rx *rx, cti_fax_modem_quality *quality) {
    if (!rx || !quality)
        return CTI_ERR_ARG;
    memset(quality, 0, sizeof(*quality));
    if (rx->cfg.modem == CTI_FAX_MODEM_V21) {
        quality->level_dbm0 = cti_dbm0_from_power((double)rx->level);
        return CTI_OK;
    }
    const qam_rx *q = &rx->qam;
    double error = (double)q->error > 1e-9 ? (double)q->error : 1e-9;
    quality->level_dbm0 = cti_dbm0_from_power(qam_rx_power(q));
    quality->snr_db = (float)(-10.0 * log10(error));
    quality->evm = (float)sqrt(error);
    quality->carrier_hz = (float)qam_rx_carrier_off(q);
    quality->clock_ppm = (float)qam_rx_clock_off(q);
    quality->is_lost = q->lost > 0;
    return CTI_OK;
}

int cti_fax_modem_rx_points(const cti_fax_modem_rx *rx, float *xy, int max) {
    if (!rx || !xy || max < 0)
        return CTI_ERR_ARG;
    const qam_rx *q = &rx->qam;
    uint32_t n = q->drawn_count < QAM_DRAWN ? q->drawn_count : QAM_DRAWN;
    n = rx->cfg.modem == CTI_FAX_MODEM_V21 ? 0 : n < (uint32_t)max ? n : (uint32_t)max;
    for (uint32_t i = 0; i < n; i++) {
        qam_c point = q->drawn[(q->drawn_count - n + i) % QAM_DRAWN];
        xy[2 * i] = point.re;
        xy[2 * i + 1] = point.im;
    }
    return (int)n;
}

int cti_fax_modem_rx_eye(const cti_fax_modem_rx *rx, float *xy, int max) {
    if (!rx || !xy || max < 0)
        return CTI_ERR_ARG;
    qam_c halves[EYE];
    int n = max < EYE ? max : EYE;
    n = rx->cfg.modem == CTI_FAX_MODEM_V21 ? 0 : qam_rx_halves(&rx->qam, halves, n);
    for (int i = 0; i < n; i++) {
        xy[2 * i] = halves[i].re;
        xy[2 * i + 1] = halves[i].im;
    }
    return n;
}

int cti_fax_modem_constellation(int modem, int bit_rate, float *xy, int max) {
    const qam_plan *plan = qam_plan_of(modem, bit_rate);
    if (!plan)
        return 0;
    if (!xy || max < 0)
        return CTI_ERR_ARG;
    for (int i = 0; i < plan->points && i < max; i++) {
        qam_c point = qam_point(plan, i);
        xy[2 * i] = point.re;
        xy[2 * i + 1] = point.im;
    }
    return plan->points;
}
