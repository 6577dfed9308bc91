#include "check.h"
#include "cti/error.h"
#include "cti/stretch.h"
#include "signals.h"

enum { MOST = 100000 };

static int16_t out[MOST];

/* All of the sound at one speed, put and got in uneven pieces; returns the samples got. */
static int stretched(const int16_t *pcm, int n, float speed) {
    cti_stretch *s = malloc(cti_stretch_size());
    CHECK_EQ(cti_stretch_init(s, cti_stretch_size(), speed), CTI_OK);
    int put = 0, got = 0, piece = 1;
    for (;;) {
        int more = cti_stretch_get(s, out + got, MOST - got < 160 ? MOST - got : 160);
        got += more;
        if (more == 160)
            continue;
        if (put == n && more == 0)
            break;
        piece = piece % 401 + 1;
        put += cti_stretch_put(s, pcm + put, n - put < piece ? n - put : piece);
        if (put == n)
            CHECK_EQ(cti_stretch_end(s), CTI_OK);
    }
    free(s);
    return got;
}

static void test_at_speed_1_the_sound_passes_bit_for_bit(void) {
    signal *x = signal_new(1);
    signal_speech(x, 3000, -15);
    int16_t *pcm = signal_pcm(x);
    int got = stretched(pcm, x->n, 1.0f);
    CHECK(got >= x->n && got < x->n + 320);
    CHECK_EQ(memcmp(out, pcm, (size_t)x->n * 2), 0);
    free(pcm), free(x);
}

static void test_the_length_is_divided_by_the_speed(void) {
    signal *x = signal_new(2);
    signal_speech(x, 4000, -15);
    int16_t *pcm = signal_pcm(x);
    for (int percent = 50; percent <= 200; percent += 15)
        CHECK_NEAR(stretched(pcm, x->n, (float)percent / 100.0f), x->n * 100.0 / percent, 480);
    free(pcm), free(x);
}

/* Of one frequency, its share of all power, in dB below the whole: 0 when there is nothing else. */
static double rest_beside(double hz, int from, int n) {
    double best = 0, all = 1e-9;
    for (double f = hz * 0.998; f <= hz * 1.002; f += hz * 0.0002) {
        double re = 0, im = 0;
        all = 1e-9;
        for (int i = 0; i < n; i++) {
            double v = out[from + i];
            re += v * cos(SIGNAL_TURN * f * i / SIGNAL_RATE),
                im += v * sin(SIGNAL_TURN * f * i / SIGNAL_RATE);
            all += v * v;
        }
        double line = 2 * (re * re + im * im) / n;
        best = line > best ? line : best;
    }
    return 10 * log10((all - best) / all + 1e-9);
}

static void test_a_tone_keeps_its_frequency_and_stays_clean(void) {
    double worst = -200;
    for (int percent = 50; percent <= 200; percent += 30)
        for (double hz = 110; hz < 1000; hz *= 1.7) {
            signal *x = signal_new(3);
            x->n = 24000;
            signal_sine(x, 0, x->n, hz, -12);
            int16_t *pcm = signal_pcm(x);
            int got = stretched(pcm, x->n, (float)percent / 100.0f);
            double rest = rest_beside(hz, 1000, got < 9000 ? got - 2000 : 7000);
            worst = rest > worst ? rest : worst;
            free(pcm), free(x);
        }
    printf("     sines of 110 to 919 Hz at speeds 0.5 to 2: all else %.1f dB\n", worst);
    CHECK(worst < -15);
}

/* The period of a voiced sound, by its autocorrelation over 50 ms. */
static int period(const int16_t *pcm) {
    int best = 0;
    double most = 0;
    for (int lag = 25; lag < 130; lag++) {
        double both = 0, a = 1, b = 1;
        for (int i = 0; i < 400; i++) {
            both += (double)pcm[i] * pcm[i + lag];
            a += (double)pcm[i] * pcm[i], b += (double)pcm[i + lag] * pcm[i + lag];
        }
        if (both / sqrt(a * b) > most + 0.02)
            most = both / sqrt(a * b), best = lag;
    }
    return best;
}

