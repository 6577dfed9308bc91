#include "check.h"
#include "cti/compare.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "signals.h"

typedef int search(const int16_t *, int64_t, const int16_t *, int64_t, void *, int64_t, cti_match *);

static int find_by(search *by, const int16_t *needle, int64_t n, const int16_t *hay, int64_t h,
                   cti_match *m) {
    int64_t size = cti_compare_work_size(n, h);
    CHECK(size > 0);
    void *work = malloc((size_t)size);
    int found = by(needle, n, hay, h, work, size, m);
    free(work);
    return found;
}

static int find(const int16_t *needle, int64_t n, const int16_t *hay, int64_t h, cti_match *m) {
    return find_by(cti_compare_find, needle, n, hay, h, m);
}

static int find_over_line(const int16_t *needle, int64_t n, const int16_t *hay, int64_t h, cti_match *m) {
    return find_by(cti_compare_line, needle, n, hay, h, m);
}

/* A haystack of speech with the needle (speech of another seed) at `at`, changed by gain, law and noise. */
typedef struct scene {
    int16_t *needle, *hay;
    int n, h, at;
} scene;

static scene scene_new(double seconds, int at, double gain_db, int law, double noise_dbm0) {
    scene c = {0};
    signal *s = signal_new(5), *hay = signal_new(6);
    signal_speech(s, seconds * 1000, -18);
    c.needle = signal_pcm(s);
    c.n = s->n;
    c.at = at;
    signal_silence(hay, at / 8.0);
    for (int i = 0; i < c.n; i++)
        hay->x[at + i] += s->x[i] * pow(10.0, gain_db / 20.0);
    hay->n = at + c.n;
    signal_silence(hay, 3000);
    signal_speech(hay, 5000, -18);
    signal_noise(hay, noise_dbm0);
    c.hay = signal_pcm(hay);
    c.h = hay->n;
    cti_law_through(law, c.hay, c.h);
    free(s), free(hay);
    return c;
}

static void scene_free(scene *c) {
    free(c->needle), free(c->hay);
}

static void test_an_exact_copy_is_found_to_the_sample(void) {
    static const int places[] = {0, 1, 79, 8000, 12345};
    for (int i = 0; i < 5; i++) {
        scene c = scene_new(2, places[i], 0, CTI_LAW_LINEAR, -90);
        cti_match m;
        CHECK_EQ(find(c.needle, c.n, c.hay, c.h, &m), 1);
        CHECK_EQ(m.offset, places[i]);
        CHECK_NEAR(m.gain_db, 0, 0.1);
        CHECK(m.correlation > 0.999);
        CHECK(m.snr_db > 40);
        scene_free(&c);
    }
}

static void test_a_law_6_db_and_noise_are_measured(void) {
    scene c = scene_new(4, 17771, -6, CTI_LAW_ALAW, -54);
    cti_match m;
    CHECK_EQ(find(c.needle, c.n, c.hay, c.h, &m), 1);
    CHECK_EQ(m.offset, 17771);
    CHECK_NEAR(m.gain_db, -6, 0.1);
    CHECK_NEAR(m.snr_db, 30, 3.0); /* -24 dBm0 over -54 dBm0 */
    scene_free(&c);
}

static void test_noise_as_loud_as_the_piece_is_tolerated(void) {
    scene c = scene_new(4, 20001, -6, CTI_LAW_ULAW, -26);
    cti_match m;
    CHECK_EQ(find(c.needle, c.n, c.hay, c.h, &m), 1);
    CHECK_EQ(m.offset, 20001);
    CHECK_NEAR(m.snr_db, 2, 1.5);
    scene_free(&c);
}

static void test_another_piece_is_not_found(void) {
    signal *a = signal_new(7), *b = signal_new(8);
    signal_speech(a, 3000, -18);
    signal_speech(b, 20000, -18);
    int16_t *needle = signal_pcm(a), *hay = signal_pcm(b);
    cti_match m;
    CHECK_EQ(find(needle, a->n, hay, b->n, &m), 0);
    free(needle), free(hay), free(a), free(b);
}

static void test_half_a_piece_is_not_the_piece(void) {
    /* What was recorded lacks the second half: the overall likeness must say so. */
    scene c = scene_new(4, 8000, 0, CTI_LAW_LINEAR, -60);
    for (int i = 8000 + c.n / 2; i < 8000 + c.n; i++)
        c.hay[i] = 0;
    cti_match m;
    int found = find(c.needle, c.n, c.hay, c.h, &m);
    CHECK(found == 0 || (m.correlation < 0.9 && m.snr_db < 8));
    scene_free(&c);
}

static void test_the_piece_turned_round_is_not_found(void) {
    scene c = scene_new(2, 4000, 0, CTI_LAW_LINEAR, -60);
    for (int i = 0; i < c.n / 2; i++) {
        int16_t t = c.needle[i];
        c.needle[i] = c.needle[c.n - 1 - i];
        c.needle[c.n - 1 - i] = t;
    }
    cti_match m;
    CHECK_EQ(find(c.needle, c.n, c.hay, c.h, &m), 0);
    scene_free(&c);
}

static void test_a_short_piece_is_found(void) {
    signal *s = signal_new(9);
    signal_silence(s, 3000);
    int at = signal_digit(s, '5', 80, -10, -12, 0);
    signal_silence(s, 3000);
    signal_noise(s, -40);
    int16_t *hay = signal_pcm(s);
    cti_match m;
    CHECK_EQ(find(hay + at, 640, hay, s->n, &m), 1);
    CHECK_EQ(m.offset, at);
    free(hay), free(s);
}

