/* What the plant is set to is measured: loss, return loss, noise, coding; and who hears whom. */

#include "heap_count.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/ear.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "cti/level.h"
#include "cti/lineplant.h"
#include "cti/tone_gen.h"

enum { TICK = 160, SECOND = 8000, LINES = 4, ROOM = 10 * SECOND, EVENTS = 256 };
/* Lines 0 and 1 are the board's, 2 and 3 telephones. */
enum { BOARD = 0, BOARD2 = 1, PHONE = 2, PHONE2 = 3 };

static const double FULL = 32767.0, PI = 3.14159265358979323846;

typedef struct stage {
    cti_plant *plant;
    cti_board board;
    int64_t now;
    const int16_t *send[2]; /* what the board sends on its lines, from the next run on; null: silence */
    int16_t rx[2][ROOM];    /* what the board has heard since the last run began */
    int16_t frames[ROOM * 2];
    cti_event told[EVENTS]; /* the board's events since the last run began */
    int tolds;
} stage;

static stage on;

static cti_plant_line_config clean(void) {
    return (cti_plant_line_config){
        .loss_db = 0, .noise_dbm0 = -90, .return_loss_db = 60, .echo_ms = 0, .law = CTI_LAW_LINEAR};
}

static void set_up_with(const cti_plant_line_config *line, uint64_t seed, int events) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    cfg.board_lines = 2;
    cfg.phones = 2;
    cfg.record_seconds = 12;
    cfg.seed = seed;
    cfg.events = events;
    size_t size = cti_plant_size(&cfg);
    memset(&on, 0, sizeof on);
    on.plant = calloc(1, size);
    CHECK_EQ(cti_plant_init(on.plant, size, &cfg), CTI_OK);
    for (int i = 0; i < LINES; i++)
        CHECK_EQ(cti_plant_line(on.plant, i, line), CTI_OK);
    CHECK_EQ(cti_plant_board(on.plant, &on.board), CTI_OK);
}

static void set_up(const cti_plant_line_config *line) {
    set_up_with(line, 7, 1024);
}

static void tear_down(void) {
    free(on.plant);
}

/* Ticks; `samples` is a multiple of 160. */
static void run(int samples) {
    on.tolds = 0;
    for (int done = 0; done < samples; done += TICK) {
        int16_t tx[2 * TICK] = {0}, rx[2 * TICK];
        for (int i = 0; i < 2; i++)
            if (on.send[i] != NULL)
                memcpy(tx + i * TICK, on.send[i] + done, TICK * sizeof *tx);
        int n = on.board.exchange(on.board.ctx, on.now, tx, rx, TICK, on.told + on.tolds, EVENTS - on.tolds);
        CHECK(n >= 0);
        on.tolds += n > 0 ? n : 0;
        for (int i = 0; i < 2; i++)
            memcpy(on.rx[i] + done, rx + i * TICK, TICK * sizeof *rx);
        on.now += TICK;
    }
    on.send[0] = on.send[1] = NULL;
}

static int post(int kind, int line, int value) {
    cti_plant_command c = {.kind = kind, .line = line, .value = value};
    return cti_plant_post(on.plant, &c, 1);
}

static int play(int kind, int line, const int16_t *pcm, int samples, const cti_tone_spec *tone, int ref) {
    cti_plant_command c = {.kind = kind, .line = line, .ref = ref};
    c.item = (cti_play_item){.pcm = pcm, .samples = samples, .tone = tone, .ref = ref, .gain_q12 = 4096};
    return cti_plant_post(on.plant, &c, 1);
}

static void board_hook(int line, int off) {
    CHECK_EQ(on.board.control(on.board.ctx, line, CTI_LINE_HOOK, off), CTI_OK);
}

/* Both off hook and switched together. */
static void talk(int board_line, int phone) {
    board_hook(board_line, 1);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, phone, 1), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_CONNECT, board_line, phone), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_PHONE_RECORD, phone, 1), CTI_OK);
}

/* The telephone's recording so far: heard (1) or said (0). */
static const int16_t *recorded(int phone, int channel, int *samples) {
    static int16_t mono[ROOM];
    int n = cti_plant_phone_read(on.plant, phone, on.frames, ROOM);
    CHECK(n >= 0);
    for (int i = 0; i < n; i++)
        mono[i] = on.frames[2 * i + channel];
    *samples = n;
    return mono;
}

