/* After its init no kernel asks for memory: each is fed with all that a line carries. The engine, the plant
 * and the voice path count in tests of their own (test_engine.c, test_lineplant.c, test_voice_hostile.c). */
#include "check.h"
#include "cti/alert_rx.h"
#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/dtmf_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/ear.h"
#include "cti/echo_can.h"
#include "cti/error.h"
#include "cti/fax_driven.h"
#include "cti/fax_line.h"
#include "cti/fax_machine.h"
#include "cti/fax_modem_rx.h"
#include "cti/fax_modem_tx.h"
#include "cti/fax_tone_tx.h"
#include "cti/fax_tones.h"
#include "cti/fsk_rx.h"
#include "cti/fsk_tx.h"
#include "cti/g711.h"
#include "cti/hdlc.h"
#include "cti/level.h"
#include "cti/mixer.h"
#include "cti/player.h"
#include "cti/presence.h"
#include "cti/progress.h"
#include "cti/random.h"
#include "cti/recorder.h"
#include "cti/tone_disabler.h"
#include "cti/tone_gen.h"
#include "cti/vad.h"
#include "heap_count.h"
#include "signals.h"

enum { BLOCK = 160, EVENTS = 64, RING = 8000 };

static cti_event ev[EVENTS];
static int16_t out[BLOCK * 64];
static int heard; /* events and samples that came of it: the kernels did work */

static int16_t *sound;
static int samples;

/* Digits, busy tone, a caller-ID burst, answer tone with turns, speech, noise. */
static void make_sound(void) {
    static int16_t burst[16000];
    cti_cid_message m = {.type = CTI_CID_MDMF_CALL, .number = "2025550143"};
    cti_cid_burst_config cfg;
    uint8_t bytes[300];
    cti_cid_burst_defaults(&cfg);
    int n = cti_cid_burst(&cfg, bytes, cti_cid_encode(&m, bytes, 300), burst, 16000);
    signal *s = signal_new(4);
    for (int i = 0; i < 16; i++) {
        signal_digit(s, "0123456789*#ABCD"[i], 60, -10, -8, 0);
        signal_silence(s, 60);
    }
    for (int i = 0; i < 5; i++) {
        signal_sine(s, s->n, 4000, 480, -18);
        signal_sine(s, s->n, 4000, 620, -18);
        signal_silence(s, 1000);
    }
    for (int i = 0; i < n; i++)
        s->x[s->n + i] += burst[i];
    s->n += n;
    signal_silence(s, 300);
    for (int i = 0; i < 21600; i++)
        s->x[s->n++] = (i / 3600 % 2 ? -5000 : 5000) * sin(SIGNAL_TURN * 2100.0 * i / SIGNAL_RATE);
    signal_sine(s, s->n, 800, 2130, -15);
    signal_sine(s, s->n, 800, 2750, -15);
    signal_silence(s, 1000);
    signal_speech(s, 6000, -18);
    signal_noise(s, -60);
    samples = s->n / BLOCK * BLOCK;
    sound = signal_pcm(s);
    free(s);
}

static void *state(size_t size) {
    CHECK(size > 0);
    return malloc(size);
}

/* The detectors: one signature. */
typedef struct detector {
    const char *name;
    size_t size;
    int (*init)(void *s, size_t size);
    int (*run)(void *s, const int16_t *pcm, int n);
} detector;

