#include "cti/hdlc.h"
#include "fax_modem_stage.h"

static const uint8_t DIS[9] = {0xff, 0x13, 0x80, 0x00, 0xee, 0xf8, 0xc4, 0x80, 0x01};

/* A preamble and some frames between silences. */
static signal *message(float level, int frames, int *begin, int *end) {
    cti_fax_modem_tx_config cfg;
    cti_fax_modem_tx *tx = malloc(cti_fax_modem_tx_size());
    CHECK_EQ(cti_fax_modem_tx_defaults(&cfg, CTI_FAX_MODEM_V21), CTI_OK);
    cfg.level_dbm0 = level;
    CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &cfg), CTI_OK);
    CHECK_EQ(cti_fax_modem_tx_flags(tx, 38), CTI_OK);
    for (int i = 0; i < frames; i++)
        CHECK_EQ(cti_fax_modem_tx_frame(tx, DIS, 9), CTI_OK);
    cti_fax_modem_tx_end(tx);
    CHECK_EQ(cti_fax_modem_tx_frame(tx, DIS, 9), CTI_ERR_STATE);
    signal *s = signal_new(3);
    signal_silence(s, 300);
    *begin = s->n;
    int16_t pcm[97];
    for (int n = 97; n == 97;) {
        n = cti_fax_modem_tx_run(tx, pcm, 97);
        for (int i = 0; i < n; i++)
            s->x[s->n++] = pcm[i];
    }
    CHECK_EQ(cti_fax_modem_tx_run(tx, pcm, 97), 0);
    *end = s->n;
    signal_silence(s, 300);
    free(tx);
    return s;
}

static void t30_preamble_of_1_s_and_frames_are_heard_from_0_to_minus_48_dbm0(void) {
    static const float levels[] = {0.0f, -13.0f, -30.0f, -43.0f, -48.0f};
    for (int i = 0; i < 5; i++) {
        int begin, end;
        signal *s = message(levels[i], 5, &begin, &end);
        CHECK_NEAR(end - begin, (38 * 8 + 5 * (11 * 8 + 8)) * 80 / 3.0, 30 * 27); /* and the stuffed 0s */
        stage_heard h = stage_v21(s, 160);
        CHECK_EQ(h.carriers, 1);
        CHECK_EQ(h.flags, 1);
        CHECK_EQ(h.frames, 5);
        CHECK_EQ(h.ends, 1);
        CHECK_EQ(h.last_length, 9);
        CHECK_EQ(memcmp(h.last, DIS, 9), 0);
        CHECK_NEAR(h.level, levels[i], 0.5);
        CHECK(h.carrier_at > begin && h.carrier_at < begin + 400);
        CHECK(h.end_at > end && h.end_at < end + 400); /* 50 ms; T.30 leaves 75 ± 20 ms */
        free(s);
    }
}

static void the_same_is_said_however_the_audio_is_cut(void) {
    int begin, end;
    signal *s = message(-20.0f, 3, &begin, &end);
    signal_noise(s, -32.0);
    stage_heard whole = stage_v21(s, 1 << 20);
    CHECK_EQ(whole.frames, 3);
    static const int blocks[] = {1, 7, 160, 0};
    for (int i = 0; i < 4; i++) {
        stage_heard h = stage_v21(s, blocks[i]);
        CHECK_EQ(h.events, whole.events);
        CHECK_EQ(h.hash, whole.hash);
    }
    free(s);
}

/* White noise over 0…4 kHz, before and behind the message too. */
static void frames_are_heard_in_noise_8_db_under_them_at_any_level(void) {
    static const float levels[] = {-5.0f, -20.0f, -40.0f};
    for (int i = 0; i < 3; i++) {
        int begin, end;
        signal *s = message(levels[i], 20, &begin, &end);
        signal_noise(s, (double)levels[i] - 8.0);
        stage_heard h = stage_v21(s, 160);
        CHECK_EQ(h.frames, 20);
        CHECK_EQ(h.carriers, 1);
        CHECK_EQ(h.ends, 1);
        free(s);
    }
}

static void noise_voices_and_tones_are_no_carrier(void) {
    signal *s = signal_new(8);
    signal_silence(s, 20000);
    signal_noise(s, -25.0);
    signal_speech(s, 20000, -15.0);
    signal_sine(s, s->n, 16000, 1100, -10);
    signal_sine(s, s->n, 16000, 2100, -10);
    s->n += 16000;
    stage_heard h = stage_v21(s, 160);
    CHECK_EQ(h.frames + h.bad + h.flags, 0);
    free(s);
}