static const int16_t *heard_by(int phone, int *samples) {
    return recorded(phone, 1, samples);
}

static const int16_t *sine(double dbm0, double hz, int samples) {
    static int16_t pcm[4][ROOM];
    static int next;
    int16_t *out = pcm[next++ % 4];
    double peak = FULL * pow(10.0, (dbm0 - 3.14) / 20.0);
    for (int i = 0; i < samples; i++)
        out[i] = (int16_t)lrint(peak * sin(2 * PI * hz * i / SECOND));
    return out;
}

static int all_zero(const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return 0;
    return n > 0;
}

/* All that the telephone recorded since this was last asked is digital silence. */
static int hears_nothing(int phone) {
    int n;
    const int16_t *heard = heard_by(phone, &n);
    return all_zero(heard, n);
}

/* How far a sine of this frequency stands over everything else, in dB. */
static double sine_to_rest(const int16_t *pcm, int n, double hz) {
    double re = 0, im = 0, all = 0;
    for (int i = 0; i < n; i++) {
        re += pcm[i] * cos(2 * PI * hz * i / SECOND);
        im += pcm[i] * sin(2 * PI * hz * i / SECOND);
        all += (double)pcm[i] * pcm[i];
    }
    double tone = 2 * (re * re + im * im) / n;
    return 10 * log10(tone / (all - tone > 1e-9 ? all - tone : 1e-9));
}

/* Takes hwsim's events; returns how many are of this kind on this line, the last one in *last. */
static int plant_events(int kind, int line, cti_event *last) {
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), found = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == kind && ev[i].port == line) {
            *last = ev[i];
            found++;
        }
    return found;
}

static void test_loss_of_both_lines_is_what_was_set(void) {
    static const float losses[] = {0.0f, 3.0f, 6.5f, 12.0f};
    for (int i = 0; i < 4; i++) {
        cti_plant_line_config line = clean();
        line.loss_db = losses[i];
        set_up(&line);
        talk(BOARD, PHONE);
        on.send[BOARD] = sine(-10, 1000, SECOND);
        CHECK_EQ(play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 1), CTI_OK);
        run(SECOND);
        int n;
        const int16_t *heard = heard_by(PHONE, &n);
        CHECK_EQ(n, SECOND);
        CHECK_NEAR(cti_level_of(heard, n), -10 - 2 * (double)losses[i], 0.05);
        CHECK_NEAR(cti_level_of(on.rx[BOARD], SECOND), -10 - 2 * (double)losses[i], 0.05);
        CHECK(sine_to_rest(heard, n, 1000) > 45);
        CHECK(sine_to_rest(on.rx[BOARD], SECOND, 700) > 45);
        tear_down();
    }
}

