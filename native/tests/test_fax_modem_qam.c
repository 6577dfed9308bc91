#include "fax_line.h"

typedef struct rate {
    int modem, bit_rate;
    double snr; /* at which a page is still read without an error */
} rate;
static const rate RATES[] = {{CTI_FAX_MODEM_V27TER, 2400, 13.0}, {CTI_FAX_MODEM_V27TER, 4800, 17.0},
                             {CTI_FAX_MODEM_V29, 7200, 19.0},    {CTI_FAX_MODEM_V29, 9600, 22.0},
                             {CTI_FAX_MODEM_V17, 7200, 15.5},    {CTI_FAX_MODEM_V17, 9600, 18.0},
                             {CTI_FAX_MODEM_V17, 12000, 20.5},   {CTI_FAX_MODEM_V17, 14400, 23.0}};
enum { RATES_N = sizeof RATES / sizeof *RATES };

static signal *line_with(const fax_turn *turn) {
    signal *s = signal_new(turn->seed);
    signal_silence(s, 250);
    (void)fax_turn_put(s, turn);
    signal_silence(s, 700);
    return s;
}

static fax_turn turn_of(const rate *r, int octets) {
    return (fax_turn){
        .modem = r->modem, .bit_rate = r->bit_rate, .octets = octets, .seed = (uint64_t)r->bit_rate};
}

/* The line is heard: one carrier, its data, one end. */
static void all_is_read(const char *what, const rate *r, const signal *s, const fax_turn *turn) {
    static stage_heard h;
    cti_fax_modem_rx *rx = fax_receiver(r->modem, r->bit_rate);
    fax_hear(rx, s, 160, &h);
    int wrong = fax_wrong_bits(&h, turn);
    if (wrong || h.carriers != 1 || h.ends != 1)
        fprintf(stderr, "%s: modem %d at %d: %d wrong bits, %d carriers, %d ends\n", what, r->modem,
                r->bit_rate, wrong, h.carriers, h.ends);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(h.carriers, 1);
    CHECK_EQ(h.ends, 1);
    free(rx);
}

static void v27ter_v29_v17_pages_are_read_at_every_rate(void) {
    for (int i = 0; i < RATES_N; i++) {
        fax_turn turn = turn_of(&RATES[i], 500);
        signal *s = line_with(&turn);
        all_is_read("clean", &RATES[i], s, &turn);
        free(s);
    }
}

/* V.27ter, 2.5.1 (table 3a), V.29, 8 and V.17, 5.3: the carrier alone is not taken for training. */
static void talker_echo_protection_is_no_training(void) {
    for (int i = 0; i < RATES_N; i++) {
        fax_turn turn = turn_of(&RATES[i], 100);
        turn.echo_protection = 1;
        signal *s = line_with(&turn);
        all_is_read("echo protection", &RATES[i], s, &turn);
        free(s);
    }
}

static void noise_over_the_band_is_borne(void) {
    for (int i = 0; i < RATES_N; i++) {
        fax_turn turn = turn_of(&RATES[i], 1500);
        signal *s = line_with(&turn);
        signal_noise(s, -13.0 - RATES[i].snr);
        all_is_read("noise", &RATES[i], s, &turn);
        free(s);
    }
}

static void clocks_200_ppm_and_carriers_12_hz_off_are_followed(void) {
    for (int i = 0; i < RATES_N; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            fax_turn turn = turn_of(&RATES[i], 1500);
            signal *s = line_with(&turn);
            fax_resample(s, 0.3, 200.0 * sign);
            fax_shift(s, 12.0 * sign);
            signal_noise(s, -13.0 - RATES[i].snr - 3.0);
            all_is_read("clock and carrier", &RATES[i], s, &turn);
            free(s);
        }
}

static void levels_from_0_to_minus_43_dbm0_are_read(void) {
    static const double levels[] = {-1.0, -30.0, -43.0};
    for (int i = 0; i < RATES_N; i++)
        for (int k = 0; k < 3; k++) {
            fax_turn turn = turn_of(&RATES[i], 200);
            turn.level = levels[k];
            signal *s = line_with(&turn);
            signal_noise(s, levels[k] - RATES[i].snr - 2.0);
            all_is_read("level", &RATES[i], s, &turn);
            free(s);
        }
}

/* -40 dBm0 of noise, also before the carrier; the signal 22 to 27 dB above it. */
static void loud_noise_before_the_carrier_is_no_carrier(void) {
    for (int i = 0; i < RATES_N; i++) {
        fax_turn turn = turn_of(&RATES[i], 200);
        signal *s = line_with(&turn);
        signal_noise(s, -40.0);
        all_is_read("loud noise", &RATES[i], s, &turn);
        free(s);
    }
}

