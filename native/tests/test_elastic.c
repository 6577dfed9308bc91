#include "check.h"
#include "cti/elastic.h"
#include "cti/error.h"
#include "signals.h"

static cti_elastic *made(int target, int most) {
    cti_elastic_config cfg;
    cti_elastic_defaults(&cfg);
    if (target) {
        cfg.target = target;
        cfg.most = most;
    }
    cti_elastic *s = malloc(cti_elastic_size(&cfg));
    CHECK_EQ(cti_elastic_init(s, cti_elastic_size(&cfg), &cfg), CTI_OK);
    return s;
}

/* A writer whose clock is off, in blocks, late by up to some samples; and a reader of ticks. Time is in the
 * reader's samples. */
typedef struct run {
    double ppm, hz, jitter, stop_at, stop_for; /* the writer pauses, in seconds */
    int block, stamped;
    int64_t done; /* samples written */
    int worst_latency;
    double least_rate, most_rate; /* ppm, after 150 s */
} run;

static void pass(cti_elastic *s, run *r, signal *dice, double seconds, int16_t *out) {
    int16_t in[4000];
    double due = 0, put = 0, rate = 8000.0 * (1 + r->ppm * 1e-6);
    int64_t ticks = (int64_t)(seconds * 50);
    r->least_rate = 1e9, r->most_rate = -1e9;
    for (int64_t tick = 0; tick < ticks; tick++) {
        double now = (double)tick * 160;
        for (;;) {
            double end = (double)(r->done + r->block) / rate * 8000.0;
            if (due < end)
                due = end + r->jitter * signal_uniform(dice);
            if (due > now)
                break;
            for (int i = 0; i < r->block; i++) {
                double t = (double)(r->done + i) / rate;
                in[i] = (int16_t)floor(8000.0 * sin(SIGNAL_TURN * r->hz * t) + 0.5);
            }
            r->done += r->block;
            put = due;
            if (!(now / 8000 >= r->stop_at && now / 8000 < r->stop_at + r->stop_for))
                cti_elastic_put(s, in, r->block);
        }
        int since = r->stamped ? (int)(now - put) : 0;
        CHECK_EQ(cti_elastic_get(s, out + tick * 160, 160, since), 160);
        cti_elastic_status st;
        cti_elastic_status_of(s, &st);
        if ((int)st.latency > r->worst_latency)
            r->worst_latency = (int)st.latency;
        if (tick > 7500) {
            r->least_rate = st.rate_ppm < r->least_rate ? st.rate_ppm : r->least_rate;
            r->most_rate = st.rate_ppm > r->most_rate ? st.rate_ppm : r->most_rate;
        }
    }
}

static void test_clocks_500_ppm_apart_run_five_minutes_without_a_slip(void) {
    enum { SECONDS = 300 };
    int16_t *out = malloc(SECONDS * 8000 * 2);
    static const struct {
        double ppm, jitter;
        int block, stamped, target;
    } CASES[] = {{500, 0, 8, 0, 0},
                 {-500, 40, 160, 1, 0},
                 {37, 40, 160, 1, 0},
                 {300, 80, 256, 1, 640},
                 {500, 20, 160, 0, 640}};
    for (int c = 0; c < 5; c++) {
        signal *dice = signal_new(11);
        cti_elastic *s = made(CASES[c].target, 1600);
        run r = {.ppm = CASES[c].ppm,
                 .hz = 1000,
                 .jitter = CASES[c].jitter,
                 .block = CASES[c].block,
                 .stamped = CASES[c].stamped};
        pass(s, &r, dice, SECONDS, out);
        cti_elastic_status st;
        cti_elastic_status_of(s, &st);
        printf("     writer %+4.0f ppm, blocks of %3d, %2.0f samples late%s: estimate %+7.1f, rate "
               "%+.0f…%+.0f ppm, "
               "latency to %d, slips %lld\n",
               CASES[c].ppm, CASES[c].block, CASES[c].jitter, CASES[c].stamped ? ", stamped" : "", st.ppm,
               r.least_rate, r.most_rate, r.worst_latency, (long long)st.slips);
        CHECK_EQ(st.slips, 0);
        CHECK_EQ(st.dropped + st.silenced, 0);
        CHECK(r.worst_latency < (CASES[c].target ? CASES[c].target : 400) + 160);
        if (CASES[c].stamped || CASES[c].block == 8) {
            CHECK_NEAR(st.ppm, CASES[c].ppm, 20);
            CHECK_NEAR(r.least_rate, CASES[c].ppm, 100);
            CHECK_NEAR(r.most_rate, CASES[c].ppm, 100);
        }
        CHECK(r.most_rate <= 1000.1 && r.least_rate >= -1000.1);
        free(s), free(dice);
    }
    free(out);
}

