/* The board's own telephones: FXS ports with a telephone on two wires, HANDSET ports with a headset on four.
 */

#include "heap_count.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/level.h"
#include "cti/lineplant.h"
#include "cti/pulse_tx.h"

enum { TICK = 160, SECOND = 8000, MS = 8, ROOM = 12 * SECOND, EVENTS = 256, PORTS = 3 };
/* Ports of the board: a line, an FXS port, a headset. And the plant's lines: behind one of the exchange's
 * telephones come those at the board. */
enum { LINE = 0, FXS = 1, HEADSET = 2, OUTSIDE = 1, TELEPHONE = 2, HEAD = 3 };

static cti_plant *plant;
static cti_board board;
static int64_t now;
static const int16_t *send[PORTS]; /* what the board sends, from the next run on; null: silence */
static int16_t rx[PORTS][ROOM], frames[2 * ROOM];
static cti_event told[EVENTS], found[EVENTS]; /* the board's; hwsim's */
static int tolds, founds;

static cti_plant_config config(void) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    cfg.fxs = cfg.handsets = 1;
    cfg.record_seconds = 12;
    cfg.seed = 3;
    return cfg;
}

static void set_up(const cti_plant_line_config *fxs) {
    cti_plant_config cfg = config();
    plant = calloc(1, cti_plant_size(&cfg));
    CHECK_EQ(cti_plant_init(plant, cti_plant_size(&cfg), &cfg), CTI_OK);
    if (fxs != NULL)
        CHECK_EQ(cti_plant_line(plant, TELEPHONE, fxs), CTI_OK);
    CHECK_EQ(cti_plant_board(plant, &board), CTI_OK);
    now = tolds = founds = 0;
}

static cti_plant_line_config clean(void) {
    return (cti_plant_line_config){.noise_dbm0 = -90, .return_loss_db = 60};
}

static void tick(int offset) {
    int16_t tx[PORTS * TICK] = {0}, heard[PORTS * TICK];
    for (int i = 0; i < PORTS; i++)
        if (send[i] != NULL)
            memcpy(tx + i * TICK, send[i] + offset, TICK * sizeof *tx);
    int n = board.exchange(board.ctx, now, tx, heard, TICK, told + tolds, EVENTS - tolds);
    CHECK(n >= 0);
    tolds += n > 0 ? n : 0;
    for (int i = 0; i < PORTS; i++)
        memcpy(rx[i] + offset, heard + i * TICK, TICK * sizeof *heard);
    now += TICK;
}

static void run(int samples) {
    for (int done = 0; done < samples; done += TICK)
        tick(done);
    memset(send, 0, sizeof send);
    founds += cti_plant_events(plant, found + founds, EVENTS - founds);
}

static int post(int kind, int line, int value) {
    cti_plant_command c = {.kind = kind, .line = line, .value = value};
    return cti_plant_post(plant, &c, 1);
}

static int says(int line, const int16_t *pcm, int samples) {
    cti_plant_command c = {.kind = CTI_PLANT_PHONE_PLAY, .line = line};
    c.item = (cti_play_item){.pcm = pcm, .samples = samples, .gain_q12 = 4096};
    return cti_plant_post(plant, &c, 1);
}

static int control(int port, int what, int value) {
    return board.control(board.ctx, port, what, value);
}

static const int16_t *sine(double dbm0, double hz, int samples) {
    static int16_t pcm[4][ROOM];
    static int next;
    int16_t *out = pcm[next++ % 4];
    double peak = 32767 * pow(10.0, (dbm0 - 3.14) / 20.0);
    for (int i = 0; i < samples; i++)
        out[i] = (int16_t)lrint(peak * sin(2 * 3.14159265358979323846 * hz * i / SECOND));
    return out;
}

static int all_zero(const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return 0;
    return n > 0;
}

/* What a telephone has recorded since this was last asked: said (0) or heard (1). */
static const int16_t *recorded(int line, int channel, int *n) {
    static int16_t mono[2][ROOM];
    *n = cti_plant_phone_read(plant, line, frames, ROOM);
    for (int i = 0; i < *n; i++)
        mono[channel][i] = frames[2 * i + channel];
    return mono[channel];
}

