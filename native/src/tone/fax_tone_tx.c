#include "cti/fax_tone_tx.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/sine.h"
#include "cti/error.h"
#include "modem/fsk_tx_state.h"

enum {
    CNG_ON = 4000,   /* T.30: 0.5 s, ... */
    CNG_OFF = 24000, /* ... 3 s */
    REVERSAL = 3600, /* V.25, V.8: every 450 ms */
    ANSWER = 26400,  /* V.25: 3.3 s */
    PREAMBLE = 8000, /* T.30: 1 s of flags */
    EDGE = 16,       /* samples: CNG's bursts rise and fall over 2 ms */
    BIT_ROOM = 32    /* samples; a bit of 300 bit/s takes 27 */
};

#define CNG_HZ 1100.0
#define ANSWER_HZ 2100.0
#define AM_HZ 15.0
#define AM_DEPTH 0.2

static const uint8_t FLAG[8] = {0, 1, 1, 1, 1, 1, 1, 0};

struct cti_fax_tone_tx {
    cti_fax_tone_tx_config cfg;
    double peak;
    uint32_t phase, step, am_phase, am_step;
    int32_t in_part; /* samples since the last reversal, or of CNG's cycle */
    int32_t made;    /* of cfg.samples */
    cti_fsk_tx fsk;
    int32_t bit; /* of the flag, next */
    int32_t bit_samples, bit_used;
    int16_t bit_pcm[BIT_ROOM];
};

int cti_fax_tone_tx_defaults(cti_fax_tone_tx_config *cfg, int tone) {
    if (!cfg || tone < CTI_FAX_CNG || tone > CTI_FAX_V21)
        return CTI_ERR_ARG;
    cfg->tone = tone;
    cfg->reversals = tone == CTI_FAX_ANSAM;
    cfg->level_dbm0 = -13.0f;
    cfg->samples = tone == CTI_FAX_CNG ? 0 : tone == CTI_FAX_V21 ? PREAMBLE : ANSWER;
    return CTI_OK;
}

size_t cti_fax_tone_tx_size(void) {
    return sizeof(cti_fax_tone_tx);
}

int cti_fax_tone_tx_init(cti_fax_tone_tx *tx, size_t size, const cti_fax_tone_tx_config *cfg) {
    if (!tx || !cfg || cfg->tone < CTI_FAX_CNG || cfg->tone > CTI_FAX_V21 || cfg->samples < 0 ||
        !(cfg->level_dbm0 >= -60.0f && cfg->level_dbm0 <= 0.0f))
        return CTI_ERR_ARG;
    if (size < sizeof(*tx))
        return CTI_ERR_SIZE;
    memset(tx, 0, sizeof(*tx));
    tx->cfg = *cfg;
    tx->peak = cti_dbm0_to_rms((double)cfg->level_dbm0) * 1.4142135623730951;
    tx->step = cti_phase_step(cfg->tone == CTI_FAX_CNG ? CNG_HZ : ANSWER_HZ);
    tx->am_step = cti_phase_step(AM_HZ);
    if (cfg->tone != CTI_FAX_V21)
        return CTI_OK;
    cti_fsk_tx_config fsk;
    (void)cti_fsk_tx_defaults(&fsk, CTI_FSK_V21);
    fsk.mark_dbm0 = fsk.space_dbm0 = cfg->level_dbm0;
    return cti_fsk_tx_init(&tx->fsk, sizeof(tx->fsk), &fsk);
}

static int16_t next_of_cng(cti_fax_tone_tx *tx) {
    int at = tx->in_part;
    tx->in_part = (at + 1) % (CNG_ON + CNG_OFF);
    if (at >= CNG_ON)
        return 0;
    int edge = at < CNG_ON - 1 - at ? at : CNG_ON - 1 - at;
    double gain = edge < EDGE ? (edge + 0.5) / EDGE : 1.0;
    double x = gain * tx->peak * cti_sine(tx->phase);
    tx->phase += tx->step;
    return cti_round_sample(x);
}

static int16_t next_of_answer(cti_fax_tone_tx *tx) {
    if (tx->cfg.reversals && tx->in_part == REVERSAL) {
        tx->phase += 0x80000000u;
        tx->in_part = 0;
    }
    tx->in_part += tx->cfg.reversals != 0;
    double x = tx->peak * cti_sine(tx->phase);
    tx->phase += tx->step;
    if (tx->cfg.tone == CTI_FAX_ANSAM) {
        x *= 1.0 + AM_DEPTH * cti_sine(tx->am_phase);
        tx->am_phase += tx->am_step;
    }
    return cti_round_sample(x);
}

static int16_t next_of_flags(cti_fax_tone_tx *tx) {
    if (tx->bit_used == tx->bit_samples) {
        tx->bit_samples = cti_fsk_tx_run(&tx->fsk, &FLAG[tx->bit], 1, tx->bit_pcm, BIT_ROOM);
        tx->bit_used = 0;
        tx->bit = (tx->bit + 1) % 8;
    }
    return tx->bit_pcm[tx->bit_used++];
}

int cti_fax_tone_tx_run(cti_fax_tone_tx *tx, int16_t *out, int n) {
    if (!tx || n < 0 || (n > 0 && !out))
        return CTI_ERR_ARG;
    int i = 0;
    for (; i < n && (tx->cfg.samples == 0 || tx->made < tx->cfg.samples); i++) {
        out[i] = tx->cfg.tone == CTI_FAX_CNG   ? next_of_cng(tx)
                 : tx->cfg.tone == CTI_FAX_V21 ? next_of_flags(tx)
                                               : next_of_answer(tx);
        tx->made += tx->cfg.samples > 0; /* not counted for ever */
    }
    return i;
}
