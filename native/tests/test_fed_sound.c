#include <math.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/fed_sound.h"
#include "cti/level.h"
#include "heap_count.h"

enum { BLOCK = 160, TICKS = 200 };

typedef struct pa_times {
    double adc, current, dac;
} pa_times;

static cti_fed_board *fed;
static cti_fed_sound *sound;
static cti_board board;

static void set_up(void) {
    fed = malloc(cti_fed_board_size(NULL));
    CHECK_EQ(cti_fed_board_init(fed, cti_fed_board_size(NULL), NULL), CTI_OK);
    CHECK_EQ(cti_fed_board_board(fed, &board), CTI_OK);
    sound = malloc(cti_fed_sound_size());
    CHECK_EQ(cti_fed_sound_init(sound, cti_fed_sound_size(), fed, 0), CTI_OK);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_serve(fed, 0, CTI_FED_BOTH);
}

static void tear_down(void) {
    free(sound);
    free(fed);
}

static int16_t sine(int at, double hz, double peak) {
    return (int16_t)lround(peak * sin(2.0 * 3.14159265358979 * hz * at / 8000.0));
}

/* A headset in blocks of so many frames, whose microphone hears 1 kHz of one peak and whose earpiece is sent
 * 500 Hz of another: the levels at the port and at the ear, of the last half. */
static void talk(int frames, double said, double heard, float *at_port, float *at_ear) {
    static int16_t came[TICKS * BLOCK], went[TICKS * BLOCK + 4096];
    int16_t in[4096], tx[BLOCK];
    cti_event ev[8];
    int done = 0;
    for (int t = 0; t < TICKS; t++) {
        for (int i = 0; i < BLOCK; i++)
            tx[i] = sine(t * BLOCK + i, 500, heard);
        CHECK_EQ(board.exchange(board.ctx, (int64_t)t * BLOCK, tx, came + t * BLOCK, BLOCK, ev, 8), 0);
        for (; done + frames <= (t + 1) * BLOCK; done += frames) {
            pa_times times = {0, (t + 0.5) * BLOCK / 8000.0 + 1.0, 0};
            for (int i = 0; i < frames; i++)
                in[i] = sine(done + i, 1000, said);
            CHECK_EQ(cti_fed_sound_run(in, went + done, (unsigned long)frames, &times, 0, sound), 0);
        }
    }
    *at_port = cti_level_of(came + TICKS * BLOCK / 2, TICKS * BLOCK / 2);
    *at_ear = cti_level_of(went + done / 2, done / 2);
}

static void test_both_ways_are_as_loud_as_they_were_in_any_block(void) {
    static const int frames[] = {16, 64, 100, 160};
    for (int i = 0; i < 4; i++) {
        float at_port, at_ear;
        set_up();
        talk(frames[i], 5000, 3000, &at_port, &at_ear);
        CHECK(fabs((double)at_port - (double)cti_level_of_peak(5000)) < 0.5);
        CHECK(fabs((double)at_ear - (double)cti_level_of_peak(3000)) < 0.5);
        tear_down();
    }
}

static void test_gains_are_added_and_told_by_the_meter(void) {
    float at_port, at_ear;
    cti_fed_sound_levels levels;
    set_up();
    CHECK_EQ(cti_fed_sound_gains(sound, 6.0f, -12.0f), CTI_OK);
    talk(160, 2000, 8000, &at_port, &at_ear);
    CHECK(fabs((double)at_port - (double)cti_level_of_peak(2000) - 6.0) < 0.5);
    CHECK(fabs((double)at_ear - (double)cti_level_of_peak(8000) + 12.0) < 0.5);
    CHECK_EQ(cti_fed_sound_levels_of(sound, &levels), CTI_OK);
    CHECK(fabs((double)levels.said - (double)cti_level_of_peak(4000)) < 0.5);
    CHECK(fabs((double)levels.heard - (double)cti_level_of_peak(2000)) < 0.7);
    CHECK_EQ(cti_fed_sound_blocks(sound), TICKS);
    cti_fed_sound_levels_of(sound, &levels);
    CHECK(levels.said <= -99.0f);
    tear_down();
}

static void test_an_ear_gets_no_more_than_the_limiter_lets_through(void) {
    cti_fed_sound_levels levels;
    float at_port, at_ear;
    set_up();
    cti_fed_sound_gains(sound, 30.0f, 30.0f);
    talk(160, 20000, 32000, &at_port, &at_ear);
    cti_fed_sound_levels_of(sound, &levels);
    CHECK(levels.heard <= -2.99f);
    CHECK(levels.said <= 3.15f);
    tear_down();
}

static void test_a_muted_microphone_is_silence_and_so_is_none(void) {
    float at_port, at_ear;
    int16_t out[BLOCK];
    set_up();
    cti_fed_sound_mute(sound, 1);
    talk(160, 20000, 3000, &at_port, &at_ear);
    CHECK(at_port <= -99.0f);
    CHECK(at_ear > -20.0f);
    cti_fed_sound_mute(sound, 0);
    CHECK_EQ(cti_fed_sound_run(NULL, out, BLOCK, NULL, 0, sound), 0);
    cti_fed_sound_levels levels;
    cti_fed_sound_levels_of(sound, &levels);
    CHECK(levels.said <= -99.0f);
    tear_down();
}

static void test_nothing_is_allocated_in_the_callback(void) {
    int16_t pcm[BLOCK] = {0};
    set_up();
    heap_count_begin();
    cti_fed_sound_run(pcm, pcm, BLOCK, NULL, 0, sound);
    CHECK_EQ(heap_calls, 0);
    tear_down();
}

static void test_bad_arguments_are_refused(void) {
    set_up();
    CHECK_EQ(cti_fed_sound_init(sound, 8, fed, 0), CTI_ERR_SIZE);
    CHECK_EQ(cti_fed_sound_init(sound, cti_fed_sound_size(), fed, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_sound_gains(sound, 31.0f, 0.0f), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_sound_gains(sound, 0.0f, NAN), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_sound_mute(sound, 2), CTI_ERR_ARG);
    tear_down();
}

int main(void) {
    RUN(test_both_ways_are_as_loud_as_they_were_in_any_block);
    RUN(test_gains_are_added_and_told_by_the_meter);
    RUN(test_an_ear_gets_no_more_than_the_limiter_lets_through);
    RUN(test_a_muted_microphone_is_silence_and_so_is_none);
    RUN(test_nothing_is_allocated_in_the_callback);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
