/* fuzz_engine: the tick with any commands, and a board that keeps no promise: events of any kind, port and
 * time, more than it had room for, line controls that fail, and in the end exchanges that do.
 */
#include "fuzz_input.h"

#include "cti/engine.h"
#include "cti/error.h"
#include "cti/tone_gen.h"

enum { PORTS = 3, TICK = 160, TICKS = 60, SOUND = 4000 };

typedef struct hostile {
    fuzz_input *in;
} hostile;

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    fuzz_input *in = ((hostile *)ctx)->in;
    (void)at;
    (void)tx;
    int what = fuzz_byte(in), events = fuzz_byte(in) % 6;
    for (int p = 0; p < PORTS; p++) {
        fuzz_sound(in, rx + p * samples, samples);
    }
    for (int i = 0; i < events && i < max; i++) {
        if (what & 1) {
            fuzz_bytes(in, &ev[i], sizeof ev[i]);
        } else {
            ev[i] = (cti_event){.at = fuzz_byte(in) - 1,
                                .port = fuzz_byte(in) % (PORTS + 1),
                                .kind = fuzz_byte(in) % 32,
                                .value = fuzz_byte(in)};
        }
    }
    return what == 255 ? CTI_ERR_GONE : what == 254 ? max + 1000 : events;
}

static int control(void *ctx, int port, int what, int value) {
    (void)port;
    (void)what;
    (void)value;
    return fuzz_byte(((hostile *)ctx)->in) % 3 ? CTI_OK : CTI_ERR_ARG;
}

static int run_terminal(void *ctx, const int16_t *rx, int16_t *tx, int n) {
    (void)rx;
    fuzz_sound(ctx, tx, n);
    return fuzz_byte(ctx) % 16 > 0;
}

static cti_command any_command(fuzz_input *in, const int16_t *sound, const cti_tone_spec *tone) {
    cti_command c;
    memset(&c, 0, sizeof c);
    c.kind = fuzz_byte(in) % 12;
    c.port = fuzz_byte(in) % (PORTS + 2) - 1;
    c.what = fuzz_byte(in) % 7 - 1;
    c.value = fuzz_byte(in) % 72 - 4;
    c.ref = fuzz_byte(in) - 2;
    c.when = fuzz_byte(in) % 4 - 1;
    int kind = fuzz_byte(in);
    c.item.pcm = kind & 1 ? sound : NULL;
    c.item.tone = kind & 2 ? tone : NULL;
    c.item.samples = kind & 4 ? fuzz_pair(in) % (SOUND + 1) : fuzz_byte(in) - 3;
    c.item.ref = fuzz_byte(in);
    c.item.loop = kind & 8 ? 1 : 0;
    fuzz_bytes(in, &c.item.stop_on, sizeof c.item.stop_on);
    fuzz_bytes(in, &c.item.gain_q12, sizeof c.item.gain_q12);
    c.terminal = (cti_terminal){in, kind & 16 ? NULL : run_terminal};
    return c;
}

static void post(fuzz_input *in, cti_engine *e, const int16_t *sound, const cti_tone_spec *tone) {
    cti_command some[8];
    int n = fuzz_byte(in) % 9;
    for (int i = 0; i < n; i++) {
        some[i] = any_command(in, sound, tone);
    }
    int result = cti_engine_post(e, some, n);
    demand(result == CTI_OK || result == CTI_ERR_ARG || result == CTI_ERR_FULL);
}

static void look(fuzz_input *in, cti_engine *e) {
    cti_event ev[32];
    int16_t frames[2 * 400];
    uint8_t bytes[258];
    int what = fuzz_byte(in), port = fuzz_byte(in) % (PORTS + 2) - 1, which = fuzz_byte(in) % 4 - 1;
    if (what & 1) {
        int room = fuzz_byte(in) % 33, got = cti_engine_events(e, ev, room);
        demand(got >= 0 && got <= room);
        for (int i = 0; i < got; i++) {
            demand(ev[i].port >= -1 && ev[i].port < PORTS);
        }
    }
    if (what & 2) {
        demand(cti_engine_read(e, port, which, frames, 400) <= 400);
    }
    if (what & 4) {
        demand(cti_engine_message(e, port, fuzz_byte(in), bytes, fuzz_pair(in) % 259) <= 258);
    }
    if (what & 8) {
        int64_t frames_so_far = cti_engine_frames(e, port, which, cti_engine_reading(e, port, which));
        demand(frames_so_far >= 0 || frames_so_far == CTI_ERR_ARG);
    }
    if (what & 16) {
        (void)cti_engine_echo_can(e, port, fuzz_pair(in) % 300);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_engine *e;
    static int16_t sound[SOUND];
    static const cti_tone_spec tone = {
        2, 0, {{{440.0f}, -10.0f, 0.0f, 0.0f, 900}, {{0}, 0.0f, 0.0f, 0.0f, 700}}};
    fuzz_input in = {data, size};
    hostile board = {&in};
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = PORTS;
    cfg.boards = 1;
    cfg.record_seconds = 1;
    cfg.commands = 16;
    cfg.events = 32;
    if (!e) {
        for (int i = 0; i < SOUND; i++) {
            sound[i] = (int16_t)(i * 7919);
        }
        if (!(e = malloc(cti_engine_size(&cfg)))) {
            abort();
        }
    }
    demand(cti_engine_init(e, cti_engine_size(&cfg), &cfg) == CTI_OK);
    cti_board as = {.ctx = &board, .ports = PORTS, .exchange = exchange, .control = control};
    demand(cti_engine_add_board(e, &as) == 0);
    for (int t = 0; t < TICKS && in.left > 0; t++) {
        post(&in, e, sound, &tone);
        demand(cti_engine_tick(e) >= 0);
        look(&in, e);
    }
    return 0;
}
