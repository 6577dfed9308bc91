#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/fax_tone_tx.h"

enum { MOST = 80000 };

#define TURN 6.283185307179586

static int16_t pcm[MOST], other[MOST];

static int make(cti_fax_tone_tx_config cfg, int16_t *out, int n, int block) {
    cti_fax_tone_tx *tx = malloc(cti_fax_tone_tx_size());
    CHECK_EQ(cti_fax_tone_tx_init(tx, cti_fax_tone_tx_size(), &cfg), CTI_OK);
    int made = 0, got = 1;
    while (made < n && got > 0) {
        got = cti_fax_tone_tx_run(tx, out + made, n - made < block ? n - made : block);
        made += got;
    }
    free(tx);
    return made;
}

static cti_fax_tone_tx_config defaults(int tone) {
    cti_fax_tone_tx_config cfg;
    CHECK_EQ(cti_fax_tone_tx_defaults(&cfg, tone), CTI_OK);
    return cfg;
}

/* Amplitude and phase (turns) of a frequency over n samples from `at`. */
static double amplitude(int at, int n, double hz, double *phase) {
    double re = 0.0, im = 0.0;
    for (int i = at; i < at + n; i++) {
        re += pcm[i] * cos(TURN * hz * i / 8000.0);
        im -= pcm[i] * sin(TURN * hz * i / 8000.0);
    }
    if (phase)
        *phase = atan2(im, re) / TURN;
    return 2.0 * sqrt(re * re + im * im) / n;
}

static double peak(double dbm0) {
    return 16140.0 * sqrt(2.0) * pow(10.0, dbm0 / 20.0);
}

static void t30_cng_is_1100_hz_for_half_a_second_every_3_5(void) {
    CHECK_EQ(make(defaults(CTI_FAX_CNG), pcm, MOST, 160), MOST);
    for (int cycle = 0; cycle < 2; cycle++) {
        int at = cycle * 28000;
        CHECK_NEAR(amplitude(at + 40, 3920, 1100, NULL), peak(-13), peak(-13) * 0.01);
        for (int i = at + 4000; i < at + 28000; i++)
            CHECK(pcm[i] == 0);
        CHECK(pcm[at + 3998] != 0 && pcm[at + 28001] != 0);
    }
}

static void v25_ced_is_2100_hz_for_3_3_s(void) {
    double first, last;
    CHECK_EQ(make(defaults(CTI_FAX_CED), pcm, MOST, 160), 26400);
    CHECK_NEAR(amplitude(0, 800, 2100, &first), peak(-13), peak(-13) * 0.002);
    CHECK_NEAR(amplitude(25600, 800, 2100, &last), peak(-13), peak(-13) * 0.002);
    CHECK_NEAR(last, first, 0.001);
}

static void v25_reversals_turn_the_phase_every_450_ms(void) {
    cti_fax_tone_tx_config cfg = defaults(CTI_FAX_CED);
    cfg.reversals = 1;
    CHECK_EQ(make(cfg, pcm, MOST, 160), 26400);
    double before, after;
    for (int i = 1; i <= 7; i++) {
        CHECK(amplitude(i * 3600 - 80, 80, 2100, &before) > 0.99 * peak(-13));
        CHECK(amplitude(i * 3600, 80, 2100, &after) > 0.99 * peak(-13));
        CHECK_NEAR(fabs(before - after), 0.5, 0.002);
    }
}

