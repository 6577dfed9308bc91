#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/recorder.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#endif

enum { BLOCK = 160 };

static cti_recorder *recorder_of(int frames) {
    size_t size = cti_recorder_size(frames);
    cti_recorder *r = malloc(size);
    CHECK_EQ(cti_recorder_init(r, size, frames), CTI_OK);
    return r;
}

/* Block k holds tx = 2k + 1, rx = -(2k + 1) throughout. */
static int run_block(cti_recorder *r, int k, cti_event *ev) {
    int16_t tx[BLOCK], rx[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
        tx[i] = (int16_t)(2 * k + 1);
        rx[i] = (int16_t)-tx[i];
    }
    return cti_recorder_run(r, (int64_t)k * BLOCK, tx, rx, BLOCK, ev, 1);
}

static void test_arguments_out_of_range_are_refused(void) {
    CHECK_EQ(cti_recorder_size(159), 0);
    CHECK_EQ(cti_recorder_size(-1), 0);
    cti_recorder *r = recorder_of(800);
    CHECK_EQ(cti_recorder_init(r, 8, 800), CTI_ERR_SIZE);
    CHECK_EQ(cti_recorder_start(r, 1, 3), CTI_ERR_ARG);
    CHECK_EQ(cti_recorder_start(r, -1, 2), CTI_ERR_ARG);
    CHECK_EQ(cti_recorder_stop(r), CTI_ERR_STATE);
    CHECK_EQ(cti_recorder_start(r, 1, CTI_RECORD_BOTH), CTI_OK);
    CHECK_EQ(cti_recorder_start(r, 2, CTI_RECORD_BOTH), CTI_ERR_STATE);
    CHECK_EQ(cti_recorder_run(r, 0, NULL, NULL, 160, NULL, 0), CTI_ERR_ARG);
    free(r);
}

static void test_both_directions_come_out_interleaved(void) {
    cti_recorder *r = recorder_of(1000);
    int16_t out[2 * 1000];
    cti_event ev;
    CHECK_EQ(run_block(r, 0, &ev), 0); /* not open: not recorded */
    CHECK_EQ(cti_recorder_start(r, 7, CTI_RECORD_BOTH), CTI_OK);
    CHECK_EQ(cti_recorder_reading(r), 7);
    for (int k = 1; k < 300; k++) {
        CHECK_EQ(run_block(r, k, &ev), 0);
        CHECK_EQ(cti_recorder_read(r, out, 1000), BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            CHECK_EQ(out[2 * i], 2 * k + 1);
            CHECK_EQ(out[2 * i + 1], -(2 * k + 1));
        }
    }
    CHECK_EQ(cti_recorder_frames(r), 299 * BLOCK);
    CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    CHECK_EQ(cti_recorder_reading(r), -1);
    free(r);
}