static void echoes_and_slopes_of_the_line_are_equalised(void) {
    for (int i = 0; i < RATES_N; i++) {
        fax_turn turn = turn_of(&RATES[i], 400);
        signal *s = line_with(&turn);
        fax_echo(s, 11, 14.0, 0.35);
        signal_noise(s, -50.0);
        all_is_read("echo", &RATES[i], s, &turn);
        free(s);
    }
}

static void the_same_is_said_however_the_audio_is_cut(void) {
    static const int blocks[] = {1, 7, 0};
    for (int i = 0; i < RATES_N; i += 3) {
        static stage_heard whole, h;
        fax_turn turn = turn_of(&RATES[i], 150);
        signal *s = line_with(&turn);
        signal_noise(s, -45.0);
        cti_fax_modem_rx *rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
        fax_hear(rx, s, 1 << 20, &whole);
        free(rx);
        CHECK(whole.octets >= 150);
        for (int k = 0; k < 3; k++) {
            rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
            fax_hear(rx, s, blocks[k], &h);
            CHECK_EQ(h.hash, whole.hash);
            CHECK_EQ(memcmp(h.data, whole.data, (size_t)whole.octets), 0);
            free(rx);
        }
        free(s);
    }
}

/* V.17, 5.2: after long training the short one is enough, wherever its symbols lie between the samples. */
static void v17_5_2_resynchronising_works_at_every_sub_sample_timing(void) {
    enum { TIMINGS = 8 };
    for (int i = 4; i < RATES_N; i++)
        for (int k = 0; k < TIMINGS; k++) {
            static stage_heard h;
            fax_turn first = turn_of(&RATES[i], 100), again = first;
            cti_fax_modem_rx_config cfg;
            again.is_short = 1;
            again.seed += 5;
            again.octets = 300;
            signal *s = line_with(&first);
            fax_echo(s, 9, 16.0, 0.3);
            signal_noise(s, -13.0 - RATES[i].snr - 2.0);
            cti_fax_modem_rx *rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
            fax_hear(rx, s, 160, &h);
            CHECK_EQ(fax_wrong_bits(&h, &first), 0);
            free(s);
            s = line_with(&again);
            fax_echo(s, 9, 16.0, 0.3);
            fax_resample(s, (double)k / TIMINGS * 10.0 / 3.0, 0.0);
            signal_noise(s, -13.0 - RATES[i].snr - 2.0);
            CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, RATES[i].modem), CTI_OK);
            cfg.bit_rate = RATES[i].bit_rate;
            cfg.short_training = 1;
            CHECK_EQ(cti_fax_modem_rx_again(rx, &cfg), CTI_OK);
            fax_hear(rx, s, 160, &h);
            int wrong = fax_wrong_bits(&h, &again);
            if (wrong)
                fprintf(stderr, "short training at %d, timing %d: %d wrong bits\n", RATES[i].bit_rate, k,
                        wrong);
            CHECK_EQ(wrong, 0);
            free(s);
            free(rx);
        }
}

static void a_cut_of_300_ms_is_held_and_data_go_on_behind_it(void) {
    for (int i = 0; i < RATES_N; i++) {
        static stage_heard h;
        fax_turn turn = turn_of(&RATES[i], RATES[i].bit_rate / 4); /* 2 s */
        signal *s = line_with(&turn);
        int bits = RATES[i].bit_rate * 3 / 10, cut = s->n - 5600 - 8000;
        for (int k = cut; k < cut + 2400; k++)
            s->x[k] = 0.0;
        signal_noise(s, -55.0);
        cti_fax_modem_rx *rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
        fax_hear(rx, s, 160, &h);
        CHECK_EQ(h.carriers, 1);
        CHECK_EQ(h.ends, 1);
        int wrong = fax_wrong_bits(&h, &turn);
        if (wrong <= bits / 4 || wrong >= bits)
            fprintf(stderr, "cut at %d: %d wrong bits\n", RATES[i].bit_rate, wrong);
        CHECK(wrong > bits / 4 && wrong < bits); /* some half of what was cut */
        free(rx);
        free(s);
    }
}

