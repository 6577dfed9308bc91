#include "check.h"
#include "cti/error.h"
#include "cti/presence.h"
#include "signals.h"

enum { MOST = 1024 };

static cti_event events[MOST];

static int hear_by(const signal *s, int block) {
    int16_t *pcm = signal_pcm(s);
    cti_presence *p = malloc(cti_presence_size());
    CHECK_EQ(cti_presence_init(p, cti_presence_size()), CTI_OK);
    int count = 0;
    for (int from = 0; from < s->n; from += block) {
        int n = s->n - from < block ? s->n - from : block;
        int got = cti_presence_run(p, pcm + from, n, events + count, MOST - count);
        CHECK(got >= 0);
        count += got;
    }
    free(p);
    free(pcm);
    return count;
}

/* Of the whole, by a tick at a time: the share of it in which there is sound. */
static double sounding(const signal *s) {
    int count = hear_by(s, 160);
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        CHECK_EQ(events[i].kind, i % 2 ? CTI_EV_SOUND_OFF : CTI_EV_SOUND_ON);
        CHECK(events[i].start <= events[i].at);
        sum += (double)(i % 2 ? events[i].at : -events[i].at);
    }
    return (sum + (count % 2 ? s->n : 0)) / s->n;
}

/* The last moment of sound, in seconds from the beginning. */
static double last_sound(const signal *s) {
    int count = hear_by(s, 160);
    return count == 0 ? 0.0 : count % 2 ? s->n / SIGNAL_RATE : (double)events[count - 1].start / SIGNAL_RATE;
}

static void test_silence_and_steady_noise_of_any_level_are_none_after_three_seconds(void) {
    for (int dbm0 = -70; dbm0 <= -20; dbm0 += 10) {
        signal *s = signal_new(3);
        signal_silence(s, 20000);
        signal_noise(s, dbm0);
        CHECK(last_sound(s) < 3.0);
        free(s);
    }
}

static void test_one_tone_over_and_over_is_none_after_three_seconds(void) {
    static const double cadence[][2] = {{500, 500}, {250, 250}, {160, 160}, {1000, 1000}, {20000, 0}};
    static const double pair[][2] = {{425, 0}, {480, 620}, {400, 450}, {520, 0}, {1000, 1200}};
    for (size_t c = 0; c < 5; c++)
        for (size_t f = 0; f < 5; f++)
            for (int level = -38; level <= -8; level += 15) {
                signal *s = signal_new(c * 5 + f + 1);
                while (s->n < 160000) {
                    int from = s->n, on = (int)(cadence[c][0] * 8);
                    for (int k = 0; k < 2; k++)
                        if (pair[f][k] > 0)
                            signal_sine(s, from, on, pair[f][k], level);
                    s->n += on + (int)(cadence[c][1] * 8);
                }
                signal_noise(s, -62);
                CHECK(last_sound(s) < 4.0);
                free(s);
            }
}

static void test_speech_is_sound(void) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        signal *s = signal_new(seed);
        signal_speech(s, 40000, -20 - 5 * (double)seed);
        signal_noise(s, -60);
        CHECK(sounding(s) > 0.5);
        free(s);
    }
}

static void test_melodies_and_chords_are_sound_again_and_again(void) {
    /* Pure notes, one at a time or three at once, of 200 ms to 4 s. */
    for (uint64_t seed = 1; seed <= 6; seed++) {
        signal *s = signal_new(seed);
        while (s->n < 640000) {
            int notes = seed % 2 ? 1 : 3;
            int length = (int)signal_between(s, 1600, seed > 3 ? 32000 : 6400), from = s->n;
            for (int k = 0; k < notes; k++)
                signal_sine(s, from, length, 220 * pow(2.0, (int)signal_between(s, 0, 25) / 12.0), -25);
            s->n += length;
        }
        signal_noise(s, -62);
        int count = hear_by(s, 160);
        /* Never 20 s without; 45 s of silence end a call. */
        for (int i = 1; i + 1 < count; i += 2)
            CHECK(events[i + 1].at - events[i].start < 160000);
        CHECK(last_sound(s) > 60.0);
        free(s);
    }
}

