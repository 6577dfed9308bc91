/* plant_stage: a board of two lines and two telephones on a line plant, for its tests. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "cti/lineplant.h"

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

static inline cti_plant_line_config clean(void) {
    return (cti_plant_line_config){
        .loss_db = 0, .noise_dbm0 = -90, .return_loss_db = 60, .echo_ms = 0, .law = CTI_LAW_LINEAR};
}

static inline void set_up_all(const cti_plant_line_config *line, uint64_t seed, int events, int wires) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    cfg.board_lines = 2;
    cfg.phones = 2;
    cfg.record_seconds = 12;
    cfg.seed = seed;
    cfg.events = events;
    cfg.wires = wires;
    size_t size = cti_plant_size(&cfg);
    memset(&on, 0, sizeof on);
    on.plant = calloc(1, size);
    CHECK_EQ(cti_plant_init(on.plant, size, &cfg), CTI_OK);
    for (int i = 0; i < LINES; i++)
        CHECK_EQ(cti_plant_line(on.plant, i, line), CTI_OK);
    CHECK_EQ(cti_plant_board(on.plant, &on.board), CTI_OK);
}

static inline void set_up_with(const cti_plant_line_config *line, uint64_t seed, int events) {
    set_up_all(line, seed, events, 0);
}

static inline void set_up_wired(const cti_plant_line_config *line, int wires) {
    set_up_all(line, 7, 1024, wires);
}

static inline void set_up(const cti_plant_line_config *line) {
    set_up_with(line, 7, 1024);
}

static inline void tear_down(void) {
    free(on.plant);
}

/* Ticks; `samples` is a multiple of 160. */
static inline void run(int samples) {
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

static inline int post(int kind, int line, int value) {
    cti_plant_command c = {.kind = kind, .line = line, .value = value};
    return cti_plant_post(on.plant, &c, 1);
}

static inline int play(int kind, int line, const int16_t *pcm, int samples, const cti_tone_spec *tone,
                       int ref) {
    cti_plant_command c = {.kind = kind, .line = line, .ref = ref};
    c.item = (cti_play_item){.pcm = pcm, .samples = samples, .tone = tone, .ref = ref, .gain_q12 = 4096};
    return cti_plant_post(on.plant, &c, 1);
}

static inline void board_hook(int line, int off) {
    CHECK_EQ(on.board.control(on.board.ctx, line, CTI_LINE_HOOK, off), CTI_OK);
}

/* Both off hook and switched together. */
static inline void talk(int board_line, int phone) {
    board_hook(board_line, 1);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, phone, 1), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_CONNECT, board_line, phone), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_PHONE_RECORD, phone, 1), CTI_OK);
}

/* The telephone's recording so far: heard (1) or said (0). */
static inline const int16_t *recorded(int phone, int channel, int *samples) {
    static int16_t mono[ROOM];
    int n = cti_plant_phone_read(on.plant, phone, on.frames, ROOM);
    CHECK(n >= 0);
    for (int i = 0; i < n; i++)
        mono[i] = on.frames[2 * i + channel];
    *samples = n;
    return mono;
}

static inline const int16_t *heard_by(int phone, int *samples) {
    return recorded(phone, 1, samples);
}

static inline const int16_t *sine(double dbm0, double hz, int samples) {
    static int16_t pcm[4][ROOM];
    static int next;
    int16_t *out = pcm[next++ % 4];
    double peak = FULL * pow(10.0, (dbm0 - 3.14) / 20.0);
    for (int i = 0; i < samples; i++)
        out[i] = (int16_t)lrint(peak * sin(2 * PI * hz * i / SECOND));
    return out;
}

static inline int all_zero(const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return 0;
    return n > 0;
}

/* All that the telephone recorded since this was last asked is digital silence. */
static inline int hears_nothing(int phone) {
    int n;
    const int16_t *heard = heard_by(phone, &n);
    return all_zero(heard, n);
}

/* How far a sine of this frequency stands over everything else, in dB. */
static inline double sine_to_rest(const int16_t *pcm, int n, double hz) {
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
static inline int plant_events(int kind, int line, cti_event *last) {
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), found = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == kind && ev[i].port == line) {
            *last = ev[i];
            found++;
        }
    return found;
}