static const cti_event *event(const cti_event *ev, int n, int kind, int port, int which) {
    static const cti_event none;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == kind && ev[i].port == port && which-- == 0)
            return &ev[i];
    return &none;
}

/* What the board was told of a port: digits of pulses, F flash, ^ off hook, _ on hook. */
static const char *read_by_board(int port) {
    static char text[EVENTS];
    int n = 0;
    for (int i = 0; i < tolds; i++) {
        const cti_event *ev = &told[i];
        if (ev->port != port)
            continue;
        if (ev->kind == CTI_EV_DIGIT_DOWN)
            text[n++] = ev->ref == CTI_DIGIT_PULSES ? (char)ev->value : '?';
        else if (ev->kind == CTI_EV_FLASH || ev->kind == CTI_EV_HOOK)
            text[n++] = ev->kind == CTI_EV_FLASH ? 'F' : ev->value ? '^' : '_';
    }
    text[n] = 0;
    return text;
}

static void lift(int line) {
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, line, 1), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_PHONE_RECORD, line, 1), CTI_OK);
}

static void test_loss_of_an_fxs_line_is_what_was_set_both_ways(void) {
    static const float losses[] = {0.0f, 0.5f, 6.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.loss_db = losses[i];
        set_up(&line);
        lift(TELEPHONE);
        CHECK_EQ(says(TELEPHONE, sine(-10, 700, SECOND), SECOND), CTI_OK);
        send[FXS] = sine(-12, 1000, SECOND);
        run(SECOND);
        int n;
        const int16_t *heard = recorded(TELEPHONE, 1, &n);
        CHECK_EQ(n, SECOND);
        CHECK_NEAR(cti_level_of(heard, n), -12 - (double)losses[i], 0.05);
        CHECK_NEAR(cti_level_of(rx[FXS], SECOND), -10 - (double)losses[i], 0.05);
        CHECK(all_zero(rx[LINE], TICK) == 0); /* the noise of its own line */
        free(plant);
    }
}

static void test_hybrid_returns_what_the_board_sends_as_late_and_weak_as_was_set(void) {
    static const float losses[] = {8.0f, 18.0f, 30.0f}, delays[] = {0.0f, 1.0f, 32.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.return_loss_db = losses[i];
        line.echo_ms = delays[i];
        set_up(&line);
        lift(TELEPHONE);
        run(TICK);
        static int16_t click[SECOND];
        memset(click, 0, sizeof click);
        click[100] = 20000;
        send[FXS] = click;
        run(SECOND);
        for (int k = 0; k < SECOND; k++)
            CHECK_EQ(rx[FXS][k] != 0, k == 100 + (int)(delays[i] * 8));
        send[FXS] = sine(-5, 1000, SECOND);
        run(SECOND);
        CHECK_NEAR(cti_level_of(rx[FXS] + 800, SECOND - 800), -5 - (double)losses[i], 0.05);
        free(plant);
    }
}

static void test_noise_is_at_both_ends_and_not_the_same(void) {
    cti_plant_line_config line = clean();
    line.noise_dbm0 = -50;
    set_up(&line);
    lift(TELEPHONE);
    run(5 * SECOND);
    int n;
    const int16_t *heard = recorded(TELEPHONE, 1, &n);
    CHECK_EQ(n, 5 * SECOND);
    CHECK_NEAR(cti_level_of(heard, n), -50, 0.2);
    CHECK_NEAR(cti_level_of(rx[FXS], n), -50, 0.2);
    double both = 0, own = 0;
    for (int i = 0; i < n; i++) {
        both += (double)heard[i] * rx[FXS][i];
        own += (double)heard[i] * heard[i];
    }
    CHECK(fabs(both / own) < 0.05);
    free(plant);
}

