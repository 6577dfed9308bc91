#include "cti/fax_modem_rx.h"

#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"
#include "modem/fax_bits.h"
#include "modem/v21_rx.h"

struct cti_fax_modem_rx {
    cti_fax_modem_rx_config cfg;
    int64_t now;
    int32_t has_gone; /* the carrier; its END is to be told */
    float level;      /* mean square */
    fax_bits bits;
    v21_rx v21;
};

int cti_fax_modem_rx_defaults(cti_fax_modem_rx_config *cfg, int modem) {
    if (!cfg || modem != CTI_FAX_MODEM_V21)
        return CTI_ERR_ARG;
    *cfg = (cti_fax_modem_rx_config){.modem = modem, .bit_rate = 300, .hdlc = 1};
    return CTI_OK;
}

size_t cti_fax_modem_rx_size(void) {
    return sizeof(cti_fax_modem_rx);
}

int cti_fax_modem_rx_init(cti_fax_modem_rx *rx, size_t size, const cti_fax_modem_rx_config *cfg) {
    if (!rx || !cfg || cfg->modem != CTI_FAX_MODEM_V21 || cfg->bit_rate != 300)
        return CTI_ERR_ARG;
    if (size < sizeof(*rx))
        return CTI_ERR_SIZE;
    memset(rx, 0, sizeof(*rx));
    rx->cfg = *cfg;
    fax_bits_init(&rx->bits, cfg->hdlc);
    v21_rx_init(&rx->v21);
    return CTI_OK;
}

static int say(cti_fax_modem_rx *rx, cti_fax_modem_event *ev) {
    ev->at = rx->now;
    ev->level_dbm0 = cti_dbm0_from_power((double)rx->level);
    return 1;
}

static int run_v21(cti_fax_modem_rx *rx, int16_t sample, cti_fax_modem_event *ev) {
    int said = v21_rx_sample(&rx->v21, sample);
    if (said == V21_NOTHING)
        return 0;
    if (said == V21_GONE) {
        rx->has_gone = 1;
        return fax_bits_flush(&rx->bits, ev);
    }
    rx->level = rx->v21.level;
    if (said != V21_CARRIER)
        return fax_bits_put(&rx->bits, said == V21_MARK, ev);
    fax_bits_init(&rx->bits, rx->cfg.hdlc);
    ev->kind = CTI_FAX_MODEM_CARRIER;
    return 1;
}

int cti_fax_modem_rx_run(cti_fax_modem_rx *rx, const int16_t *pcm, int n, int *used,
                         cti_fax_modem_event *ev) {
    memset(ev, 0, sizeof(*ev));
    for (*used = 0;;) {
        if (rx->has_gone) {
            rx->has_gone = 0;
            ev->kind = CTI_FAX_MODEM_END;
            return say(rx, ev);
        }
        if (*used == n)
            return 0;
        rx->now++;
        if (run_v21(rx, pcm[(*used)++], ev))
            return say(rx, ev);
    }
}