static int dtmf_init(void *s, size_t size) {
    return cti_dtmf_rx_init(s, size, NULL);
}
static int dtmf_run(void *s, const int16_t *pcm, int n) {
    return cti_dtmf_rx_run(s, pcm, n, ev, EVENTS);
}
static int progress_init(void *s, size_t size) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    return cti_progress_init(s, size, &cfg);
}
static int progress_run(void *s, const int16_t *pcm, int n) {
    return cti_progress_run(s, pcm, n, ev, EVENTS);
}
static int vad_init(void *s, size_t size) {
    return cti_vad_init(s, size, NULL);
}
static int vad_run(void *s, const int16_t *pcm, int n) {
    return cti_vad_run(s, pcm, n, ev, EVENTS);
}
static int presence_init(void *s, size_t size) {
    return cti_presence_init(s, size);
}
static int presence_run(void *s, const int16_t *pcm, int n) {
    return cti_presence_run(s, pcm, n, ev, EVENTS);
}
static int fax_init(void *s, size_t size) {
    return cti_fax_tones_init(s, size);
}
static int fax_run(void *s, const int16_t *pcm, int n) {
    return cti_fax_tones_run(s, pcm, n, ev, EVENTS);
}
static int alert_init(void *s, size_t size) {
    return cti_alert_rx_init(s, size);
}
static int alert_run(void *s, const int16_t *pcm, int n) {
    return cti_alert_rx_run(s, pcm, n, ev, EVENTS);
}
static int cid_init(void *s, size_t size) {
    return cti_cid_rx_init(s, size);
}
static int cid_run(void *s, const int16_t *pcm, int n) {
    return cti_cid_rx_run(s, pcm, n, ev, EVENTS);
}
static int fsk_init(void *s, size_t size) {
    return cti_fsk_rx_init(s, size);
}
static int fsk_run(void *s, const int16_t *pcm, int n) {
    int found = 0;
    for (int done = 0, used = 0; done < n; done += used) {
        cti_fsk_event e;
        found += cti_fsk_rx_run(s, pcm + done, n - done, &used, &e);
    }
    return found;
}
/* Carriers of the modems are not among these sounds: the receivers hear all of it, and a page below. */
static int fax_modem_init_as(void *s, size_t size, int modem) {
    cti_fax_modem_rx_config cfg;
    cti_fax_modem_rx_defaults(&cfg, modem);
    return cti_fax_modem_rx_init(s, size, &cfg);
}
static int v21_init(void *s, size_t size) {
    return fax_modem_init_as(s, size, CTI_FAX_MODEM_V21);
}
static int v17_init(void *s, size_t size) {
    return fax_modem_init_as(s, size, CTI_FAX_MODEM_V17);
}
static int fax_modem_run(void *s, const int16_t *pcm, int n) {
    int taken = 0;
    for (int used = 0; taken < n; taken += used) {
        cti_fax_modem_event e;
        (void)cti_fax_modem_rx_run(s, pcm + taken, n - taken, &used, &e);
    }
    return taken;
}
static int ear_init(void *s, size_t size) {
    int bad = cti_ear_init(s, size, 1);
    return bad < 0 ? bad : cti_ear_listen(s, 0, CTI_EAR_ALL);
}
static int ear_run(void *s, const int16_t *pcm, int n) {
    return cti_ear_run(s, pcm, n, n, ev, EVENTS);
}
static int disabler_init(void *s, size_t size) {
    return cti_tone_disabler_init(s, size);
}
static int disabler_run(void *s, const int16_t *pcm, int n) {
    return cti_tone_disabler_run(s, pcm, pcm, n);
}
static int echo_init(void *s, size_t size) {
    cti_echo_can_config cfg;
    cti_echo_can_defaults(&cfg);
    return cti_echo_can_init(s, size, &cfg);
}
static int echo_run(void *s, const int16_t *pcm, int n) {
    return cti_echo_can_run(s, pcm, pcm, out, n) == CTI_OK ? n : -1;
}
static int level_init(void *s, size_t size) {
    return cti_level_init(s, size, 125);
}
static int level_run(void *s, const int16_t *pcm, int n) {
    return cti_level_run(s, pcm, n);
}

static void test_detectors_ask_for_no_memory(void) {
    const detector all[] = {
        {"dtmf_rx", cti_dtmf_rx_size(), dtmf_init, dtmf_run},
        {"progress", cti_progress_size(), progress_init, progress_run},
        {"vad", cti_vad_size(), vad_init, vad_run},
        {"presence", cti_presence_size(), presence_init, presence_run},
        {"fax_tones", cti_fax_tones_size(), fax_init, fax_run},
        {"alert_rx", cti_alert_rx_size(), alert_init, alert_run},
        {"cid_rx", cti_cid_rx_size(), cid_init, cid_run},
        {"fsk_rx", cti_fsk_rx_size(), fsk_init, fsk_run},
        {"v21", cti_fax_modem_rx_size(), v21_init, fax_modem_run},
        {"v17", cti_fax_modem_rx_size(), v17_init, fax_modem_run},
        {"ear", cti_ear_size(1), ear_init, ear_run},
        {"tone_disabler", cti_tone_disabler_size(), disabler_init, disabler_run},
        {"echo_can", cti_echo_can_size(), echo_init, echo_run},
        {"level", cti_level_size(), level_init, level_run},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        void *s = state(all[i].size);
        CHECK_EQ(all[i].init(s, all[i].size), CTI_OK);
        long before = heap_calls;
        heard = 0;
        for (int done = 0; done < samples; done += BLOCK)
            heard += all[i].run(s, sound + done, BLOCK);
        long asked = heap_calls - before;
        if (asked != 0 || heard <= 0)
            fprintf(stderr, "%s: the heap was asked %ld times, heard %d\n", all[i].name, asked, heard);
        CHECK_EQ(asked, 0);
        CHECK(heard > 0);
        free(s);
    }
}