/* What is further than 25 Hz from the sine, in dB below it: 160 ms under a window that keeps a line
 * within 25 Hz (four terms, 92 dB). The slow change of its frequency is no noise. */
static double noise_of(const int16_t *pcm, double hz) {
    enum { N = 1280, NEAR = 4 };
    double line = 0, rest = 0;
    for (int bin = 1; bin < N / 2; bin++) {
        double re = 0, im = 0;
        for (int i = 0; i < N; i++) {
            double a = SIGNAL_TURN * i / N;
            double w = 0.35875 - 0.48829 * cos(a) + 0.14128 * cos(2 * a) - 0.01168 * cos(3 * a);
            double place = (double)((int64_t)bin * i % N);
            re += w * pcm[i] * cos(SIGNAL_TURN * place / N), im += w * pcm[i] * sin(SIGNAL_TURN * place / N);
        }
        if (fabs(bin * 8000.0 / N - hz) <= NEAR * 8000.0 / N)
            line += re * re + im * im;
        else
            rest += re * re + im * im;
    }
    return 10 * log10(rest / line);
}

static void test_the_sound_stays_clean_to_3_4_khz(void) {
    int16_t *out = malloc(20 * 8000 * 2);
    double worst = -200;
    for (double hz = 300; hz <= 3400; hz += 620) {
        signal *dice = signal_new(12);
        cti_elastic *s = made(0, 0);
        run r = {.ppm = 437, .hz = hz, .block = 8};
        pass(s, &r, dice, 20, out);
        double noise = noise_of(out + 19 * 8000, hz);
        worst = noise > worst ? noise : worst;
        CHECK(noise < -65);
        free(s), free(dice);
    }
    printf("     all but the tone, 300 to 3,400 Hz at 437 ppm: %.1f dB\n", worst);
    free(out);
}

/* The largest step from sample to sample beyond that of the sine itself. */
static int worst_step(const int16_t *pcm, int n, double hz) {
    int most = 0;
    for (int i = 1; i < n; i++)
        if (abs(pcm[i] - pcm[i - 1]) > most)
            most = abs(pcm[i] - pcm[i - 1]);
    return most - (int)(8000.0 * SIGNAL_TURN * hz / 8000);
}

static void test_a_pause_of_the_writer_is_one_slip_without_a_click(void) {
    int16_t *out = malloc(60 * 8000 * 2);
    signal *dice = signal_new(13);
    cti_elastic *s = made(0, 0);
    run r = {.ppm = 100, .hz = 300, .jitter = 20, .block = 160, .stamped = 1, .stop_at = 20, .stop_for = 0.2};
    pass(s, &r, dice, 60, out);
    cti_elastic_status st;
    cti_elastic_status_of(s, &st);
    CHECK_EQ(st.slips, 1);
    CHECK_NEAR(st.silenced, 1600, 500);
    CHECK_EQ(st.dropped, 0);
    CHECK_NEAR(st.latency, 400, 80);
    CHECK(worst_step(out, 60 * 8000, 300) < 300);
    free(out), free(s), free(dice);
}

