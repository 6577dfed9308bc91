#include "check.h"
#include "cti/error.h"
#include "cti/resample.h"
#include "signals.h"

static const int PAIRS[][2] = {{8000, 16000}, {16000, 8000}, {8000, 48000},  {48000, 8000},
                               {8000, 44100}, {44100, 8000}, {22050, 8000},  {11025, 48000},
                               {8000, 8000},  {8000, 32000}, {44100, 48000}, {48000, 16000}};
enum { PAIR_COUNT = sizeof(PAIRS) / sizeof(*PAIRS) };

static cti_resample *made(int from, int to) {
    size_t size = cti_resample_size(from, to);
    CHECK(size > 0);
    cti_resample *s = malloc(size);
    CHECK_EQ(cti_resample_init(s, size, from, to), CTI_OK);
    return s;
}

/* The level, in dB against what went in, of one frequency after conversion of a sine; and of all else. */
static double converted(int from, int to, double hz, double heard_hz, double *rest) {
    cti_resample *s = made(from, to);
    int n = from / 2, most = to / 2 + 8;
    int16_t *in = malloc((size_t)n * 2), *out = malloc((size_t)most * 2);
    for (int i = 0; i < n; i++)
        in[i] = (int16_t)floor(20000.0 * sin(SIGNAL_TURN * hz * i / from) + 0.5);
    int got = cti_resample_run(s, in, n, out, most);
    /* A Hann window over a tenth of a second and more, after the filter has filled. */
    int first = got / 4, length = got - first;
    double re = 0, im = 0, all = 0, weight = 0, square = 0;
    for (int i = 0; i < length; i++) {
        double w = 0.5 - 0.5 * cos(SIGNAL_TURN * i / length), v = w * out[first + i];
        re += v * cos(SIGNAL_TURN * heard_hz * i / to), im += v * sin(SIGNAL_TURN * heard_hz * i / to);
        all += v * v, weight += w, square += w * w;
    }
    double line = 2.0 * (re * re + im * im) / weight / weight, power = all / square;
    if (rest)
        *rest = 10.0 * log10(fabs(power - line) / 2e8 + 1e-12);
    free(in), free(out), free(s);
    return 10.0 * log10(line / 2e8 + 1e-12);
}

static void test_pass_band_ripple_to_3_4_khz_is_below_half_a_db(void) {
    for (int p = 0; p < PAIR_COUNT; p++) {
        double low = 0, high = 0, most = -200;
        int lower = PAIRS[p][0] < PAIRS[p][1] ? PAIRS[p][0] : PAIRS[p][1];
        for (double share = 0.0125; share <= 0.4251; share += 0.0375) {
            double rest, hz = share * lower, gain = converted(PAIRS[p][0], PAIRS[p][1], hz, hz, &rest);
            low = gain < low ? gain : low;
            high = gain > high ? gain : high;
            most = rest > most ? rest : most;
        }
        printf("     %5d to %5d Hz: %+.3f to %+.3f dB up to 0.425 of the lower rate; all else %.0f dB\n",
               PAIRS[p][0], PAIRS[p][1], low, high, most);
        CHECK(low > -0.1 && high < 0.1);
        CHECK(most < -60);
    }
}

/* Everything that is heard of a frequency that the lower rate cannot hold. */
static void test_stop_band_from_4_khz_is_60_db_down(void) {
    static const int DOWN[][2] = {{16000, 8000}, {48000, 8000}, {44100, 8000}, {22050, 8000}};
    for (int p = 0; p < 4; p++) {
        double most = -200;
        for (double hz = 4010; hz < DOWN[p][0] / 2.0; hz += DOWN[p][0] / 90.0) {
            double alias = fmod(hz, 8000), rest;
            double gain = converted(DOWN[p][0], 8000, hz, alias > 4000 ? 8000 - alias : alias, &rest);
            most = gain > most ? gain : most;
            most = rest > most ? rest : most;
        }
        printf("     %5d to  8000 Hz: what lies above 4 kHz is %.0f dB down\n", DOWN[p][0], -most);
        CHECK(most < -60);
    }
}

static void test_images_of_the_lower_rate_are_60_db_down(void) {
    static const int UP[] = {16000, 48000, 44100};
    for (int p = 0; p < 3; p++)
        for (double hz = 200; hz <= 3400; hz += 400) {
            CHECK(converted(8000, UP[p], hz, 8000 - hz, NULL) < -60);
            if (UP[p] > 24000)
                CHECK(converted(8000, UP[p], hz, 8000 + hz, NULL) < -60);
        }
}

static void test_a_tick_of_160_gives_a_whole_tick_of_every_card_rate_for_ever(void) {
    static const int RATES[][2] = {{16000, 320}, {48000, 960}, {44100, 882}, {8000, 160}};
    int16_t in[160] = {0}, out[960];
    for (int r = 0; r < 4; r++) {
        cti_resample *s = made(8000, RATES[r][0]), *back = made(RATES[r][0], 8000);
        for (int tick = 0; tick < 1000; tick++) {
            CHECK_EQ(cti_resample_run(s, in, 160, out, 960), RATES[r][1]);
            CHECK_EQ(cti_resample_run(back, out, RATES[r][1], out, 160), 160);
        }
        free(s), free(back);
    }
}

