/* bench_fax_modem: bit errors of the fax modems in noise.
 *
 *     bench_fax_modem [BITS [PPM]] [MODEM [RATE [DB]]]
 *
 * BITS of page data at each SNR (default 200000); the receiver's clock is off by PPM. All modems at four
 * SNRs, or one MODEM, at one RATE, at one SNR of DB: `bench_fax_modem 20000000 v27ter 4800 14.5`. Noise is
 * white over 0…4 kHz. What a receiver costs: tests/bench/bench_fax_receivers.py.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cti/error.h"
#include "cti/fax_modem_rx.h"
#include "cti/random.h"

enum { BLOCK = 160, HALF = 16, WINDOW = 2 * HALF + BLOCK + 8, SNRS = 4 };
#define LEVEL (-13.0f)
#define PI 3.14159265358979323846

typedef struct row {
    const char *name, *argument;
    int modem, bit_rate;
    float snr[SNRS];
} row;
static const row ROWS[] = {{"V.27ter", "v27ter", CTI_FAX_MODEM_V27TER, 2400, {8.0f, 9.0f, 10.0f, 11.0f}},
                           {"V.27ter", "v27ter", CTI_FAX_MODEM_V27TER, 4800, {13.5f, 14.5f, 15.0f, 15.5f}},
                           {"V.29", "v29", CTI_FAX_MODEM_V29, 7200, {16.0f, 17.0f, 18.0f, 19.0f}},
                           {"V.29", "v29", CTI_FAX_MODEM_V29, 9600, {18.5f, 19.5f, 20.0f, 20.5f}},
                           {"V.17", "v17", CTI_FAX_MODEM_V17, 7200, {12.0f, 13.0f, 14.0f, 15.0f}},
                           {"V.17", "v17", CTI_FAX_MODEM_V17, 9600, {15.0f, 16.0f, 17.0f, 18.0f}},
                           {"V.17", "v17", CTI_FAX_MODEM_V17, 12000, {18.0f, 19.0f, 20.0f, 21.0f}},
                           {"V.17", "v17", CTI_FAX_MODEM_V17, 14400, {20.0f, 21.0f, 22.0f, 23.0f}}};
enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS };

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

/* What is asked for; zeros: all. */
typedef struct asked {
    long bits;
    double ppm, snr;
    const char *modem;
    long bit_rate;
} asked;

static int is_asked(const asked *a, const row *r) {
    return (!a->modem || !strcmp(a->modem, r->argument)) && (a->bit_rate == 0 || a->bit_rate == r->bit_rate);
}

static void refuse(const char *argument, const char *why) {
    (void)fprintf(stderr,
                  "bench_fax_modem: '%s' %s\n"
                  "usage: bench_fax_modem [BITS [PPM]] [MODEM [RATE [DB]]]\n"
                  "MODEM and RATE are",
                  argument, why);
    for (size_t i = 0; i < ROW_COUNT; i++)
        (void)fprintf(stderr, "%s %s %d", i ? "," : "", ROWS[i].argument, ROWS[i].bit_rate);
    (void)fprintf(stderr, "\n");
    exit(2);
}

static double number(const char *argument, double least, double most) {
    char *end;
    double value = strtod(argument, &end);
    if (end == argument || *end || !(value >= least && value <= most))
        refuse(argument, "is no number, or out of range");
    return value;
}

static asked arguments(int argc, char **argv) {
    asked a = {.bits = 200000};
    int i = 1, rows = 0;
    if (i < argc && !isalpha((unsigned char)*argv[i]))
        a.bits = (long)number(argv[i++], 8, 1e9);
    if (i == 2 && i < argc && !isalpha((unsigned char)*argv[i]))
        a.ppm = number(argv[i++], -1000.0, 1000.0);
    if (i < argc)
        a.modem = argv[i++];
    if (i < argc)
        a.bit_rate = (long)number(argv[i++], 1, 14400);
    if (i < argc)
        a.snr = number(argv[i++], 1.0, 60.0);
    if (i < argc)
        refuse(argv[i], "is one argument too many");
    for (size_t k = 0; k < ROW_COUNT; k++)
        rows += is_asked(&a, &ROWS[k]);
    if (!rows)
        refuse(a.modem, a.bit_rate ? "has no such rate" : "is no modem");
    return a;
}

/* Bit errors at one SNR. */
static void tell(const row *r, float snr, const asked *a, cti_random *dice) {
    count c = turn(r, snr, a->bits, a->ppm, dice);
    printf("  %4.1f dB %8.1e (%ld)", (double)snr, c.bits ? (double)c.wrong / (double)c.bits : 1.0, c.wrong);
    if (c.carriers != 1 || c.bits < a->bits)
        printf(" [%d carriers, %ld bits]", c.carriers, c.bits);
    (void)fflush(stdout);
}

int main(int argc, char **argv) {
    asked a = arguments(argc, argv);
    cti_random *dice = memory(cti_random_size());
    (void)cti_random_init(dice, cti_random_size(), 3);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!is_asked(&a, &ROWS[i]))
            continue;
        printf("%-8s %5d bit/s:", ROWS[i].name, ROWS[i].bit_rate);
        if (a.snr > 0.0)
            tell(&ROWS[i], (float)a.snr, &a, dice);
        for (int k = 0; k < SNRS && a.snr <= 0.0; k++)
            tell(&ROWS[i], ROWS[i].snr[k], &a, dice);
        printf("\n");
    }
    free(dice);
    return 0;
}
