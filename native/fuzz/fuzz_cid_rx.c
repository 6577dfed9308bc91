/* fuzz_cid_rx: any bytes as audio, and as a burst, into the caller-ID receiver.
 *
 * The first byte: odd: the rest is 16-bit audio; even: the rest is sent as an FSK burst (Bell 202, with 2 in
 * it V.23) and received.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds) {
    if (!holds) {
        abort();
    }
}

static void hear(const int16_t *pcm, int n) {
    static cti_cid_rx *rx;
    if (!rx && !(rx = malloc(cti_cid_rx_size()))) {
        abort();
    }
    demand(cti_cid_rx_init(rx, cti_cid_rx_size()) == CTI_OK);
    for (int i = 0; i < n; i += 160) {
        cti_event ev[8];
        int found = cti_cid_rx_run(rx, pcm + i, n - i < 160 ? n - i : 160, ev, 8);
        for (int e = 0; e < found; e++) {
            uint8_t bytes[258];
            cti_cid_message m;
            if (ev[e].kind == CTI_EV_CALLER_ID) {
                int length = cti_cid_rx_message(rx, ev[e].ref, bytes, 258);
                demand(length == ev[e].length);
                (void)cti_cid_parse_as(ev[e].value & 0xff, bytes, length, &m);
            }
        }
    }
}

static void send_and_hear(const uint8_t *bytes, int n, int standard) {
    static int16_t pcm[32000];
    cti_cid_burst_config cfg;
    cti_cid_burst_defaults(&cfg);
    cfg.standard = standard;
    cfg.seizure_bits = 60;
    cfg.mark_bits = 40;
    int used = cti_cid_burst(&cfg, bytes, n, pcm, 32000);
    if (used > 0) {
        hear(pcm, used);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 16384) {
        return 0;
    }
    int n = (int)size - 1;
    if (data[0] & 1) {
        int16_t *pcm = malloc(size + 1);
        demand(pcm != NULL);
        memcpy(pcm, data + 1, (size_t)(n / 2) * 2);
        hear(pcm, n / 2);
        free(pcm);
    } else {
        send_and_hear(data + 1, n > 258 ? 258 : n, data[0] & 2 ? CTI_CID_V23 : CTI_CID_BELL202);
    }
    return 0;
}
