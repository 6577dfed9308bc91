#include "check.h"
#include "cti/error.h"
#include "cti/plc.h"
#include "signals.h"

enum { TICK = 160 };

static cti_plc *made(void) {
    cti_plc *s = malloc(cti_plc_size());
    CHECK_EQ(cti_plc_init(s, cti_plc_size()), CTI_OK);
    return s;
}

/* A vowel: harmonics up to `top`, of a pitch that glides by so many Hz a second. */
static signal *vowel_to(double top, double pitch, double dbm0, double glide) {
    signal *x = signal_new(3);
    x->n = 16000;
    double phase = 0, hz = pitch;
    for (int i = 0; i < x->n; i++) {
        for (int h = 1; h * hz < top; h++)
            x->x[i] += sin(SIGNAL_TURN * phase * h + h * h) / h;
        phase += hz / SIGNAL_RATE;
        hz += glide / SIGNAL_RATE;
    }
    double power = 0;
    for (int i = 0; i < x->n; i++)
        power += x->x[i] * x->x[i];
    for (int i = 0; i < x->n; i++)
        x->x[i] *= signal_peak(dbm0) / sqrt(2.0) / sqrt(power / x->n);
    return x;
}

static signal *vowel(double pitch, double dbm0, double glide) {
    return vowel_to(3400, pitch, dbm0, glide);
}

static double power_of(const int16_t *pcm, int n) {
    double sum = 1e-9;
    for (int i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum / n;
}

/* The largest second difference: what clicks. */
static int kink(const int16_t *pcm, int n) {
    int most = 0;
    for (int i = 2; i < n; i++) {
        int k = abs(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]);
        most = k > most ? k : most;
    }
    return most;
}

static void test_sound_without_loss_passes_bit_for_bit(void) {
    signal *x = vowel(120, -15, 0);
    int16_t *in = signal_pcm(x), *out = signal_pcm(x);
    cti_plc *s = made();
    for (int at = 0; at < x->n; at += TICK)
        CHECK_EQ(cti_plc_good(s, out + at, TICK), TICK);
    CHECK_EQ(memcmp(in, out, (size_t)x->n * 2), 0);
    free(in), free(out), free(x), free(s);
}

static void test_a_lost_tick_of_a_vowel_is_rebuilt_within_its_noise(void) {
    double worst = 100;
    for (double pitch = 70; pitch <= 300; pitch += 23) {
        signal *x = vowel(pitch, -15, 0);
        int16_t *in = signal_pcm(x), *out = signal_pcm(x);
        cti_plc *s = made();
        for (int at = 0; at < x->n; at += TICK) {
            if (at == 8000)
                cti_plc_lost(s, out + at, TICK);
            else
                cti_plc_good(s, out + at, TICK);
        }
        double error = 0;
        for (int i = 8000; i < 8000 + TICK; i++)
            error += (double)(in[i] - out[i]) * (in[i] - out[i]);
        double snr = 10 * log10(power_of(in + 8000, TICK) / (error / TICK));
        worst = snr < worst ? snr : worst;
        CHECK(kink(out + 7800, 800) < 1.6 * kink(in + 7800, 800));
        free(in), free(out), free(x), free(s);
    }
    printf("     20 ms of a vowel, pitch 70 to 300 Hz: signal to error %.1f dB at worst (silence: 0)\n",
           worst);
    CHECK(worst > 4);
}

static void test_a_long_loss_fades_from_10_to_60_ms(void) {
    signal *x = vowel(110, -12, 0);
    int16_t *pcm = signal_pcm(x);
    cti_plc *s = made();
    cti_plc_good(s, pcm, 8000);
    cti_plc_lost(s, pcm + 8000, 8000);
    double before = power_of(pcm + 7000, 800);
    CHECK_NEAR(10 * log10(power_of(pcm + 8000, 80) / before), 0, 1.0);
    CHECK_NEAR(10 * log10(power_of(pcm + 8000 + 240, 80) / before), 20 * log10(0.5), 1.5);
    CHECK(10 * log10(power_of(pcm + 8000 + 400, 80) / before) < -15);
    CHECK(power_of(pcm + 8480, 7000) < 1e-6);
    free(pcm), free(x), free(s);
}