static void test_usual_fxs_line_is_short(void) {
    cti_plant_line_config usual;
    cti_plant_fxs_defaults(&usual);
    CHECK_NEAR(usual.loss_db, 0.5, 1e-6);
    CHECK_NEAR(usual.noise_dbm0, -70, 1e-6);
    CHECK_NEAR(usual.return_loss_db, 18, 1e-6);
    CHECK_NEAR(usual.echo_ms, 1, 1e-6);
    CHECK_EQ(usual.law, 0);
    set_up(NULL);
    lift(TELEPHONE);
    run(TICK);
    send[FXS] = sine(0, 1000, SECOND);
    run(SECOND);
    CHECK_NEAR(cti_level_of(rx[FXS] + 80, SECOND - 80), -18, 0.1);
    free(plant);
}

static void test_headset_passes_every_bit_and_returns_nothing(void) {
    set_up(NULL);
    lift(HEAD);
    const int16_t *from = sine(-10, 700, SECOND), *to = sine(-12, 1000, SECOND);
    says(HEAD, from, SECOND);
    send[HEADSET] = to;
    run(SECOND);
    int n;
    CHECK_EQ(memcmp(recorded(HEAD, 1, &n), to, SECOND * sizeof *to), 0);
    CHECK_EQ(n, SECOND);
    CHECK_EQ(memcmp(rx[HEADSET], from, SECOND * sizeof *from), 0);
    post(CTI_PLANT_PHONE_HOOK, HEAD, 0);
    says(HEAD, from, SECOND);
    send[HEADSET] = to;
    run(SECOND);
    CHECK(all_zero(rx[HEADSET], SECOND));
    CHECK(all_zero(recorded(HEAD, 1, &n), SECOND));
    free(plant);
}

static void test_on_hook_the_telephone_hears_the_board_and_the_board_nobody(void) {
    cti_plant_line_config line = clean();
    line.loss_db = 2;
    line.return_loss_db = 10;
    set_up(&line);
    post(CTI_PLANT_PHONE_RECORD, TELEPHONE, 1);
    says(TELEPHONE, sine(-10, 700, SECOND), SECOND);
    send[FXS] = sine(-12, 1000, SECOND);
    run(SECOND);
    int n;
    CHECK_NEAR(cti_level_of(recorded(TELEPHONE, 1, &n), SECOND), -14, 0.05);
    CHECK(all_zero(rx[FXS], SECOND));
    free(plant);
}

static void test_without_battery_the_pair_is_dead_and_nothing_rings(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    set_up(&line);
    lift(TELEPHONE);
    run(TICK);
    CHECK_EQ(control(FXS, CTI_LINE_BATTERY, 0), CTI_OK);
    CHECK_EQ(control(FXS, CTI_LINE_POLARITY, 1), CTI_OK);
    int n;
    recorded(TELEPHONE, 1, &n);
    says(TELEPHONE, sine(-10, 700, SECOND), SECOND);
    send[FXS] = sine(-12, 1000, SECOND);
    run(SECOND);
    CHECK(all_zero(rx[FXS], SECOND));
    CHECK(all_zero(recorded(TELEPHONE, 1, &n), SECOND));
    CHECK_EQ(event(found, founds, CTI_EV_BATTERY, TELEPHONE, 0)->kind, CTI_EV_BATTERY);
    CHECK_EQ(event(found, founds, CTI_EV_BATTERY, TELEPHONE, 0)->value, 0);
    CHECK_EQ(event(found, founds, CTI_EV_POLARITY, TELEPHONE, 0)->value, 1);
    post(CTI_PLANT_PHONE_HOOK, TELEPHONE, 0);
    run(2 * SECOND);
    CHECK_EQ(control(FXS, CTI_LINE_RING, 1), CTI_ERR_STATE);
    CHECK_EQ(control(FXS, CTI_LINE_BATTERY, 1), CTI_OK);
    CHECK_EQ(control(FXS, CTI_LINE_RING, 1), CTI_OK);
    CHECK_EQ(control(FXS, CTI_LINE_BATTERY, 0), CTI_OK); /* and that ends it */
    run(TICK);
    CHECK_EQ(event(found, founds, CTI_EV_RING_OFF, TELEPHONE, 0)->kind, CTI_EV_RING_OFF);
    CHECK(strcmp(read_by_board(FXS), "^_") == 0);
    free(plant);
}