static void test_return_loss_and_its_delay_are_what_was_set(void) {
    static const float losses[] = {8.0f, 14.0f, 25.0f}, delays[] = {0.0f, 2.0f, 32.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.return_loss_db = losses[i];
        line.echo_ms = delays[i];
        set_up(&line);
        board_hook(BOARD, 1);
        int16_t click[SECOND] = {0};
        click[100] = 20000;
        on.send[BOARD] = click;
        run(SECOND);
        int place = -1;
        for (int k = 0; k < SECOND; k++)
            if (on.rx[BOARD][k] != 0) {
                CHECK_EQ(place, -1);
                place = k;
            }
        CHECK_EQ(place, 100 + (int)(delays[i] * 8));
        on.send[BOARD] = sine(-5, 1000, SECOND);
        run(SECOND);
        CHECK_NEAR(cti_level_of(on.rx[BOARD] + 800, SECOND - 800), -5 - (double)losses[i], 0.05);
        tear_down();
    }
    cti_plant_line_config none = clean(); /* 60 dB: no return at all */
    set_up(&none);
    board_hook(BOARD, 1);
    on.send[BOARD] = sine(0, 1000, SECOND);
    run(SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_echo_of_a_call_is_not_heard_in_the_next(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    line.echo_ms = 32;
    set_up(&line);
    talk(BOARD, PHONE);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 1000, SECOND), SECOND, NULL, 1);
    run(SECOND);
    board_hook(BOARD, 0);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 0);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 0);
    post(CTI_PLANT_CONNECT, BOARD, -1);
    run(2 * TICK);
    int n;
    heard_by(PHONE, &n);
    talk(BOARD2, PHONE);
    board_hook(BOARD, 1);
    run(SECOND);
    CHECK(hears_nothing(PHONE));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_noise_has_its_level_and_no_colour(void) {
    static const float levels[] = {-30.0f, -50.0f, -65.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.noise_dbm0 = levels[i];
        set_up(&line);
        run(5 * SECOND);
        CHECK_NEAR(cti_level_of(on.rx[BOARD], 5 * SECOND), levels[i], 0.2);
        double lag[4] = {0};
        for (int k = 0; k < 5 * SECOND - 3; k++)
            for (int d = 0; d < 4; d++)
                lag[d] += (double)on.rx[BOARD][k] * on.rx[BOARD][k + d];
        for (int d = 1; d < 4; d++)
            CHECK(fabs(lag[d] / lag[0]) < 0.02);
        tear_down();
    }
    cti_plant_line_config silent = clean(); /* -90: none */
    set_up(&silent);
    run(SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_each_line_has_noise_of_its_own_and_each_seed(void) {
    cti_plant_line_config line = clean();
    line.noise_dbm0 = -40;
    static int16_t first[SECOND];
    set_up_with(&line, 7, 1024);
    run(SECOND);
    memcpy(first, on.rx[BOARD], sizeof first);
    double both = 0, own = 0;
    for (int i = 0; i < SECOND; i++) {
        both += (double)on.rx[BOARD][i] * on.rx[BOARD2][i];
        own += (double)on.rx[BOARD][i] * on.rx[BOARD][i];
    }
    CHECK(fabs(both / own) < 0.05);
    tear_down();
    set_up_with(&line, 7, 1024);
    run(SECOND);
    CHECK_EQ(memcmp(first, on.rx[BOARD], sizeof first), 0);
    tear_down();
    set_up_with(&line, 8, 1024);
    run(SECOND);
    CHECK(memcmp(first, on.rx[BOARD], sizeof first) != 0);
    tear_down();
}

static void test_on_hook_nothing_passes_from_the_terminal(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    set_up(&line);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_CONNECT, BOARD, PHONE);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 700, SECOND / 2), SECOND / 2, NULL, 1);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_EQ(n, SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));                  /* neither its own return nor the other side */
    CHECK_NEAR(cti_level_of(heard, SECOND / 2), -10, 0.05); /* the telephone's own return, nothing else */
    CHECK(all_zero(heard + SECOND / 2, SECOND / 2));
    tear_down();
}

static void test_without_battery_the_line_is_dead(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    set_up(&line);
    talk(BOARD, PHONE);
    post(CTI_PLANT_BATTERY, BOARD, 0);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, sine(0, 500, SECOND), SECOND, NULL, 2);
    run(SECOND);
    int n;
    CHECK(hears_nothing(PHONE));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    CHECK_EQ(on.tolds, 2);
    CHECK_EQ(on.told[1].kind, CTI_EV_BATTERY);
    CHECK_EQ(on.told[1].value, 0);
    post(CTI_PLANT_BATTERY, BOARD, 1);
    on.send[BOARD] = sine(-10, 1000, SECOND);
    run(SECOND);
    CHECK_NEAR(cti_level_of(heard_by(PHONE, &n), SECOND), -10, 0.05);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].value, 1);
    tear_down();
}

