#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/player.h"

enum { BLOCK = 160, UNITY = 4096, STAR_BIT = 1 << 10 };

static cti_player *player_of(void) {
    size_t size = cti_player_size();
    cti_player *p = malloc(size);
    CHECK_EQ(cti_player_init(p, size), CTI_OK);
    return p;
}

static int16_t ramp[1000];

static cti_play_item pcm_item(int ref, const int16_t *pcm, int samples) {
    return (cti_play_item){.pcm = pcm, .samples = samples, .ref = ref, .gain_q12 = UNITY};
}

static void test_arguments_out_of_range_are_refused(void) {
    cti_player *p = player_of();
    cti_tone_spec tone = {.parts = 1, .loop_from = -1};
    cti_play_item both = {.pcm = ramp, .samples = 10, .tone = &tone, .gain_q12 = UNITY};
    cti_play_item endless = {.pcm = ramp, .samples = -1, .gain_q12 = UNITY};
    cti_play_item empty_loop = {.pcm = ramp, .samples = 0, .loop = 1, .gain_q12 = UNITY};
    cti_play_item loud = {.pcm = ramp, .samples = 10, .gain_q12 = 65537};
    CHECK_EQ(cti_player_put(p, &both), CTI_ERR_ARG);
    CHECK_EQ(cti_player_put(p, &endless), CTI_ERR_ARG);
    CHECK_EQ(cti_player_put(p, &empty_loop), CTI_ERR_ARG);
    CHECK_EQ(cti_player_put(p, &loud), CTI_ERR_ARG);
    CHECK_EQ(cti_player_init(p, 16), CTI_ERR_SIZE);
    CHECK_EQ(cti_player_run(p, 0, NULL, 160, NULL, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_player_busy(p), 0);
    free(p);
}

/* Pieces of odd lengths, in blocks of 160: what comes out is the ramp without a gap. */
static void test_items_follow_each_other_without_a_gap(void) {
    cti_player *p = player_of();
    static const int length[] = {1, 159, 160, 161, 319, 0, 200};
    int16_t out[7 * BLOCK] = {0};
    cti_event ev[16];
    int at = 0, ends = 0;
    for (int i = 0; i < 7; i++) {
        cti_play_item item = pcm_item(i, ramp + at, length[i]);
        CHECK_EQ(cti_player_put(p, &item), CTI_OK);
        at += length[i];
    }
    CHECK_EQ(at, 1000);
    for (int k = 0; k < 7; k++)
        ends += cti_player_run(p, 5000 + k * BLOCK, out + k * BLOCK, BLOCK, ev + ends, 16 - ends);
    CHECK(memcmp(out, ramp, sizeof ramp) == 0);
    CHECK_EQ(out[1000], 0);
    CHECK_EQ(ends, 7);
    at = 0;
    for (int i = 0; i < ends; i++) {
        CHECK_EQ(ev[i].kind, CTI_EV_PLAY_DONE);
        CHECK_EQ(ev[i].ref, i);
        CHECK_EQ(ev[i].value, CTI_PLAY_ENDED);
        CHECK_EQ(ev[i].length, length[i]);
        CHECK_EQ(ev[i].start, 5000 + at);
        at += length[i];
        CHECK_EQ(ev[i].at, 5000 + at);
    }
    CHECK_EQ(cti_player_busy(p), 0);
    free(p);
}

static void test_output_is_the_same_whatever_the_block(void) {
    int16_t whole[1600] = {0}, single[1600] = {0};
    cti_tone_spec tone = {.parts = 2, .loop_from = 0};
    tone.part[0] = (cti_tone_part){.hz = {425}, .level_dbm0 = -10, .samples = 300};
    tone.part[1] = (cti_tone_part){.samples = 100};
    for (int pass = 0; pass < 2; pass++) {
        cti_player *p = player_of();
        cti_play_item a = {.tone = &tone, .samples = 777, .ref = 1, .gain_q12 = 2048};
        cti_play_item b = pcm_item(2, ramp, 700);
        cti_event ev[4];
        CHECK_EQ(cti_player_put(p, &a), CTI_OK);
        CHECK_EQ(cti_player_put(p, &b), CTI_OK);
        if (pass == 0)
            CHECK_EQ(cti_player_run(p, 0, whole, 1600, ev, 4), 2);
        else
            for (int i = 0; i < 1600; i++)
                cti_player_run(p, i, single + i, 1, ev, 4);
        free(p);
    }
    CHECK(memcmp(whole, single, sizeof whole) == 0);
    CHECK(memcmp(whole + 777, ramp, 700 * sizeof ramp[0]) == 0);
}

/* The ramp with 300 samples of silence or of another sound in it: nothing of it is lost. */
static void test_an_interruption_holds_what_plays_to_the_sample(void) {
    static int16_t flat[300];
    for (int i = 0; i < 300; i++)
        flat[i] = -77;
    for (int pass = 0; pass < 3; pass++) { /* to its end, stopped after 200, by single samples */
        cti_player *p = player_of();
        int16_t out[1600] = {0};
        cti_event ev[8];
        int ends = 0, block = pass == 2 ? 1 : BLOCK, length = pass == 1 ? 2 * BLOCK : 300;
        cti_play_item item = pcm_item(1, ramp, 1000), other = pcm_item(2, pass ? flat : NULL, 300);
        other.samples = pass == 1 ? 5000 : 300;
        other.pcm = pass == 1 ? NULL : other.pcm;
        item.stop_on = STAR_BIT;
        CHECK_EQ(cti_player_put(p, &item), CTI_OK);
        for (int at = 0; at < 1600; at += block) {
            if (at == 2 * BLOCK) {
                CHECK_EQ(cti_player_interrupt(p, &other), CTI_OK);
                CHECK_EQ(cti_player_interrupt(p, &other), CTI_ERR_STATE);
                CHECK_EQ(cti_player_digit(p, '*'), CTI_OK);
            }
            if (at == 4 * BLOCK && pass == 1)
                CHECK_EQ(cti_player_stop(p, 2), CTI_OK);
            ends += cti_player_run(p, at, out + at, block, ev + ends, 8 - ends);
        }
        CHECK(memcmp(out, ramp, 2 * BLOCK * sizeof ramp[0]) == 0);
        for (int i = 0; i < length; i++)
            CHECK_EQ(out[2 * BLOCK + i], pass == 2 ? -77 : 0);
        CHECK(memcmp(out + 2 * BLOCK + length, ramp + 2 * BLOCK, (1000 - 2 * BLOCK) * sizeof ramp[0]) == 0);
        CHECK_EQ(ends, 2);
        CHECK_EQ(ev[0].ref, 2);
        CHECK_EQ(ev[0].value, pass == 1 ? CTI_PLAY_STOPPED : CTI_PLAY_ENDED);
        CHECK_EQ(ev[1].value, CTI_PLAY_ENDED);
        CHECK_EQ(ev[1].length, 1000);
        CHECK_EQ(cti_player_busy(p), 0);
        free(p);
    }
}

static void test_a_stop_of_all_leaves_an_interruption(void) {
    cti_player *p = player_of();
    int16_t out[BLOCK] = {0};
    cti_event ev[4];
    cti_tone_spec tone = {.parts = 1, .loop_from = -1};
    cti_play_item item = pcm_item(1, ramp, 1000), other = pcm_item(2, ramp, 100);
    cti_play_item bad = {.tone = &tone, .samples = 10, .gain_q12 = UNITY};
    CHECK_EQ(cti_player_interrupt(p, &bad), CTI_ERR_ARG);
    cti_player_put(p, &item);
    CHECK_EQ(cti_player_interrupt(p, &other), CTI_OK);
    CHECK_EQ(cti_player_stop(p, -1), CTI_OK);
    CHECK_EQ(cti_player_run(p, 0, out, BLOCK, ev, 4), 2);
    CHECK_EQ(ev[0].ref, 1);
    CHECK_EQ(ev[0].value, CTI_PLAY_STOPPED);
    CHECK_EQ(ev[1].ref, 2);
    CHECK_EQ(ev[1].at, 100);
    CHECK(memcmp(out, ramp, 100 * sizeof ramp[0]) == 0 && out[100] == 0);
    free(p);
}

static void test_output_adds_and_saturates(void) {
    cti_player *p = player_of();
    int16_t loud[BLOCK], out[BLOCK];
    cti_event ev[2];
    for (int i = 0; i < BLOCK; i++) {
        loud[i] = i % 2 ? 30000 : -30000;
        out[i] = i < 80 ? loud[i] : 100;
    }
    cti_play_item item = pcm_item(1, loud, BLOCK);
    item.gain_q12 = UNITY / 2;
    CHECK_EQ(cti_player_put(p, &item), CTI_OK);
    CHECK_EQ(cti_player_run(p, 0, out, BLOCK, ev, 2), 1);
    CHECK_EQ(out[0], -32768);
    CHECK_EQ(out[1], 32767);
    CHECK_EQ(out[80], -14900);
    CHECK_EQ(out[81], 15100);
    free(p);
}

static void test_stopped_item_fades_within_5_ms_and_the_next_begins(void) {
    cti_player *p = player_of();
    int16_t flat[1000], out[2 * BLOCK] = {0};
    cti_event ev[4];
    for (int i = 0; i < 1000; i++)
        flat[i] = 8000;
    cti_play_item first = pcm_item(1, flat, 1000), next = pcm_item(2, ramp, 1000);
    cti_player_put(p, &first);
    CHECK_EQ(cti_player_run(p, 0, out, BLOCK, ev, 4), 0);
    CHECK_EQ(cti_player_stop(p, 1), CTI_OK);
    cti_player_put(p, &next);
    CHECK_EQ(cti_player_run(p, BLOCK, out + BLOCK, BLOCK, ev, 4), 1);
    CHECK_EQ(ev[0].value, CTI_PLAY_STOPPED);
    CHECK_EQ(ev[0].length, BLOCK + 40);
    CHECK_EQ(ev[0].at, BLOCK + 40);
    for (int i = BLOCK; i < BLOCK + 40; i++)
        CHECK(out[i] < out[i - 1] || i == BLOCK);
    CHECK(out[BLOCK + 39] <= 200);
    CHECK(memcmp(out + BLOCK + 40, ramp, 120 * sizeof ramp[0]) == 0);
    free(p);
}

static void test_stop_of_all_ends_what_waits_in_order(void) {
    cti_player *p = player_of();
    int16_t out[BLOCK] = {0};
    cti_event ev[20];
    for (int i = 0; i < 16; i++) {
        cti_play_item item = pcm_item(i, ramp, 1000);
        CHECK_EQ(cti_player_put(p, &item), CTI_OK);
    }
    cti_play_item item = pcm_item(16, ramp, 1000);
    CHECK_EQ(cti_player_put(p, &item), CTI_ERR_FULL);
    cti_player_run(p, 0, out, BLOCK, ev, 20);
    CHECK_EQ(cti_player_stop(p, -1), CTI_OK);
    CHECK_EQ(cti_player_put(p, &item), CTI_OK); /* after a stop there is room at once */
    int n = cti_player_run(p, BLOCK, out, BLOCK, ev, 10);
    CHECK_EQ(n, 10); /* those without room in ev are kept */
    n += cti_player_run(p, 2 * BLOCK, out, BLOCK, ev + n, 20 - n);
    CHECK_EQ(n, 16);
    int seen[16] = {0};
    for (int i = 0; i < n; i++) {
        CHECK_EQ(ev[i].value, CTI_PLAY_STOPPED);
        seen[ev[i].ref]++;
        CHECK_EQ(ev[i].length, ev[i].ref == 0 ? BLOCK + 40 : 0);
    }
    for (int i = 0; i < 16; i++)
        CHECK_EQ(seen[i], 1);
    CHECK_EQ(cti_player_busy(p), 1);
    free(p);
}

static void test_digit_stops_the_prompts_it_may_stop(void) {
    cti_player *p = player_of();
    int16_t out[BLOCK];
    cti_event ev[4];
    cti_play_item a = pcm_item(1, ramp, 1000), b = pcm_item(2, ramp, 1000), c = pcm_item(3, ramp, 1000);
    a.stop_on = STAR_BIT | 1 << 5;
    b.stop_on = STAR_BIT;
    c.stop_on = 0;
    cti_player_put(p, &a);
    cti_player_put(p, &b);
    cti_player_put(p, &c);
    cti_player_run(p, 0, out, BLOCK, ev, 4);
    cti_player_digit(p, '7');
    cti_player_digit(p, 'x');
    cti_player_digit(p, 0);
    CHECK_EQ(cti_player_run(p, BLOCK, out, BLOCK, ev, 4), 0);
    cti_player_digit(p, '*');
    CHECK_EQ(cti_player_run(p, 2 * BLOCK, out, BLOCK, ev, 4), 2);
    CHECK_EQ(ev[0].value, CTI_PLAY_DIGIT);
    CHECK_EQ(ev[1].value, CTI_PLAY_DIGIT);
    CHECK_EQ(ev[0].ref + ev[1].ref, 3);
    cti_player_digit(p, '*'); /* c plays on */
    CHECK_EQ(cti_player_run(p, 3 * BLOCK, out, BLOCK, ev, 4), 0);
    CHECK_EQ(cti_player_busy(p), 1);
    free(p);
}

static void test_item_that_may_not_be_stopped_shields_those_behind_it(void) {
    cti_player *p = player_of();
    int16_t out[BLOCK];
    cti_event ev[4];
    cti_play_item notice = pcm_item(1, ramp, 1000), menu = pcm_item(2, ramp, 1000);
    menu.stop_on = 0xffff;
    cti_player_put(p, &notice);
    cti_player_put(p, &menu);
    cti_player_run(p, 0, out, BLOCK, ev, 4);
    cti_player_digit(p, '1');
    CHECK_EQ(cti_player_run(p, BLOCK, out, BLOCK, ev, 4), 0);
    free(p);
}

/* A prompt that fades away already is as good as gone: the digit stops the next ones it may stop. */
static void test_item_cut_off_already_shields_nothing(void) {
    cti_player *p = player_of();
    cti_event ev[8];
    int16_t out[BLOCK] = {0};
    for (int i = 0; i < 3; i++) {
        cti_play_item item = pcm_item(i, ramp, 1000);
        item.stop_on = i == 0 ? 0 : STAR_BIT;
        CHECK_EQ(cti_player_put(p, &item), CTI_OK);
    }
    CHECK_EQ(cti_player_run(p, 0, out, BLOCK, ev, 8), 0);
    CHECK_EQ(cti_player_stop(p, 0), CTI_OK);
    CHECK_EQ(cti_player_digit(p, '*'), CTI_OK);
    CHECK_EQ(cti_player_run(p, BLOCK, out, BLOCK, ev, 8), 3);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(ev[i].value, ev[i].ref == 0 ? CTI_PLAY_STOPPED : CTI_PLAY_DIGIT);
    CHECK_EQ(cti_player_busy(p), 0);
    free(p);
}

/* Nobody takes the ends: no more is accepted than ends can be kept of, and none gets lost. */
static void test_ends_that_nobody_takes_are_kept(void) {
    cti_player *p = player_of();
    cti_play_item empty = pcm_item(0, ramp, 0);
    cti_event ev[100];
    int16_t out[BLOCK] = {0};
    int put = 0, told = 0;
    for (int round = 0; round < 100; round++) {
        empty.ref = put;
        put += cti_player_put(p, &empty) == CTI_OK;
        CHECK_EQ(cti_player_run(p, 0, out, BLOCK, ev, 0), 0);
    }
    CHECK(put >= 16 && put < 100);
    for (int n; (n = cti_player_run(p, 0, out, BLOCK, ev + told, 7)) > 0;)
        told += n;
    CHECK_EQ(told, put);
    for (int i = 0; i < told; i++)
        CHECK_EQ(ev[i].ref, i);
    free(p);
}

/* Music on hold for four days: samples no longer fit 32 bits. (Silence touches no sample, so it is quick.) */
static void test_item_longer_than_32_bits_tells_the_most_they_hold(void) {
    cti_player *p = player_of();
    cti_play_item item = {.samples = -1, .ref = 1, .gain_q12 = UNITY};
    cti_event ev[2];
    int16_t out[1];
    CHECK_EQ(cti_player_put(p, &item), CTI_OK);
    int64_t at = 0;
    for (int i = 0; i < 3; i++, at += 1 << 30)
        CHECK_EQ(cti_player_run(p, at, out, 1 << 30, ev, 2), 0);
    cti_player_stop(p, -1);
    CHECK_EQ(cti_player_run(p, at, out, BLOCK, ev, 2), 1);
    CHECK_EQ(ev[0].length, INT32_MAX);
    CHECK_EQ(ev[0].start, 0);
    CHECK(ev[0].at > 3 * ((int64_t)1 << 30));
    free(p);
}

static void test_loop_goes_round_until_stopped(void) {
    cti_player *p = player_of();
    int16_t out[10 * BLOCK] = {0};
    cti_event ev[4];
    cti_play_item item = pcm_item(9, ramp, 7);
    item.loop = 1;
    cti_player_put(p, &item);
    CHECK_EQ(cti_player_run(p, 0, out, 10 * BLOCK, ev, 4), 0);
    for (int i = 0; i < 10 * BLOCK; i++)
        CHECK_EQ(out[i], ramp[i % 7]);
    cti_player_stop(p, 9);
    CHECK_EQ(cti_player_run(p, 10 * BLOCK, out, BLOCK, ev, 4), 1);
    CHECK_EQ(ev[0].length, 10 * BLOCK + 40);
    free(p);
}

static void test_tone_ends_by_itself_or_at_its_length(void) {
    cti_player *p = player_of();
    int16_t out[6 * BLOCK] = {0};
    cti_event ev[4];
    cti_tone_spec beep = {.parts = 1, .loop_from = -1}, endless = {.parts = 1, .loop_from = -1};
    beep.part[0] = (cti_tone_part){.hz = {1000}, .level_dbm0 = -6, .samples = 400};
    endless.part[0] = (cti_tone_part){.hz = {425}, .level_dbm0 = -6};
    cti_play_item a = {.tone = &beep, .samples = -1, .ref = 1, .gain_q12 = UNITY};
    cti_play_item b = {.tone = &endless, .samples = 250, .ref = 2, .gain_q12 = UNITY};
    cti_play_item c = {.samples = 90, .ref = 3, .gain_q12 = UNITY}; /* silence */
    cti_player_put(p, &a);
    cti_player_put(p, &b);
    cti_player_put(p, &c);
    CHECK_EQ(cti_player_run(p, 0, out, 6 * BLOCK, ev, 4), 3);
    CHECK_EQ(ev[0].at, 400);
    CHECK_EQ(ev[1].at, 650);
    CHECK_EQ(ev[2].at, 740);
    int peak = 0;
    for (int i = 50; i < 350; i++)
        peak = out[i] > peak ? out[i] : peak;
    CHECK_NEAR(peak, 16140 * 1.41421 / 1.99526, 60); /* -6 dBm0 */
    CHECK(abs(out[649]) < 400);
    for (int i = 650; i < 6 * BLOCK; i++)
        CHECK_EQ(out[i], 0);
    free(p);
}

static void test_copy_of_the_state_is_a_snapshot(void) {
    cti_player *p = player_of(), *copy = malloc(cti_player_size());
    int16_t one[500] = {0}, two[500] = {0};
    cti_event ev[4];
    cti_tone_spec tone = {.parts = 1, .loop_from = -1};
    tone.part[0] = (cti_tone_part){.hz = {350, 440}, .level_dbm0 = -13};
    cti_play_item item = {.tone = &tone, .samples = -1, .ref = 1, .gain_q12 = UNITY};
    cti_player_put(p, &item);
    cti_player_run(p, 0, one, 123, ev, 4);
    memcpy(copy, p, cti_player_size());
    memset(one, 0, sizeof one);
    cti_player_run(p, 123, one, 500, ev, 4);
    cti_player_run(copy, 123, two, 500, ev, 4);
    CHECK(memcmp(one, two, sizeof one) == 0);
    free(p);
    free(copy);
}

int main(void) {
    for (int i = 0; i < 1000; i++)
        ramp[i] = (int16_t)(i + 1);
    RUN(test_arguments_out_of_range_are_refused);
    RUN(test_items_follow_each_other_without_a_gap);
    RUN(test_output_is_the_same_whatever_the_block);
    RUN(test_an_interruption_holds_what_plays_to_the_sample);
    RUN(test_a_stop_of_all_leaves_an_interruption);
    RUN(test_output_adds_and_saturates);
    RUN(test_stopped_item_fades_within_5_ms_and_the_next_begins);
    RUN(test_stop_of_all_ends_what_waits_in_order);
    RUN(test_digit_stops_the_prompts_it_may_stop);
    RUN(test_item_that_may_not_be_stopped_shields_those_behind_it);
    RUN(test_item_cut_off_already_shields_nothing);
    RUN(test_ends_that_nobody_takes_are_kept);
    RUN(test_item_longer_than_32_bits_tells_the_most_they_hold);
    RUN(test_loop_goes_round_until_stopped);
    RUN(test_tone_ends_by_itself_or_at_its_length);
    RUN(test_copy_of_the_state_is_a_snapshot);
    CHECK_END();
}
