#include "cti/error.h"
#include "cti/fsk_rx.h"
#include "fsk_maker.h"

static const uint8_t MESSAGE[] = {0x80, 0x05, 0x02, 0x03, '1', '2', '3', 0xe0, 0x00, 0xff, 0xaa, 0x55};
#define BYTES ((int)sizeof MESSAGE)

/* The bytes heard, the LOCK event in *lock; fed in blocks of `block`. */
static int hear(const maker *m, int block, uint8_t *out, int max, cti_fsk_event *lock) {
    cti_fsk_rx *rx = malloc(cti_fsk_rx_size());
    CHECK_EQ(cti_fsk_rx_init(rx, cti_fsk_rx_size()), 0);
    int bytes = 0;
    memset(lock, 0, sizeof *lock);
    for (int i = 0; i < m->n; i += block) {
        int n = m->n - i < block ? m->n - i : block, done = 0, used;
        cti_fsk_event ev;
        while (cti_fsk_rx_run(rx, m->pcm + i + done, n - done, &used, &ev)) {
            done += used;
            if (ev.kind == CTI_FSK_LOCK) {
                *lock = ev;
            } else if (ev.kind == CTI_FSK_BYTE && bytes < max) {
                out[bytes++] = (uint8_t)ev.byte;
            }
        }
    }
    free(rx);
    return bytes;
}

static int heard_all(maker *m) {
    uint8_t got[64];
    cti_fsk_event lock;
    m->n = 0;
    maker_silence(m, 500);
    maker_burst(m, MESSAGE, BYTES);
    maker_silence(m, 500);
    maker_noise(m);
    int n = hear(m, 160, got, 64, &lock);
    /* The noise behind the last byte may be taken for more before the carrier is known to be gone. */
    int more = m->noise >= 0.0 ? 0 : m->noise < m->level - 10.0 ? 1 : 6;
    int same = n >= BYTES && n <= BYTES + more && memcmp(got, MESSAGE, sizeof MESSAGE) == 0 &&
               lock.modem == m->modem;
    if (!same) {
        fprintf(stderr, "%d of %d bytes, modem %d for %d\n", n, BYTES, lock.modem, m->modem);
    }
    return same;
}

static void tx_keeps_the_rate_over_many_bits(void) {
    cti_fsk_tx_config cfg;
    CHECK_EQ(cti_fsk_tx_defaults(&cfg, CTI_FSK_BELL202), 0);
    cti_fsk_tx *tx = malloc(cti_fsk_tx_size());
    CHECK_EQ(cti_fsk_tx_init(tx, cti_fsk_tx_size(), &cfg), 0);
    int samples = 0;
    for (int i = 0; i < 1200; i++) {
        uint8_t bit = (uint8_t)(i % 3 == 0);
        int16_t out[8];
        int n = cti_fsk_tx_run(tx, &bit, 1, out, 8);
        CHECK(n == 6 || n == 7);
        samples += n;
    }
    CHECK_NEAR(samples, 8000, 1);
    free(tx);
}

static void tx_has_the_level_and_no_jumps(void) {
    maker *m = maker_new(CTI_FSK_V23);
    m->level = 0.0;
    maker_burst(m, MESSAGE, BYTES);
    double sum = 0.0;
    int largest = 0;
    for (int i = 1; i < m->n; i++) {
        int step = abs(m->pcm[i] - m->pcm[i - 1]);
        largest = step > largest ? step : largest;
        sum += (double)m->pcm[i] * m->pcm[i];
    }
    CHECK_NEAR(sqrt(sum / m->n), 16140.0, 160.0);
    /* A continuous phase moves no faster than 2100 Hz does: 2A sin(π 2100/8000). */
    CHECK(largest <= (int)(2.0 * 16140.0 * sqrt(2.0) * sin(3.14159265 * 2100.0 / 8000.0)) + 2);
}