/* V.21, clause 3: 1650 and 1850 Hz ± 6 Hz at the sender, and the line shifts by up to 6 Hz more. */
static void v21_3_frequencies_12_hz_off_and_a_clock_200_ppm_off_are_heard(void) {
    static const double off[] = {-12.0, 12.0};
    for (int i = 0; i < 2; i++) {
        uint8_t bits[4000];
        int n = 0;
        cti_hdlc_tx *hdlc = malloc(cti_hdlc_tx_size());
        CHECK_EQ(cti_hdlc_tx_init(hdlc, cti_hdlc_tx_size()), CTI_OK);
        CHECK_EQ(cti_hdlc_tx_flags(hdlc, 20), CTI_OK);
        for (int k = 0; k < 20; k++)
            CHECK_EQ(cti_hdlc_tx_frame(hdlc, DIS, 9), CTI_OK);
        while (!cti_hdlc_tx_is_idle(hdlc) && n < 4000)
            bits[n++] = (uint8_t)cti_hdlc_tx_bit(hdlc);
        signal *s = signal_new(5);
        double phase = 0.0, rate = 300.0 * (1.0 + (i ? 200e-6 : -200e-6));
        for (int k = 0; k * rate / 8000.0 < n; k++) {
            phase += ((bits[(int)(k * rate / 8000.0)] ? 1650.0 : 1850.0) + off[i]) / 8000.0;
            s->x[s->n++] = signal_peak(-15.0) * sin(SIGNAL_TURN * phase);
        }
        signal_silence(s, 200);
        CHECK_EQ(stage_v21(s, 160).frames, 20);
        free(hdlc);
        free(s);
    }
}

static void page_data_of_v21_come_back_as_octets(void) {
    cti_fax_modem_tx_config tx_cfg;
    cti_fax_modem_rx_config cfg;
    cti_fax_modem_tx *tx = malloc(cti_fax_modem_tx_size());
    cti_fax_modem_rx *rx = malloc(cti_fax_modem_rx_size());
    static stage_heard h;
    static int16_t pcm[16000];
    static uint8_t data[1100];
    CHECK_EQ(cti_fax_modem_tx_defaults(&tx_cfg, CTI_FAX_MODEM_V21), CTI_OK);
    CHECK_EQ(cti_fax_modem_rx_defaults(&cfg, CTI_FAX_MODEM_V21), CTI_OK);
    tx_cfg.hdlc = cfg.hdlc = 0;
    CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &tx_cfg), CTI_OK);
    CHECK_EQ(cti_fax_modem_rx_init(rx, cti_fax_modem_rx_size(), &cfg), CTI_OK);
    CHECK_EQ(cti_fax_modem_tx_flags(tx, 1), CTI_ERR_STATE);
    for (int i = 0; i < 1100; i++)
        data[i] = (uint8_t)(0xa5 + i);
    CHECK_EQ(cti_fax_modem_tx_put(tx, data, 1100), 1024);
    CHECK_EQ(cti_fax_modem_tx_waiting(tx), 1024);
    CHECK_EQ(cti_fax_modem_tx_run(tx, pcm, 12000), 12000);
    stage_hear(rx, pcm, 12000, 160, &h);
    CHECK(h.octets >= 32);
    /* The first bits go by while the carrier is found: the rest is looked for at any bit. */
    int found = 0;
    for (int shift = 0; shift < 80 && !found; shift++) {
        found = 1;
        for (int k = 0; k < 20 * 8; k++) {
            int at = k + shift;
            found &= (h.data[k / 8] >> k % 8 & 1) == (data[at / 8] >> at % 8 & 1);
        }
    }
    CHECK(found);
    free(tx);
    free(rx);
}

int main(void) {
    RUN(t30_preamble_of_1_s_and_frames_are_heard_from_0_to_minus_48_dbm0);
    RUN(the_same_is_said_however_the_audio_is_cut);
    RUN(frames_are_heard_in_noise_8_db_under_them_at_any_level);
    RUN(noise_voices_and_tones_are_no_carrier);
    RUN(v21_3_frequencies_12_hz_off_and_a_clock_200_ppm_off_are_heard);
    RUN(page_data_of_v21_come_back_as_octets);
    CHECK_END();
}