static void test_rx_alone_is_mono_and_needs_no_tx(void) {
    cti_recorder *r = recorder_of(1000);
    int16_t rx[BLOCK], out[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        rx[i] = (int16_t)i;
    CHECK_EQ(cti_recorder_start(r, 1, CTI_RECORD_RX), CTI_OK);
    CHECK_EQ(cti_recorder_run(r, 0, NULL, rx, BLOCK, NULL, 0), 0);
    CHECK_EQ(cti_recorder_read(r, out, BLOCK), BLOCK);
    CHECK(memcmp(rx, out, sizeof rx) == 0);
    free(r);
}

/* The rest of its memory is then never touched. */
static void test_ring_whose_reader_keeps_up_stays_at_its_front(void) {
    cti_recorder *r = recorder_of(100 * BLOCK);
    static int16_t out[2 * 3 * BLOCK];
    cti_event ev;
    unsigned char *behind = (unsigned char *)r + cti_recorder_size(100 * BLOCK) - 4 * (100 - 4) * BLOCK;
    memset(behind, 0xAA, 1000);
    CHECK_EQ(cti_recorder_start(r, 1, CTI_RECORD_BOTH), CTI_OK);
    for (int k = 0; k < 330; k++) {
        CHECK_EQ(run_block(r, k, &ev), 0);
        if (k % 3 == 2) {
            CHECK_EQ(cti_recorder_read(r, out, 3 * BLOCK), 3 * BLOCK);
            CHECK_EQ(out[0], 2 * (k - 2) + 1);
            CHECK_EQ(out[2 * 3 * BLOCK - 2], 2 * k + 1);
        }
    }
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(behind[i], 0xAA);
    free(r);
}

/* A reader that comes too late: the gap is silence of the right length at the right place. */
static void test_full_ring_leaves_a_gap_of_silence_and_reports_it(void) {
    cti_recorder *r = recorder_of(5 * BLOCK);
    static int16_t out[2 * 40 * BLOCK];
    cti_event ev;
    int told = 0, got = 0;
    int64_t length = 0;
    CHECK_EQ(cti_recorder_start(r, 3, CTI_RECORD_BOTH), CTI_OK);
    for (int k = 0; k < 40; k++) {
        if (run_block(r, k, &ev)) {
            told++;
            length += ev.length;
            CHECK_EQ(ev.kind, CTI_EV_RECORD_LOST);
            CHECK_EQ(ev.ref, 3);
            CHECK_EQ(ev.start, 5 * BLOCK);
        }
        if (k >= 19) /* the disk woke up */
            got += cti_recorder_read(r, out + 2 * got, 40 * BLOCK - got);
    }
    CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    got += cti_recorder_read(r, out + 2 * got, 40 * BLOCK - got);
    CHECK_EQ(told, 1);
    CHECK_EQ(got, 40 * BLOCK);
    CHECK_EQ(cti_recorder_frames(r), 40 * BLOCK);
    int silent = 0;
    for (int i = 0; i < got; i++) {
        if (out[2 * i] == 0) {
            silent++;
            CHECK_EQ(out[2 * i + 1], 0);
        } else {
            CHECK_EQ(out[2 * i], 2 * (i / BLOCK) + 1); /* everything else stands where it was said */
        }
    }
    CHECK_EQ(silent, length);
    CHECK(length >= 15 * BLOCK);
    free(r);
}

static void test_recording_stopped_in_a_gap_still_has_its_length(void) {
    cti_recorder *r = recorder_of(5 * BLOCK);
    static int16_t out[2 * 20 * BLOCK];
    cti_event ev;
    CHECK_EQ(cti_recorder_start(r, 4, CTI_RECORD_BOTH), CTI_OK);
    for (int k = 0; k < 20; k++)
        CHECK_EQ(run_block(r, k, &ev), 0);
    CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    CHECK_EQ(run_block(r, 20, &ev), 1);
    CHECK_EQ(ev.ref, 4);
    CHECK_EQ(ev.length, 15 * BLOCK);
    CHECK_EQ(ev.at, 20 * BLOCK);
    int got = 0;
    for (int n; (n = cti_recorder_read(r, out + 2 * got, 700)) > 0;)
        got += n;
    CHECK_EQ(got, 20 * BLOCK);
    CHECK_EQ(out[2 * (5 * BLOCK - 1)], 9);
    CHECK_EQ(out[2 * 5 * BLOCK], 0);
    CHECK_EQ(cti_recorder_reading(r), -1);
    free(r);
}

/* Two recordings that both end in a gap: each has its own silence, and its own frames are counted. */
static void test_two_recordings_that_end_in_a_gap_have_their_own_lengths(void) {
    cti_recorder *r = recorder_of(5 * BLOCK);
    int16_t out[2 * 40 * BLOCK];
    cti_event ev;
    for (int call = 0; call < 2; call++) {
        CHECK_EQ(cti_recorder_start(r, 6 + call, CTI_RECORD_BOTH), CTI_OK);
        for (int k = 0; k < 10 + call; k++)
            run_block(r, k, &ev);
        CHECK_EQ(cti_recorder_stop(r), CTI_OK);
        CHECK_EQ(cti_recorder_frames_of(r, 6 + call), (10 + call) * BLOCK);
        CHECK_EQ(cti_recorder_frames_of(r, 5 + call), 0); /* not the last one */
        CHECK_EQ(run_block(r, 20, &ev), 1);
        CHECK_EQ(ev.ref, 6 + call);
    }
    for (int call = 0; call < 2; call++) {
        int got = 0;
        CHECK_EQ(cti_recorder_reading(r), 6 + call);
        for (int n; cti_recorder_reading(r) == 6 + call && (n = cti_recorder_read(r, out, 40 * BLOCK)) > 0;)
            got += n;
        CHECK_EQ(got, (10 + call) * BLOCK);
    }
    CHECK_EQ(cti_recorder_reading(r), -1);
    free(r);
}

/* The reader stands still for four days: the loss no longer fits 32 bits. */
static void test_loss_longer_than_32_bits_tells_the_most_they_hold(void) {
    cti_recorder *r = recorder_of(BLOCK);
    static int16_t rx[1];
    cti_event ev;
    CHECK_EQ(cti_recorder_start(r, 1, CTI_RECORD_RX), CTI_OK);
    for (int i = 0; i < 3; i++) /* no room for any of it, so that no sample is looked at */
        CHECK_EQ(cti_recorder_run(r, (int64_t)i << 30, NULL, rx, 1 << 30, &ev, 1), 0);
    CHECK_EQ(cti_recorder_frames(r), 3 * ((int64_t)1 << 30));
    CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    CHECK_EQ(cti_recorder_run(r, (int64_t)3 << 30, NULL, NULL, 0, &ev, 1), 1);
    CHECK_EQ(ev.length, INT32_MAX);
    free(r);
}

static void test_reader_behind_never_mixes_two_recordings(void) {
    cti_recorder *r = recorder_of(20 * BLOCK);
    int16_t out[2 * 20 * BLOCK];
    cti_event ev;
    for (int call = 0; call < 3; call++) {
        CHECK_EQ(cti_recorder_start(r, 10 + call, call == 1 ? CTI_RECORD_RX : CTI_RECORD_BOTH), CTI_OK);
        for (int k = 0; k < 3; k++)
            run_block(r, call * 3 + k, &ev);
        CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    }
    for (int call = 0; call < 3; call++) {
        CHECK_EQ(cti_recorder_reading(r), 10 + call);
        CHECK_EQ(cti_recorder_read(r, out, 20 * BLOCK), 3 * BLOCK);
        CHECK_EQ(out[0], call == 1 ? -(2 * 3 + 1) : 2 * call * 3 + 1);
    }
    CHECK_EQ(cti_recorder_reading(r), -1);
    free(r);
}

static void test_frames_are_of_the_recording_that_was_named_though_it_ends_meanwhile(void) {
    cti_recorder *r = recorder_of(10 * BLOCK);
    int16_t sound[BLOCK] = {1, 2, 3}, out[2 * BLOCK];
    cti_event ev;
    CHECK_EQ(cti_recorder_start(r, 7, CTI_RECORD_BOTH), CTI_OK);
    CHECK_EQ(cti_recorder_reading(r), 7);
    cti_recorder_stop(r);
    CHECK_EQ(cti_recorder_start(r, 8, CTI_RECORD_BOTH), CTI_OK);
    cti_recorder_run(r, 0, sound, sound, BLOCK, &ev, 1);
    CHECK_EQ(cti_recorder_read(r, out, BLOCK), 0);
    CHECK_EQ(cti_recorder_reading(r), 8);
    CHECK_EQ(cti_recorder_read(r, out, BLOCK), BLOCK);
    free(r);
}

static void test_more_recordings_than_wait_are_refused(void) {
    cti_recorder *r = recorder_of(1000);
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(cti_recorder_start(r, i, CTI_RECORD_BOTH), CTI_OK);
        CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    }
    CHECK_EQ(cti_recorder_start(r, 8, CTI_RECORD_BOTH), CTI_ERR_FULL);
    CHECK_EQ(cti_recorder_reading(r), -1); /* all empty: left behind */
    CHECK_EQ(cti_recorder_start(r, 8, CTI_RECORD_BOTH), CTI_OK);
    CHECK_EQ(cti_recorder_reading(r), 8);
    free(r);
}

