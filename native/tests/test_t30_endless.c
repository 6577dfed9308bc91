/* Far ends that never come to an end: the call does, and says what became of it. */
#include "t30_stage.h"

static t30_stage s, from;
static uint8_t fif[CTI_T30_DIS_OCTETS];
static const uint8_t zeros[4096];
static uint8_t noise[2700];

enum { STALL_MS = 900000, MOST_ROUNDS = 1000 };

static int64_t ms_until_done(void) {
    const cti_t30_event *done = t30_stage_told(&s, CTI_T30_DONE);
    return done != NULL ? done->at / T30_STAGE_MS : -1;
}

/* An event of each round would fill the stage: only the last ones are kept. */
static void forget(void) {
    if (s.n_events > 200)
        s.n_events = 0;
}

static void hear(int type, const uint8_t *info, int n) {
    forget();
    t30_stage_hear(&s, type, 1, info, n);
}

/* DCS and training, once or without end. */
static int train(int ecm, int modem, int bit_rate, const uint8_t *tcf) {
    forget();
    t30_stage_hear(&s, CTI_T30_DCS, 1, fif, t30_stage_dcs(ecm, modem, bit_rate, fif));
    if (s.turn.kind == CTI_FAX_TURN_LISTEN)
        t30_stage_tcf(&s, 2700, tcf);
    return t30_stage_says(&s);
}

static void begin(int ecm) {
    cti_t30_config cfg, caller = t30_stage_caller(1);
    t30_stage_begin(&from, &caller);
    t30_stage_hear(&from, CTI_T30_DIS, 0, fif, t30_stage_dis(ecm, 0, fif));
    CHECK_EQ(t30_stage_says(&from), CTI_T30_DCS);
    t30_stage_hear(&from, CTI_T30_CFR, 0, NULL, 0);
    (void)t30_stage_send(&from);
    t30_stage_end(&from);
    cti_t30_defaults(&cfg, 0);
    t30_stage_begin(&s, &cfg);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DIS);
}

static void to_page(int ecm) {
    begin(ecm);
    CHECK_EQ(train(ecm, CTI_FAX_MODEM_V17, 14400, zeros), CTI_T30_CFR);
}

static void ended(int result, int64_t least_ms, int64_t most_ms) {
    (void)t30_stage_says(&s);
    CHECK_EQ(t30_stage_result(&s), result);
    CHECK(ms_until_done() >= least_ms && ms_until_done() < most_ms);
    t30_stage_end(&s);
}

static int goes_on(int round) {
    return round < MOST_ROUNDS && s.turn.kind != CTI_FAX_TURN_HANG_UP;
}

static void training_without_end_ends_in_15_minutes_well_or_badly_trained(void) {
    memset(noise, 0x5A, sizeof noise);
    for (int good = 0; good < 2; good++) {
        begin(1);
        for (int i = 0; goes_on(i); i++)
            (void)train(1, CTI_FAX_MODEM_V17, 14400, good ? zeros : noise);
        ended(good ? CTI_T30_STOPPED : CTI_T30_TRAINING_FAILED, STALL_MS, STALL_MS + 20000);
    }
}

static void the_same_command_without_end_ends_in_15_minutes(void) {
    static const struct {
        int ecm, type, post, result;
    } COMMANDS[] = {{0, CTI_T30_EOM, 0, CTI_T30_STOPPED},
                    {0, CTI_T30_EOP, 0, CTI_T30_STOPPED},
                    {1, CTI_T30_PPS, CTI_T30_EOP | 1, CTI_T30_STOPPED},
                    {1, CTI_T30_RR, 0, CTI_T30_STOPPED}};
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        uint8_t pps[4] = {(uint8_t)COMMANDS[i].post, 0, 0, (uint8_t)(from.n_fcd - 4)};
        to_page(COMMANDS[i].ecm);
        pps[3] = (uint8_t)(from.n_fcd - 4);
        t30_stage_carrier(&s, &from);
        if (COMMANDS[i].type == CTI_T30_RR) { /* behind the answer to a block */
            pps[0] = CTI_T30_EOP | 1;
            hear(CTI_T30_PPS, pps, 4);
            CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
        }
        for (int k = 0; goes_on(k); k++) {
            hear(COMMANDS[i].type, pps, COMMANDS[i].post ? 4 : 0);
            (void)t30_stage_says(&s);
        }
        ended(COMMANDS[i].result, STALL_MS, STALL_MS + 30000);
    }
}