static void test_caller_id_is_heard_on_the_line_on_hook(void) {
    cti_plant_line_config line = clean();
    line.loss_db = 6;
    line.noise_dbm0 = -50;
    line.law = CTI_LAW_ULAW;
    set_up(&line);
    cti_cid_message m = {
        .type = CTI_CID_MDMF_CALL, .datetime = "11221030", .number = "5551234", .name = "ANN"};
    uint8_t bytes[258];
    int length = cti_cid_encode(&m, bytes, sizeof bytes);
    cti_cid_burst_config burst;
    cti_cid_burst_defaults(&burst);
    static int16_t pcm[2 * SECOND];
    int samples = cti_cid_burst(&burst, bytes, length, pcm, 2 * SECOND);
    CHECK(samples > 0);
    post(CTI_PLANT_CONNECT, BOARD, PHONE); /* through-connection alone must not be heard on hook */
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 700, SECOND), SECOND, NULL, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, pcm, samples, NULL, 2);
    run(SECOND);
    CHECK_NEAR(cti_level_of(on.rx[BOARD] + 400, 2400), burst.level_dbm0 - 6, 0.3);
    cti_cid_rx *rx = calloc(1, cti_cid_rx_size());
    CHECK_EQ(cti_cid_rx_init(rx, cti_cid_rx_size()), CTI_OK);
    cti_event ev[4];
    CHECK_EQ(cti_cid_rx_run(rx, on.rx[BOARD], SECOND, ev, 4), 1);
    uint8_t got[258];
    int n = cti_cid_rx_message(rx, ev[0].ref, got, sizeof got);
    cti_cid_message heard;
    CHECK_EQ(cti_cid_parse(got, n, &heard), CTI_OK);
    CHECK_EQ(strcmp(heard.number, "5551234"), 0);
    CHECK_EQ(strcmp(heard.name, "ANN"), 0);
    free(rx);
    tear_down();
}

static void test_a_telephone_on_hook_hears_what_the_exchange_sends(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, sine(-10, 1300, SECOND), SECOND, NULL, 1);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_EQ(n, SECOND);
    CHECK_NEAR(cti_level_of(heard, n), -10, 0.05);
    tear_down();
}

static void test_switching_joins_two_and_nobody_else(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    talk(BOARD, PHONE);
    talk(BOARD2, PHONE2);
    on.send[BOARD] = sine(-10, 1000, SECOND);
    on.send[BOARD2] = sine(-20, 1500, SECOND);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_NEAR(cti_level_of(heard, n), -10, 0.05);
    CHECK(sine_to_rest(heard, n, 1000) > 60);
    CHECK_NEAR(cti_level_of(heard_by(PHONE2, &n), SECOND), -20, 0.05);
    CHECK(all_zero(on.rx[BOARD], SECOND) && all_zero(on.rx[BOARD2], SECOND));

    post(CTI_PLANT_CONNECT, BOARD, PHONE2); /* takes PHONE2 away from BOARD2 and leaves PHONE alone */
    on.send[BOARD] = sine(-10, 1000, SECOND);
    on.send[BOARD2] = sine(-20, 1500, SECOND);
    run(SECOND);
    CHECK(hears_nothing(PHONE));
    CHECK_NEAR(cti_level_of(heard_by(PHONE2, &n), SECOND), -10, 0.05);

    post(CTI_PLANT_CONNECT, PHONE2, -1); /* either side parts both */
    on.send[BOARD] = sine(-10, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE2, sine(-10, 700, SECOND), SECOND, NULL, 1);
    run(SECOND);
    CHECK(hears_nothing(PHONE2));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_the_exchange_codes_once_by_its_law(void) {
    static const int laws[] = {CTI_LAW_ALAW, CTI_LAW_ULAW};
    for (int i = 0; i < 2; i++) {
        cti_plant_line_config line = clean();
        line.law = laws[i];
        set_up(&line);
        talk(BOARD, PHONE);
        const int16_t *sent = sine(-10, 1013, SECOND);
        on.send[BOARD] = sent;
        run(SECOND);
        int n;
        const int16_t *heard = heard_by(PHONE, &n);
        static int16_t coded[SECOND];
        memcpy(coded, sent, sizeof coded);
        cti_law_through(laws[i], coded, SECOND);
        CHECK_EQ(n, SECOND);
        CHECK_EQ(memcmp(heard, coded, sizeof coded), 0);
        /* G.712: a sine of -10 dBm0 is at least 33 dB over what coding adds; G.711 gives about 38. */
        CHECK_NEAR(sine_to_rest(heard, n, 1013), 38, 2);
        post(CTI_PLANT_CONNECT, BOARD, -1);
        play(CTI_PLANT_EXCHANGE_PLAY, BOARD, sent, SECOND, NULL, 1); /* its own sounds too */
        run(SECOND);
        CHECK_EQ(memcmp(on.rx[BOARD], coded, sizeof coded), 0);
        tear_down();
    }
}

static void test_ringing_reaches_the_board_and_is_tripped_by_the_seizure(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_RING, BOARD, 1);
    run(TICK);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(on.told[0].at, 0);
    post(CTI_PLANT_RING, BOARD, 1); /* it rings already */
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    board_hook(BOARD, 1);
    run(TICK);
    CHECK_EQ(on.tolds, 2);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_OFF);
    CHECK_EQ(on.told[1].kind, CTI_EV_SEIZED);
    CHECK_EQ(on.told[1].at, 2 * TICK);
    post(CTI_PLANT_RING, BOARD, 1); /* nobody rings a line that is off hook */
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    board_hook(BOARD, 1); /* twice is once */
    board_hook(BOARD, 0);
    run(TICK);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].kind, CTI_EV_RELEASED);
    post(CTI_PLANT_RING, BOARD2, 1);
    post(CTI_PLANT_BATTERY, BOARD2, 0);
    post(CTI_PLANT_RING, BOARD2, 1);
    post(CTI_PLANT_POLARITY, BOARD2, 1);
    run(TICK);
    static const int expected[] = {CTI_EV_RING_ON, CTI_EV_RING_OFF, CTI_EV_BATTERY, CTI_EV_POLARITY};
    CHECK_EQ(on.tolds, 4);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(on.told[i].kind, expected[i]);
        CHECK_EQ(on.told[i].port, BOARD2);
    }
    run(SECOND + TICK); /* it might have been a flash */
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_HOOK, BOARD, &last), 2);
    CHECK_EQ(last.value, 0);
    tear_down();
}

