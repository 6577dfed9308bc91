#include "check.h"
#include "cti/dtmf_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/error.h"
#include "cti/level.h"
#include "signals.h"

static double level_at(const int16_t *pcm, int n, double hz) {
    double re = 0, im = 0;
    for (int i = 0; i < n; i++) {
        re += pcm[i] * cos(SIGNAL_TURN * hz * i / SIGNAL_RATE);
        im += pcm[i] * sin(SIGNAL_TURN * hz * i / SIGNAL_RATE);
    }
    return 20.0 * log10(2.0 * sqrt(re * re + im * im) / n / sqrt(2.0) / 16140.0);
}

static void test_q23_each_key_has_its_two_frequencies(void) {
    static const double low[4] = {697, 770, 852, 941}, high[4] = {1209, 1336, 1477, 1633};
    static const char keys[] = "123A456B789C*0#D";
    static int16_t pcm[8000];
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = 1000;
    cfg.off_ms = 0;
    cfg.level_dbm0 = -8;
    cfg.twist_db = 0;
    for (int key = 0; key < 16; key++) {
        char digits[2] = {keys[key], 0};
        CHECK_EQ(cti_dtmf_tx_render(&cfg, digits, pcm, 8000), 8000);
        for (int f = 0; f < 4; f++) {
            CHECK_NEAR(level_at(pcm, 8000, low[f]), f == key / 4 ? -8 : -100, f == key / 4 ? 0.1 : 50);
            CHECK_NEAR(level_at(pcm, 8000, high[f]), f == key % 4 ? -8 : -100, f == key % 4 ? 0.1 : 50);
        }
        float lo = 0, hi = 0;
        CHECK_EQ(cti_dtmf_frequencies(keys[key], &lo, &hi), CTI_OK);
        CHECK_NEAR(lo, low[key / 4], 0);
        CHECK_NEAR(hi, high[key % 4], 0);
    }
}

static void test_twist_lowers_the_weaker_group(void) {
    static int16_t pcm[8000];
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = 1000;
    cfg.off_ms = 0;
    cfg.level_dbm0 = -6;
    cfg.twist_db = 3;
    CHECK_EQ(cti_dtmf_tx_render(&cfg, "5", pcm, 8000), 8000);
    CHECK_NEAR(level_at(pcm, 8000, 770), -9, 0.1);
    CHECK_NEAR(level_at(pcm, 8000, 1336), -6, 0.1);
    cfg.twist_db = -8;
    CHECK_EQ(cti_dtmf_tx_render(&cfg, "5", pcm, 8000), 8000);
    CHECK_NEAR(level_at(pcm, 8000, 770), -6, 0.1);
    CHECK_NEAR(level_at(pcm, 8000, 1336), -14, 0.1);
}

static void test_digits_and_pauses_take_the_time_asked_for(void) {
    static int16_t pcm[8000];
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = 70;
    cfg.off_ms = 50;
    cfg.pause_ms = 300;
    CHECK_EQ(cti_dtmf_tx_length(&cfg, "1,2"), (70 + 50 + 300 + 70 + 50) * 8);
    CHECK_EQ(cti_dtmf_tx_render(&cfg, "1,2", pcm, 8000), 540 * 8);
    CHECK(cti_peak_of(pcm, 560) > 1000);
    CHECK_EQ(cti_peak_of(pcm + 560, 350 * 8), 0);
    CHECK(cti_peak_of(pcm + 420 * 8, 560) > 1000);
    CHECK_EQ(cti_peak_of(pcm + 490 * 8, 400), 0);
}

static void test_our_receiver_hears_what_is_sent(void) {
    static int16_t pcm[80000];
    cti_event ev[64];
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    int n = cti_dtmf_tx_render(&cfg, "0123456789*#abcd", pcm, 80000), count = 0;
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size());
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    int events = cti_dtmf_rx_run(rx, pcm, n, ev, 64);
    for (int i = 0; i < events; i++)
        if (ev[i].kind == CTI_EV_DIGIT_DOWN)
            CHECK_EQ(ev[i].value, "0123456789*#ABCD"[count++]);
    CHECK_EQ(count, 16);
    free(rx);
}

static void test_what_is_no_digit_is_refused(void) {
    int16_t pcm[10];
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    CHECK_EQ(cti_dtmf_tx_length(&cfg, ""), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_tx_length(&cfg, "12x"), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_tx_length(&cfg, "\xC3\xA9"), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_tx_render(&cfg, "1", pcm, 10), CTI_ERR_SIZE);
    cfg.on_ms = 0;
    CHECK_EQ(cti_dtmf_tx_length(&cfg, "1"), CTI_ERR_ARG);
    float low, high;
    CHECK_EQ(cti_dtmf_frequencies('E', &low, &high), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_frequencies(0, &low, &high), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_frequencies(-300, &low, &high), CTI_ERR_ARG);
}

int main(void) {
    RUN(test_q23_each_key_has_its_two_frequencies);
    RUN(test_twist_lowers_the_weaker_group);
    RUN(test_digits_and_pauses_take_the_time_asked_for);
    RUN(test_our_receiver_hears_what_is_sent);
    RUN(test_what_is_no_digit_is_refused);
    CHECK_END();
}
