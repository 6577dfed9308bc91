/* fax_line: a turn of a fax modem's sender, and what a line makes of it. */
#pragma once

#include "fax_modem_stage.h"

typedef struct fax_turn {
    int modem, bit_rate, octets;
    int is_short, echo_protection;
    double level;  /* dBm0; 0: -13 */
    uint64_t seed; /* of the data */
} fax_turn;

static inline void fax_data(uint64_t seed, uint8_t *data, int n) {
    signal *dice = signal_new(seed + 77);
    for (int i = 0; i < n; i++)
        data[i] = (uint8_t)(256.0 * signal_uniform(dice));
    free(dice);
}

/* Appends the turn; returns where its first sample is. */
static inline int fax_turn_put(signal *s, const fax_turn *turn) {
    static uint8_t data[STAGE_OCTETS];
    cti_fax_modem_tx_config cfg;
    cti_fax_modem_tx *tx = malloc(cti_fax_modem_tx_size());
    CHECK_EQ(cti_fax_modem_tx_defaults(&cfg, turn->modem), CTI_OK);
    cfg.bit_rate = turn->bit_rate;
    cfg.short_training = turn->is_short;
    cfg.echo_protection = turn->echo_protection;
    cfg.level_dbm0 = (float)(turn->level != 0.0 ? turn->level : -13.0);
    CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &cfg), CTI_OK);
    fax_data(turn->seed, data, turn->octets);
    int put = 0, begin = s->n, n = 160, ended = 0;
    while (n == 160) {
        if (!ended) {
            int taken = cti_fax_modem_tx_put(tx, data + put, turn->octets - put);
            CHECK(taken >= 0);
            put += taken > 0 ? taken : 0;
            ended = put == turn->octets;
            if (ended)
                cti_fax_modem_tx_end(tx);
        }
        int16_t pcm[160];
        n = cti_fax_modem_tx_run(tx, pcm, 160);
        for (int i = 0; i < n; i++)
            s->x[s->n++] = pcm[i];
    }
    free(tx);
    return begin;
}

/* The signal so many samples later, by a receiver whose clock is so much slower. */
static inline void fax_resample(signal *s, double later, double ppm) {
    enum { HALF = 16 };
    double *x = malloc(sizeof s->x);
    memcpy(x, s->x, sizeof s->x);
    int n = (int)(s->n / (1.0 + ppm * 1e-6)) - HALF;
    for (int i = 0; i < n; i++) {
        double t = i * (1.0 + ppm * 1e-6) - later, sum = 0.0;
        int from = (int)floor(t) - HALF + 1;
        for (int k = from; k < from + 2 * HALF; k++) {
            double u = t - k, window = 0.5 + 0.5 * cos(SIGNAL_TURN * u / (2.0 * HALF + 1.0));
            if (k >= 0 && k < s->n)
                sum += x[k] * window *
                       (fabs(u) < 1e-9 ? 1.0 : sin(SIGNAL_TURN / 2.0 * u) / (SIGNAL_TURN / 2.0 * u));
        }
        s->x[i] = sum;
    }
    s->n = n;
    free(x);
}

/* All frequencies moved by so many Hz. */
static inline void fax_shift(signal *s, double hz) {
    enum { HALF = 64 };
    double *x = malloc(sizeof s->x);
    memcpy(x, s->x, sizeof s->x);
    for (int i = 0; i < s->n; i++) {
        double quarter = 0.0;
        for (int k = 1 - HALF; k < HALF; k += 2)
            if (i - k >= 0 && i - k < s->n)
                quarter += x[i - k] * 2.0 / (SIGNAL_TURN / 2.0 * k) *
                           (0.5 + 0.5 * cos(SIGNAL_TURN * k / (2.0 * HALF)));
        double angle = SIGNAL_TURN * hz * i / SIGNAL_RATE;
        s->x[i] = x[i] * cos(angle) - quarter * sin(angle);
    }
    free(x);
}

/* Adds an echo, so many samples later and so many dB down, and a slope: the last sample's share. */
static inline void fax_echo(signal *s, int later, double db, double slope) {
    for (int i = s->n - 1; i >= 1; i--)
        s->x[i] += (i >= later ? s->x[i - later] * pow(10.0, -db / 20.0) : 0.0) - slope * s->x[i - 1];
}

static inline cti_fax_modem_rx *fax_receiver(int modem, int bit_rate) {
    cti_fax_modem_rx_config cfg;
    cti_fax_modem_rx *rx = malloc(cti_fax_modem_rx_size());
    CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, modem), CTI_OK);
    cfg.bit_rate = bit_rate;
    CHECK_EQ(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg), CTI_OK);
    return rx;
}

static inline void fax_hear(cti_fax_modem_rx *rx, const signal *s, int block, stage_heard *h) {
    int16_t *pcm = signal_pcm(s);
    memset(h, 0, sizeof *h);
    stage_hear(rx, pcm, s->n, block, h);
    free(pcm);
}

/* Bits of the turn's data that are wrong or missing. */
static inline int fax_wrong_bits(const stage_heard *h, const fax_turn *turn) {
    static uint8_t data[STAGE_OCTETS];
    int wrong = 0;
    fax_data(turn->seed, data, turn->octets);
    for (int i = 0; i < turn->octets; i++) {
        int off = i < h->octets ? data[i] ^ h->data[i] : 0xff;
        for (; off; off &= off - 1)
            wrong++;
    }
    return wrong;
}