static void tx_refuses_what_it_cannot_send(void) {
    cti_fsk_tx_config cfg;
    int16_t out[4];
    uint8_t bit = 1;
    CHECK_EQ(cti_fsk_tx_defaults(&cfg, 7), CTI_ERR_ARG);
    CHECK_EQ(cti_fsk_tx_defaults(&cfg, CTI_FSK_V23), 0);
    cti_fsk_tx *tx = malloc(cti_fsk_tx_size());
    CHECK_EQ(cti_fsk_tx_init(tx, 3, &cfg), CTI_ERR_SIZE);
    CHECK_EQ(cti_fsk_tx_init(tx, cti_fsk_tx_size(), &cfg), 0);
    CHECK_EQ(cti_fsk_tx_run(tx, &bit, 1, out, 4), CTI_ERR_FULL);
    cfg.mark_hz = NAN;
    CHECK_EQ(cti_fsk_tx_init(tx, cti_fsk_tx_size(), &cfg), CTI_ERR_ARG);
    free(tx);
}

static void rx_hears_both_modems(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        maker *m = maker_new(modem);
        CHECK(heard_all(m));
    }
}

static void rx_hears_levels_from_0_to_minus_48_dbm0(void) {
    static const double levels[] = {0.0, -20.0, -36.0, -48.0};
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int i = 0; i < 4; i++) {
            maker *m = maker_new(modem);
            m->level = levels[i];
            CHECK(heard_all(m));
        }
    }
}

static void rx_hears_twist_rate_and_noise(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            maker *m = maker_new(modem);
            m->twist = 15.0 * sign;
            CHECK(heard_all(m));
            m = maker_new(modem);
            m->rate = 0.04 * sign;
            CHECK(heard_all(m));
        }
        maker *m = maker_new(modem);
        m->noise = -26.0; /* SNR 12 dB in 0…4 kHz */
        CHECK(heard_all(m));
    }
}

static void rx_needs_no_seizure_and_few_marks(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int marks = 0; marks <= 10; marks++) {
            maker *m = maker_new(modem);
            m->marks = marks;
            CHECK(heard_all(m));
        }
        maker *m = maker_new(modem);
        m->seizure = 0;
        m->marks = 80;
        CHECK(heard_all(m));
    }
}

/* The first byte begins anywhere in the ten bits in which a seizure is read. */
static void rx_hears_a_message_that_follows_its_seizure_at_once(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int seizure = 290; seizure < 310; seizure += 2) {
            maker *m = maker_new(modem);
            m->seizure = seizure;
            m->marks = 0;
            CHECK(heard_all(m));
        }
    }
}

static void rx_hears_marks_between_bytes(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int marks = 1; marks <= 20; marks += 3) {
            maker *m = maker_new(modem);
            m->stuffing = marks;
            CHECK(heard_all(m));
        }
    }
}

static void rx_hears_marks_of_a_broken_length_between_bytes(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int parts = 2; parts <= 3; parts++) {
            for (int more = 1; more <= 8; more++) {
                maker *m = maker_new(modem);
                m->parts = parts;
                m->more = more;
                m->noise = -34.0;
                CHECK(heard_all(m));
            }
        }
    }
}

/* 12 bytes of 5 dB SNR, all right: at 1.5e-4 wrong bits or fewer, which no decision bit by bit has there. */
static void rx_reads_5_db_of_snr(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        int right = 0;
        for (int i = 0; i < 40; i++) {
            maker *m = maker_new(modem);
            m->noise = m->level - 5.0;
            m->random += 977u * (uint64_t)i;
            right += heard_all(m);
        }
        CHECK(right >= 38);
    }
}

/* The rate is learnt from the first bytes where there is no seizure to learn it from. */
static void rx_finds_the_rate_without_a_seizure(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int percent = -4; percent <= 4; percent += 2) {
            maker *m = maker_new(modem);
            m->seizure = 0;
            m->marks = 70;
            m->rate = 0.01 * percent;
            m->noise = -39.0;
            CHECK(heard_all(m));
        }
    }
}

static void rx_finds_the_beginning_and_counts_the_preamble(void) {
    uint8_t got[64];
    cti_fsk_event lock;
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1234);
    maker_burst(m, MESSAGE, BYTES);
    maker_silence(m, 500);
    CHECK_EQ(hear(m, 160, got, 64, &lock), BYTES);
    CHECK_NEAR(lock.start, m->begin, 14);
    CHECK_NEAR(lock.seizure_bits, 300, 2);
    CHECK_NEAR(lock.mark_bits, 181, 2); /* the seizure's last bit is one, too */
    CHECK_NEAR(lock.level_dbm0, -14.0, 0.7);
}

