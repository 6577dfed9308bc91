/* The plain and the AVX2 variant of each kernel that has two give the same bits. On a processor without AVX2
 * both are the plain one. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fft_work.h"
#include "check.h"
#include "cti/random.h"
#include "line/echo_can_state.h"
#include "tone/dtmf_work.h"
#include "tone/progress_work.h"

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

/* Noise, tones in and above the low band, and pauses, so that the bins above come and go. */
static void make_sounds(int16_t *pcm) {
    cti_random *r = dice();
    static const double HZ[4] = {425.0, 950.0, 1800.0, 2475.0};
    for (int i = 0; i < N; i++) {
        int part = i / 1500;
        double tone = sin(6.283185307179586 * HZ[part / 3 % 4] * i / 8000.0);
        pcm[i] = (int16_t)((part % 3 == 0 ? 5000.0 * tone : 0.0) +
                           (part % 3 == 1 ? 1000.0 : 2.0) * cti_random_normal(r));
    }
    free(r);
}

static void the_call_progress_spectrum_is_equal_to_the_bit(void) {
    static int16_t pcm[N];
    static progress_bank b[2];
    make_sounds(pcm);
    for (int runs = 0; runs <= 10;
         runs += 2) { /* of bins above the low band: none, and all there is room for */
        uint8_t high[PROGRESS_LAST_BIN + 1] = {0};
        for (int k = 0; k < runs; k++)
            for (int m = 62 + 25 * k; m < 71 + 25 * k; m++)
                high[m] = 1;
        for (int v = 0; v < 2; v++) {
            progress_bank_init(&b[v], high);
            b[v].work = v == 0 ? &progress_work_plain : &progress_work_avx2;
        }
        CHECK_EQ(b[0].high, 15 * runs);
        int lived = 0;
        size_t from = offsetof(progress_bank, hop_power); /* the spectrum, and all that follows */
        for (int i = 0; i < N; i += PROGRESS_HOP) {
            for (int v = 0; v < 2; v++)
                CHECK_EQ(progress_bank_run(&b[v], pcm + i, PROGRESS_HOP), PROGRESS_HOP);
            CHECK(memcmp((char *)&b[0] + from, (char *)&b[1] + from, sizeof b[0] - from) == 0);
            for (int d = 0; d < PROGRESS_DUMPS; d++) { /* behind the bins stand zeros of either sign */
                size_t bins = (size_t)b[0].bins * sizeof(float);
                CHECK(memcmp(b[0].dump_re[d], b[1].dump_re[d], bins) == 0);
                CHECK(memcmp(b[0].dump_im[d], b[1].dump_im[d], bins) == 0);
                for (int k = b[0].bins; k < PROGRESS_BINS; k++)
                    for (int v = 0; v < 2; v++)
                        CHECK(!(fabsf(b[v].dump_re[d][k]) > 0.0f || fabsf(b[v].dump_im[d][k]) > 0.0f));
            }
            CHECK_EQ(b[0].live, b[1].live);
            lived += b[0].live > 0;
        }
        CHECK((lived > 0) == (runs > 0) && lived < N / PROGRESS_HOP);
    }
}

/* Two sines, noise of all levels down to none, full scale, and silence. */
static void the_front_end_of_the_digit_receiver_is_equal_to_the_bit(void) {
    static dtmf_bank b[2];
    static int16_t pcm[N];
    cti_random *r = dice();
    for (int i = 0; i < N; i++) {
        double tone = i / 2000 % 2 ? 0.0 : 9000.0 * (sin(0.5474 * i) + sin(0.9495 * i));
        double noise = i / 3000 % 3 == 2 ? 0.0 : pow(10.0, i / 5000) * cti_random_normal(r);
        pcm[i] = (int16_t)fmax(-32768.0, fmin(32767.0, tone + noise));
    }
    free(r);
    for (int v = 0; v < 2; v++) {
        dtmf_bank_init(&b[v]);
        b[v].work = v == 0 ? &dtmf_work_plain : &dtmf_work_avx2;
    }
    size_t from = offsetof(dtmf_bank, cosine);
    for (int i = 0; i < N; i += DTMF_HOP) {
        double power[2][DTMF_BINS];
        for (int v = 0; v < 2; v++) {
            CHECK_EQ(dtmf_bank_run(&b[v], pcm + i, DTMF_HOP), DTMF_HOP);
            b[v].work->add_power(&b[v], 3, 5, power[v]);
        }
        CHECK(memcmp((char *)&b[0] + from, (char *)&b[1] + from, sizeof b[0] - from) == 0);
        CHECK(memcmp(power[0], power[1], sizeof power[0]) == 0);
    }
}

static void the_wide_variant_works_where_the_processor_has_it(void) {
    cti_fft fft;
    cti_fft_init(&fft);
    CHECK_EQ(fft.wide, cti_variant_is_wide());
    static progress_bank b;
    uint8_t high[PROGRESS_LAST_BIN + 1] = {0};
    progress_bank_init(&b, high);
    CHECK(b.work == (cti_variant_is_wide() ? &progress_work_avx2 : &progress_work_plain));
}

int main(void) {
    RUN(spectra_and_their_inverse_are_equal_to_the_bit);
    RUN(power_is_that_of_the_windowed_sum);
    RUN(the_echo_canceller_leaves_the_same_and_learns_the_same);
    RUN(the_call_progress_spectrum_is_equal_to_the_bit);
    RUN(the_front_end_of_the_digit_receiver_is_equal_to_the_bit);
    RUN(the_wide_variant_works_where_the_processor_has_it);
    CHECK_END();
}