/* Chords of three notes that follow each other without a pause, each held for five seconds. */
static void test_held_chords_whose_notes_lie_close_to_the_last_are_sound_at_each_change(void) {
    static const double chord[][3] = {{310, 413, 619}, {260, 310, 390}, {278, 330, 415}, {310, 370, 466}};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        signal *s = signal_new(seed);
        double loud = signal_between(s, -36, -16);
        for (int c = 0; c < 12; c++, s->n += 40000)
            for (int k = 0; k < 3; k++)
                signal_sine(s, s->n, 40000, chord[c % 4][k], loud + signal_between(s, -3, 3));
        signal_noise(s, -62);
        int count = hear_by(s, 160), heard = 0;
        for (int c = 1; c < 12; c++)
            for (int i = 0; i < count; i += 2)
                if (events[i].at >= c * 40000 && events[i].at < c * 40000 + 10000) {
                    heard++;
                    break;
                }
        CHECK_EQ(heard, 11);
        free(s);
    }
}

static void test_ringing_of_an_unknown_cadence_is_sound(void) {
    static const double ring[][4] = {{1000, 4000, 0, 0}, {400, 200, 400, 2000}, {600, 1700, 0, 0}};
    for (size_t r = 0; r < 3; r++) {
        signal *s = signal_new(r + 1);
        while (s->n < 480000)
            for (int part = 0; part < 4; part += 2) {
                signal_sine(s, s->n, (int)(ring[r][part] * 8), 520, -30);
                signal_silence(s, ring[r][part] + ring[r][part + 1]);
            }
        signal_noise(s, -60);
        int count = hear_by(s, 160);
        for (int i = 1; i + 1 < count; i += 2)
            CHECK(events[i + 1].at - events[i].start < 40000);
        CHECK(last_sound(s) > 54.0);
        free(s);
    }
}

static void test_clicks_are_none(void) {
    signal *s = signal_new(8);
    signal_silence(s, 60000);
    for (int at = 4000; at < s->n; at += 12000)
        for (int i = 0; i < 30; i++)
            s->x[at + i] += 12000;
    signal_noise(s, -65);
    CHECK_EQ(hear_by(s, 160), 0);
    free(s);
}

static void test_events_are_the_same_for_every_block_size(void) {
    signal *s = signal_new(9);
    signal_speech(s, 3000, -20);
    signal_silence(s, 3000);
    signal_speech(s, 3000, -30);
    signal_silence(s, 2000);
    signal_noise(s, -60);
    static cti_event by_tick[MOST];
    int count = hear_by(s, 160);
    CHECK(count >= 4);
    memcpy(by_tick, events, sizeof events);
    static const int blocks[] = {1, 7, 333, 100000};
    for (int b = 0; b < 4; b++) {
        CHECK_EQ(hear_by(s, blocks[b]), count);
        CHECK(memcmp(by_tick, events, (size_t)count * sizeof *events) == 0);
    }
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_presence *p = malloc(cti_presence_size());
    int16_t pcm[1] = {0};
    CHECK_EQ(cti_presence_init(NULL, cti_presence_size()), CTI_ERR_ARG);
    CHECK_EQ(cti_presence_init(p, cti_presence_size() - 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_presence_init(p, cti_presence_size()), CTI_OK);
    CHECK_EQ(cti_presence_run(p, NULL, 1, events, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_presence_run(p, pcm, -1, events, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_presence_run(p, pcm, 1, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_presence_run(p, NULL, 0, NULL, 0), 0);
    free(p);
}

int main(void) {
    RUN(test_silence_and_steady_noise_of_any_level_are_none_after_three_seconds);
    RUN(test_one_tone_over_and_over_is_none_after_three_seconds);
    RUN(test_speech_is_sound);
    RUN(test_melodies_and_chords_are_sound_again_and_again);
    RUN(test_held_chords_whose_notes_lie_close_to_the_last_are_sound_at_each_change);
    RUN(test_ringing_of_an_unknown_cadence_is_sound);
    RUN(test_clicks_are_none);
    RUN(test_events_are_the_same_for_every_block_size);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
