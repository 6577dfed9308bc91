/* Rates, what they need, and which comes below which. */
#include "cti/fax_modem_tx.h"
#include "fax/t30_state.h"

/* From the highest down. `below`: T.30's fall-back, always another step of the same modem or V.27ter, as the
 * far end may have only one of V.29 and V.17. Decibels, in the symbols' band, as the receiver measures them:
 * bit errors stay under 1e-5; error correction earns more by 1 dB less. */
static const struct {
    t30_rate rate;
    int below;
    float snr_db;
} RATES[] = {{{CTI_FAX_MODEM_V17, 14400}, 1, 23.5f},  {{CTI_FAX_MODEM_V17, 12000}, 2, 20.1f},
             {{CTI_FAX_MODEM_V17, 9600}, 3, 16.3f},   {{CTI_FAX_MODEM_V17, 7200}, 6, 13.4f},
             {{CTI_FAX_MODEM_V29, 9600}, 5, 20.3f},   {{CTI_FAX_MODEM_V29, 7200}, 6, 17.3f},
             {{CTI_FAX_MODEM_V27TER, 4800}, 7, 0.0f}, {{CTI_FAX_MODEM_V27TER, 2400}, -1, 0.0f}};
enum { N_RATES = sizeof RATES / sizeof RATES[0] };
static const float ECM_LESS_DB = 1.0f;

const t30_rate *t30_rate_of(int rate) {
    return &RATES[rate].rate;
}

static int both_have(const cti_t30 *t, int rate) {
    const t30_rate *r = &RATES[rate].rate;
    return (t->cfg.modems & t->link.far_end.modems) >> r->modem & 1 && r->bit_rate <= t->cfg.bit_rate &&
           r->bit_rate <= t->link.far_end.bit_rate;
}

int t30_first_rate(const cti_t30 *t) {
    for (int i = 0; i < N_RATES; i++)
        if (both_have(t, i))
            return i;
    return -1;
}

int t30_lower_rate(const cti_t30 *t, int rate) {
    do
        rate = RATES[rate].below;
    while (rate >= 0 && !both_have(t, rate));
    return rate;
}

int t30_find_rate(int modem, int bit_rate) {
    for (int i = 0; i < N_RATES; i++)
        if (RATES[i].rate.modem == modem && RATES[i].rate.bit_rate == bit_rate)
            return i;
    return -1;
}

int t30_snr_is_enough(int rate, float snr_db, int ecm) {
    return snr_db >= RATES[rate].snr_db - (ecm ? ECM_LESS_DB : 0.0f);
}

void t30_set_rate(cti_t30 *t, int rate) {
    int was = t->link.bit_rate;
    t->rate = rate;
    t->link.modem = RATES[rate].rate.modem;
    t->link.bit_rate = RATES[rate].rate.bit_rate;
    if (t->link.bit_rate != was)
        (void)t30_tell(t, CTI_T30_RATE, t->link.bit_rate);
}
