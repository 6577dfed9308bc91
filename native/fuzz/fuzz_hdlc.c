/* fuzz_hdlc: any bits as frames of HDLC.
 *
 * Steps: any bits; ones; flags; a frame of our own sender, whole, or with bits turned and left out. What must
 * hold: what is told has 1 to 400 octets, and a frame that comes whole behind two flags is told once, as it
 * is.
 */
#include "cti/error.h"
#include "cti/hdlc.h"
#include "fuzz_input.h"

enum { BEFORE = 16 /* bits of the two flags */ };

typedef struct hdlc_heard {
    int frames;
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    int length; /* of the last one */
} hdlc_heard;

static void hdlc_bit(cti_hdlc_rx *rx, int bit, hdlc_heard *h) {
    const uint8_t *octets;
    int event = cti_hdlc_rx_bit(rx, bit);
    demand(event >= CTI_HDLC_NOTHING && event <= CTI_HDLC_IDLE);
    if (event != CTI_HDLC_FRAME && event != CTI_HDLC_BAD)
        return;
    int n = cti_hdlc_rx_octets(rx, &octets);
    demand(n >= 1 && n <= CTI_HDLC_FRAME_MAX);
    memcpy(h->octets, octets, (size_t)n);
    h->length = n;
    h->frames += event == CTI_HDLC_FRAME;
}

static void hdlc_octet(cti_hdlc_rx *rx, int octet, hdlc_heard *h) {
    for (int i = 0; i < 8; i++)
        hdlc_bit(rx, octet >> i & 1, h);
}

/* Two flags, the frame, a flag. `damage`: bits that are turned, and behind them one that is left out. */
static void hdlc_frame(cti_hdlc_rx *rx, fuzz_input *in, int n, int damage, hdlc_heard *h) {
    static cti_hdlc_tx *tx;
    uint8_t frame[CTI_HDLC_FRAME_MAX];
    int places[4] = {-1, -1, -1, -1}, before = 0;
    if (!tx)
        demand((tx = malloc(cti_hdlc_tx_size())) != NULL);
    demand(cti_hdlc_tx_init(tx, cti_hdlc_tx_size()) == CTI_OK);
    for (int i = 0; i < damage; i++)
        places[i] = fuzz_pair(in) % (10 * n + 48);
    fuzz_bytes(in, frame, (size_t)n);
    demand(cti_hdlc_tx_flags(tx, 2) == CTI_OK && cti_hdlc_tx_frame(tx, frame, n) == CTI_OK);
    for (int at = 0; !cti_hdlc_tx_is_idle(tx); at++) {
        int bit = cti_hdlc_tx_bit(tx);
        if (at == BEFORE)
            before = h->frames;
        if (at != places[3])
            hdlc_bit(rx, bit ^ (at == places[0] || at == places[1] || at == places[2]), h);
    }
    demand(damage > 0 ||
           (h->frames == before + 1 && h->length == n && memcmp(h->octets, frame, (size_t)n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_hdlc_rx *rx;
    fuzz_input in = {data, size};
    hdlc_heard h = {0};
    if (!rx)
        demand((rx = malloc(cti_hdlc_rx_size())) != NULL);
    demand(cti_hdlc_rx_init(rx, cti_hdlc_rx_size()) == CTI_OK);
    while (in.left > 0) {
        int step = fuzz_byte(&in), more = step >> 3;
        switch (step & 7) {
        case 0:
            hdlc_octet(rx, 0x7e, &h);
            break;
        case 1:
            for (int i = 0; i <= more; i++)
                hdlc_bit(rx, 1, &h);
            break;
        case 2:
            hdlc_frame(rx, &in, 1 + fuzz_pair(&in) % (more < 28 ? 40 : CTI_HDLC_FRAME_MAX), more & 3, &h);
            break;
        case 3:
            hdlc_frame(rx, &in, 1 + more, 0, &h);
            break;
        case 4:
            hdlc_frame(rx, &in, 1 + (more & 7), 1 + (more >> 3), &h);
            break;
        default:
            for (int i = 0; i <= more; i++)
                hdlc_octet(rx, fuzz_byte(&in), &h);
            break;
        }
    }
    return 0;
}