static void v8_ansam_goes_from_0_8_to_1_2_at_15_hz(void) {
    cti_fax_tone_tx_config cfg = defaults(CTI_FAX_ANSAM);
    CHECK_EQ(cfg.reversals, 1);
    CHECK_EQ(make(cfg, pcm, MOST, 160), 26400);
    double least = 1e9, most = 0.0, re = 0.0, im = 0.0, mean = 0.0;
    for (int i = 0; i < 160; i++) { /* 400 ms: six cycles, and no reversal yet */
        double a = amplitude(i * 20, 40, 2100, NULL);
        least = a < least ? a : least;
        most = a > most ? a : most;
        mean += a / 160.0;
        re += a * cos(TURN * 15.0 * i * 20 / 8000.0) / 80.0;
        im += a * sin(TURN * 15.0 * i * 20 / 8000.0) / 80.0;
    }
    CHECK_NEAR(mean, peak(-13), peak(-13) * 0.01);
    CHECK_NEAR(least, 0.8 * peak(-13), peak(-13) * 0.01);
    CHECK_NEAR(most, 1.2 * peak(-13), peak(-13) * 0.01);
    CHECK_NEAR(sqrt(re * re + im * im), 0.2 * peak(-13), peak(-13) * 0.005);
}

static void t30_preamble_is_flags_of_300_bit_s_in_v21_channel_2(void) {
    CHECK_EQ(make(defaults(CTI_FAX_V21), pcm, MOST, 160), 8000);
    static const char flag[] = "01111110";
    for (int bit = 0; bit < 299; bit++) {
        int from = (bit * 8000 + 299) / 300 + 2;
        double one = amplitude(from, 22, 1650, NULL), zero = amplitude(from, 22, 1850, NULL);
        CHECK((one > zero) == (flag[bit % 8] == '1'));
        CHECK((one > zero ? one : zero) > 0.95 * peak(-13));
    }
}

static void blocks_of_any_size_make_the_same_samples(void) {
    for (int tone = CTI_FAX_CNG; tone <= CTI_FAX_V21; tone++) {
        cti_fax_tone_tx_config cfg = defaults(tone);
        cfg.samples = 30000;
        CHECK_EQ(make(cfg, pcm, MOST, 1), 30000);
        CHECK_EQ(make(cfg, other, MOST, 333), 30000);
        CHECK(memcmp(pcm, other, 30000 * sizeof(*pcm)) == 0);
    }
}

static void wrong_arguments_are_refused(void) {
    cti_fax_tone_tx_config cfg = defaults(CTI_FAX_CED);
    cti_fax_tone_tx *tx = malloc(cti_fax_tone_tx_size());
    size_t size = cti_fax_tone_tx_size();
    CHECK_EQ(cti_fax_tone_tx_defaults(&cfg, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tone_tx_defaults(&cfg, 5), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tone_tx_defaults(NULL, CTI_FAX_CED), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tone_tx_init(tx, size - 1, &cfg), CTI_ERR_SIZE);
    CHECK_EQ(cti_fax_tone_tx_init(NULL, size, &cfg), CTI_ERR_ARG);
    cfg.level_dbm0 = 1.0f;
    CHECK_EQ(cti_fax_tone_tx_init(tx, size, &cfg), CTI_ERR_ARG);
    cfg.level_dbm0 = -61.0f;
    CHECK_EQ(cti_fax_tone_tx_init(tx, size, &cfg), CTI_ERR_ARG);
    cfg.level_dbm0 = -10.0f;
    cfg.samples = -1;
    CHECK_EQ(cti_fax_tone_tx_init(tx, size, &cfg), CTI_ERR_ARG);
    cfg.samples = 10;
    CHECK_EQ(cti_fax_tone_tx_init(tx, size, &cfg), CTI_OK);
    CHECK_EQ(cti_fax_tone_tx_run(tx, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tone_tx_run(tx, pcm, 100), 10);
    CHECK_EQ(cti_fax_tone_tx_run(tx, pcm, 100), 0);
    free(tx);
}

int main(void) {
    RUN(t30_cng_is_1100_hz_for_half_a_second_every_3_5);
    RUN(v25_ced_is_2100_hz_for_3_3_s);
    RUN(v25_reversals_turn_the_phase_every_450_ms);
    RUN(v8_ansam_goes_from_0_8_to_1_2_at_15_hz);
    RUN(t30_preamble_is_flags_of_300_bit_s_in_v21_channel_2);
    RUN(blocks_of_any_size_make_the_same_samples);
    RUN(wrong_arguments_are_refused);
    CHECK_END();
}