static void test_the_pitch_of_a_voice_stays_and_no_period_is_torn(void) {
    for (int percent = 50; percent <= 200; percent += 25) {
        signal *x = signal_new(4);
        x->n = 24000;
        for (int i = 0; i < x->n; i++) /* 125 Hz: 64 samples */
            for (int h = 1; h < 25; h++)
                x->x[i] += 3000 * sin(SIGNAL_TURN * h * i / 64 + h * h) / h;
        int16_t *pcm = signal_pcm(x);
        int got = stretched(pcm, x->n, (float)percent / 100.0f), most = 0, own = 0;
        for (int at = 800; at < got - 1600; at += 800)
            CHECK_NEAR(period(out + at), 64, 1);
        for (int i = 801; i < got - 1600; i++)
            most = abs(out[i] - out[i - 1]) > most ? abs(out[i] - out[i - 1]) : most;
        for (int i = 1; i < x->n; i++)
            own = abs(pcm[i] - pcm[i - 1]) > own ? abs(pcm[i] - pcm[i - 1]) : own;
        CHECK(most < own * 1.1);
        free(pcm), free(x);
    }
}

static void test_speech_stays_as_loud(void) {
    signal *x = signal_new(5);
    signal_speech(x, 6000, -15);
    int16_t *pcm = signal_pcm(x);
    for (int percent = 50; percent <= 200; percent += 50) {
        int got = stretched(pcm, x->n, (float)percent / 100.0f);
        double power = 0;
        for (int i = 0; i < got; i++)
            power += (double)out[i] * out[i] / got;
        CHECK_NEAR(10 * log10(power / 16140 / 16140), -15, 1.0);
    }
    free(pcm), free(x);
}

static void test_the_speed_may_change_while_it_plays(void) {
    signal *x = signal_new(6);
    x->n = 40000;
    signal_sine(x, 0, x->n, 200, -10);
    int16_t *pcm = signal_pcm(x);
    cti_stretch *s = malloc(cti_stretch_size());
    cti_stretch_init(s, cti_stretch_size(), 1.0f);
    int put = 0, most = 0;
    for (int got = 0, tick = 0; got < 16000; tick++) {
        put += cti_stretch_put(s, pcm + put, 400);
        cti_stretch_set_speed(s, 0.5f + (float)(tick % 4) * 0.5f);
        got += cti_stretch_get(s, out + got, 160);
        for (int i = got - 159; i > 0 && i < got; i++)
            most = abs(out[i] - out[i - 1]) > most ? abs(out[i] - out[i - 1]) : most;
    }
    CHECK(most < 1.2 * signal_peak(-10) * SIGNAL_TURN * 200 / 8000);
    free(pcm), free(x), free(s);
}

static void test_an_end_without_sound_gives_none(void) {
    cti_stretch *s = malloc(cti_stretch_size());
    cti_stretch_init(s, cti_stretch_size(), 2.0f);
    CHECK_EQ(cti_stretch_get(s, out, 160), 0);
    CHECK_EQ(cti_stretch_end(s), CTI_OK);
    CHECK_EQ(cti_stretch_get(s, out, 160), 0);
    CHECK_EQ(cti_stretch_put(s, out, 1), CTI_ERR_STATE);
    CHECK_EQ(cti_stretch_reset(s), CTI_OK);
    CHECK_EQ(cti_stretch_put(s, out, 5000), 2048);
    CHECK_EQ(cti_stretch_put(s, out, 1), 0);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_stretch *s = malloc(cti_stretch_size());
    CHECK_EQ(cti_stretch_init(s, cti_stretch_size(), 0.49f), CTI_ERR_ARG);
    CHECK_EQ(cti_stretch_init(s, cti_stretch_size(), (float)NAN), CTI_ERR_ARG);
    CHECK_EQ(cti_stretch_init(s, 10, 1.0f), CTI_ERR_SIZE);
    CHECK_EQ(cti_stretch_init(s, cti_stretch_size(), 1.0f), CTI_OK);
    CHECK_EQ(cti_stretch_set_speed(s, 2.1f), CTI_ERR_ARG);
    CHECK_EQ(cti_stretch_put(s, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_stretch_get(s, NULL, 1), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_at_speed_1_the_sound_passes_bit_for_bit);
    RUN(test_the_length_is_divided_by_the_speed);
    RUN(test_a_tone_keeps_its_frequency_and_stays_clean);
    RUN(test_the_pitch_of_a_voice_stays_and_no_period_is_torn);
    RUN(test_speech_stays_as_loud);
    RUN(test_the_speed_may_change_while_it_plays);
    RUN(test_an_end_without_sound_gives_none);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
