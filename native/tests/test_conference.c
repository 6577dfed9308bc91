#include "check.h"
#include "cti/conference.h"
#include "cti/error.h"
#include "signals.h"

enum { N = 160, MOST = 8 };

static int16_t in[MOST * N], out[MOST * N];

static cti_conference *made(int parties) {
    cti_conference *c = malloc(cti_conference_size(parties));
    CHECK_EQ(cti_conference_init(c, cti_conference_size(parties), parties), CTI_OK);
    return c;
}

/* Party i says the constant 10^i, so that a digit of the sum tells who is heard how often. */
static void say_digits(int parties) {
    int value = 1;
    for (int i = 0; i < parties; i++, value *= 10)
        for (int k = 0; k < N; k++)
            in[i * N + k] = (int16_t)value;
}

static void run(cti_conference *c) {
    CHECK_EQ(cti_conference_run(c, in, N, out, N, N), N);
}

static int last(int who) {
    return out[who * N + N - 1];
}

static void test_each_role_is_heard_by_whom_it_should_be(void) {
    cti_conference *c = made(5);
    say_digits(5);
    CHECK_EQ(cti_conference_set(c, 0, CTI_ROLE_TALK, 0, 4096), CTI_OK);
    CHECK_EQ(cti_conference_set(c, 1, CTI_ROLE_TALK, 0, 4096), CTI_OK);
    CHECK_EQ(cti_conference_set(c, 2, CTI_ROLE_MUTED, 0, 4096), CTI_OK);
    CHECK_EQ(cti_conference_set(c, 3, CTI_ROLE_LISTEN, 0, 4096), CTI_OK);
    CHECK_EQ(cti_conference_set(c, 4, CTI_ROLE_WHISPER, 1, 4096), CTI_OK);
    run(c);
    run(c);
    CHECK_EQ(last(0), 10);
    CHECK_EQ(last(1), 10001);
    CHECK_EQ(last(2), 11);
    CHECK_EQ(last(3), 11);
    CHECK_EQ(last(4), 11);
    CHECK_EQ(cti_conference_role(c, 4), CTI_ROLE_WHISPER);
    CHECK_EQ(cti_conference_set(c, 4, CTI_ROLE_WHISPER, 0, 4096), CTI_OK);
    CHECK_EQ(cti_conference_set(c, 2, CTI_ROLE_TALK, 0, 4096), CTI_OK);
    run(c);
    CHECK_EQ(last(1), 101);
    run(c);
    CHECK_EQ(last(0), 10110);
    CHECK_EQ(last(1), 101);
    CHECK_EQ(last(3), 111);
    CHECK_EQ(cti_conference_set(c, 0, CTI_ROLE_AWAY, 0, 4096), CTI_OK);
    run(c);
    CHECK_EQ(last(0), 0);
    CHECK_EQ(last(1), 100);
    free(c);
}

static void test_a_whisper_never_reaches_two_at_once(void) {
    cti_conference *c = made(3);
    say_digits(3);
    for (int k = 0; k < N; k++)
        in[k] = in[N + k] = 0, in[2 * N + k] = 10000;
    cti_conference_set(c, 0, CTI_ROLE_TALK, 0, 4096);
    cti_conference_set(c, 1, CTI_ROLE_TALK, 0, 4096);
    for (int turn = 0; turn < 10; turn++) {
        cti_conference_set(c, 2, CTI_ROLE_WHISPER, turn % 2, 4096);
        for (int tick = 0; tick < 3; tick++) {
            run(c);
            for (int k = 0; k < N; k++)
                CHECK(out[k] == 0 || out[N + k] == 0);
        }
        CHECK_EQ(last(turn % 2), 10000);
        CHECK_EQ(last(1 - turn % 2), 0);
    }
    free(c);
}

static void test_every_change_is_a_ramp_of_5_ms(void) {
    cti_conference *c = made(2);
    for (int k = 0; k < N; k++)
        in[k] = 0, in[N + k] = 20000;
    static const int ROLES[] = {CTI_ROLE_TALK, CTI_ROLE_MUTED,  CTI_ROLE_WHISPER, CTI_ROLE_TALK,
                                CTI_ROLE_AWAY, CTI_ROLE_LISTEN, CTI_ROLE_TALK,    CTI_ROLE_AWAY};
    cti_conference_set(c, 0, CTI_ROLE_LISTEN, 0, 4096);
    run(c);
    int before = 0, steepest = 0;
    for (int r = 0; r < 8; r++) {
        cti_conference_set(c, 1, ROLES[r], 0, r == 3 ? 2048 : 4096);
        for (int tick = 0; tick < 2; tick++) {
            run(c);
            for (int k = 0; k < N; k++) {
                steepest = abs(out[k] - before) > steepest ? abs(out[k] - before) : steepest;
                before = out[k];
            }
        }
        CHECK_EQ(before, r == 3                                                      ? 10000
                         : ROLES[r] == CTI_ROLE_TALK || ROLES[r] == CTI_ROLE_WHISPER ? 20000
                                                                                     : 0);
    }
    CHECK_NEAR(steepest, 20000 / 40, 5);
    free(c);
}

