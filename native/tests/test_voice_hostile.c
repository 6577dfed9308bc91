/* Calls in any order, of any size, with any sound: nothing is read or written outside (the sanitisers
 * watch), and every result is one the header names. Nothing is allocated after init. */
#include "check.h"
#include "cti/agc.h"
#include "cti/comfort_noise.h"
#include "cti/conference.h"
#include "cti/elastic.h"
#include "cti/error.h"
#include "cti/plc.h"
#include "cti/resample.h"
#include "cti/shock_limiter.h"
#include "cti/stretch.h"
#include "heap_count.h"
#include "signals.h"

enum { MOST = 4200, ROUNDS = 1500, PARTIES = 5 };

static int16_t in[PARTIES * MOST], out[24 * MOST];
static signal dice;

static int below(int n) {
    return (int)(signal_uniform(&dice) * n);
}

static int size(void) {
    return below(4) == 0 ? below(MOST) : below(8) == 0 ? 0 : below(330);
}

/* Silence, noise, full-scale squares, single impulses, a ramp. */
static void fill(int16_t *pcm, int n) {
    int kind = below(5), period = 1 + below(300);
    for (int i = 0; i < n; i++)
        pcm[i] = (int16_t)(kind == 0   ? 0
                           : kind == 1 ? below(65536) - 32768
                           : kind == 2 ? (i / period % 2 ? 32767 : -32768)
                           : kind == 3 ? (i % period == 0) * -32768
                                       : i * 37 % 65536 - 32768);
}

static void *state(size_t bytes) {
    CHECK(bytes > 0);
    return malloc(bytes); /* of exactly the size that is asked for */
}

static void test_limiter_gain_noise_and_concealment(void) {
    cti_shock_limiter *limiter = state(cti_shock_limiter_size());
    cti_agc *agc = state(cti_agc_size());
    cti_comfort_noise *noise = state(cti_comfort_noise_size());
    cti_plc *plc = state(cti_plc_size());
    CHECK_EQ(cti_shock_limiter_init(limiter, cti_shock_limiter_size(), NULL), CTI_OK);
    CHECK_EQ(cti_agc_init(agc, cti_agc_size(), NULL), CTI_OK);
    CHECK_EQ(cti_comfort_noise_init(noise, cti_comfort_noise_size(), 1), CTI_OK);
    CHECK_EQ(cti_plc_init(plc, cti_plc_size()), CTI_OK);
    long before = heap_calls;
    for (int round = 0; round < ROUNDS; round++) {
        int n = size();
        fill(in, n);
        CHECK_EQ(cti_comfort_noise_learn(noise, in, n), n);
        CHECK_EQ(below(2) ? cti_plc_good(plc, in, n) : cti_plc_lost(plc, in, n), n);
        CHECK_EQ(cti_agc_run(agc, in, n), n);
        CHECK(cti_agc_gain_db(agc) >= -15.01f && cti_agc_gain_db(agc) <= 15.01f);
        CHECK_EQ(cti_shock_limiter_mute(limiter, below(9) == 0), CTI_OK);
        CHECK_EQ(cti_shock_limiter_run(limiter, in, n), n);
        for (int i = 0; i < n; i++)
            CHECK(in[i] <= 16159 && in[i] >= -16159);
        CHECK_EQ(cti_comfort_noise_make(noise, out, n), n);
    }
    CHECK_EQ(heap_calls, before);
    free(limiter), free(agc), free(noise), free(plc);
}

static void test_elastic(void) {
    for (int c = 0; c < 6; c++) {
        cti_elastic_config cfg = {40 + below(800), 0, 1000.0f};
        cfg.most = cfg.target + 80 + below(3000);
        cti_elastic *s = state(cti_elastic_size(&cfg));
        CHECK_EQ(cti_elastic_init(s, cti_elastic_size(&cfg), &cfg), CTI_OK);
        long before = heap_calls;
        for (int round = 0; round < ROUNDS / 3; round++) {
            int n = size() % 4001, m = size() % 4001;
            fill(in, n);
            for (int i = below(3); i > 0; i--)
                CHECK_EQ(cti_elastic_put(s, in, n), n);
            for (int i = below(3); i > 0; i--)
                CHECK_EQ(cti_elastic_get(s, m ? out : NULL, m, below(2) * below(400)), m);
            cti_elastic_status st;
            cti_elastic_status_of(s, &st);
            CHECK(fabs(st.ppm) <= 1000.1 && fabs(st.rate_ppm) <= 1000.1);
            CHECK(st.slips >= 0 && st.dropped >= 0 && st.silenced >= 0);
        }
        CHECK_EQ(heap_calls, before);
        free(s);
    }
}

static void test_stretch(void) {
    cti_stretch *s = state(cti_stretch_size());
    CHECK_EQ(cti_stretch_init(s, cti_stretch_size(), 1.0f), CTI_OK);
    long before = heap_calls;
    for (int round = 0; round < ROUNDS; round++) {
        int n = size(), m = size();
        fill(in, n);
        int put = cti_stretch_put(s, in, n), got = cti_stretch_get(s, out, m);
        CHECK(put == CTI_ERR_STATE || (put >= 0 && put <= n));
        CHECK(got >= 0 && got <= m);
        CHECK_EQ(cti_stretch_set_speed(s, 0.5f + 1.5f * (float)signal_uniform(&dice)), CTI_OK);
        if (below(20) == 0)
            CHECK_EQ(cti_stretch_end(s), CTI_OK);
        if (below(20) == 0)
            CHECK_EQ(cti_stretch_reset(s), CTI_OK);
    }
    CHECK_EQ(heap_calls, before);
    free(s);
}

static void test_resample(void) {
    static const int RATES[] = {4000, 8000, 11025, 16000, 22050, 44100, 48000, 96000};
    for (int c = 0; c < 12; c++) {
        int from = RATES[below(8)], to = RATES[below(8)];
        size_t bytes = cti_resample_size(from, to);
        if (bytes == 0)
            continue;
        cti_resample *s = state(bytes);
        CHECK_EQ(cti_resample_init(s, bytes, from, to), CTI_OK);
        long before = heap_calls;
        for (int round = 0; round < 30; round++) {
            int n = size(), count = cti_resample_count(s, n);
            fill(in, n);
            CHECK(count >= 0 && count <= 24 * MOST);
            CHECK_EQ(cti_resample_run(s, in, n, out, count), count);
        }
        CHECK_EQ(heap_calls, before);
        free(s);
    }
}

static void test_conference(void) {
    cti_conference *c = state(cti_conference_size(PARTIES));
    CHECK_EQ(cti_conference_init(c, cti_conference_size(PARTIES), PARTIES), CTI_OK);
    long before = heap_calls;
    for (int round = 0; round < ROUNDS; round++) {
        int n = below(400);
        for (int i = 0; i < PARTIES; i++)
            fill(in + i * MOST, n);
        int who = below(PARTIES), role = below(5), target = below(PARTIES);
        int expected = role == CTI_ROLE_WHISPER && target == who ? CTI_ERR_ARG : CTI_OK;
        CHECK_EQ(cti_conference_set(c, who, role, target, below(65536)), expected);
        CHECK_EQ(cti_conference_run(c, in, MOST, out, MOST, n), n);
    }
    CHECK_EQ(heap_calls, before);
    free(c);
}

int main(void) {
    dice.seed = 77;
    heap_count_begin();
    RUN(test_limiter_gain_noise_and_concealment);
    RUN(test_elastic);
    RUN(test_stretch);
    RUN(test_resample);
    RUN(test_conference);
    CHECK_END();
}
