/* The plain and the AVX2 variant of each kernel that has two give the same bits. On a processor without AVX2
 * both are the plain one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fft_work.h"
#include "check.h"
#include "cti/random.h"
#include "line/echo_can_state.h"

enum { N = 24000 };

static cti_random *dice(void) {
    cti_random *r = malloc(cti_random_size());
    cti_random_init(r, cti_random_size(), 11);
    return r;
}

static void spectra_and_their_inverse_are_equal_to_the_bit(void) {
    cti_fft fft;
    cti_fft_init(&fft);
    cti_random *r = dice();
    for (int round = 0; round < 200; round++) {
        float x[CTI_FFT_SIZE], back[2][CTI_FFT_SIZE], power[2][CTI_FFT_BINS];
        cti_spectrum out[2];
        double scale = pow(10.0, (int)cti_random_below(r, 12) - 6); /* also quiet ones */
        for (int i = 0; i < CTI_FFT_SIZE; i++)
            x[i] = (float)(scale * cti_random_normal(r));
        const fft_work *work[2] = {&fft_work_plain, &fft_work_avx2};
        for (int v = 0; v < 2; v++) {
            work[v]->forward(&fft, x, &out[v]);
            work[v]->back(&fft, &out[v], back[v]);
            work[v]->power(&fft, x, power[v]);
        }
        CHECK(memcmp(&out[0], &out[1], sizeof out[0]) == 0);
        CHECK(memcmp(back[0], back[1], sizeof back[0]) == 0);
        CHECK(memcmp(power[0], power[1], sizeof power[0]) == 0);
        for (int i = 0; i < CTI_FFT_SIZE; i++)
            CHECK_NEAR(back[0][i], x[i], 1e-5 * scale);
    }
    free(r);
}

/* An independent sum for each bin, as the transform is defined. */
static void power_is_that_of_the_windowed_sum(void) {
    cti_fft fft;
    cti_fft_init(&fft);
    cti_random *r = dice();
    float x[CTI_FFT_SIZE], power[CTI_FFT_BINS];
    for (int i = 0; i < CTI_FFT_SIZE; i++)
        x[i] = (float)(1000.0 * cti_random_normal(r));
    cti_fft_power(&fft, x, power);
    for (int k = 0; k < CTI_FFT_BINS; k++) {
        double re = 0.0, im = 0.0;
        for (int i = 0; i < CTI_FFT_SIZE; i++) {
            double hann = 0.5 - 0.5 * cos(6.283185307179586 * (i + 0.5) / CTI_FFT_SIZE);
            double turn = 6.283185307179586 * (double)(k * i % CTI_FFT_SIZE) / CTI_FFT_SIZE;
            re += hann * (double)x[i] * cos(turn);
            im += hann * (double)x[i] * sin(turn);
        }
        double both_sides = k == 0 || k == CTI_FFT_SIZE / 2 ? 1.0 : 2.0;
        double mean = both_sides * (re * re + im * im) / (0.375 * CTI_FFT_SIZE * CTI_FFT_SIZE);
        CHECK_NEAR(power[k], mean, 1e-4 * mean + 1e-2);
    }
    free(r);
}

/* Noise with pauses, its echo, and somebody who talks in between. */
static void make_line(int16_t *sent, int16_t *came) {
    cti_random *r = dice();
    for (int i = 0; i < N; i++) {
        int pause = i / 4000 % 3 == 2, talks = i / 3000 % 4 == 3;
        sent[i] = (int16_t)(pause ? 0.0 : 3000.0 * cti_random_normal(r));
        double echo = i < 60 ? 0.0 : 0.3 * sent[i - 20] - 0.2 * sent[i - 33] + 0.05 * sent[i - 60];
        came[i] = (int16_t)(echo + (talks ? 2000.0 : 5.0) * cti_random_normal(r));
    }
    free(r);
}

static void the_echo_canceller_leaves_the_same_and_learns_the_same(void) {
    static int16_t sent[N], came[N], out[2][N];
    make_line(sent, came);
    for (int taps = ECHO_BLOCK; taps <= ECHO_TAPS; taps += ECHO_BLOCK) {
        cti_echo_can_config cfg = {taps};
        cti_echo_can *e[2];
        for (int v = 0; v < 2; v++) {
            e[v] = calloc(1, cti_echo_can_size());
            CHECK_EQ(cti_echo_can_init(e[v], cti_echo_can_size(), &cfg), 0);
            e[v]->work = v == 0 ? &echo_work_plain : &echo_work_avx2;
            for (int i = 0; i < N; i += 160)
                cti_echo_can_run(e[v], sent + i, came + i, out[v] + i, 160);
        }
        CHECK(memcmp(out[0], out[1], sizeof out[0]) == 0);
        size_t from = offsetof(struct cti_echo_can, parts);
        CHECK(memcmp((char *)e[0] + from, (char *)e[1] + from, sizeof *e[0] - from) == 0);
        free(e[0]);
        free(e[1]);
    }
}

static void the_wide_variant_works_where_the_processor_has_it(void) {
    cti_fft fft;
    cti_fft_init(&fft);
    CHECK_EQ(fft.wide, cti_variant_is_wide());
}

int main(void) {
    RUN(spectra_and_their_inverse_are_equal_to_the_bit);
    RUN(power_is_that_of_the_windowed_sum);
    RUN(the_echo_canceller_leaves_the_same_and_learns_the_same);
    RUN(the_wide_variant_works_where_the_processor_has_it);
    CHECK_END();
}
