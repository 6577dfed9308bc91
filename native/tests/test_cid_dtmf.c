/* Caller ID by DTMF: the forms of the digits, and the receiver that tells them from dialling. */
#include "cti/alert_rx.h"
#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/error.h"
#include "fsk_maker.h"

static cti_cid_message parsed(const char *digits, int expected) {
    cti_cid_message m;
    CHECK_EQ(cti_cid_dtmf_parse((const uint8_t *)digits, (int)strlen(digits), &m), expected);
    return m;
}

static void en_300_659_1_annex_a_forms_are_read(void) {
    static const struct {
        const char *digits, *number, *redirecting;
        int reason;
    } cases[] = {{"A0201234567C", "0201234567", "", 0},
                 {"A0201234567D030123C", "0201234567", "030123", 0},
                 {"A123B10C", "123", "", 0},
                 {"B10C", "", "", CTI_CID_REASON_PRIVATE},
                 {"B00C", "", "", CTI_CID_REASON_UNAVAILABLE},
                 {"AD030123B00C", "", "030123", CTI_CID_REASON_UNAVAILABLE},
                 {"A12345678#", "12345678", "", 0},
                 {"D88887777C", "88887777", "", 0},
                 {"D1#", "", "", CTI_CID_REASON_PRIVATE},
                 {"D2#", "", "", CTI_CID_REASON_UNAVAILABLE},
                 {"D3#", "", "", CTI_CID_REASON_UNAVAILABLE},
                 {"0201234567#", "0201234567", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cti_cid_message m = parsed(cases[i].digits, CTI_OK);
        CHECK(strcmp(m.number, cases[i].number) == 0);
        CHECK(strcmp(m.redirecting, cases[i].redirecting) == 0);
        CHECK_EQ(m.reason, cases[i].reason);
        CHECK_EQ(m.kind, CTI_CID_KIND_CALL);
        CHECK_EQ(m.checksum_ok, -1);
    }
}

static void other_digits_are_none_and_give_no_number(void) {
    static const char *const bad[] = {"",
                                      "C",
                                      "#",
                                      "A123",
                                      "123C",
                                      "D4#",
                                      "D12#",
                                      "A12B3C",
                                      "B20C",
                                      "A1A2C",
                                      "A1*2C",
                                      "1A2#",
                                      "A1D2D3C",
                                      "123456789012345678901#",
                                      "A123456789012345678901C"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cti_cid_message m = parsed(bad[i], CTI_ERR_FORMAT);
        CHECK(m.number[0] == 0 && m.redirecting[0] == 0);
        CHECK_EQ(m.checksum_ok, 0);
    }
}

static void every_form_comes_back_as_it_was_coded(void) {
    for (int form = CTI_CID_DTMF_A_C; form <= CTI_CID_DTMF_HASH; form++) {
        for (int reason = 0; reason <= CTI_CID_REASON_UNAVAILABLE; reason++) {
            cti_cid_message m;
            memset(&m, 0, sizeof m);
            m.reason = reason;
            strcpy(m.number, reason ? "" : "4712345");
            uint8_t digits[64];
            int n = cti_cid_dtmf_encode(form, &m, digits, 64);
            CHECK(n > 0);
            cti_cid_message again;
            CHECK_EQ(cti_cid_dtmf_parse(digits, n, &again), CTI_OK);
            CHECK(strcmp(again.number, m.number) == 0);
            CHECK_EQ(again.reason, reason);
            CHECK_EQ(cti_cid_dtmf_encode(form, &m, digits, n - 1), CTI_ERR_FULL);
        }
    }
    cti_cid_message m;
    memset(&m, 0, sizeof m);
    strcpy(m.number, "12+34");
    uint8_t digits[64];
    CHECK_EQ(cti_cid_dtmf_encode(CTI_CID_DTMF_A_C, &m, digits, 64), CTI_ERR_ARG);
}

static cti_cid_rx *receiver(void) {
    cti_cid_rx *rx = malloc(cti_cid_rx_size());
    CHECK_EQ(cti_cid_rx_init(rx, cti_cid_rx_size()), CTI_OK);
    return rx;
}

static void press(maker *m, const char *digits, int on_ms, int off_ms) {
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = on_ms;
    cfg.off_ms = off_ms;
    cfg.level_dbm0 = -12.0f;
    int n = cti_dtmf_tx_render(&cfg, digits, m->pcm + m->n, MAKER_ROOM - m->n);
    CHECK(n > 0);
    m->n += n;
}

/* Feeds all in blocks, and a second of silence; returns the events. */
static int hear(maker *m, int block, cti_event *ev, int room, uint8_t *bytes, cti_cid_message *message) {
    maker_silence(m, 8000);
    cti_cid_rx *rx = receiver();
    int found = 0;
    for (int i = 0; i < m->n; i += block) {
        found +=
            cti_cid_rx_run(rx, m->pcm + i, m->n - i < block ? m->n - i : block, ev + found, room - found);
    }
    for (int i = 0; i < found; i++) {
        if (ev[i].kind == CTI_EV_CALLER_ID) {
            int n = cti_cid_rx_message(rx, ev[i].ref, bytes, 258);
            CHECK_EQ(n, ev[i].length);
            (void)cti_cid_parse_as(ev[i].value & 0xff, bytes, n, message);
        }
    }
    free(rx);
    return found;
}

static void every_form_is_heard_on_the_line(void) {
    static const char *const forms[] = {"A0201234567C", "A0201234567#", "D0201234567C", "0201234567#"};
    static const int lengths[] = {40, 50, 70, 100};
    for (int i = 0; i < 16; i++) {
        maker *m = maker_new(CTI_FSK_BELL202);
        maker_silence(m, 2400);
        press(m, forms[i / 4], lengths[i % 4], lengths[i % 4]);
        cti_event ev[8];
        uint8_t bytes[258];
        cti_cid_message message;
        CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 1);
        CHECK_EQ(ev[0].value, CTI_CID_DTMF);
        CHECK_NEAR(ev[0].start, 2400, 24);
        CHECK(strcmp(message.number, "0201234567") == 0);
    }
}