static void test_telephone_rings_while_the_board_rings_it_and_is_tripped_by_lifting(void) {
    static const int port[] = {FXS, HEADSET}, line[] = {TELEPHONE, HEAD};
    for (int i = 0; i < 2; i++) {
        set_up(NULL);
        run(TICK);
        CHECK_EQ(control(port[i], CTI_LINE_RING, 1), CTI_OK);
        CHECK_EQ(control(port[i], CTI_LINE_RING, 1), CTI_OK);
        run(2 * SECOND);
        CHECK_EQ(control(port[i], CTI_LINE_RING, 0), CTI_OK);
        run(4 * SECOND);
        CHECK_EQ(event(found, founds, CTI_EV_RING_ON, line[i], 0)->at, TICK);
        CHECK_EQ(event(found, founds, CTI_EV_RING_OFF, line[i], 0)->at, TICK + 2 * SECOND);
        CHECK_EQ(control(port[i], CTI_LINE_RING, 1), CTI_OK);
        run(SECOND);
        lift(line[i]);
        run(SECOND);
        CHECK_EQ(event(found, founds, CTI_EV_RING_ON, line[i], 1)->at, TICK + 6 * SECOND);
        CHECK_EQ(event(found, founds, CTI_EV_RING_OFF, line[i], 1)->at, TICK + 7 * SECOND);
        CHECK_EQ(event(found, founds, CTI_EV_RING_ON, line[i], 2)->kind, 0);
        const cti_event *hook = event(told, tolds, CTI_EV_HOOK, port[i], 0);
        CHECK_EQ(hook->value, 1);
        CHECK_EQ(hook->start, TICK + 7 * SECOND);
        CHECK_EQ(hook->at, TICK + 7 * SECOND + 5 * MS); /* bounce */
        CHECK_EQ(control(port[i], CTI_LINE_RING, 1), CTI_ERR_STATE);
        free(plant);
    }
}

static void test_flash_and_pulses_are_read_to_the_sample(void) {
    static const int port[] = {FXS, HEADSET}, line[] = {TELEPHONE, HEAD};
    cti_pulse_rx_config reads;
    cti_pulse_rx_defaults(&reads);
    reads.flash_ms = 600;
    for (int i = 0; i < 2; i++) {
        set_up(NULL);
        CHECK_EQ(cti_plant_board_pulses(plant, &reads), CTI_OK);
        lift(line[i]);
        run(TICK);
        int64_t begin = now;
        CHECK_EQ(post(CTI_PLANT_PHONE_FLASH, line[i], 300 * MS + 3), CTI_OK);
        cti_pulse_train train = {4, 61, 39, 700};
        CHECK_EQ(post(CTI_PLANT_PHONE_PULSES, line[i], cti_pulse_value(&train)), CTI_OK);
        run(2 * SECOND);
        CHECK_EQ(event(told, tolds, CTI_EV_FLASH, port[i], 0)->start, begin);
        CHECK_EQ(event(told, tolds, CTI_EV_FLASH, port[i], 0)->length, 300 * MS + 3);
        int64_t dialled = begin + 300 * MS + 3 + 1600;
        CHECK_EQ(event(told, tolds, CTI_EV_PULSING, port[i], 0)->start, dialled);
        CHECK_EQ(event(told, tolds, CTI_EV_DIGIT_DOWN, port[i], 0)->start, dialled);
        CHECK_EQ(event(told, tolds, CTI_EV_DIGIT_UP, port[i], 0)->length, (3 * 100 + 61) * MS);
        CHECK_EQ(event(found, founds, CTI_EV_DIALLED, line[i], 1)->value, 1); /* hwsim: his finger */
        begin = now;
        post(CTI_PLANT_PHONE_HOOK, line[i], 0);
        run(SECOND);
        CHECK(strcmp(read_by_board(port[i]), "^F4_") == 0);
        CHECK_EQ(event(told, tolds, CTI_EV_HOOK, port[i], 1)->start, begin);
        CHECK_EQ(event(told, tolds, CTI_EV_HOOK, port[i], 1)->at, begin + 600 * MS + 1);
        CHECK_EQ(event(found, founds, CTI_EV_HOOK, line[i], 0)->kind, 0); /* not the exchange's */
        CHECK_EQ(cti_plant_board_pulses(plant, &reads), CTI_ERR_STATE);
        free(plant);
    }
}

