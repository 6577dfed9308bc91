#include "modem/fax_modem_tx_state.h"

#include <string.h>

#include "cti/error.h"

int cti_fax_modem_tx_defaults(cti_fax_modem_tx_config *cfg, int modem) {
    static const int32_t highest[] = {[CTI_FAX_MODEM_V21] = 300,
                                      [CTI_FAX_MODEM_V27TER] = 4800,
                                      [CTI_FAX_MODEM_V29] = 9600,
                                      [CTI_FAX_MODEM_V17] = 14400};
    if (!cfg || modem < CTI_FAX_MODEM_V21 || modem > CTI_FAX_MODEM_V17)
        return CTI_ERR_ARG;
    *cfg = (cti_fax_modem_tx_config){
        .modem = modem, .bit_rate = highest[modem], .hdlc = modem == CTI_FAX_MODEM_V21, .level_dbm0 = -13.0f};
    return CTI_OK;
}

size_t cti_fax_modem_tx_size(void) {
    return sizeof(cti_fax_modem_tx);
}

static int init_v21(cti_fax_modem_tx *tx) {
    cti_fsk_tx_config fsk;
    (void)cti_fsk_tx_defaults(&fsk, CTI_FSK_V21);
    fsk.mark_dbm0 = fsk.space_dbm0 = tx->cfg.level_dbm0;
    return cti_fsk_tx_init(&tx->fsk, sizeof(tx->fsk), &fsk);
}

int cti_fax_modem_tx_init(cti_fax_modem_tx *tx, size_t size, const cti_fax_modem_tx_config *cfg) {
    if (!tx || !cfg || !(cfg->level_dbm0 >= -60.0f && cfg->level_dbm0 <= 0.0f))
        return CTI_ERR_ARG;
    const qam_plan *plan = qam_plan_of(cfg->modem, cfg->bit_rate);
    if (!plan && !(cfg->modem == CTI_FAX_MODEM_V21 && cfg->bit_rate == 300))
        return CTI_ERR_ARG;
    if (size < sizeof(*tx))
        return CTI_ERR_SIZE;
    memset(tx, 0, sizeof(*tx));
    tx->cfg = *cfg;
    if (!plan)
        return init_v21(tx);
    qam_tx_init(&tx->qam, plan, cfg->short_training, cfg->echo_protection, (double)cfg->level_dbm0);
    return CTI_OK;
}

int cti_fax_modem_tx_put(cti_fax_modem_tx *tx, const uint8_t *octets, int n) {
    if (!tx || n < 0 || (n > 0 && !octets))
        return CTI_ERR_ARG;
    if (tx->cfg.hdlc || tx->is_ending)
        return CTI_ERR_STATE;
    int taken = n < FAX_TX_RING - tx->used ? n : FAX_TX_RING - tx->used;
    for (int i = 0; i < taken; i++)
        tx->ring[(tx->head + tx->used++) % FAX_TX_RING] = octets[i];
    return taken;
}

int cti_fax_modem_tx_flags(cti_fax_modem_tx *tx, int n) {
    if (!tx)
        return CTI_ERR_ARG;
    return tx->cfg.hdlc && !tx->is_ending ? cti_hdlc_tx_flags(&tx->hdlc, n) : CTI_ERR_STATE;
}

int cti_fax_modem_tx_frame(cti_fax_modem_tx *tx, const uint8_t *octets, int n) {
    if (!tx)
        return CTI_ERR_ARG;
    return tx->cfg.hdlc && !tx->is_ending ? cti_hdlc_tx_frame(&tx->hdlc, octets, n) : CTI_ERR_STATE;
}

int cti_fax_modem_tx_room(const cti_fax_modem_tx *tx) {
    if (tx->is_ending)
        return 0;
    return tx->cfg.hdlc ? cti_hdlc_tx_room(&tx->hdlc) : FAX_TX_RING - tx->used;
}

int cti_fax_modem_tx_waiting(const cti_fax_modem_tx *tx) {
    return tx->cfg.hdlc ? !cti_hdlc_tx_is_idle(&tx->hdlc) : tx->used;
}

void cti_fax_modem_tx_end(cti_fax_modem_tx *tx) {
    tx->is_ending = 1;
}

/* The next bit to be sent; -1: no more comes. */
static int next_bit(void *sender) {
    cti_fax_modem_tx *tx = sender;
    if (tx->cfg.hdlc)
        return tx->is_ending && cti_hdlc_tx_is_idle(&tx->hdlc) ? -1 : cti_hdlc_tx_bit(&tx->hdlc);
    if (tx->bits == 0) {
        if (tx->used == 0 && tx->is_ending)
            return -1;
        tx->octet = tx->used > 0 ? tx->ring[tx->head] : 0;
        tx->bits = 8;
        if (tx->used > 0) {
            tx->head = (tx->head + 1) % FAX_TX_RING;
            tx->used--;
        }
    }
    int bit = (int)(tx->octet & 1);
    tx->octet >>= 1;
    tx->bits--;
    return bit;
}

static int run_v21(cti_fax_modem_tx *tx, int16_t *out, int n) {
    for (int i = 0; i < n; i++) {
        if (tx->bit_used == tx->bit_samples) {
            int bit = next_bit(tx);
            if (bit < 0) {
                tx->has_ended = 1;
                return i;
            }
            uint8_t one = (uint8_t)bit;
            tx->bit_samples = cti_fsk_tx_run(&tx->fsk, &one, 1, tx->bit_pcm, FAX_TX_BIT_ROOM);
            tx->bit_used = 0;
        }
        out[i] = tx->bit_pcm[tx->bit_used++];
    }
    return n;
}

static int run_qam(cti_fax_modem_tx *tx, int16_t *out, int n) {
    for (int i = 0; i < n; i++) {
        if (!qam_tx_sample(&tx->qam, next_bit, tx, &out[i])) {
            tx->has_ended = 1;
            return i;
        }
    }
    return n;
}

int cti_fax_modem_tx_run(cti_fax_modem_tx *tx, int16_t *out, int n) {
    if (!tx || n < 0 || (n > 0 && !out))
        return CTI_ERR_ARG;
    if (tx->has_ended)
        return 0;
    return tx->cfg.modem == CTI_FAX_MODEM_V21 ? run_v21(tx, out, n) : run_qam(tx, out, n);
}