static void blocks_of_any_size_say_the_same(void) {
    static const int blocks[] = {160, 1, 37, MAKER_ROOM};
    cti_event first[8], ev[8];
    for (int i = 0; i < 4; i++) {
        maker *m = maker_new(CTI_FSK_BELL202);
        maker_silence(m, 1000);
        press(m, "A5551234C", 70, 70);
        press(m, ",A99", 70, 70); /* breaks off */
        uint8_t bytes[258];
        cti_cid_message message;
        CHECK_EQ(hear(m, blocks[i], i ? ev : first, 8, bytes, &message), 1);
        CHECK(i == 0 || memcmp(first, ev, sizeof ev[0]) == 0);
    }
}

static void a_message_that_breaks_off_or_lost_a_digit_is_unsure(void) {
    cti_event ev[8];
    uint8_t bytes[258];
    cti_cid_message message;
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    press(m, "A0201234", 70, 70);
    CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 1);
    CHECK_EQ(ev[0].value, CTI_CID_DTMF | CTI_CID_UNSURE);
    CHECK(message.number[0] == 0);
    CHECK(memcmp(bytes, "A0201234", 8) == 0);
    m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    press(m, "A0201", 70, 70);
    maker_silence(m, 1120); /* the digit that should be here */
    press(m, "34567C", 70, 70);
    CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 1);
    CHECK_EQ(ev[0].value, CTI_CID_DTMF | CTI_CID_UNSURE);
}

static void dialling_of_a_telephone_on_the_line_is_no_caller_id(void) {
    cti_event ev[8];
    uint8_t bytes[258];
    cti_cid_message message;
    /* by hand: no two digits alike */
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    press(m, "02", 90, 210);
    press(m, "0", 130, 160);
    press(m, "12", 100, 120);
    press(m, "3#", 160, 260);
    CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 0);
    /* by a machine, behind a dial tone */
    m = maker_new(CTI_FSK_BELL202);
    double peak = 16140.0 * sqrt(2.0) * pow(10.0, -16.0 / 20.0);
    for (int i = 0; i < 8000; i++) {
        m->pcm[m->n++] = (int16_t)lrint(peak * sin(6.283185307179586 * 425.0 * i / 8000.0));
    }
    press(m, "0201234567#", 70, 70);
    CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 0);
    /* all keys in a row */
    m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    press(m, "123A456B789C*0#D", 80, 80);
    CHECK_EQ(hear(m, 160, ev, 8, bytes, &message), 0);
}

static void test_gr_30_call_waiting_is_told_from_a_call(void) {
    cti_cid_message message;
    uint8_t bytes[258];
    memset(&message, 0, sizeof message);
    message.type = CTI_CID_MDMF_CALL;
    strcpy(message.number, "5551234");
    int n = cti_cid_encode(&message, bytes, 258);
    for (int waiting = 0; waiting < 2; waiting++) {
        maker *m = maker_new(waiting ? CTI_FSK_BELL202 : CTI_FSK_V23);
        maker_silence(m, 2000);
        double peak = 16140.0 * sqrt(2.0) * pow(10.0, -16.0 / 20.0), turn = 6.283185307179586 / 8000.0;
        for (int i = 0; i < 640; i++) {
            m->pcm[m->n++] = (int16_t)lrint(peak * (sin(turn * 2130.0 * i) + sin(turn * 2750.0 * i)));
        }
        maker_silence(m, 800);
        press(m, "D", 60, 100);
        m->seizure = waiting ? 0 : 300;
        m->marks = 80;
        maker_burst(m, bytes, n);
        cti_event ev[8];
        uint8_t got[258];
        CHECK_EQ(hear(m, 160, ev, 8, got, &message), 2);
        CHECK_EQ(ev[0].kind, CTI_EV_ALERT);
        CHECK_NEAR(ev[0].start, 2000, 24);
        CHECK_NEAR(ev[0].length, 640, 40);
        CHECK_EQ(ev[1].kind, CTI_EV_CALLER_ID);
        CHECK_EQ(ev[1].value, waiting ? CTI_CID_BELL202 | CTI_CID_IN_CALL : CTI_CID_V23);
        CHECK(strcmp(message.number, "5551234") == 0);
    }
}

int main(void) {
    RUN(en_300_659_1_annex_a_forms_are_read);
    RUN(other_digits_are_none_and_give_no_number);
    RUN(every_form_comes_back_as_it_was_coded);
    RUN(every_form_is_heard_on_the_line);
    RUN(blocks_of_any_size_say_the_same);
    RUN(a_message_that_breaks_off_or_lost_a_digit_is_unsure);
    RUN(dialling_of_a_telephone_on_the_line_is_no_caller_id);
    RUN(test_gr_30_call_waiting_is_told_from_a_call);
    CHECK_END();
}
