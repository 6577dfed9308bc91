/* fsk_maker: caller-ID bursts as a bad line would deliver them, for the receivers' tests. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/fsk_tx.h"

#define MAKER_ROOM 48000

typedef struct maker {
    int modem;
    double level, twist, rate; /* dBm0; dB that space is above mark; of 1200 bit/s, 0 = exactly */
    double noise;              /* dBm0, 0 = none */
    int seizure, marks, stuffing;
    int parts; /* of a bit: how finely the marks between bytes are made */
    int more;  /* such parts of marks between bytes, besides the stuffing */
    uint64_t random;
    int16_t pcm[MAKER_ROOM];
    int n;
    int begin; /* the first sample of the preamble */
} maker;

static double maker_uniform(maker *m) {
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (double)(m->random >> 11) / 9007199254740992.0;
}

static maker *maker_new(int modem) {
    static maker m;
    memset(&m, 0, sizeof m);
    m.modem = modem;
    m.level = -14.0;
    m.seizure = 300;
    m.parts = 3;
    m.marks = 180;
    m.random = 88172645463325252u;
    return &m;
}

/* Thirds of a bit, all of one value. */
static void maker_parts(maker *m, cti_fsk_tx *tx, uint8_t bit, int n) {
    for (int i = 0; i < n; i++) {
        int got = cti_fsk_tx_run(tx, &bit, 1, m->pcm + m->n, MAKER_ROOM - m->n);
        CHECK(got >= 0);
        m->n += got > 0 ? got : 0;
    }
}

static inline void maker_silence(maker *m, int samples) {
    for (int i = 0; i < samples && m->n < MAKER_ROOM; i++) {
        m->pcm[m->n++] = 0;
    }
}

/* Adds preamble and bytes behind what is there. */
static void maker_burst(maker *m, const uint8_t *bytes, int n) {
    cti_fsk_tx_config cfg;
    CHECK_EQ(cti_fsk_tx_defaults(&cfg, m->modem), 0);
    cfg.mark_dbm0 = (float)(m->level - (m->twist > 0.0 ? m->twist : 0.0));
    cfg.space_dbm0 = (float)(m->level + (m->twist < 0.0 ? m->twist : 0.0));
    cfg.baud *= (float)(m->parts * (1.0 + m->rate));
    cti_fsk_tx *tx = malloc(cti_fsk_tx_size());
    CHECK_EQ(cti_fsk_tx_init(tx, cti_fsk_tx_size(), &cfg), 0);
    m->begin = m->n;
    for (int i = 0; i < m->seizure; i++) {
        maker_parts(m, tx, i & 1, m->parts);
    }
    maker_parts(m, tx, 1, m->parts * m->marks);
    for (int i = 0; i < n; i++) {
        maker_parts(m, tx, 0, m->parts);
        for (int b = 0; b < 8; b++) {
            maker_parts(m, tx, (uint8_t)((bytes[i] >> b) & 1), m->parts);
        }
        maker_parts(m, tx, 1, m->parts * (1 + m->stuffing) + m->more);
    }
    free(tx);
}

/* White noise over all there is. */
static inline void maker_noise(maker *m) {
    double rms = m->noise < 0.0 ? 16140.0 * pow(10.0, m->noise / 20.0) : 0.0;
    for (int i = 0; i < m->n && rms > 0.0; i++) {
        double u = maker_uniform(m) + 1e-12, v = maker_uniform(m);
        double x = m->pcm[i] + rms * sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
        m->pcm[i] = (int16_t)lrint(x > 32767.0 ? 32767.0 : x < -32768.0 ? -32768.0 : x);
    }
}