/* As of a lost packet: not even noise. The last 100 ms of training are spared 80. */
static void digital_silence_of_20_ms_in_training_and_in_data_does_no_lasting_harm(void) {
    for (int i = 0; i < RATES_N; i++) {
        static stage_heard h;
        fax_turn turn = turn_of(&RATES[i], RATES[i].bit_rate / 4); /* 2 s */
        signal *s = line_with(&turn);
        int data = s->n - 5600 - 16000, bits = RATES[i].bit_rate / 50;
        for (int k = 0; k < 160; k++)
            s->x[data - 800 + k] = s->x[data + 6000 + k] = 0.0;
        cti_fax_modem_rx *rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
        fax_hear(rx, s, 160, &h);
        CHECK_EQ(h.carriers, 1);
        CHECK_EQ(h.ends, 1);
        int wrong = fax_wrong_bits(&h, &turn);
        if (wrong >= 2 * bits)
            fprintf(stderr, "%d: %d wrong bits\n", RATES[i].bit_rate, wrong);
        CHECK(wrong > 0 && wrong < 2 * bits);
        free(rx);
        free(s);
    }
}

static void quality_tells_noise_carrier_clock_and_points(void) {
    static stage_heard h;
    fax_turn turn = turn_of(&RATES[7], 6000);
    signal *s = line_with(&turn);
    fax_resample(s, 0.0, 100.0); /* our clock is slower: the symbols come faster */
    fax_shift(s, 5.0);
    signal_noise(s, -13.0 - 25.0);
    s->n -= 5600 + 400;
    cti_fax_modem_rx *rx = fax_receiver(CTI_FAX_MODEM_V17, 14400);
    fax_hear(rx, s, 160, &h);
    cti_fax_modem_quality q;
    CHECK_EQ(cti_fax_modem_rx_quality(rx, &q), CTI_OK);
    CHECK_NEAR(q.level_dbm0, -13.0, 0.5);
    CHECK_NEAR(q.snr_db, 25.0 + 2.2, 1.0); /* 2,400 of 4,000 Hz */
    CHECK_NEAR(q.evm, pow(10.0, -(double)q.snr_db / 20.0), 0.001);
    CHECK_NEAR(q.carrier_hz, 5.0, 0.3);
    CHECK_NEAR(q.clock_ppm, 100.0, 15.0);
    CHECK_EQ(q.is_lost, 0);
    float xy[256];
    CHECK_EQ(cti_fax_modem_rx_points(rx, xy, 128), 128);
    CHECK_EQ(cti_fax_modem_rx_points(rx, xy, 7), 7);
    double power = 0.0;
    CHECK_EQ(cti_fax_modem_rx_points(rx, xy, 128), 128);
    for (int i = 0; i < 256; i++)
        power += (double)(xy[i] * xy[i]) / 128.0;
    CHECK_NEAR(power, 1.0, 0.2);
    free(rx);
    free(s);
}

/* How far a value is from the nearest of a constellation's points. */
static double off_the_points(const float *xy, const float *ideal, int n) {
    double least = 1e9;
    for (int i = 0; i < n; i++)
        least = fmin(least, hypot((double)(xy[0] - ideal[2 * i]), (double)(xy[1] - ideal[2 * i + 1])));
    return least;
}

/* Every second value of the eye lies at a point of the constellation, those between them do not. */
static void eye_is_open_at_the_symbols(const rate *r) {
    static stage_heard h;
    fax_turn turn = turn_of(r, 4000);
    signal *s = line_with(&turn);
    s->n -= 5600 + 400;
    cti_fax_modem_rx *rx = fax_receiver(r->modem, r->bit_rate);
    float eye[256], ideal[256];
    CHECK_EQ(cti_fax_modem_rx_eye(rx, eye, 128), 0);
    fax_hear(rx, s, 160, &h);
    int points = cti_fax_modem_constellation(r->modem, r->bit_rate, ideal, 128);
    CHECK_EQ(cti_fax_modem_rx_eye(rx, eye, 128), 128);
    double at_symbols = 0.0, between = 0.0;
    for (int i = 1; i < 128; i += 2) {
        at_symbols += off_the_points(eye + 2 * i, ideal, points) / 64.0;
        between += off_the_points(eye + 2 * (i - 1), ideal, points) / 64.0;
    }
    CHECK(at_symbols < 0.03);
    CHECK(between > 2.0 * at_symbols);
    CHECK_EQ(cti_fax_modem_rx_eye(rx, eye, 5), 5);
    CHECK_EQ(cti_fax_modem_rx_eye(NULL, eye, 5), CTI_ERR_ARG);
    free(rx);
    free(s);
}

static void eyes_are_open_at_the_symbols(void) {
    for (int i = 0; i < RATES_N; i++)
        eye_is_open_at_the_symbols(&RATES[i]);
}