static void test_every_bridge_to_good_sound_is_free_of_clicks(void) {
    double worst = 0;
    for (int length = 1; length <= 900; length += 37)
        for (double pitch = 80; pitch < 260; pitch += 60) {
            signal *x = vowel_to(600, pitch, -12, 15); /* so smooth that a click would stand out */
            int16_t *in = signal_pcm(x), *out = signal_pcm(x);
            cti_plc *s = made();
            cti_plc_good(s, out, 8000);
            cti_plc_lost(s, out + 8000, length);
            cti_plc_good(s, out + 8000 + length, 16000 - 8000 - length);
            double ratio = (double)kink(out, 16000) / kink(in, 16000);
            worst = ratio > worst ? ratio : worst;
            /* Nothing is changed beyond 10 ms after the loss. */
            CHECK_EQ(memcmp(in + 8000 + length + 80, out + 8000 + length + 80,
                            (size_t)(16000 - 8080 - length) * 2),
                     0);
            free(in), free(out), free(x), free(s);
        }
    printf("     sharpest bend near losses of 0.1 to 113 ms: %.2f times that of the vowel\n", worst);
    CHECK(worst < 1.7);
}

static void test_noise_stays_noise_and_as_loud(void) {
    signal *x = signal_new(4);
    x->n = 16000;
    signal_noise(x, -20);
    int16_t *pcm = signal_pcm(x);
    cti_plc *s = made();
    for (int at = 0; at < x->n; at += TICK) {
        if (at / TICK % 5 == 4)
            cti_plc_lost(s, pcm + at, 80), cti_plc_good(s, pcm + at + 80, 80);
        else
            cti_plc_good(s, pcm + at, TICK);
    }
    double lost = 0;
    for (int at = 4 * TICK; at < x->n; at += 5 * TICK)
        lost += power_of(pcm + at, 80) / 20;
    CHECK_NEAR(10 * log10(lost) - 10 * log10(16140.0 * 16140.0), -20, 1.5);
    free(pcm), free(x), free(s);
}

static void test_loss_before_any_sound_is_silence(void) {
    cti_plc *s = made();
    int16_t pcm[TICK] = {1, 2, 3};
    CHECK_EQ(cti_plc_lost(s, pcm, TICK), TICK);
    for (int i = 0; i < TICK; i++)
        CHECK_EQ(pcm[i], 0);
    free(s);
}

static void test_blocks_of_any_size_give_the_same_sound(void) {
    signal *x = vowel(130, -12, 0);
    int16_t *a = signal_pcm(x), *b = signal_pcm(x);
    cti_plc *one = made(), *many = made();
    cti_plc_good(one, a, 8000);
    cti_plc_lost(one, a + 8000, 500);
    cti_plc_good(one, a + 8500, 7500);
    for (int at = 0, n = 1; at < 16000; at += n, n = n % 61 + 1) {
        int edge = at < 8000 ? 8000 : at < 8500 ? 8500 : 16000;
        n = at + n > edge ? edge - at : n;
        if (edge == 8500)
            cti_plc_lost(many, b + at, n);
        else
            cti_plc_good(many, b + at, n);
    }
    CHECK_EQ(memcmp(a, b, 16000 * 2), 0);
    free(a), free(b), free(x), free(one), free(many);
}

static void test_loss_upon_loss_within_the_bridge_goes_on_without_a_click(void) {
    signal *x = vowel(130, -12, 0);
    int16_t *in = signal_pcm(x), *out = signal_pcm(x);
    cti_plc *s = made();
    cti_plc_good(s, out, 8000);
    for (int at = 8000; at < 10000; at += 200) {
        cti_plc_lost(s, out + at, 160);
        cti_plc_good(s, out + at + 160, 40);
    }
    cti_plc_good(s, out + 10000, 6000);
    CHECK(kink(out, 16000) < 2 * kink(in, 16000));
    free(in), free(out), free(x), free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_plc *s = made();
    int16_t one = 0;
    CHECK_EQ(cti_plc_init(s, 10), CTI_ERR_SIZE);
    CHECK_EQ(cti_plc_init(NULL, 10), CTI_ERR_ARG);
    CHECK_EQ(cti_plc_good(s, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_plc_lost(s, &one, -1), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_sound_without_loss_passes_bit_for_bit);
    RUN(test_a_lost_tick_of_a_vowel_is_rebuilt_within_its_noise);
    RUN(test_a_long_loss_fades_from_10_to_60_ms);
    RUN(test_every_bridge_to_good_sound_is_free_of_clicks);
    RUN(test_noise_stays_noise_and_as_loud);
    RUN(test_loss_before_any_sound_is_silence);
    RUN(test_blocks_of_any_size_give_the_same_sound);
    RUN(test_loss_upon_loss_within_the_bridge_goes_on_without_a_click);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