static void test_the_exchange_hears_digits_over_its_dial_tone_until_it_connects(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    cti_tone_spec dial = {.parts = 1, .loop_from = -1};
    dial.part[0] = (cti_tone_part){.hz = {350, 440}, .level_dbm0 = -13};
    static int16_t digits[SECOND];
    cti_dtmf_tx_config tx;
    cti_dtmf_tx_defaults(&tx);
    memset(digits, 0, sizeof digits);
    cti_dtmf_tx_render(&tx, "59", digits + 1000, SECOND - 1000);
    board_hook(BOARD, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, NULL, -1, &dial, 3);
    run(3 * TICK);
    int64_t begin = on.now;
    on.send[BOARD] = digits;
    run(SECOND);
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), found = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_DIGIT_DOWN) {
            CHECK_EQ(ev[i].ref, 0);
            CHECK_EQ(ev[i].port, BOARD);
            CHECK_EQ(ev[i].value, found == 0 ? '5' : '9');
            CHECK_NEAR(ev[i].start, begin + 1000 + found * 1280, 24);
            CHECK(ev[i].at > ev[i].start && ev[i].at < ev[i].start + 640); /* known while it sounds */
            found++;
        }
    CHECK_EQ(found, 2);
    cti_event last;
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_CONNECT, BOARD, PHONE);
    on.send[BOARD] = digits;
    run(SECOND);
    CHECK_EQ(plant_events(CTI_EV_DIGIT_DOWN, BOARD, &last), 0);
    post(CTI_PLANT_CONNECT, BOARD, -1);
    run(TICK);
    begin = on.now;
    on.send[BOARD] = digits;
    run(SECOND);
    CHECK_EQ(plant_events(CTI_EV_DIGIT_DOWN, BOARD, &last), 2);
    CHECK_NEAR(last.start, begin + 1000 + 1280, 24);
    CHECK(last.at > last.start && last.at < last.start + 640);
    tear_down();
}

static void test_the_telephone_hears_tones_by_the_definitions_given(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    cti_progress_config progress;
    cti_progress_defaults(&progress);
    progress.tones = 1;
    progress.tone[0] = (cti_progress_tone){
        .tone = CTI_TONE_DIAL, .hz = {425}, .steps = 4, .ms = {200, 200, 600, 1000}, .cycles = 1};
    CHECK_EQ(cti_plant_progress(on.plant, &progress), CTI_OK);
    cti_tone_spec dial = {.parts = 4, .loop_from = 0}; /* Italy's */
    static const int lengths[] = {1600, 1600, 4800, 8000};
    for (int i = 0; i < 4; i++) {
        dial.part[i].samples = lengths[i];
        dial.part[i].hz[0] = i % 2 == 0 ? 425.0f : 0.0f;
        dial.part[i].level_dbm0 = -10;
    }
    post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_PROGRESS);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, NULL, -1, &dial, 1);
    run(6 * SECOND);
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_TONE_ON, PHONE, &last), 1);
    CHECK_EQ(last.value, CTI_TONE_DIAL);
    CHECK_EQ(last.ref, 1);
    CHECK_EQ(cti_plant_progress(on.plant, &progress), CTI_ERR_STATE);
    tear_down();
}