static void test_while_the_loop_is_open_nothing_of_the_telephone_passes(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    static int16_t steady[SECOND];
    for (int i = 0; i < SECOND; i++)
        steady[i] = 5000;
    lift(TELEPHONE);
    run(TICK);
    says(TELEPHONE, steady, SECOND);
    post(CTI_PLANT_PHONE_FLASH, TELEPHONE, 1003);
    run(SECOND);
    for (int i = 0; i < SECOND; i++)
        if (rx[FXS][i] != (i < 1003 ? 0 : 5000)) {
            CHECK_EQ(i, -1);
            break;
        }
    free(plant);
}

static void test_each_port_refuses_what_is_another_kinds(void) {
    set_up(NULL);
    static const int not_at_line[] = {CTI_LINE_RING, CTI_LINE_BATTERY, CTI_LINE_POLARITY};
    static const int not_at_fxs[] = {CTI_LINE_HOOK, CTI_LINE_FLASH, CTI_LINE_PULSES};
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(control(LINE, not_at_line[i], 1), CTI_ERR_STATE);
        CHECK_EQ(control(FXS, not_at_fxs[i], 1), CTI_ERR_STATE);
        CHECK_EQ(control(HEADSET, not_at_fxs[i], 1), CTI_ERR_STATE);
    }
    CHECK_EQ(control(HEADSET, CTI_LINE_BATTERY, 0), CTI_ERR_STATE);
    CHECK_EQ(control(HEADSET, CTI_LINE_POLARITY, 1), CTI_ERR_STATE);
    CHECK_EQ(control(PORTS, CTI_LINE_RING, 1), CTI_ERR_ARG);
    for (int kind = CTI_PLANT_RING; kind <= CTI_PLANT_EXCHANGE_STOP;
         kind++) /* the exchange knows none of them */
        CHECK_EQ(post(kind, TELEPHONE, 0), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_LOSS, HEAD, 0), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_CONNECT, LINE, TELEPHONE), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, HEAD + 1, 1), CTI_ERR_ARG);
    cti_plant_line_config line = clean();
    CHECK_EQ(cti_plant_line(plant, HEAD, &line), CTI_ERR_ARG);
    cti_plant_config cfg = config();
    cfg.handsets = -1;
    CHECK_EQ(cti_plant_size(&cfg), 0);
    cfg = config();
    cfg.fxs = 513;
    CHECK_EQ(cti_plant_size(&cfg), 0);
    free(plant);
}

/* What a line, the exchange's telephone and their noise come to, as one number. */
static uint64_t digest_of_the_line(int fxs, int handsets) {
    cti_plant_config cfg = config();
    cfg.fxs = fxs;
    cfg.handsets = handsets;
    plant = calloc(1, cti_plant_size(&cfg));
    CHECK_EQ(cti_plant_init(plant, cti_plant_size(&cfg), &cfg), CTI_OK);
    CHECK_EQ(cti_plant_board(plant, &board), CTI_OK);
    CHECK_EQ(board.ports, 1 + fxs + handsets);
    now = tolds = founds = 0;
    control(LINE, CTI_LINE_HOOK, 1);
    lift(OUTSIDE);
    post(CTI_PLANT_CONNECT, LINE, OUTSIDE);
    says(OUTSIDE, sine(-10, 700, SECOND), SECOND);
    send[LINE] = sine(-12, 1000, 2 * SECOND);
    run(2 * SECOND);
    int n = cti_plant_phone_read(plant, OUTSIDE, frames, ROOM);
    CHECK_EQ(n, 2 * SECOND);
    uint64_t sum = 14695981039346656037u;
    for (int i = 0; i < n; i++)
        sum =
            (((sum ^ (uint16_t)frames[2 * i + 1]) * 1099511628211u) ^ (uint16_t)rx[LINE][i]) * 1099511628211u;
    free(plant);
    return sum;
}

