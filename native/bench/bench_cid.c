/* bench_cid: the caller-ID receiver: time a sample, idle and in a burst, and messages right by SNR. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cti/cid.h"
#include "cti/cid_rx.h"

#define ROOM 16000
#define REFERENCE_RMS 16140.0

static int16_t clean[ROOM], line[ROOM];
static uint64_t seed = 88172645463325252u;

static double uniform(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double gauss(void) {
    double u = uniform() + 1e-12;
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * uniform());
}

/* A burst of a random number 1,000 samples into the line; its bytes. */
static int make(int standard, uint8_t *bytes, int *samples) {
    cti_cid_message m;
    memset(&m, 0, sizeof m);
    m.type = CTI_CID_MDMF_CALL;
    memcpy(m.datetime, "11221430", 9);
    for (int i = 0; i < 10; i++) {
        m.number[i] = (char)('0' + (int)(uniform() * 10.0));
        m.name[i] = (char)('A' + (int)(uniform() * 26.0));
    }
    int size = cti_cid_encode(&m, bytes, 258);
    cti_cid_burst_config cfg;
    cti_cid_burst_defaults(&cfg);
    cfg.standard = standard;
    memset(clean, 0, sizeof clean);
    *samples = cti_cid_burst(&cfg, bytes, size, clean + 1000, ROOM - 2000);
    return size;
}

static void add_noise(double dbm0) {
    double rms = REFERENCE_RMS * pow(10.0, dbm0 / 20.0);
    for (int i = 0; i < ROOM; i++) {
        double v = clean[i] + rms * gauss();
        line[i] = (int16_t)lrint(v > 32767.0 ? 32767.0 : v < -32768.0 ? -32768.0 : v);
    }
}

static double seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

int main(int argc, char **argv) {
    int messages = argc > 1 ? atoi(argv[1]) : 200;
    static const double snrs[] = {3, 4, 5, 6, 7, 8, 10, 15, 20};
    cti_cid_rx *rx = malloc(cti_cid_rx_size());
    cti_event ev[8];
    uint8_t sent[258], got[258];
    int samples;
    for (int standard = CTI_CID_BELL202; standard <= CTI_CID_V23; standard++) {
        for (size_t k = 0; k < sizeof snrs / sizeof snrs[0]; k++) {
            int right = 0, wrong = 0;
            for (int i = 0; i < messages; i++) {
                int size = make(standard, sent, &samples);
                add_noise(-13.5 - snrs[k]);
                cti_cid_rx_init(rx, cti_cid_rx_size());
                int n = cti_cid_rx_run(rx, line, ROOM, ev, 8);
                for (int e = 0; e < n; e++) {
                    cti_cid_message m;
                    int length = cti_cid_rx_message(rx, ev[e].ref, got, 258);
                    if (cti_cid_parse(got, length, &m) == 0 && !(ev[e].value & CTI_CID_UNSURE)) {
                        int same = length == size && memcmp(got, sent, (size_t)size) == 0;
                        right += same;
                        wrong += !same;
                    }
                }
            }
            printf("%s SNR %4.1f dB: %5.1f %% right, %d wrong numbers of %d\n",
                   standard == CTI_CID_V23 ? "V.23    " : "Bell 202", snrs[k], 100.0 * right / messages,
                   wrong, messages);
        }
    }
    (void)make(CTI_CID_BELL202, sent, &samples);
    add_noise(-40.0);
    for (int burst = 0; burst < 2; burst++) {
        const int16_t *from = burst ? line + 1000 : line + 1000 + samples;
        int n = burst ? samples : ROOM - 1000 - samples;
        double began = seconds();
        for (int i = 0; i < 200; i++) {
            cti_cid_rx_reset(rx);
            (void)cti_cid_rx_run(rx, from, n, ev, 8);
        }
        printf("%s: %.1f ns a sample\n", burst ? "burst" : "idle ", (seconds() - began) * 1e9 / (200.0 * n));
    }
    free(rx);
    return 0;
}
