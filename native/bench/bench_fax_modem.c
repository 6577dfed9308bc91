/* bench_fax_modem: bit errors of the fax modems in noise.
 *
 *     bench_fax_modem [BITS [PPM]]    BITS of page data in each row (default 200000); the receiver's clock is
 * off by PPM
 *
 * Noise is white over 0…4 kHz. What a modem costs: valgrind --tool=callgrind bench_fax_modem.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cti/error.h"
#include "cti/fax_modem_rx.h"
#include "cti/random.h"

enum { BLOCK = 160, HALF = 16, WINDOW = 2 * HALF + BLOCK + 8 };
#define LEVEL (-13.0f)
#define PI 3.14159265358979323846

typedef struct row {
    const char *name;
    int modem, bit_rate;
    float snr[4];
} row;
static const row ROWS[] = {{"V.27ter", CTI_FAX_MODEM_V27TER, 2400, {8.0f, 9.0f, 10.0f, 11.0f}},
                           {"V.27ter", CTI_FAX_MODEM_V27TER, 4800, {13.5f, 14.5f, 15.0f, 15.5f}},
                           {"V.29", CTI_FAX_MODEM_V29, 7200, {16.0f, 17.0f, 18.0f, 19.0f}},
                           {"V.29", CTI_FAX_MODEM_V29, 9600, {18.5f, 19.5f, 20.0f, 20.5f}},
                           {"V.17", CTI_FAX_MODEM_V17, 7200, {12.0f, 13.0f, 14.0f, 15.0f}},
                           {"V.17", CTI_FAX_MODEM_V17, 9600, {15.0f, 16.0f, 17.0f, 18.0f}},
                           {"V.17", CTI_FAX_MODEM_V17, 12000, {18.0f, 19.0f, 20.0f, 21.0f}},
                           {"V.17", CTI_FAX_MODEM_V17, 14400, {20.0f, 21.0f, 22.0f, 23.0f}}};

static void *memory(size_t size) {
    void *p = calloc(1, size);
    if (!p)
        exit(1);
    return p;
}

typedef struct count {
    long bits, wrong;
    uint32_t dice;
    int carriers;
} count;

static uint8_t next_octet(uint32_t *dice) {
    *dice = *dice * 1664525u + 1013904223u;
    return (uint8_t)(*dice >> 24);
}

static void hear(cti_fax_modem_rx *rx, const int16_t *pcm, int n, long bits, count *c) {
    cti_fax_modem_event ev;
    for (int done = 0, used; cti_fax_modem_rx_run(rx, pcm + done, n - done, &used, &ev);) {
        done += used;
        c->carriers += ev.kind == CTI_FAX_MODEM_CARRIER;
        for (int i = 0; i < ev.length && c->bits < bits; i++, c->bits += 8)
            for (int off = ev.octets[i] ^ next_octet(&c->dice); off; off &= off - 1)
                c->wrong++;
    }
}

/* One turn of so many bits; the sum is taken at the receiver's times. */
static count turn(const row *r, float snr, long bits, double ppm, cti_random *dice) {
    cti_fax_modem_tx_config tx_cfg;
    cti_fax_modem_rx_config rx_cfg;
    cti_fax_modem_tx *tx = memory(cti_fax_modem_tx_size());
    cti_fax_modem_rx *rx = memory(cti_fax_modem_rx_size());
    (void)cti_fax_modem_tx_defaults(&tx_cfg, r->modem);
    (void)cti_fax_modem_rx_defaults(&rx_cfg, r->modem);
    tx_cfg.bit_rate = rx_cfg.bit_rate = r->bit_rate;
    tx_cfg.level_dbm0 = LEVEL;
    if (cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &tx_cfg) != CTI_OK ||
        cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &rx_cfg) != CTI_OK)
        exit(1);
    static int16_t line[WINDOW];
    int16_t out[2 * BLOCK];
    count c = {.dice = 5};
    uint32_t sent_dice = 5;
    uint8_t octet = next_octet(&sent_dice);
    double at = HALF; /* in `line`, of the next sample of the receiver */
    int have = 2 * HALF, silence = 8000, n = 0;
    for (long sent = 0; silence > 0;) {
        while (sent < bits + 64 && cti_fax_modem_tx_put(tx, &octet, 1) == 1) {
            octet = next_octet(&sent_dice);
            sent += 8;
        }
        if (sent >= bits + 64)
            cti_fax_modem_tx_end(tx);
        int made = cti_fax_modem_tx_run(tx, line + have, BLOCK);
        for (int i = made; i < BLOCK; i++)
            line[have + i] = 0;
        silence -= BLOCK - made;
        have += BLOCK;
        for (n = 0; at + HALF < have; at += 1.0 + ppm * 1e-6) {
            double sum = 0.0;
            int from = (int)at - HALF + 1;
            for (int k = from < 0 ? 0 : from; k <= from + 2 * HALF - 1; k++) {
                double u = at - k, x = PI * u;
                sum += line[k] * (0.5 + 0.5 * cos(x / (HALF + 0.5))) * (fabs(u) < 1e-9 ? 1.0 : sin(x) / x);
            }
            out[n++] = (int16_t)lrint(sum);
        }
        int drop = (int)at - HALF;
        for (int i = drop; i < have; i++)
            line[i - drop] = line[i];
        have -= drop;
        at -= drop;
        (void)cti_random_noise(dice, LEVEL - snr, out, n);
        hear(rx, out, n, bits, &c);
    }
    free(tx);
    free(rx);
    return c;
}

int main(int argc, char **argv) {
    long bits = argc > 1 ? atol(argv[1]) : 200000;
    double ppm = argc > 2 ? atof(argv[2]) : 0.0;
    cti_random *dice = memory(cti_random_size());
    (void)cti_random_init(dice, cti_random_size(), 3);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        printf("%-8s %5d bit/s:", ROWS[i].name, ROWS[i].bit_rate);
        for (int k = 0; k < 4; k++) {
            count c = turn(&ROWS[i], ROWS[i].snr[k], bits, ppm, dice);
            printf("  %4.1f dB %8.1e (%ld)", (double)ROWS[i].snr[k],
                   c.bits ? (double)c.wrong / (double)c.bits : 1.0, c.wrong);
            if (c.carriers != 1 || c.bits < bits)
                printf(" [%d carriers, %ld bits]", c.carriers, c.bits);
            (void)fflush(stdout);
        }
        printf("\n");
    }
    free(dice);
    return 0;
}