static void test_lines_sound_the_same_whatever_else_the_board_has(void) {
    uint64_t alone = digest_of_the_line(0, 0);
    CHECK(digest_of_the_line(1, 1) == alone);
    CHECK(digest_of_the_line(0, 2) == alone);
}

static void test_rest_owes_the_noise_to_the_bit(void) {
    static int16_t heard[2][SECOND];
    for (int rests = 0; rests < 2; rests++) {
        set_up(NULL);
        for (int done = 0; done < SECOND; done += TICK) {
            for (int port = 0; port < PORTS; port++)
                board.rest(board.ctx, port, rests);
            tick(0);
            CHECK_EQ(board.rests(board.ctx, FXS), rests && done >= 7 * TICK);
            CHECK_EQ(board.rests(board.ctx, HEADSET), rests && done >= 7 * TICK);
            memcpy(heard[rests] + done, rx[FXS], TICK * sizeof *rx[FXS]);
        }
        CHECK_EQ(board.idle(board.ctx, 10), rests);
        if (rests) {
            CHECK(all_zero(heard[1] + 8 * TICK, TICK));
            board.rest(board.ctx, FXS, 0);
            int64_t owed = board.recall(board.ctx, FXS, 0, heard[1] + 7 * TICK);
            CHECK_EQ(owed, SECOND - 8 * TICK + 10 * TICK);
            for (int done = 8 * TICK; done < SECOND; done += TICK)
                board.recall(board.ctx, FXS, 0, heard[1] + done);
        }
        lift(TELEPHONE); /* and wakes them */
        CHECK_EQ(board.idle(board.ctx, 10), 0);
        tick(0);
        CHECK_EQ(board.rests(board.ctx, FXS), 0);
        free(plant);
    }
    CHECK_EQ(memcmp(heard[0], heard[1], sizeof heard[0]), 0);
}

static void test_they_touch_no_heap(void) {
    set_up(NULL);
    heap_count_begin();
    control(FXS, CTI_LINE_RING, 1);
    control(HEADSET, CTI_LINE_RING, 1);
    run(SECOND);
    lift(TELEPHONE);
    lift(HEAD);
    post(CTI_PLANT_PHONE_FLASH, TELEPHONE, 800);
    says(HEAD, sine(-10, 700, SECOND), SECOND);
    run(SECOND);
    CHECK_EQ(heap_calls, 0);
    free(plant);
}

int main(void) {
    RUN(test_loss_of_an_fxs_line_is_what_was_set_both_ways);
    RUN(test_hybrid_returns_what_the_board_sends_as_late_and_weak_as_was_set);
    RUN(test_noise_is_at_both_ends_and_not_the_same);
    RUN(test_usual_fxs_line_is_short);
    RUN(test_headset_passes_every_bit_and_returns_nothing);
    RUN(test_on_hook_the_telephone_hears_the_board_and_the_board_nobody);
    RUN(test_without_battery_the_pair_is_dead_and_nothing_rings);
    RUN(test_telephone_rings_while_the_board_rings_it_and_is_tripped_by_lifting);
    RUN(test_flash_and_pulses_are_read_to_the_sample);
    RUN(test_while_the_loop_is_open_nothing_of_the_telephone_passes);
    RUN(test_each_port_refuses_what_is_another_kinds);
    RUN(test_lines_sound_the_same_whatever_else_the_board_has);
    RUN(test_rest_owes_the_noise_to_the_bit);
    RUN(test_they_touch_no_heap);
    CHECK_END();
}