static void test_sounds_end_with_their_own_events(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), 1000, NULL, 11);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 12);
    run(SECOND / 2);
    cti_plant_command stop = {.kind = CTI_PLANT_EXCHANGE_STOP, .line = PHONE, .ref = 12};
    CHECK_EQ(cti_plant_post(on.plant, &stop, 1), CTI_OK);
    run(SECOND / 2);
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), ends = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_PLAY_DONE) {
            CHECK_EQ(ev[i].ref, ends == 0 ? 11 : 12);
            CHECK_EQ(ev[i].value, ends == 0 ? CTI_PLAY_ENDED : CTI_PLAY_STOPPED);
            CHECK_EQ(ev[i].at, ends == 0 ? 1000 : SECOND / 2 + 40);
            ends++;
        }
    CHECK_EQ(ends, 2);
    int frames;
    const int16_t *said = recorded(PHONE, 0, &frames);
    CHECK_NEAR(cti_level_of(said, 1000), -10, 0.1);
    CHECK(all_zero(said + 1000, frames - 1000));
    for (int i = 0; i < 17; i++) /* one more than the player holds: it is told as stopped at once */
        CHECK_EQ(play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 100 + i), CTI_OK);
    run(TICK);
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_PLAY_DONE, PHONE, &last), 1);
    CHECK_EQ(last.ref, 116);
    CHECK_EQ(last.value, CTI_PLAY_STOPPED);
    tear_down();
}

static void test_two_runs_are_alike_to_the_last_bit(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    static int16_t first[2][3 * SECOND], phone[2][3 * SECOND];
    cti_event ev[2][EVENTS];
    int counts[2];
    for (int turn = 0; turn < 2; turn++) {
        set_up_with(&line, 42, 1024);
        post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_ALL);
        talk(BOARD, PHONE);
        on.send[BOARD] = sine(-12, 1111, 3 * SECOND);
        play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-17, 770, SECOND), SECOND, NULL, 1);
        run(3 * SECOND);
        memcpy(first[turn], on.rx[BOARD], sizeof first[turn]);
        int n;
        memcpy(phone[turn], heard_by(PHONE, &n), sizeof phone[turn]);
        memset(ev[turn], 0, sizeof ev[turn]);
        counts[turn] = cti_plant_events(on.plant, ev[turn], EVENTS);
        tear_down();
    }
    CHECK_EQ(memcmp(first[0], first[1], sizeof first[0]), 0);
    CHECK_EQ(memcmp(phone[0], phone[1], sizeof phone[0]), 0);
    CHECK_EQ(counts[0], counts[1]);
    CHECK(counts[0] > 2);
    CHECK_EQ(memcmp(ev[0], ev[1], sizeof ev[0]), 0);
}

static void test_events_that_find_no_room_are_counted_and_told(void) {
    cti_plant_line_config line = clean();
    set_up_with(&line, 7, 4);
    for (int i = 0; i < 10; i++) {
        post(CTI_PLANT_PHONE_HOOK, PHONE, 1 - i % 2);
        run(SECOND + 2 * TICK);
    }
    cti_event ev[8];
    CHECK_EQ(cti_plant_events(on.plant, ev, 8), 4);
    CHECK_EQ(ev[0].kind, CTI_EV_HOOK);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    run(TICK);
    CHECK_EQ(cti_plant_events(on.plant, ev, 8), 2);
    CHECK_EQ(ev[0].kind, CTI_EV_EVENTS_LOST);
    CHECK_EQ(ev[0].value, 6);
    CHECK_EQ(ev[1].kind, CTI_EV_HOOK);
    tear_down();
}