static void test_senders_ask_for_no_memory(void) {
    cti_tone_spec spec = {.parts = 2, .loop_from = 0};
    spec.part[0] = (cti_tone_part){.hz = {425}, .level_dbm0 = -10, .am_hz = 25, .am_depth = 1, .samples = 90};
    spec.part[1] = (cti_tone_part){.samples = 70};
    cti_fax_tone_tx_config fax;
    cti_fax_tone_tx_defaults(&fax, CTI_FAX_ANSAM);
    cti_fsk_tx_config fsk;
    cti_fsk_tx_defaults(&fsk, CTI_FSK_V23);
    cti_fax_modem_tx_config modem;
    cti_fax_modem_tx_defaults(&modem, CTI_FAX_MODEM_V17);
    cti_dtmf_tx_config dtmf;
    cti_dtmf_tx_defaults(&dtmf);
    cti_tone_gen *tone = state(cti_tone_gen_size());
    cti_fax_tone_tx *fax_tx = state(cti_fax_tone_tx_size());
    cti_fsk_tx *fsk_tx = state(cti_fsk_tx_size());
    cti_fax_modem_tx *modem_tx = state(cti_fax_modem_tx_size());
    cti_player *player = state(cti_player_size());
    cti_random *dice = state(cti_random_size());
    CHECK_EQ(cti_tone_gen_init(tone, cti_tone_gen_size(), &spec), CTI_OK);
    CHECK_EQ(cti_fax_tone_tx_init(fax_tx, cti_fax_tone_tx_size(), &fax), CTI_OK);
    CHECK_EQ(cti_fsk_tx_init(fsk_tx, cti_fsk_tx_size(), &fsk), CTI_OK);
    CHECK_EQ(cti_fax_modem_tx_init(modem_tx, cti_fax_modem_tx_size(), &modem), CTI_OK);
    CHECK_EQ(cti_player_init(player, cti_player_size()), CTI_OK);
    CHECK_EQ(cti_random_init(dice, cti_random_size(), 1), CTI_OK);
    cti_play_item item = {.samples = 1000, .tone = &spec, .gain_q12 = 4096};
    uint8_t bits[20] = {0, 1, 1, 0, 1};
    long before = heap_calls;
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(cti_tone_gen_run(tone, out, BLOCK), BLOCK);
        CHECK_EQ(cti_fax_tone_tx_run(fax_tx, out, BLOCK), BLOCK);
        CHECK(cti_fsk_tx_run(fsk_tx, bits, 20, out, BLOCK) > 0);
        CHECK_EQ(cti_fax_modem_tx_run(modem_tx, out, BLOCK), BLOCK);
        CHECK(cti_player_put(player, &item) >= CTI_OK || cti_player_busy(player));
        CHECK(cti_player_run(player, i * BLOCK, out, BLOCK, ev, EVENTS) >= 0);
        CHECK_EQ(cti_random_noise(dice, -40, out, BLOCK), BLOCK);
    }
    CHECK(cti_dtmf_tx_render(&dtmf, "15", out, BLOCK * 64) > 0);
    CHECK_EQ(heap_calls, before);
    free(tone), free(fax_tx), free(fsk_tx), free(modem_tx), free(player), free(dice);
}