static void a_block_that_never_comes_is_asked_for_15_minutes_long(void) {
    uint8_t pps[4] = {CTI_T30_EOP | 1, 0, 0, 9};
    to_page(1);
    for (int i = 0; goes_on(i); i++) {
        hear(CTI_T30_PPS, pps, 4);
        (void)t30_stage_says(&s);
    }
    ended(CTI_T30_STOPPED, STALL_MS, STALL_MS + 20000);
}

static void pages_that_are_refused_on_end_are_seven_at_the_most(void) {
    int refused = 0;
    to_page(0);
    for (int i = 0; goes_on(i); i++) {
        hear(CTI_T30_MPS, NULL, 0);
        refused += t30_stage_says(&s) == CTI_T30_RTN;
        if (s.turn.kind == CTI_FAX_TURN_LISTEN)
            (void)train(0, CTI_FAX_MODEM_V17, 14400, zeros);
        t30_stage_wait(&s, 3000);
        (void)t30_stage_says(&s);
    }
    CHECK(refused == 6 || refused == 7);
    ended(CTI_T30_PAGE_REFUSED, 0, STALL_MS);
}

static void a_carrier_without_end_in_which_no_row_is_ends_in_15_minutes(void) {
    to_page(0);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_CARRIER, NULL, 0);
    for (int i = 0; i < 40000 && s.turn.kind == CTI_FAX_TURN_LISTEN; i++) {
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_OCTETS, zeros, 90);
        t30_stage_wait(&s, 100);
    }
    ended(CTI_T30_STOPPED, STALL_MS, STALL_MS + 20000);
}

/* A page of 40 rows and more of them than there is memory for: rows come without end. */
static void a_page_without_end_is_not_waited_for_behind_its_memory(void) {
    to_page(0);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_CARRIER, NULL, 0);
    int n = from.n_octets * 2 / 3; /* before its end */
    for (int i = 0; i < 40000 && s.turn.kind == CTI_FAX_TURN_LISTEN; i++) {
        forget();
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_OCTETS, from.octets, n);
        t30_stage_wait(&s, 500);
    }
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_TAKEN)->clean, 0);
    ended(CTI_T30_STOPPED, STALL_MS, STALL_MS + 20000);
}

static void a_sender_is_asked_for_frames_for_15_minutes_and_no_longer(void) {
    cti_t30_config cfg = t30_stage_caller(1);
    uint8_t bits[CTI_T30_BITMAP_OCTETS];
    t30_stage_begin(&s, &cfg);
    t30_stage_hear(&s, CTI_T30_DIS, 0, fif, t30_stage_dis(1, 0, fif));
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
    t30_stage_hear(&s, CTI_T30_CFR, 0, NULL, 0);
    int said = t30_stage_says(&s);
    for (int i = 0; goes_on(i);
         i++) { /* "ready" and "not ready" take turns, so no counter of ours runs out */
        memset(bits, i % 2 ? 0xFF : 0x7F, sizeof bits);
        hear(said == CTI_T30_CTC ? CTI_T30_CTR : i % 3 ? CTI_T30_RNR : CTI_T30_PPR, bits, sizeof bits);
        t30_stage_wait(&s, 20000);
        said = t30_stage_says(&s);
    }
    const cti_t30_event *sent = t30_stage_told(&s, CTI_T30_PAGE_SENT);
    CHECK(sent != NULL && sent->value != CTI_T30_CONFIRMED);
    CHECK(t30_stage_result(&s) != CTI_T30_OK);
    CHECK(ms_until_done() < STALL_MS + 60000);
    t30_stage_end(&s);
}

int main(void) {
    RUN(training_without_end_ends_in_15_minutes_well_or_badly_trained);
    RUN(the_same_command_without_end_ends_in_15_minutes);
    RUN(a_block_that_never_comes_is_asked_for_15_minutes_long);
    RUN(pages_that_are_refused_on_end_are_seven_at_the_most);
    RUN(a_carrier_without_end_in_which_no_row_is_ends_in_15_minutes);
    RUN(a_page_without_end_is_not_waited_for_behind_its_memory);
    RUN(a_sender_is_asked_for_frames_for_15_minutes_and_no_longer);
    CHECK_END();
}