/* Calls of 1 to 9 blocks, one after the other, read from a thread of its own: every frame is there, and
 * in its own recording. Sample i of recording ref is (ref + i) % 30000 + 1. */
enum { CALLS = 400 };

static int call_blocks(int ref) {
    return 1 + ref % 9;
}

static void write_calls(cti_recorder *r) {
    int16_t tx[BLOCK], rx[BLOCK];
    cti_event ev;
    for (int ref = 0; ref < CALLS; ref++) {
        while (cti_recorder_start(r, ref, ref % 2 ? CTI_RECORD_RX : CTI_RECORD_BOTH) != CTI_OK)
            ;
        for (int k = 0; k < call_blocks(ref); k++) {
            for (int i = 0; i < BLOCK; i++)
                tx[i] = rx[i] = (int16_t)((ref + k * BLOCK + i) % 30000 + 1);
            cti_recorder_run(r, 0, tx, rx, BLOCK, &ev, 1);
        }
        cti_recorder_stop(r);
    }
}

#ifdef _WIN32
static DWORD WINAPI writer(LPVOID r) {
    write_calls(r);
    return 0;
}
#else
static void *writer(void *r) {
    write_calls(r);
    return NULL;
}
#endif

static void test_reader_in_another_thread_gets_every_frame_of_every_recording(void) {
    cti_recorder *r = recorder_of(40 * BLOCK); /* smaller than what waits: some of it is lost, none moved */
#ifdef _WIN32
    HANDLE thread = CreateThread(NULL, 0, writer, r, 0, NULL);
#else
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, writer, r), 0);
#endif
    int16_t out[2 * 300];
    int got[CALLS] = {0};
    long wrong = 0, all = 0, expected = 0;
    int32_t newest = -1;
    for (int ref = 0; ref < CALLS; ref++)
        expected += call_blocks(ref) * BLOCK;
    while (all < expected) {
        int32_t ref = cti_recorder_reading(r);
        if (ref < 0)
            continue;
        wrong += ref < newest;
        newest = ref;
        int channels = ref % 2 ? 1 : 2, n = cti_recorder_read(r, out, 300);
        for (int i = 0; i < n; i++, got[ref]++) {
            int16_t want = (int16_t)((ref + got[ref]) % 30000 + 1), first = out[i * channels];
            wrong += first != want && first != 0;
            wrong += out[i * channels + channels - 1] != first;
        }
        all += n;
    }
    CHECK_EQ(wrong, 0);
    for (int ref = 0; ref < CALLS; ref++)
        CHECK_EQ(got[ref], call_blocks(ref) * BLOCK);
#ifdef _WIN32
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
#else
    pthread_join(thread, NULL);
#endif
    free(r);
}

int main(void) {
    RUN(test_arguments_out_of_range_are_refused);
    RUN(test_both_directions_come_out_interleaved);
    RUN(test_rx_alone_is_mono_and_needs_no_tx);
    RUN(test_ring_whose_reader_keeps_up_stays_at_its_front);
    RUN(test_full_ring_leaves_a_gap_of_silence_and_reports_it);
    RUN(test_recording_stopped_in_a_gap_still_has_its_length);
    RUN(test_two_recordings_that_end_in_a_gap_have_their_own_lengths);
    RUN(test_loss_longer_than_32_bits_tells_the_most_they_hold);
    RUN(test_reader_behind_never_mixes_two_recordings);
    RUN(test_frames_are_of_the_recording_that_was_named_though_it_ends_meanwhile);
    RUN(test_more_recordings_than_wait_are_refused);
    RUN(test_reader_in_another_thread_gets_every_frame_of_every_recording);
    CHECK_END();
}