static void constellation_has_unit_power(void) {
    float xy[256];
    for (int i = 0; i < RATES_N; i++) {
        int n = cti_fax_modem_constellation(RATES[i].modem, RATES[i].bit_rate, xy, 128);
        double power = 0.0;
        for (int k = 0; k < 2 * n; k++)
            power += (double)(xy[k] * xy[k]) / n;
        CHECK_NEAR(power, 1.0, 1e-3);
    }
    CHECK_EQ(cti_fax_modem_constellation(CTI_FAX_MODEM_V17, 14400, xy, 3), 128);
    CHECK_EQ(cti_fax_modem_constellation(CTI_FAX_MODEM_V17, 4800, xy, 3), 0);
    CHECK_EQ(cti_fax_modem_constellation(CTI_FAX_MODEM_V21, 300, xy, 3), 0);
    CHECK_EQ(cti_fax_modem_constellation(CTI_FAX_MODEM_V29, 9600, NULL, 3), CTI_ERR_ARG);
}

static void noise_voices_tones_and_other_modems_are_no_carrier(void) {
    signal *s = signal_new(8);
    signal_silence(s, 10000);
    signal_noise(s, -25.0);
    signal_speech(s, 20000, -15.0);
    signal_sine(s, s->n, 16000, 1100, -10);
    signal_sine(s, s->n, 16000, 2100, -10);
    signal_sine(s, s->n, 16000, 1800, -10);
    signal_sine(s, s->n, 16000, 600, -13);
    s->n += 16000;
    fax_turn other = {.modem = CTI_FAX_MODEM_V29, .bit_rate = 9600, .octets = 400, .seed = 1};
    (void)fax_turn_put(s, &other);
    signal_silence(s, 500);
    for (int i = 0; i < RATES_N; i++) {
        static stage_heard h;
        if (RATES[i].modem == other.modem)
            continue;
        cti_fax_modem_rx *rx = fax_receiver(RATES[i].modem, RATES[i].bit_rate);
        fax_hear(rx, s, 160, &h);
        CHECK_EQ(h.carriers, 0);
        CHECK_EQ(h.octets, 0);
        free(rx);
    }
    free(s);
}

static void what_a_modem_has_not_is_refused(void) {
    cti_fax_modem_rx_config cfg;
    cti_fax_modem_tx_config tx_cfg;
    cti_fax_modem_rx *rx = malloc(cti_fax_modem_rx_size());
    cti_fax_modem_tx *tx = malloc(cti_fax_modem_tx_size());
    CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, 5), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_modem_tx_defaults(&tx_cfg, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, CTI_FAX_MODEM_V29), CTI_OK);
    CHECK_EQ(cti_fax_modem_tx_defaults(&tx_cfg, CTI_FAX_MODEM_V29), CTI_OK);
    CHECK_EQ(cti_fax_modem_rx_init(rx, 8, &cfg), CTI_ERR_SIZE);
    CHECK_EQ(cti_fax_modem_tx_init(tx, 8, &tx_cfg), CTI_ERR_SIZE);
    cfg.bit_rate = tx_cfg.bit_rate = 14400;
    CHECK_EQ(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &tx_cfg), CTI_ERR_ARG);
    cfg.bit_rate = 9600;
    cfg.hold_ms = 5001;
    CHECK_EQ(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg), CTI_ERR_ARG);
    free(rx);
    free(tx);
}

int main(void) {
    RUN(v27ter_v29_v17_pages_are_read_at_every_rate);
    RUN(talker_echo_protection_is_no_training);
    RUN(noise_over_the_band_is_borne);
    RUN(clocks_200_ppm_and_carriers_12_hz_off_are_followed);
    RUN(levels_from_0_to_minus_43_dbm0_are_read);
    RUN(loud_noise_before_the_carrier_is_no_carrier);
    RUN(echoes_and_slopes_of_the_line_are_equalised);
    RUN(the_same_is_said_however_the_audio_is_cut);
    RUN(v17_5_2_resynchronising_works_at_every_sub_sample_timing);
    RUN(a_cut_of_300_ms_is_held_and_data_go_on_behind_it);
    RUN(digital_silence_of_20_ms_in_training_and_in_data_does_no_lasting_harm);
    RUN(quality_tells_noise_carrier_clock_and_points);
    RUN(eyes_are_open_at_the_symbols);
    RUN(constellation_has_unit_power);
    RUN(noise_voices_tones_and_other_modems_are_no_carrier);
    RUN(what_a_modem_has_not_is_refused);
    CHECK_END();
}