static void rx_says_the_same_however_the_audio_is_cut(void) {
    static const int blocks[] = {1, 7, 160, MAKER_ROOM};
    maker *m = maker_new(CTI_FSK_V23);
    m->noise = -24.0;
    m->stuffing = 2;
    maker_silence(m, 300);
    maker_burst(m, MESSAGE, BYTES);
    maker_silence(m, 700);
    maker_noise(m);
    uint8_t first[64], got[64];
    cti_fsk_event first_lock, lock;
    int n = hear(m, 160, first, 64, &first_lock);
    CHECK(n >= BYTES);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(hear(m, blocks[i], got, 64, &lock), n);
        CHECK(memcmp(first, got, (size_t)n) == 0);
        CHECK_EQ(lock.start, first_lock.start);
    }
}

/* All sixteen digits, 50 ms on; `off` samples behind each. */
static void add_digits(maker *m, int off) {
    static const double low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477, 1633};
    for (int d = 0; d < 16; d++) {
        for (int i = 0; i < 400; i++) {
            double t = 6.283185307179586 * i / 8000.0;
            m->pcm[m->n++] = (int16_t)lrint(5000.0 * (sin(low[d / 4] * t) + sin(high[d % 4] * t)));
        }
        maker_silence(m, off);
    }
}

static void rx_takes_no_digit_for_a_preamble(void) {
    uint8_t got[8];
    cti_fsk_event lock;
    maker *m = maker_new(CTI_FSK_V23);
    while (m->n + 16 * 800 <= MAKER_ROOM) {
        add_digits(m, 400);
    }
    (void)hear(m, 160, got, 8, &lock);
    CHECK_EQ(lock.kind, 0);
}

static void rx_hears_a_burst_at_once_behind_digits(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        for (int seizure = 0; seizure <= 300; seizure += 300) {
            for (int off = 0; off <= 80; off += 40) {
                uint8_t got[64];
                cti_fsk_event lock;
                maker *m = maker_new(modem);
                m->seizure = seizure;
                m->marks = 80;
                add_digits(m, off);
                maker_burst(m, MESSAGE, BYTES);
                maker_silence(m, 500);
                CHECK(hear(m, 160, got, 64, &lock) >= BYTES);
                CHECK(memcmp(got, MESSAGE, BYTES) == 0);
            }
        }
    }
}

/* Each byte that stands apart is searched for: no message may be too long for that. */
static void rx_hears_200_bytes_that_stand_apart(void) {
    uint8_t sent[200], got[256];
    cti_fsk_event lock;
    maker *m = maker_new(CTI_FSK_BELL202);
    for (int i = 0; i < 200; i++) {
        sent[i] = (uint8_t)(37 * i + 1);
    }
    m->stuffing = 1;
    maker_burst(m, sent, 200);
    maker_silence(m, 500);
    CHECK(hear(m, 160, got, 256, &lock) >= 200);
    CHECK(memcmp(got, sent, sizeof sent) == 0);
}

static void rx_is_quiet_on_noise(void) {
    static uint8_t got[64];
    cti_fsk_event lock;
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, MAKER_ROOM);
    m->noise = -20.0;
    maker_noise(m);
    CHECK_EQ(hear(m, 160, got, 64, &lock), 0);
}

int main(void) {
    RUN(tx_keeps_the_rate_over_many_bits);
    RUN(tx_has_the_level_and_no_jumps);
    RUN(tx_refuses_what_it_cannot_send);
    RUN(rx_hears_both_modems);
    RUN(rx_hears_levels_from_0_to_minus_48_dbm0);
    RUN(rx_hears_twist_rate_and_noise);
    RUN(rx_needs_no_seizure_and_few_marks);
    RUN(rx_hears_a_message_that_follows_its_seizure_at_once);
    RUN(rx_hears_marks_between_bytes);
    RUN(rx_hears_marks_of_a_broken_length_between_bytes);
    RUN(rx_reads_5_db_of_snr);
    RUN(rx_finds_the_rate_without_a_seizure);
    RUN(rx_finds_the_beginning_and_counts_the_preamble);
    RUN(rx_says_the_same_however_the_audio_is_cut);
    RUN(rx_takes_no_digit_for_a_preamble);
    RUN(rx_hears_a_burst_at_once_behind_digits);
    RUN(rx_hears_200_bytes_that_stand_apart);
    RUN(rx_is_quiet_on_noise);
    CHECK_END();
}
