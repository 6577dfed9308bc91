#include "check.h"
#include "cti/error.h"
#include "cti/fax_machine.h"
#include "signals.h"

enum { CALLER = 0, ANSWERER = 1, ROWS = 300, ROW = 216, MOST = 400, TICK = 160, SECONDS = 120 };

/* Two machines a tick apart, with an owner who takes events every `late` ticks. */
typedef struct call {
    cti_fax_machine *m[2];
    uint8_t page[ROWS * ROW];
    uint8_t rows[3][ROW * MOST], damage[3][MOST];
    cti_t30_sheet sheet;
    int16_t said[2][TICK];
    int memories, result[2], taken, clean, wanted, over[2];
    uint64_t hash[2];
} call;

static cti_fax_machine *machine(const cti_fax_machine_config *cfg) {
    cti_fax_machine *m = malloc(cti_fax_machine_size());
    CHECK_EQ(cti_fax_machine_init(m, cti_fax_machine_size(), cfg), CTI_OK);
    return m;
}

static void give_memory(call *c) {
    int i = c->memories++ % 3;
    CHECK_EQ(cti_fax_machine_memory(c->m[ANSWERER], c->rows[i], sizeof c->rows[i], c->damage[i], MOST),
             CTI_OK);
}

static call *call_new(int ecm) {
    call *c = calloc(1, sizeof *c);
    cti_fax_machine_config from, to;
    cti_fax_machine_defaults(&from, 1);
    cti_fax_machine_defaults(&to, 0);
    c->sheet = (cti_t30_sheet){CTI_T30_A4, CTI_T30_FINE};
    from.t30.sheet = &c->sheet;
    from.t30.sheets = 1;
    from.t30.ecm = to.t30.ecm = ecm;
    c->m[CALLER] = machine(&from);
    c->m[ANSWERER] = machine(&to);
    for (int i = 0; i < ROWS * ROW; i++)
        c->page[i] = i / ROW % 5 == 0 ? (uint8_t)(i * 37) : i / ROW % 5 < 3 ? 0xff : 0;
    give_memory(c);
    give_memory(c);
    return c;
}

static void call_free(call *c) {
    free(c->m[0]);
    free(c->m[1]);
    free(c);
}

static void take_events(call *c, int e) {
    cti_fax_machine_event ev;
    while (cti_fax_machine_events(c->m[e], &ev, 1) == 1) {
        c->hash[e] = c->hash[e] * 1000003 + (uint64_t)(ev.what.at * 64 + ev.what.kind * 8 + ev.what.value);
        if (ev.what.kind == CTI_T30_PAGE_WANTED) {
            c->wanted++;
            CHECK_EQ(cti_fax_machine_page(c->m[e], ev.what.page, c->page, ROWS), CTI_OK);
        } else if (ev.what.kind == CTI_T30_PAGE_TAKEN) {
            c->taken +=
                memcmp(c->rows[ev.what.memory % 3], c->page, sizeof c->page) == 0 && ev.what.rows == ROWS;
            c->clean += ev.what.clean;
            give_memory(c);
        } else if (ev.what.kind == CTI_T30_DONE) {
            c->result[e] = ev.what.value;
            CHECK_EQ(ev.link.result, ev.what.value);
        }
    }
}

/* A tick for both, in pieces of `block` samples. */
static void tick(call *c, int block) {
    int16_t out[2][TICK];
    for (int e = 0; e < 2; e++)
        for (int at = 0; at < TICK; at += block)
            c->over[e] = !cti_fax_machine_run(c->m[e], c->said[!e] + at, out[e] + at,
                                              TICK - at < block ? TICK - at : block);
    memcpy(c->said, out, sizeof out);
}

static int run(call *c, int block, int late) {
    int ticks = 0;
    for (; ticks < SECONDS * 50 && !(c->over[0] && c->over[1]); ticks++) {
        tick(c, block);
        for (int e = 0; e < 2 && ticks % late == 0; e++)
            take_events(c, e);
    }
    take_events(c, 0);
    take_events(c, 1);
    return ticks;
}

