/* fuzz_fax_modem: any sound, and bits of a sender that are then damaged, into a fax modem's receiver.
 *
 * The first byte is the modem and its rate, the second: frames, training, and whether a sender's turn comes
 * first.
 */
#include "cti/error.h"
#include "cti/fax_modem_rx.h"
#include "fuzz_input.h"

enum { PIECE = 400, TURN = 12000, KINDS = 9 };

static const struct {
    int modem, bit_rate;
} MODEMS[KINDS] = {{CTI_FAX_MODEM_V21, 300},  {CTI_FAX_MODEM_V27TER, 2400}, {CTI_FAX_MODEM_V27TER, 4800},
                   {CTI_FAX_MODEM_V29, 7200}, {CTI_FAX_MODEM_V29, 9600},    {CTI_FAX_MODEM_V17, 7200},
                   {CTI_FAX_MODEM_V17, 9600}, {CTI_FAX_MODEM_V17, 12000},   {CTI_FAX_MODEM_V17, 14400}};

static void hear(cti_fax_modem_rx *rx, const int16_t *pcm, int n) {
    cti_fax_modem_event ev;
    for (int done = 0, used = 0, events = 0; cti_fax_modem_rx_run(rx, pcm + done, n - done, &used, &ev);
         events++) {
        done += used;
        demand(done <= n && events < 8 * n + 64);
        demand(ev.kind >= CTI_FAX_MODEM_CARRIER && ev.kind <= CTI_FAX_MODEM_FAILED);
        demand(ev.length >= 0 && ev.length <= 400 && (ev.length == 0 || ev.octets));
        for (int i = 0, sum = 0; i < ev.length; i++)
            demand((sum += ev.octets[i]) >= 0);
    }
}

/* A sender's turn, some of whose samples are changed. */
static int send(fuzz_input *in, int kind, int is_short, int hdlc, int16_t *pcm) {
    static cti_fax_modem_tx *tx;
    if (!tx)
        demand((tx = malloc(cti_fax_modem_tx_size())) != NULL);
    cti_fax_modem_tx_config cfg;
    demand(cti_fax_modem_tx_defaults(&cfg, MODEMS[kind].modem) == CTI_OK);
    cfg.bit_rate = MODEMS[kind].bit_rate;
    cfg.short_training = is_short;
    cfg.hdlc = hdlc;
    demand(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &cfg) == CTI_OK);
    uint8_t data[64];
    int length = 1 + fuzz_byte(in) % 64;
    fuzz_bytes(in, data, sizeof data);
    demand((hdlc ? cti_fax_modem_tx_frame(tx, data, length) : cti_fax_modem_tx_put(tx, data, length)) >= 0);
    cti_fax_modem_tx_end(tx);
    int n = cti_fax_modem_tx_run(tx, pcm, TURN), changes = fuzz_byte(in) % 16;
    for (int i = 0; i < changes; i++) {
        int at = fuzz_pair(in) % TURN, to = at + fuzz_pair(in) % 2000, value = fuzz_pair(in);
        for (int k = at; k < to && k < n; k++)
            pcm[k] = (int16_t)(pcm[k] * (value % 7) / 3 + value / 16);
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_fax_modem_rx *rx;
    static int16_t pcm[TURN];
    if (!rx)
        demand((rx = malloc(cti_fax_modem_rx_size())) != NULL);
    if (size < 2 || size > 16384)
        return 0;
    fuzz_input in = {data, size};
    int kind = fuzz_byte(&in) % KINDS, options = fuzz_byte(&in);
    cti_fax_modem_rx_config cfg;
    demand(cti_fax_modem_rx_defaults(&cfg, MODEMS[kind].modem) == CTI_OK);
    cfg.bit_rate = MODEMS[kind].bit_rate;
    cfg.hdlc = options & 1;
    cfg.short_training = options >> 1 & 1;
    cfg.hold_ms = options & 8 ? 20 : 400;
    demand(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg) == CTI_OK);
    if (options & 4)
        hear(rx, pcm, send(&in, kind, cfg.short_training, cfg.hdlc, pcm));
    for (int pieces = 0; in.left > 0 && pieces < 24; pieces++) {
        int n = fuzz_pair(&in) % PIECE;
        fuzz_sound(&in, pcm, n);
        hear(rx, pcm, n);
    }
    cti_fax_modem_quality quality;
    float xy[256];
    demand(cti_fax_modem_rx_quality(rx, &quality) == CTI_OK);
    demand(cti_fax_modem_rx_points(rx, xy, 128) <= 128);
    demand(cti_fax_modem_rx_eye(rx, xy, 128) <= 128);
    return 0;
}