static void test_frames_ask_for_no_memory(void) {
    const uint8_t frame[3] = {0xFF, 0x13, 0x84};
    cti_hdlc_tx *tx = state(cti_hdlc_tx_size());
    cti_hdlc_rx *rx = state(cti_hdlc_rx_size());
    CHECK_EQ(cti_hdlc_tx_init(tx, cti_hdlc_tx_size()), CTI_OK);
    CHECK_EQ(cti_hdlc_rx_init(rx, cti_hdlc_rx_size()), CTI_OK);
    int frames = 0;
    long before = heap_calls;
    CHECK_EQ(cti_hdlc_tx_flags(tx, 8), CTI_OK);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 3), CTI_OK);
    for (int i = 0; i < 400; i++)
        frames += cti_hdlc_rx_bit(rx, cti_hdlc_tx_bit(tx)) == CTI_HDLC_FRAME;
    CHECK_EQ(heap_calls, before);
    CHECK_EQ(frames, 1);
    free(tx), free(rx);
}

static void test_a_page_is_received_without_memory(void) {
    static int16_t pcm[24000];
    cti_fax_modem_tx_config cfg;
    cti_fax_modem_tx *tx = state(cti_fax_modem_tx_size());
    cti_fax_modem_rx *rx = state(cti_fax_modem_rx_size());
    cti_fax_modem_tx_defaults(&cfg, CTI_FAX_MODEM_V17);
    CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &cfg), CTI_OK);
    CHECK_EQ(v17_init(rx, cti_fax_modem_rx_size()), CTI_OK);
    long before = heap_calls;
    int octets = 0;
    CHECK_EQ(cti_fax_modem_tx_run(tx, pcm, 24000), 24000);
    for (int taken = 0, used = 0; taken < 24000; taken += used) {
        cti_fax_modem_event e;
        octets += cti_fax_modem_rx_run(rx, pcm + taken, 24000 - taken, &used, &e) ? e.length : 0;
    }
    CHECK_EQ(heap_calls, before);
    CHECK(octets > 1000);
    free(tx), free(rx);
}

static void test_a_fax_line_does_its_turns_without_memory(void) {
    static int16_t pcm[24000], silence[24000];
    const uint8_t frame[3] = {0xFF, 0x13, 0x84};
    const cti_fax_turn turns[] = {
        {.kind = CTI_FAX_TURN_FRAMES},
        {.kind = CTI_FAX_TURN_CED, .ms = 300},
        {.kind = CTI_FAX_TURN_CNG},
        {.kind = CTI_FAX_TURN_DATA, .modem = CTI_FAX_MODEM_V17, .bit_rate = 14400, .hdlc = 1},
        {.kind = CTI_FAX_TURN_LISTEN, .modem = CTI_FAX_MODEM_V17, .bit_rate = 14400, .hdlc = 1}};
    cti_fax_line *from = state(cti_fax_line_size()), *to = state(cti_fax_line_size());
    CHECK_EQ(cti_fax_line_init(from, cti_fax_line_size(), NULL), CTI_OK);
    CHECK_EQ(cti_fax_line_init(to, cti_fax_line_size(), NULL), CTI_OK);
    long before = heap_calls;
    int frames = 0;
    CHECK_EQ(cti_fax_line_turn(to, &turns[4]), CTI_OK);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(cti_fax_line_turn(from, &turns[i]), CTI_OK);
        (void)cti_fax_line_frame(from, frame, 3);
        cti_fax_line_event e;
        for (int done = 0; done < 24000;)
            done += cti_fax_line_run(from, silence + done, pcm + done, 24000 - done, &e);
        for (int done = 0; done < 24000; frames += e.heard.kind == CTI_FAX_MODEM_FRAME)
            done += cti_fax_line_run(to, pcm + done, out + done % BLOCK, 1, &e);
    }
    CHECK_EQ(heap_calls, before);
    CHECK_EQ(frames, 2);
    free(from), free(to);
}

static void test_a_driven_fax_line_asks_for_no_memory(void) {
    cti_fax_driven *d = state(cti_fax_driven_size());
    CHECK_EQ(cti_fax_driven_init(d, cti_fax_driven_size(), NULL), CTI_OK);
    long before = heap_calls;
    cti_fax_turn turn = {.kind = CTI_FAX_TURN_FRAMES, .modem = CTI_FAX_MODEM_V21, .bit_rate = 300};
    cti_fax_driven_event e;
    int sent = 0;
    CHECK_EQ(cti_fax_driven_turn(d, &turn), CTI_OK);
    CHECK_EQ(cti_fax_driven_frame(d, (const uint8_t *)"\xff\x13\x80", 3), CTI_OK);
    CHECK_EQ(cti_fax_driven_end(d), CTI_OK);
    for (int done = 0; done < 24000; done += BLOCK) {
        CHECK_EQ(cti_fax_driven_run(d, sound, out, BLOCK), 1);
        while (cti_fax_driven_events(d, &e, 1) == 1)
            sent += e.line.kind == CTI_FAX_LINE_SENT;
        CHECK_EQ(cti_fax_driven_heard(d, out, BLOCK), BLOCK);
    }
    CHECK_EQ(heap_calls, before);
    CHECK_EQ(sent, 1);
    free(d);
}