static void test_silence_matches_nothing(void) {
    static int16_t zero[8000], hay[16000];
    for (int i = 0; i < 16000; i++)
        hay[i] = (int16_t)(i % 77 * 100);
    cti_match m;
    CHECK_EQ(find(zero, 8000, hay, 16000, &m), 0);
    CHECK_EQ(find(hay, 8000, zero, 8000, &m), 0);
}

static void test_long_pieces_in_long_recordings_cost_little(void) {
    /* Two minutes in four: done at once, though the full search would be 10^12 steps. */
    signal *s = signal_new(10);
    signal_speech(s, 240000, -18);
    int16_t *hay = signal_pcm(s);
    cti_match m;
    CHECK_EQ(find(hay + 8 * 55555, 8 * 120000, hay, s->n, &m), 1);
    CHECK_EQ(m.offset, 8 * 55555);
    free(hay), free(s);
}

/* An all-pass of second order: every level stays, and what a sample looks like does not. */
static void turn_about(int16_t *pcm, int n) {
    double in[2] = {0}, out[2] = {0};
    for (int i = 0; i < n; i++) {
        double x = pcm[i], y = 0.7 * x - 1.4 * in[0] + in[1] + 1.4 * out[0] - 0.7 * out[1];
        in[1] = in[0], in[0] = x;
        out[1] = out[0], out[0] = y;
        pcm[i] = (int16_t)lrint(y > 32767 ? 32767 : y < -32768 ? -32768 : y);
    }
}

static void test_what_a_line_has_filtered_is_known_by_the_filter(void) {
    scene c = scene_new(4, 17771, -6, CTI_LAW_ALAW, -60);
    turn_about(c.hay, c.h);
    turn_about(c.hay, c.h);
    cti_match m;
    CHECK(find(c.needle, c.n, c.hay, c.h, &m) == 0 || m.snr_db < 6);
    CHECK_EQ(find_over_line(c.needle, c.n, c.hay, c.h, &m), 1);
    CHECK_NEAR(m.offset, 17771, 16);
    CHECK_NEAR(m.gain_db, -6, 0.5);
    CHECK(m.snr_db > 15);
    scene_free(&c);
}

static void test_a_line_whose_clock_is_another_is_followed(void) {
    scene c = scene_new(8, 8000, 0, CTI_LAW_LINEAR, -60);
    int16_t *slow = malloc((size_t)c.h * sizeof *slow);
    for (int i = 0; i < c.h; i++) { /* 150 ppm: 9.6 samples over the piece */
        double at = i * (1 - 150e-6);
        int k = (int)at;
        slow[i] = (int16_t)lrint(c.hay[k] + (at - k) * (c.hay[k + (k + 1 < c.h)] - c.hay[k]));
    }
    cti_match m;
    CHECK(find(c.needle, c.n, slow, c.h, &m) == 0 || m.snr_db < 3);
    CHECK_EQ(find_over_line(c.needle, c.n, slow, c.h, &m), 1);
    CHECK(m.snr_db > 12);
    free(slow);
    scene_free(&c);
}

static void test_another_piece_is_not_found_by_any_filter(void) {
    for (int seed = 20; seed < 26; seed++) {
        scene c = scene_new(2, 8000, 0, CTI_LAW_ALAW, -60);
        signal *other = signal_new(seed);
        signal_speech(other, 1000, -18);
        int16_t *needle = signal_pcm(other);
        cti_match m;
        CHECK(find_over_line(needle, other->n, c.hay, c.h, &m) == 0 || m.snr_db < 6);
        free(needle), free(other);
        scene_free(&c);
    }
}

static void test_bad_arguments_are_refused(void) {
    int16_t pcm[400] = {1, 2, 3};
    double work[600];
    cti_match m;
    CHECK_EQ(cti_compare_work_size(159, 400), CTI_ERR_ARG);
    CHECK_EQ(cti_compare_work_size(400, 399), CTI_ERR_ARG);
    CHECK_EQ(cti_compare_work_size(400, (int64_t)1 << 27), CTI_ERR_ARG);
    CHECK_EQ(cti_compare_find(NULL, 200, pcm, 400, work, sizeof(work), &m), CTI_ERR_ARG);
    CHECK_EQ(cti_compare_find(pcm, 200, pcm, 400, work, 8, &m), CTI_ERR_SIZE);
    CHECK_EQ(cti_compare_find(pcm, 200, pcm, 400, work, sizeof(work), NULL), CTI_ERR_ARG);
}

int main(void) {
    RUN(test_an_exact_copy_is_found_to_the_sample);
    RUN(test_a_law_6_db_and_noise_are_measured);
    RUN(test_noise_as_loud_as_the_piece_is_tolerated);
    RUN(test_another_piece_is_not_found);
    RUN(test_half_a_piece_is_not_the_piece);
    RUN(test_the_piece_turned_round_is_not_found);
    RUN(test_a_short_piece_is_found);
    RUN(test_silence_matches_nothing);
    RUN(test_long_pieces_in_long_recordings_cost_little);
    RUN(test_what_a_line_has_filtered_is_known_by_the_filter);
    RUN(test_a_line_whose_clock_is_another_is_followed);
    RUN(test_another_piece_is_not_found_by_any_filter);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