static void test_up_and_down_again_is_the_same_sound(void) {
    static const int RATES[] = {16000, 48000};
    for (int r = 0; r < 2; r++) {
        signal *x = signal_new(2);
        signal_silence(x, 1000);
        signal_sine(x, 0, 8000, 300, -12), signal_sine(x, 0, 8000, 1234, -12);
        signal_sine(x, 0, 8000, 3300, -12);
        int16_t *in = signal_pcm(x), *wide = malloc(50000 * 2), *out = malloc(8000 * 2);
        cti_resample *up = made(8000, RATES[r]), *down = made(RATES[r], 8000);
        int n = cti_resample_run(up, in, 8000, wide, 50000);
        CHECK_EQ(cti_resample_run(down, wide, n, out, 8000), 8000);
        double delay = (double)cti_resample_delay(up) * 8000 / RATES[r] + (double)cti_resample_delay(down);
        int whole = (int)(delay + 0.5);
        CHECK_NEAR(delay, 64, 1e-3);
        double noise = 0, power = 0;
        for (int i = 1000; i < 7900; i++) {
            double e = out[i] - in[i - whole];
            noise += e * e, power += (double)in[i] * in[i];
        }
        double snr = 10 * log10(power / noise);
        printf("     8 to %d kHz and back: delay %d samples, signal to error %.1f dB\n", RATES[r] / 1000,
               whole, snr);
        CHECK(snr > 70);
        free(in), free(wide), free(out), free(up), free(down), free(x);
    }
}

static void test_full_scale_saturates_and_a_constant_stays(void) {
    cti_resample *s = made(8000, 44100);
    int16_t in[800], out[4410];
    for (int i = 0; i < 800; i++)
        in[i] = i < 400 ? 12345 : (i / 3 % 2 ? INT16_MAX : INT16_MIN);
    int n = cti_resample_run(s, in, 800, out, 4410);
    CHECK_EQ(n, 4410);
    for (int i = 500; i < 1900; i++)
        CHECK_EQ(out[i], 12345);
    int least = 0, most = 0;
    for (int i = 2400; i < n; i++) {
        least = out[i] < least ? out[i] : least;
        most = out[i] > most ? out[i] : most;
    }
    CHECK_EQ(least, INT16_MIN);
    CHECK_EQ(most, INT16_MAX);
    free(s);
}

static void test_blocks_of_any_size_give_the_same_samples(void) {
    signal *x = signal_new(9);
    signal_speech(x, 700, -15);
    int16_t *in = signal_pcm(x), *whole = malloc(40000 * 2), *parts = malloc(40000 * 2);
    for (int p = 0; p < PAIR_COUNT; p++) {
        cti_resample *a = made(PAIRS[p][0], PAIRS[p][1]), *b = made(PAIRS[p][0], PAIRS[p][1]);
        int n = cti_resample_run(a, in, x->n, whole, 40000), got = 0;
        for (int at = 0, step = 1; at < x->n; at += step, step = step % 211 + 1) {
            int now = at + step > x->n ? x->n - at : step, expected = cti_resample_count(b, now);
            int made_now = cti_resample_run(b, in + at, now, parts + got, expected);
            CHECK_EQ(made_now, expected);
            got += made_now;
        }
        CHECK_EQ(got, n);
        CHECK_EQ(memcmp(whole, parts, (size_t)n * 2), 0);
        free(a), free(b);
    }
    free(in), free(whole), free(parts), free(x);
}

static void test_too_little_room_takes_nothing(void) {
    cti_resample *s = made(8000, 16000);
    int16_t in[10] = {1000, 2000, 3000}, out[20];
    CHECK_EQ(cti_resample_run(s, in, 10, out, 19), CTI_ERR_FULL);
    CHECK_EQ(cti_resample_run(s, in, 10, out, 20), 20);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    CHECK_EQ(cti_resample_size(8000, 3999), 0);
    CHECK_EQ(cti_resample_size(8000, 8001), 0); /* a ratio of 8001/8000 */
    CHECK_EQ(cti_resample_size(0, 8000), 0);
    cti_resample *s = made(8000, 16000);
    int16_t one[4] = {0};
    CHECK_EQ(cti_resample_init(s, 100, 8000, 16000), CTI_ERR_SIZE);
    CHECK_EQ(cti_resample_run(s, NULL, 4, one, 4), CTI_ERR_ARG);
    CHECK_EQ(cti_resample_run(s, one, -1, one, 4), CTI_ERR_ARG);
    CHECK_EQ(cti_resample_count(s, 1 << 21), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_pass_band_ripple_to_3_4_khz_is_below_half_a_db);
    RUN(test_stop_band_from_4_khz_is_60_db_down);
    RUN(test_images_of_the_lower_rate_are_60_db_down);
    RUN(test_a_tick_of_160_gives_a_whole_tick_of_every_card_rate_for_ever);
    RUN(test_up_and_down_again_is_the_same_sound);
    RUN(test_full_scale_saturates_and_a_constant_stays);
    RUN(test_blocks_of_any_size_give_the_same_samples);
    RUN(test_too_little_room_takes_nothing);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
