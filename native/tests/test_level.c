#include "check.h"
#include "cti/error.h"
#include "cti/level.h"
#include "signals.h"

static int16_t *sine(double dbm0, int n) {
    signal *s = signal_new(1);
    s->n = n;
    signal_sine(s, 0, n, 1000.3, dbm0);
    int16_t *pcm = signal_pcm(s);
    free(s);
    return pcm;
}

static void test_a_sine_reads_its_level(void) {
    for (double level = 3; level >= -60; level -= 9) {
        int16_t *pcm = sine(level, 16000);
        CHECK_NEAR(cti_level_of(pcm, 16000), level, 0.15);
        free(pcm);
    }
}

static void test_silence_reads_minus_100(void) {
    int16_t pcm[100] = {0};
    CHECK_NEAR(cti_level_of(pcm, 100), -100, 0);
    CHECK_NEAR(cti_level_of(pcm, 0), -100, 0);
    CHECK_NEAR(cti_level_of_peak(0), -100, 0);
}

static void test_loudest_samples_do_not_overflow(void) {
    static int16_t pcm[80000];
    for (int i = 0; i < 80000; i++)
        pcm[i] = -32768;
    CHECK_NEAR(cti_level_of(pcm, 80000), 20 * log10(32768 / 16140.0), 0.01);
    CHECK_EQ(cti_peak_of(pcm, 80000), 32768);
    CHECK_NEAR(cti_level_of_peak(32768), 3.14, 0.01);
}

static void test_the_running_meter_follows_and_holds_its_peak(void) {
    cti_level *m = malloc(cti_level_size());
    CHECK_EQ(cti_level_init(m, cti_level_size(), 125), CTI_OK);
    CHECK_NEAR(cti_level_dbm0(m), -100, 0);
    int16_t *loud = sine(-10, 8000), *soft = sine(-30, 8000);
    CHECK_EQ(cti_level_run(m, loud, 8000), 8000);
    CHECK_NEAR(cti_level_dbm0(m), -10, 0.2);
    CHECK_EQ(cti_level_run(m, soft, 8000), 8000);
    CHECK_NEAR(cti_level_dbm0(m), -30, 0.5);
    CHECK_NEAR(cti_level_take_peak(m), -10, 0.1);
    CHECK_EQ(cti_level_run(m, soft, 8000), 8000);
    CHECK_NEAR(cti_level_take_peak(m), -30, 0.1);
    CHECK_EQ(cti_level_reset(m), CTI_OK);
    CHECK_NEAR(cti_level_dbm0(m), -100, 0);
    free(loud), free(soft), free(m);
}

static void test_a_step_reaches_63_percent_in_one_time_constant(void) {
    cti_level *m = malloc(cti_level_size());
    int16_t *pcm = sine(0, 8000);
    CHECK_EQ(cti_level_init(m, cti_level_size(), 500), CTI_OK);
    CHECK_EQ(cti_level_run(m, pcm, 4000), 4000);
    CHECK_NEAR(cti_level_dbm0(m), 10 * log10(1 - exp(-1.0)), 0.05);
    free(pcm), free(m);
}

static void test_bad_arguments_are_refused(void) {
    cti_level *m = malloc(cti_level_size());
    CHECK_EQ(cti_level_init(m, cti_level_size(), 0), CTI_ERR_ARG);
    CHECK_EQ(cti_level_init(m, 1, 100), CTI_ERR_SIZE);
    CHECK_EQ(cti_level_init(m, cti_level_size(), 100), CTI_OK);
    CHECK_EQ(cti_level_run(m, NULL, 1), CTI_ERR_ARG);
    free(m);
}

int main(void) {
    RUN(test_a_sine_reads_its_level);
    RUN(test_silence_reads_minus_100);
    RUN(test_loudest_samples_do_not_overflow);
    RUN(test_the_running_meter_follows_and_holds_its_peak);
    RUN(test_a_step_reaches_63_percent_in_one_time_constant);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
