/* The echo canceller in the tick, on a line of the simulated exchange. */

#include "check.h"
#include "cti/engine.h"
#include "cti/error.h"
#include "cti/lineplant.h"
#include "heap_count.h"
#include "signals.h"

enum { TICK = 160, SECOND = 8000, UNITY = 4096 };

typedef struct bench {
    cti_plant *plant;
    cti_engine *engine;
    int16_t *prompt;
    int samples;
} bench;

static bench bench_new(double return_loss_db, double prompt_dbm0) {
    bench b;
    cti_plant_config plant;
    cti_plant_line_config line;
    cti_plant_defaults(&plant);
    cti_plant_line_defaults(&line);
    plant.phones = 0;
    line.return_loss_db = (float)return_loss_db;
    size_t size = cti_plant_size(&plant);
    b.plant = malloc(size);
    CHECK_EQ(cti_plant_init(b.plant, size, &plant), CTI_OK);
    CHECK_EQ(cti_plant_line(b.plant, 0, &line), CTI_OK);
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    size = cti_engine_size(&cfg);
    b.engine = malloc(size);
    CHECK_EQ(cti_engine_init(b.engine, size, &cfg), CTI_OK);
    cti_board board;
    CHECK_EQ(cti_plant_board(b.plant, &board), CTI_OK);
    CHECK_EQ(cti_engine_add_board(b.engine, &board), 0);
    signal *s = signal_new(1);
    signal_speech(s, 8000, prompt_dbm0);
    b.prompt = signal_pcm(s);
    b.samples = s->n;
    free(s);
    return b;
}

static void bench_free(bench *b) {
    free(b->engine);
    free(b->plant);
    free(b->prompt);
}

static void seize_and_play(bench *b) {
    cti_command c[3] = {{.kind = CTI_CMD_LINE, .what = CTI_LINE_HOOK, .value = 1},
                        {.kind = CTI_CMD_RECORD, .value = CTI_RECORD_BOTH, .ref = 1},
                        {.kind = CTI_CMD_PLAY, .ref = 2}};
    c[2].item = (cti_play_item){.pcm = b->prompt, .samples = b->samples, .ref = 2, .gain_q12 = UNITY};
    CHECK_EQ(cti_engine_post(b->engine, c, 3), CTI_OK);
}

/* Ticks for so long; what came, over what was sent, in the last half of it. */
static double leakage(bench *b, int seconds) {
    static int16_t frames[2 * SECOND];
    double sent = 1e-9, came = 1e-9;
    for (int s = 0; s < seconds; s++) {
        for (int i = 0; i < SECOND / TICK; i++)
            cti_engine_tick(b->engine);
        int n = cti_engine_read(b->engine, 0, 0, frames, SECOND);
        for (int i = 0; i < n && s >= seconds / 2; i++) {
            sent += (double)frames[2 * i] * frames[2 * i];
            came += (double)frames[2 * i + 1] * frames[2 * i + 1];
        }
    }
    return 10.0 * log10(came / sent);
}

static void test_without_it_the_hybrids_return_is_heard_and_recorded(void) {
    bench b = bench_new(14, -15);
    seize_and_play(&b);
    CHECK_NEAR(leakage(&b, 4), -14, 0.5);
    bench_free(&b);
}

static void test_with_it_what_came_holds_less_than_minus_25_db_of_what_was_sent(void) {
    for (int loss = 6; loss <= 20; loss += 7) {
        bench b = bench_new(loss, -15);
        CHECK_EQ(cti_engine_echo_can(b.engine, 0, 128), CTI_OK);
        seize_and_play(&b);
        CHECK(leakage(&b, 4) < -35);
        bench_free(&b);
    }
}