static void test_joining_and_leaving_fades_what_the_party_hears(void) {
    cti_conference *c = made(2);
    for (int k = 0; k < N; k++)
        in[k] = 0, in[N + k] = 20000;
    cti_conference_set(c, 1, CTI_ROLE_TALK, 0, 4096);
    run(c);
    cti_conference_set(c, 0, CTI_ROLE_TALK, 0, 4096);
    run(c);
    CHECK_NEAR(out[0], 500, 4);
    CHECK_NEAR(out[19], 10000, 4);
    CHECK_EQ(out[40], 20000);
    cti_conference_set(c, 0, CTI_ROLE_AWAY, 0, 4096);
    run(c);
    CHECK_NEAR(out[0], 19500, 4);
    CHECK_NEAR(out[38], 500, 4);
    CHECK_EQ(out[39], 0);
    CHECK_EQ(out[100], 0);
    free(c);
}

static void test_two_parties_hear_each_other_bit_for_bit(void) {
    cti_conference *c = made(2);
    cti_conference_set(c, 0, CTI_ROLE_TALK, 0, 4096);
    cti_conference_set(c, 1, CTI_ROLE_TALK, 0, 4096);
    run(c);
    signal *x = signal_new(5);
    x->n = 2 * N;
    signal_noise(x, 0);
    int16_t *pcm = signal_pcm(x);
    memcpy(in, pcm, sizeof(*pcm) * 2 * N);
    run(c);
    CHECK_EQ(memcmp(out, in + N, N * 2), 0);
    CHECK_EQ(memcmp(out + N, in, N * 2), 0);
    free(pcm), free(x), free(c);
}

static void test_loud_parties_saturate_and_one_of_them_alone_does_not_hear_itself(void) {
    enum { PARTIES = 256 };
    static int16_t loud[PARTIES * N], heard[PARTIES * N];
    cti_conference *c = made(PARTIES);
    for (int i = 0; i < PARTIES * N; i++)
        loud[i] = INT16_MIN;
    for (int i = 0; i < PARTIES; i++)
        cti_conference_set(c, i, CTI_ROLE_TALK, 0, 65535);
    CHECK_EQ(cti_conference_run(c, loud, N, heard, N, N), N);
    CHECK_EQ(cti_conference_run(c, loud, N, heard, N, N), N);
    CHECK_EQ(heard[0], INT16_MIN);
    CHECK_EQ(heard[PARTIES * N - 1], INT16_MIN);
    for (int i = 1; i < PARTIES; i++)
        cti_conference_set(c, i, CTI_ROLE_LISTEN, 0, 4096);
    CHECK_EQ(cti_conference_run(c, loud, N, heard, N, N), N);
    CHECK_EQ(cti_conference_run(c, loud, N, heard, N, N), N);
    CHECK_EQ(heard[N - 1], 0);
    CHECK_EQ(heard[N], INT16_MIN);
    free(c);
}

static void test_blocks_of_any_size_give_the_same_sound(void) {
    enum { LONG = 4000 };
    signal *x = signal_new(6);
    x->n = 3 * LONG;
    signal_noise(x, -3);
    int16_t *pcm = signal_pcm(x), *whole = calloc(3 * LONG, 2), *parts = calloc(3 * LONG, 2);
    cti_conference *a = made(3), *b = made(3);
    for (int i = 0; i < 3; i++) {
        cti_conference_set(a, i, i == 2 ? CTI_ROLE_WHISPER : CTI_ROLE_TALK, 0, 3000 + i);
        cti_conference_set(b, i, i == 2 ? CTI_ROLE_WHISPER : CTI_ROLE_TALK, 0, 3000 + i);
    }
    CHECK_EQ(cti_conference_run(a, pcm, LONG, whole, LONG, LONG), LONG);
    for (int at = 0, n = 1; at < LONG; at += n, n = n % 89 + 1)
        cti_conference_run(b, pcm + at, LONG, parts + at, LONG, at + n > LONG ? LONG - at : n);
    CHECK_EQ(memcmp(whole, parts, 3 * LONG * 2), 0);
    free(pcm), free(whole), free(parts), free(x), free(a), free(b);
}

static void test_bad_arguments_are_refused(void) {
    CHECK_EQ(cti_conference_size(0), 0);
    CHECK_EQ(cti_conference_size(257), 0);
    cti_conference *c = made(2);
    CHECK_EQ(cti_conference_set(c, 0, CTI_ROLE_WHISPER, 0, 4096), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_set(c, 0, CTI_ROLE_WHISPER, 2, 4096), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_set(c, 2, CTI_ROLE_TALK, 0, 4096), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_set(c, 0, 5, 0, 4096), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_set(c, 0, CTI_ROLE_TALK, 0, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_role(c, 0), CTI_ROLE_AWAY);
    CHECK_EQ(cti_conference_role(c, 9), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_run(c, in, N - 1, out, N, N), CTI_ERR_ARG);
    CHECK_EQ(cti_conference_run(c, NULL, N, out, N, N), CTI_ERR_ARG);
    free(c);
}

int main(void) {
    RUN(test_each_role_is_heard_by_whom_it_should_be);
    RUN(test_a_whisper_never_reaches_two_at_once);
    RUN(test_every_change_is_a_ramp_of_5_ms);
    RUN(test_joining_and_leaving_fades_what_the_party_hears);
    RUN(test_two_parties_hear_each_other_bit_for_bit);
    RUN(test_loud_parties_saturate_and_one_of_them_alone_does_not_hear_itself);
    RUN(test_blocks_of_any_size_give_the_same_sound);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
