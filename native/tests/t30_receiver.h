/* t30_receiver: the one who is called and receives (`s`), brought to where a test begins; `from` makes the
 * page data. */
#pragma once

#include "t30_stage.h"

static t30_stage s, from;
static uint8_t fif[CTI_T30_DIS_OCTETS];
static const uint8_t zeros[4096];

static inline void begin_with(const cti_t30_config *cfg) {
    t30_stage_begin(&s, cfg);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_CED);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DIS);
    CHECK_EQ(s.last[2], CTI_T30_DIS);
}

static inline void begin(void) {
    cti_t30_config cfg;
    cti_t30_defaults(&cfg, 0);
    begin_with(&cfg);
}

static inline void hear(int type) {
    t30_stage_hear(&s, type, 1, NULL, 0);
}

static inline void hear_dcs(int ecm, int modem, int bit_rate) {
    t30_stage_hear(&s, CTI_T30_DCS, 1, fif, t30_stage_dcs(ecm, modem, bit_rate, fif));
}

/* DCS, TCF, CFR: a page is waited for. */
static inline void to_page(int ecm) {
    begin();
    hear_dcs(ecm, CTI_FAX_MODEM_V17, 14400);
    CHECK(s.turn.kind == CTI_FAX_TURN_LISTEN && s.turn.modem == CTI_FAX_MODEM_V17);
    CHECK(!s.turn.hdlc && !s.turn.short_training);
    t30_stage_tcf(&s, 2700, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
    CHECK(s.turn.kind == CTI_FAX_TURN_LISTEN && s.turn.modem == CTI_FAX_MODEM_V17);
    CHECK(s.turn.hdlc == ecm && s.turn.short_training);
}

/* A page's data, as our own sender makes them. */
static inline void make_page(int ecm) {
    cti_t30_config cfg = t30_stage_caller(1);
    t30_stage_begin(&from, &cfg);
    t30_stage_hear(&from, CTI_T30_DIS, 0, fif, t30_stage_dis(ecm, 0, fif));
    CHECK_EQ(t30_stage_says(&from), CTI_T30_DCS);
    t30_stage_hear(&from, CTI_T30_CFR, 0, NULL, 0);
    (void)t30_stage_send(&from);
    t30_stage_end(&from);
}

static inline const cti_t30_event *taken(void) {
    return t30_stage_told(&s, CTI_T30_PAGE_TAKEN);
}