static void test_a_fax_is_sent_without_memory(void) {
    static uint8_t page[216 * 20], rows[216 * 40], damage[40];
    static int16_t said[2][BLOCK], next[2][BLOCK];
    const cti_t30_sheet sheet = {CTI_T30_A4, CTI_T30_FINE};
    cti_fax_machine *m[2];
    for (int e = 0; e < 2; e++) {
        cti_fax_machine_config cfg;
        cti_fax_machine_defaults(&cfg, e == 0);
        cfg.t30.sheet = &sheet;
        cfg.t30.sheets = e == 0;
        m[e] = state(cti_fax_machine_size());
        CHECK_EQ(cti_fax_machine_init(m[e], cti_fax_machine_size(), &cfg), CTI_OK);
    }
    long before = heap_calls;
    int taken = 0;
    CHECK_EQ(cti_fax_machine_memory(m[1], rows, sizeof rows, damage, 40), CTI_OK);
    for (int ticks = 0, on = 1; ticks < 8000 * 60 / BLOCK && on; ticks++) {
        on = cti_fax_machine_run(m[0], said[1], next[0], BLOCK) +
             cti_fax_machine_run(m[1], said[0], next[1], BLOCK);
        memcpy(said, next, sizeof said);
        cti_fax_machine_event e;
        while (cti_fax_machine_events(m[0], &e, 1) == 1)
            if (e.what.kind == CTI_T30_PAGE_WANTED)
                CHECK_EQ(cti_fax_machine_page(m[0], 0, page, 20), CTI_OK);
        while (cti_fax_machine_events(m[1], &e, 1) == 1)
            taken += e.what.kind == CTI_T30_PAGE_TAKEN;
    }
    CHECK_EQ(heap_calls, before);
    CHECK_EQ(taken, 1);
    free(m[0]), free(m[1]);
}

static void test_coders_mixers_and_recorders_ask_for_no_memory(void) {
    static uint8_t octets[BLOCK];
    cti_recorder *r = state(cti_recorder_size(RING));
    CHECK_EQ(cti_recorder_init(r, cti_recorder_size(RING), RING), CTI_OK);
    long before = heap_calls;
    CHECK_EQ(cti_recorder_start(r, 1, CTI_RECORD_BOTH), CTI_OK);
    for (int done = 0; done < samples; done += BLOCK) {
        CHECK_EQ(cti_alaw_encode(sound + done, octets, BLOCK), BLOCK);
        CHECK_EQ(cti_ulaw_decode(octets, out, BLOCK), BLOCK);
        CHECK_EQ(cti_mix_add(out, sound + done, 2048, BLOCK), BLOCK);
        CHECK_EQ(cti_mix_conference(sound, BLOCK, 3, NULL, out, BLOCK, BLOCK), BLOCK);
        CHECK(cti_recorder_run(r, done, sound + done, out, BLOCK, ev, EVENTS) >= 0);
        CHECK_EQ(cti_recorder_read(r, out, BLOCK), BLOCK);
    }
    CHECK_EQ(cti_recorder_stop(r), CTI_OK);
    CHECK_EQ(heap_calls, before);
    free(r);
    if (HEAP_COUNTED)
        CHECK(heap_calls > before); /* the count does count */
}

int main(void) {
    make_sound();
    heap_count_begin();
    RUN(test_detectors_ask_for_no_memory);
    RUN(test_senders_ask_for_no_memory);
    RUN(test_frames_ask_for_no_memory);
    RUN(test_a_page_is_received_without_memory);
    RUN(test_a_fax_line_does_its_turns_without_memory);
    RUN(test_a_driven_fax_line_asks_for_no_memory);
    RUN(test_a_fax_is_sent_without_memory);
    RUN(test_coders_mixers_and_recorders_ask_for_no_memory);
    free(sound);
    CHECK_END();
}