static void test_too_much_at_once_is_left_out_by_one_cross_fade_and_counted(void) {
    cti_elastic *s = made(400, 1200);
    int16_t in[1600], out[160], all[160 * 40];
    int at = 0;
    for (int tick = 0; tick < 40; tick++) {
        int n = tick == 20 ? 1600 : 160; /* a burst after the sender hung */
        for (int i = 0; i < n; i++, at++)
            in[i] = (int16_t)floor(8000.0 * sin(SIGNAL_TURN * 200 * at / 8000) + 0.5);
        CHECK_EQ(cti_elastic_put(s, in, n), n);
        CHECK_EQ(cti_elastic_get(s, out, 160, 0), 160);
        memcpy(all + tick * 160, out, sizeof(out));
    }
    cti_elastic_status st;
    cti_elastic_status_of(s, &st);
    CHECK_EQ(st.slips, 1);
    CHECK(st.dropped > 1200 && st.dropped < 1700);
    CHECK_EQ(st.silenced, 0);
    CHECK(worst_step(all, 160 * 40, 200) < 500);
    free(s);
}

static void test_a_reader_that_hangs_loses_the_oldest_and_goes_on(void) {
    cti_elastic *s = made(400, 1200);
    int16_t in[160], out[160];
    for (int i = 0; i < 160; i++)
        in[i] = 1000;
    for (int tick = 0; tick < 100; tick++)
        CHECK_EQ(cti_elastic_put(s, in, 160), 160);
    int heard = 0;
    for (int tick = 0; tick < 10; tick++) {
        CHECK_EQ(cti_elastic_put(s, in, 160), 160);
        CHECK_EQ(cti_elastic_get(s, out, 160, 0), 160);
        heard = out[159];
    }
    CHECK_EQ(heard, 1000);
    cti_elastic_status st;
    cti_elastic_status_of(s, &st);
    CHECK(st.latency < 1200);
    free(s);
}

static void test_nothing_is_given_before_the_target_is_reached(void) {
    cti_elastic *s = made(400, 1200);
    int16_t in[160], out[160];
    for (int i = 0; i < 160; i++)
        in[i] = 5000;
    for (int tick = 0; tick < 2; tick++) {
        cti_elastic_put(s, in, 160);
        cti_elastic_get(s, out, 160, 0);
        for (int i = 0; i < 160; i++)
            CHECK_EQ(out[i], 0);
    }
    cti_elastic_put(s, in, 160);
    cti_elastic_get(s, out, 160, 0);
    CHECK_EQ(out[0], 0);
    CHECK_EQ(out[159], 5000);
    cti_elastic_status st;
    cti_elastic_status_of(s, &st);
    CHECK_EQ(st.slips + st.silenced, 0);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_elastic_config cfg = {400, 420, 1000.0f};
    CHECK_EQ(cti_elastic_size(&cfg), 0);
    cfg.most = 1000;
    cfg.range_ppm = (float)NAN;
    CHECK_EQ(cti_elastic_size(&cfg), 0);
    cti_elastic *s = made(0, 0);
    int16_t pcm[160] = {0};
    CHECK_EQ(cti_elastic_init(s, 100, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_elastic_put(s, pcm, 4001), CTI_ERR_ARG);
    CHECK_EQ(cti_elastic_get(s, NULL, 1, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_elastic_get(s, pcm, 160, -1), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_clocks_500_ppm_apart_run_five_minutes_without_a_slip);
    RUN(test_the_sound_stays_clean_to_3_4_khz);
    RUN(test_a_pause_of_the_writer_is_one_slip_without_a_click);
    RUN(test_too_much_at_once_is_left_out_by_one_cross_fade_and_counted);
    RUN(test_a_reader_that_hangs_loses_the_oldest_and_goes_on);
    RUN(test_nothing_is_given_before_the_target_is_reached);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
