/* fuzz_hdlc_mend: any bits as frames of HDLC, some of them in doubt.
 *
 * Steps: any bits with any doubts; flags; a frame of our own sender with up to eight bits on end in doubt, as
 * they are or turned. What must hold: what is told has 1 to 400 octets; a frame without doubts is told once,
 * as it is; a mended one is none that a sure bit speaks against.
 */
#include "cti/error.h"
#include "fuzz_input.h"
#include "modem/hdlc_mend.h"

enum { BEFORE = 16 /* bits of the two flags */, MOST = 10 * CTI_HDLC_FRAME_MAX };

typedef struct heard {
    cti_hdlc_rx rx;
    hdlc_mend mend;
    int frames; /* mended ones too */
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    int length; /* of the last one */
} heard;

/* As the receiver of V.21 does (modem/fax_modem_rx.c). */
static void put(heard *h, int bit, int is_doubtful) {
    const uint8_t *octets;
    int event = cti_hdlc_rx_bit(&h->rx, bit), n = 0;
    hdlc_mend_bit(&h->mend, bit, is_doubtful);
    if (event == CTI_HDLC_FRAME)
        n = cti_hdlc_rx_octets(&h->rx, &octets);
    else if (event == CTI_HDLC_BAD)
        n = hdlc_mend_close(&h->mend, &octets);
    if (n > 0) {
        demand(n <= CTI_HDLC_FRAME_MAX);
        memcpy(h->octets, octets, (size_t)n);
        h->length = n;
        h->frames++;
    }
    if (h->rx.is_open && h->rx.length == 0 && h->rx.bits == 0)
        hdlc_mend_open(&h->mend);
}

/* A frame of our own sender: two flags, the frame, a flag. Returns its bits, `most` at the most. */
static int bits_of(const uint8_t *octets, int n, uint8_t *bits, int most) {
    static cti_hdlc_tx *tx;
    int count = 0;
    if (!tx)
        demand((tx = malloc(cti_hdlc_tx_size())) != NULL);
    demand(cti_hdlc_tx_init(tx, cti_hdlc_tx_size()) == CTI_OK);
    demand(cti_hdlc_tx_flags(tx, 2) == CTI_OK && cti_hdlc_tx_frame(tx, octets, n) == CTI_OK);
    while (!cti_hdlc_tx_is_idle(tx)) {
        demand(count < most);
        bits[count++] = (uint8_t)cti_hdlc_tx_bit(tx);
    }
    return count;
}

/* With a hole in it. Where a frame as long is told, it is one that every sure bit may be of. */
static void frame(heard *h, fuzz_input *in, int n) {
    static uint8_t bits[MOST], again[MOST];
    uint8_t sent[CTI_HDLC_FRAME_MAX];
    int place = BEFORE + fuzz_pair(in) % (10 * n + 20), length = fuzz_byte(in) % (MEND_DOUBTS + 1);
    int turned = fuzz_byte(in), before = 0;
    fuzz_bytes(in, sent, (size_t)n);
    hdlc_mend_init(&h->mend);
    int count = bits_of(sent, n, bits, MOST);
    for (int at = 0; at < count; at++) {
        int is_doubtful = at >= place && at < place + length;
        if (at == BEFORE)
            before = h->frames;
        put(h, bits[at] ^ (is_doubtful && turned >> (at - place) & 1), is_doubtful);
    }
    int is_told = h->frames > before && h->length == n;
    demand(length > 0 || (h->frames == before + 1 && is_told && memcmp(h->octets, sent, (size_t)n) == 0));
    if (is_told && bits_of(h->octets, n, again, MOST) == count)
        for (int at = BEFORE; at < count; at++)
            demand(again[at] == bits[at] || (at >= place && at < place + length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static heard h;
    fuzz_input in = {data, size};
    demand(cti_hdlc_rx_init(&h.rx, sizeof h.rx) == CTI_OK);
    hdlc_mend_init(&h.mend);
    h.frames = 0;
    while (in.left > 0) {
        int step = fuzz_byte(&in), more = step >> 2;
        if ((step & 3) == 0)
            for (int i = 0; i < 8; i++)
                put(&h, 0x7e >> i & 1, 0);
        else if ((step & 3) == 1)
            frame(&h, &in, 1 + (more < 60 ? more : fuzz_pair(&in) % CTI_HDLC_FRAME_MAX));
        else
            for (int i = 0; i <= more; i++) {
                int bits = fuzz_byte(&in), doubts = step & 1 ? fuzz_byte(&in) : 0;
                for (int k = 0; k < 8; k++)
                    put(&h, bits >> k & 1, doubts >> k & 1);
            }
    }
    return 0;
}
