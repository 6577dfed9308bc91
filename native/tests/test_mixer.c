#include "check.h"
#include "cti/error.h"
#include "cti/mixer.h"

static void test_a_sum_past_full_scale_saturates(void) {
    int16_t out[3] = {30000, -30000, 5}, in[3] = {10000, -10000, 7};
    CHECK_EQ(cti_mix_add(out, in, 4096, 3), 3);
    CHECK_EQ(out[0], 32767);
    CHECK_EQ(out[1], -32768);
    CHECK_EQ(out[2], 12);
}

static void test_gain_is_rounded_to_nearest(void) {
    int16_t in[4] = {3, -3, 1000, -32768}, out[4] = {0, 0, 0, 0};
    CHECK_EQ(cti_mix_add(out, in, 2048, 4), 4);
    CHECK_EQ(out[0], 2);
    CHECK_EQ(out[1], -1);
    CHECK_EQ(out[2], 500);
    CHECK_EQ(out[3], -16384);
    int16_t turned[1] = {0}, one[1] = {100};
    CHECK_EQ(cti_mix_add(turned, one, -4096, 1), 1);
    CHECK_EQ(turned[0], -100);
}

static void test_many_loud_inputs_at_the_highest_gain_do_not_overflow(void) {
    static int16_t in[1024 * 200], out[200];
    static int32_t gain[1024];
    for (int i = 0; i < 1024; i++)
        gain[i] = 65535;
    for (int i = 0; i < 1024 * 200; i++)
        in[i] = -32768;
    CHECK_EQ(cti_mix(in, 200, 1024, gain, out, 200), 200);
    CHECK_EQ(out[0], -32768);
    CHECK_EQ(out[199], -32768);
}

static void test_a_conference_party_does_not_hear_itself(void) {
    enum { N = 333, PARTIES = 4 };
    static int16_t in[PARTIES * N], out[PARTIES * N], all[N];
    for (int i = 0; i < PARTIES; i++)
        for (int k = 0; k < N; k++)
            in[i * N + k] = (int16_t)((i + 1) * 1000 + k);
    CHECK_EQ(cti_mix_conference(in, N, PARTIES, NULL, out, N, N), N);
    CHECK_EQ(cti_mix(in, N, PARTIES, NULL, all, N), N);
    for (int i = 0; i < PARTIES; i++)
        for (int k = 0; k < N; k++)
            CHECK_EQ(out[i * N + k], all[k] - in[i * N + k]);
}

static void test_a_party_of_gain_0_only_listens(void) {
    int16_t in[3] = {100, 200, 400}, out[3];
    int32_t gain[3] = {4096, 0, 4096};
    CHECK_EQ(cti_mix_conference(in, 1, 3, gain, out, 1, 1), 1);
    CHECK_EQ(out[0], 400);
    CHECK_EQ(out[1], 500);
    CHECK_EQ(out[2], 100);
}

static void test_bad_arguments_change_nothing(void) {
    int16_t in[2] = {1, 2}, out[2] = {7, 7};
    int32_t gain[1] = {70000};
    CHECK_EQ(cti_mix(in, 2, 1, gain, out, 2), CTI_ERR_ARG);
    CHECK_EQ(cti_mix(in, 1, 1, NULL, out, 2), CTI_ERR_ARG);
    CHECK_EQ(cti_mix(in, 2, 0, NULL, out, 2), CTI_ERR_ARG);
    CHECK_EQ(cti_mix_add(NULL, in, 4096, 2), CTI_ERR_ARG);
    CHECK_EQ(out[0], 7);
}

int main(void) {
    RUN(test_a_sum_past_full_scale_saturates);
    RUN(test_gain_is_rounded_to_nearest);
    RUN(test_many_loud_inputs_at_the_highest_gain_do_not_overflow);
    RUN(test_a_conference_party_does_not_hear_itself);
    RUN(test_a_party_of_gain_0_only_listens);
    RUN(test_bad_arguments_change_nothing);
    CHECK_END();
}