/* The prompt of the second call is another: the filter must not begin with the first call's path. */
static void test_each_seizure_begins_afresh(void) {
    bench b = bench_new(6, -15), fresh = bench_new(6, -15);
    static int16_t used[2 * 4 * SECOND], first[2 * 4 * SECOND];
    for (int i = 0; i < 2; i++)
        CHECK_EQ(cti_engine_echo_can(i ? fresh.engine : b.engine, 0, 128), CTI_OK);
    seize_and_play(&b);
    CHECK(leakage(&b, 8) < -30);
    cti_command c[2] = {{.kind = CTI_CMD_LINE, .what = CTI_LINE_HOOK, .value = 0},
                        {.kind = CTI_CMD_RECORD_STOP, .ref = -1}};
    CHECK_EQ(cti_engine_post(b.engine, c, 2), CTI_OK);
    CHECK(cti_engine_tick(b.engine) >= 0);
    while (cti_engine_read(b.engine, 0, 0, used, SECOND) > 0)
        ;
    seize_and_play(&b);
    seize_and_play(&fresh);
    for (int i = 0; i < 10; i++) {
        cti_engine_tick(b.engine);
        cti_engine_tick(fresh.engine);
    }
    int n = cti_engine_read(b.engine, 0, 0, used, SECOND);
    CHECK_EQ(cti_engine_read(fresh.engine, 0, 0, first, SECOND), n);
    double differ = 0.0, level = 1e-9;
    for (int i = 0; i < n; i++) { /* the line's noise goes on, so they are not the same to the bit */
        double d = used[2 * i + 1] - first[2 * i + 1];
        differ += d * d;
        level += (double)first[2 * i + 1] * first[2 * i + 1];
    }
    CHECK(n == 10 * TICK);
    CHECK(10.0 * log10(differ / level) < -20);
    bench_free(&b);
    bench_free(&fresh);
}

/* A modem at our end sends 2100 Hz that turns every 450 ms (G.168, clause 7): the echo is left in. */
static void test_g168_clause_7_a_modem_has_the_line_as_it_is_and_speech_again_without_echo(void) {
    bench b = bench_new(14, -15);
    CHECK_EQ(cti_engine_echo_can(b.engine, 0, 128), CTI_OK);
    int asks = 3 * SECOND;
    for (int i = 0; i < asks; i++)
        b.prompt[i] = (int16_t)(4000.0 * (i / 3600 % 2 ? -1 : 1) * sin(SIGNAL_TURN * 2100.0 * i / SECOND));
    b.samples = asks;
    seize_and_play(&b);
    CHECK_NEAR(leakage(&b, 3), -14, 1.0);
    bench spoken = bench_new(14, -15);
    cti_command c = {.kind = CTI_CMD_PLAY, .ref = 3};
    c.item = (cti_play_item){.pcm = spoken.prompt, .samples = spoken.samples, .ref = 3, .gain_q12 = UNITY};
    for (int i = 0; i < 30; i++) /* silence for more than the 250 ms that end it */
        cti_engine_tick(b.engine);
    static int16_t before[2 * SECOND];
    cti_engine_read(b.engine, 0, 0, before, SECOND);
    CHECK_EQ(cti_engine_post(b.engine, &c, 1), CTI_OK);
    CHECK(leakage(&b, 4) < -30);
    bench_free(&spoken);
    bench_free(&b);
}

static void test_it_takes_no_memory_in_the_tick(void) {
    bench b = bench_new(6, -15);
    CHECK_EQ(cti_engine_echo_can(b.engine, 0, 256), CTI_OK);
    seize_and_play(&b);
    heap_count_begin();
    for (int i = 0; i < 200; i++)
        cti_engine_tick(b.engine);
    CHECK_EQ(heap_calls, 0);
    bench_free(&b);
}

static void test_bad_arguments_are_refused(void) {
    bench b = bench_new(14, -15);
    CHECK_EQ(cti_engine_echo_can(NULL, 0, 128), CTI_ERR_ARG);
    CHECK_EQ(cti_engine_echo_can(b.engine, 1, 128), CTI_ERR_ARG);
    CHECK_EQ(cti_engine_echo_can(b.engine, -1, 128), CTI_ERR_ARG);
    CHECK_EQ(cti_engine_echo_can(b.engine, 0, 100), CTI_ERR_ARG);
    CHECK_EQ(cti_engine_echo_can(b.engine, 0, 0), CTI_OK);
    bench_free(&b);
}

int main(void) {
    RUN(test_without_it_the_hybrids_return_is_heard_and_recorded);
    RUN(test_with_it_what_came_holds_less_than_minus_25_db_of_what_was_sent);
    RUN(test_each_seizure_begins_afresh);
    RUN(test_g168_clause_7_a_modem_has_the_line_as_it_is_and_speech_again_without_echo);
    RUN(test_it_takes_no_memory_in_the_tick);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