static void test_what_is_out_of_range_is_refused_and_changes_nothing(void) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    CHECK(cti_plant_size(&cfg) > 0);
    CHECK_EQ(cti_plant_size(NULL), 0);
    cti_plant_config bad = cfg;
    bad.board_lines = 0;
    CHECK_EQ(cti_plant_size(&bad), 0);
    bad = cfg;
    bad.phones = 513;
    CHECK_EQ(cti_plant_size(&bad), 0);
    bad = cfg;
    bad.commands = 1000; /* no power of two */
    CHECK_EQ(cti_plant_size(&bad), 0);
    CHECK_EQ(cti_plant_init(NULL, 0, &cfg), CTI_ERR_ARG);
    cti_plant *small = calloc(1, cti_plant_size(&cfg));
    CHECK_EQ(cti_plant_init(small, cti_plant_size(&cfg) - 1, &cfg), CTI_ERR_SIZE);
    free(small);

    cti_plant_line_config line = clean();
    set_up(&line);
    cti_plant_line_config wrong = line;
    wrong.loss_db = -1;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.echo_ms = 33;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.return_loss_db = NAN;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.law = 3;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    CHECK_EQ(cti_plant_line(on.plant, LINES, &line), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_RING, LINES, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_RING, -1, 1), CTI_ERR_ARG);
    CHECK_EQ(post(99, 0, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, BOARD, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_CONNECT, BOARD, BOARD), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_CONNECT, BOARD, LINES), CTI_ERR_ARG);
    CHECK_EQ(on.board.control(on.board.ctx, 2, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    CHECK_EQ(on.board.control(on.board.ctx, 0, CTI_LINE_RING, 1), CTI_ERR_STATE);
    int16_t frame[2];
    CHECK_EQ(cti_plant_phone_read(on.plant, BOARD, frame, 1), CTI_ERR_ARG);
    cti_plant_command many[2] = {{.kind = CTI_PLANT_RING, .line = 0, .value = 1},
                                 {.kind = CTI_PLANT_RING, .line = 77, .value = 1}};
    CHECK_EQ(cti_plant_post(on.plant, many, 2), CTI_ERR_ARG); /* none of them */
    int16_t tx[2 * TICK] = {0}, rx[2 * TICK];
    CHECK_EQ(on.board.exchange(on.board.ctx, 0, tx, rx, 80, on.told, EVENTS), CTI_ERR_ARG);
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    CHECK_EQ(cti_plant_line(on.plant, 0, &line), CTI_ERR_STATE);
    tear_down();
}

static void test_a_tick_touches_no_heap(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_ALL);
    heap_count_begin();
    talk(BOARD, PHONE);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-17, 770, SECOND), SECOND, NULL, 1);
    run(2 * SECOND);
    CHECK_EQ(heap_calls, 0);
    tear_down();
}

int main(void) {
    RUN(test_loss_of_both_lines_is_what_was_set);
    RUN(test_return_loss_and_its_delay_are_what_was_set);
    RUN(test_echo_of_a_call_is_not_heard_in_the_next);
    RUN(test_noise_has_its_level_and_no_colour);
    RUN(test_each_line_has_noise_of_its_own_and_each_seed);
    RUN(test_on_hook_nothing_passes_from_the_terminal);
    RUN(test_without_battery_the_line_is_dead);
    RUN(test_caller_id_is_heard_on_the_line_on_hook);
    RUN(test_a_telephone_on_hook_hears_what_the_exchange_sends);
    RUN(test_switching_joins_two_and_nobody_else);
    RUN(test_the_exchange_codes_once_by_its_law);
    RUN(test_ringing_reaches_the_board_and_is_tripped_by_the_seizure);
    RUN(test_the_exchange_hears_digits_over_its_dial_tone_until_it_connects);
    RUN(test_the_telephone_hears_tones_by_the_definitions_given);
    RUN(test_sounds_end_with_their_own_events);
    RUN(test_two_runs_are_alike_to_the_last_bit);
    RUN(test_events_that_find_no_room_are_counted_and_told);
    RUN(test_what_is_out_of_range_is_refused_and_changes_nothing);
    RUN(test_a_tick_touches_no_heap);
    CHECK_END();
}