static void a_page_goes_over_with_and_without_error_correction(void) {
    for (int ecm = 0; ecm < 2; ecm++) {
        call *c = call_new(ecm);
        run(c, TICK, 1);
        CHECK_EQ(c->result[CALLER], CTI_T30_OK);
        CHECK_EQ(c->result[ANSWERER], CTI_T30_OK);
        CHECK_EQ(c->taken, 1);
        CHECK_EQ(c->clean, 1);
        CHECK_EQ(c->wanted, 1);
        for (int i = 0; i < 50; i++)
            tick(c, TICK);
        for (int i = 0; i < TICK; i++)
            CHECK_EQ(c->said[0][i] | c->said[1][i], 0);
        call_free(c);
    }
}

static void the_same_happens_however_the_audio_is_cut(void) {
    static const int blocks[] = {TICK, 1, 7};
    uint64_t hash[2] = {0, 0};
    for (int b = 0; b < 3; b++) {
        call *c = call_new(1);
        run(c, blocks[b], 1);
        CHECK_EQ(c->result[CALLER], CTI_T30_OK);
        for (int e = 0; e < 2; e++) {
            hash[e] = b == 0 ? c->hash[e] : hash[e];
            CHECK(c->hash[e] == hash[e]);
        }
        call_free(c);
    }
}

static void an_owner_who_is_a_second_late_loses_nothing(void) {
    call *c = call_new(1);
    run(c, TICK, 50);
    CHECK_EQ(c->result[CALLER], CTI_T30_OK);
    CHECK_EQ(c->result[ANSWERER], CTI_T30_OK);
    CHECK_EQ(c->taken, 1);
    call_free(c);
}

static void who_cancels_ends_in_order_and_the_far_end_says_so(void) {
    call *c = call_new(1);
    for (int i = 0; i < 16 * 50; i++) {
        tick(c, TICK);
        take_events(c, 0);
        take_events(c, 1);
    }
    CHECK_EQ(cti_fax_machine_cancel(c->m[CALLER]), CTI_OK);
    CHECK(run(c, TICK, 1) < 50 * 50);
    CHECK_EQ(c->result[CALLER], CTI_T30_CANCELLED);
    CHECK(c->result[ANSWERER] > CTI_T30_OK);
    CHECK_EQ(c->clean, 0);
    call_free(c);
}

static void a_line_that_is_gone_ends_the_call_at_once(void) {
    call *c = call_new(1);
    for (int i = 0; i < 10 * 50; i++)
        tick(c, TICK);
    CHECK_EQ(cti_fax_machine_gone(c->m[ANSWERER]), CTI_OK);
    tick(c, TICK);
    CHECK(c->over[ANSWERER]);
    take_events(c, ANSWERER);
    CHECK_EQ(c->result[ANSWERER], CTI_T30_LINE_LOST);
    call_free(c);
}

static void what_cannot_be_is_refused(void) {
    cti_fax_machine_config cfg;
    cti_fax_machine_defaults(&cfg, 1);
    cti_fax_machine *m = malloc(cti_fax_machine_size());
    CHECK_EQ(cti_fax_machine_init(m, cti_fax_machine_size() - 1, &cfg), CTI_ERR_SIZE);
    cfg.line.level_dbm0 = 3.0f;
    CHECK_EQ(cti_fax_machine_init(m, cti_fax_machine_size(), &cfg), CTI_ERR_ARG);
    cfg.line.level_dbm0 = -13.0f;
    cfg.t30.frame_octets = 100;
    CHECK_EQ(cti_fax_machine_init(m, cti_fax_machine_size(), &cfg), CTI_ERR_ARG);
    cfg.t30.frame_octets = 64;
    CHECK_EQ(cti_fax_machine_init(m, cti_fax_machine_size(), &cfg), CTI_OK);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(cti_fax_machine_cancel(m), CTI_OK);
    CHECK_EQ(cti_fax_machine_cancel(m), CTI_ERR_FULL);
    free(m);
}

int main(void) {
    RUN(a_page_goes_over_with_and_without_error_correction);
    RUN(the_same_happens_however_the_audio_is_cut);
    RUN(an_owner_who_is_a_second_late_loses_nothing);
    RUN(who_cancels_ends_in_order_and_the_far_end_says_so);
    RUN(a_line_that_is_gone_ends_the_call_at_once);
    RUN(what_cannot_be_is_refused);
    CHECK_END();
}
