#include "cti/cid_rx.h"
#include "cti/error.h"
#include "fsk_maker.h"

static int encode(const char *number, uint8_t *out) {
    cti_cid_message m;
    memset(&m, 0, sizeof m);
    m.type = CTI_CID_MDMF_CALL;
    strcpy(m.datetime, "11221430");
    strcpy(m.number, number);
    strcpy(m.name, "ALICE WONG");
    return cti_cid_encode(&m, out, 258);
}

static cti_cid_rx *receiver(void) {
    cti_cid_rx *rx = malloc(cti_cid_rx_size());
    CHECK_EQ(cti_cid_rx_init(rx, cti_cid_rx_size()), 0);
    return rx;
}

static int feed(cti_cid_rx *rx, const maker *m, int block, cti_event *ev, int max) {
    int found = 0;
    for (int i = 0; i < m->n; i += block) {
        int n = m->n - i < block ? m->n - i : block;
        found += cti_cid_rx_run(rx, m->pcm + i, n, ev + found, max - found);
    }
    return found;
}

static void a_burst_gives_one_event_and_its_bytes(void) {
    for (int modem = CTI_FSK_BELL202; modem <= CTI_FSK_V23; modem++) {
        uint8_t message[258], got[258];
        int size = encode("5551234567", message);
        maker *m = maker_new(modem);
        maker_silence(m, 2000);
        maker_burst(m, message, size);
        int end = m->n;
        maker_silence(m, 2000);
        cti_cid_rx *rx = receiver();
        cti_event ev[8];
        CHECK_EQ(feed(rx, m, 160, ev, 8), 1);
        CHECK_EQ(ev[0].kind, CTI_EV_CALLER_ID);
        CHECK_EQ(ev[0].value, modem == CTI_FSK_V23 ? CTI_CID_V23 : CTI_CID_BELL202);
        CHECK_NEAR(ev[0].start, m->begin, 14);
        CHECK(ev[0].at > end - 10 && ev[0].at < end + 160); /* known within 20 ms of its end */
        CHECK_EQ(ev[0].length, size);
        CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref, got, 258), size);
        CHECK(memcmp(got, message, (size_t)size) == 0);
        CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref, got, size - 1), CTI_ERR_FULL);
        CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref + 1, got, 258), CTI_ERR_GONE);
        free(rx);
    }
}

static void a_wrong_checksum_is_reported_with_its_bytes(void) {
    uint8_t message[258], got[258];
    int size = encode("5551234567", message);
    message[size - 1] ^= 0x10;
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_burst(m, message, size);
    maker_silence(m, 2000);
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    cti_cid_message parsed;
    CHECK_EQ(feed(rx, m, 160, ev, 8), 1);
    CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref, got, 258), size);
    CHECK_EQ(cti_cid_parse(got, size, &parsed), CTI_ERR_CHECKSUM);
    free(rx);
}

static void a_message_that_breaks_off_is_reported_as_damaged(void) {
    uint8_t message[258], got[258];
    int size = encode("5551234567", message);
    maker *m = maker_new(CTI_FSK_V23);
    maker_burst(m, message, size - 10);
    maker_silence(m, 2000);
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    cti_cid_message parsed;
    CHECK_EQ(feed(rx, m, 160, ev, 8), 1);
    CHECK(ev[0].length >= size - 11 && ev[0].length < size);
    int n = cti_cid_rx_message(rx, ev[0].ref, got, 258);
    CHECK(cti_cid_parse(got, n, &parsed) < 0);
    free(rx);
}

/* A right checksum does not help when a stop bit was missing: the message counts as unsure. */
static void a_wrong_stop_bit_makes_the_message_unsure(void) {
    uint8_t message[258];
    int size = encode("5551234567", message);
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_burst(m, message, size);
    /* The stop bit of the 12th byte, replaced by space. */
    int from = m->begin + (300 + 180 + 12 * 10 - 1) * 20 / 3;
    for (int i = 0; i < 7; i++) {
        m->pcm[from + i] = (int16_t)lrint(4500.0 * sin(6.283185307 * 2200.0 / 8000.0 * i));
    }
    maker_silence(m, 2000);
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    CHECK_EQ(feed(rx, m, 160, ev, 8), 1);
    CHECK(ev[0].value & CTI_CID_UNSURE);
    free(rx);
}

static void only_the_last_four_messages_are_kept(void) {
    uint8_t message[258], got[258];
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    int found = 0;
    for (int i = 0; i < 6; i++) {
        char number[8] = "5550000";
        number[6] = (char)('0' + i);
        int size = encode(number, message);
        maker *m = maker_new(CTI_FSK_BELL202);
        m->seizure = 40;
        m->marks = 20;
        maker_burst(m, message, size);
        maker_silence(m, 400);
        found += feed(rx, m, 160, ev + found, 8 - found);
    }
    CHECK_EQ(found, 6);
    CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref, got, 258), CTI_ERR_GONE);
    CHECK_EQ(cti_cid_rx_message(rx, ev[1].ref, got, 258), CTI_ERR_GONE);
    cti_cid_message parsed;
    for (int i = 2; i < 6; i++) {
        int n = cti_cid_rx_message(rx, ev[i].ref, got, 258);
        CHECK_EQ(cti_cid_parse(got, n, &parsed), CTI_OK);
        CHECK_EQ(parsed.number[6], '0' + i);
    }
    free(rx);
}

static void events_without_room_wait_for_the_next_call(void) {
    uint8_t message[258];
    int size = encode("5551234567", message);
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_burst(m, message, size);
    maker_silence(m, 1000);
    cti_cid_rx *rx = receiver();
    cti_event ev;
    CHECK_EQ(cti_cid_rx_run(rx, m->pcm, m->n, &ev, 0), 0);
    CHECK_EQ(cti_cid_rx_run(rx, m->pcm, 0, &ev, 1), 1);
    CHECK_EQ(ev.kind, CTI_EV_CALLER_ID);
    free(rx);
}

static void the_same_is_reported_however_the_audio_is_cut(void) {
    static const int blocks[] = {1, 13, 160, MAKER_ROOM};
    uint8_t message[258];
    int size = encode("5551234567", message);
    maker *m = maker_new(CTI_FSK_V23);
    m->noise = -26.0;
    maker_silence(m, 777);
    maker_burst(m, message, size);
    maker_silence(m, 1000);
    maker_noise(m);
    cti_event first[8], ev[8];
    for (int i = 0; i < 4; i++) {
        cti_cid_rx *rx = receiver();
        CHECK_EQ(feed(rx, m, blocks[i], i ? ev : first, 8), 1);
        CHECK(i == 0 || memcmp(first, ev, sizeof ev[0]) == 0);
        free(rx);
    }
}

/* Sums of sines over the whole buffer: DTMF, dial tone, busy. */
static void tone(maker *m, double a, double b, int samples, double dbm0) {
    double peak = 16140.0 * sqrt(2.0) * pow(10.0, dbm0 / 20.0);
    for (int i = 0; i < samples && m->n < MAKER_ROOM; i++) {
        double t = 6.283185307179586 * m->n / 8000.0;
        m->pcm[m->n++] = (int16_t)lrint(peak * (sin(t * a) + sin(t * b)) * 0.5);
    }
}

static void tones_and_noise_are_no_caller_id(void) {
    static const double low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477, 1633};
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    maker *m = maker_new(CTI_FSK_BELL202);
    for (int i = 0; i < 16; i++) {
        tone(m, low[i / 4], high[i % 4], 640, -6.0);
        maker_silence(m, 400);
    }
    tone(m, 350, 440, 8000, -13.0);
    for (int i = 0; i < 3; i++) {
        tone(m, 480, 620, 2000, -13.0);
        maker_silence(m, 2000);
    }
    CHECK_EQ(feed(rx, m, 160, ev, 8), 0);
    /* the modem's own tones, alone and in slow alternation, and answering tone */
    m = maker_new(CTI_FSK_BELL202);
    tone(m, 1200, 1200, 8000, -13.0);
    tone(m, 2200, 2200, 8000, -13.0);
    for (int i = 0; i < 20; i++) {
        tone(m, 1300, 1300, 200, -13.0);
        tone(m, 2100, 2100, 200, -13.0);
    }
    tone(m, 2100, 2100, 8000, -13.0);
    CHECK_EQ(feed(rx, m, 160, ev, 8), 0);
    for (int i = 0; i < 5; i++) {
        m = maker_new(CTI_FSK_BELL202);
        m->random += (uint64_t)i;
        maker_silence(m, MAKER_ROOM);
        m->noise = -10.0 - 8.0 * i;
        maker_noise(m);
        CHECK_EQ(feed(rx, m, 160, ev, 8), 0);
    }
    free(rx);
}

/* Random bytes, lengths and cuts behind real preambles: no harm, and never a number that was not sent. */
static void hostile_bursts_do_no_harm(void) {
    cti_cid_rx *rx = receiver();
    cti_event ev[16];
    uint8_t got[258];
    cti_cid_message parsed;
    maker *m = maker_new(CTI_FSK_BELL202);
    uint64_t r = m->random;
    for (int round = 0; round < 60; round++) {
        uint8_t bytes[300];
        m = maker_new(round % 2 ? CTI_FSK_V23 : CTI_FSK_BELL202);
        m->random = r + (uint64_t)round;
        m->seizure = (int)(maker_uniform(m) * 60.0);
        m->marks = (int)(maker_uniform(m) * 60.0);
        int n = (int)(maker_uniform(m) * 60.0);
        for (int i = 0; i < n; i++) {
            bytes[i] = (uint8_t)(maker_uniform(m) * 256.0);
        }
        bytes[0] = (uint8_t)(round % 3 ? 0x80 : 0x04);
        bytes[1] = (uint8_t)(round % 4 ? n - 3 : 255);
        maker_burst(m, bytes, n);
        int found = feed(rx, m, 160, ev, 16);
        for (int i = 0; i < found; i++) {
            int size = cti_cid_rx_message(rx, ev[i].ref, got, 258);
            CHECK(size > 0 && size <= 258);
            (void)cti_cid_parse(got, size, &parsed);
        }
    }
    free(rx);
}

/* What the receiver hears of one burst behind so much preamble. */
static int heard_of(const uint8_t *bytes, int n, int seizure, int marks, double noise, cti_event *ev) {
    maker *m = maker_new(CTI_FSK_BELL202);
    m->seizure = seizure;
    m->marks = marks;
    m->noise = noise;
    maker_silence(m, 800);
    maker_burst(m, bytes, n);
    maker_silence(m, 2000);
    if (noise > -90.0) {
        maker_noise(m);
    }
    cti_cid_rx *rx = receiver();
    int found = feed(rx, m, 160, ev, 8);
    free(rx);
    return found;
}

/* Three to five bytes with a right checksum, as speech makes them: no message of any standard. */
static void a_body_too_short_for_any_message_is_none(void) {
    static const uint8_t none[] = {0x04, 0x00, 0xfc}, one[] = {0x80, 0x01, 0x01, 0x7e},
                         two[] = {0x04, 0x02, 0x30, 0x31, 0x99};
    static const uint8_t waiting[] = {0x06, 0x03, 0x42, 0x42, 0x42, 0x31};
    cti_event ev[8];
    CHECK_EQ(heard_of(none, 3, 20, 20, -99.0, ev), 0);
    CHECK_EQ(heard_of(one, 4, 20, 20, -99.0, ev), 0);
    CHECK_EQ(heard_of(two, 5, 20, 20, -99.0, ev), 0);
    CHECK_EQ(heard_of(waiting, 6, 20, 20, -99.0, ev), 1);
}

/* A wrong checksum is told only of what surely was a message. */
static void a_damaged_message_needs_a_preamble_and_bytes(void) {
    uint8_t message[258];
    cti_event ev[8];
    int size = encode("5551234567", message);
    CHECK_EQ(heard_of(message, size, 20, 20, -99.0, ev), 1);
    message[size - 1] ^= 0x10;
    CHECK_EQ(heard_of(message, size, 300, 180, -99.0, ev), 1);
    CHECK_EQ(heard_of(message, size, 20, 20, -99.0, ev), 0);
    CHECK_EQ(heard_of(message, 3, 300, 180, -99.0, ev), 0); /* breaks off */
    /* no seizure, mark only: only if it was as pure as no voice is */
    CHECK_EQ(heard_of(message, size, 0, 180, -99.0, ev), 1);
    CHECK_EQ(heard_of(message, size, 0, 180, -20.0, ev), 0);
    CHECK_EQ(heard_of(message, size, 300, 180, -20.0, ev), 1);
}

/* No caller's array for six messages: the last four, whose bytes are kept, are told. */
static void events_of_overwritten_messages_are_dropped(void) {
    uint8_t message[258], got[258];
    int size = encode("5551234567", message);
    cti_cid_rx *rx = receiver();
    cti_event ev[8];
    for (int i = 0; i < 6; i++) {
        maker *m = maker_new(CTI_FSK_BELL202);
        m->seizure = 40;
        m->marks = 20;
        maker_burst(m, message, size);
        maker_silence(m, 400);
        CHECK_EQ(cti_cid_rx_run(rx, m->pcm, m->n, NULL, 0), 0);
    }
    CHECK_EQ(cti_cid_rx_run(rx, NULL, 0, ev, 8), 4);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(ev[i].ref, 3 + i);
        CHECK_EQ(cti_cid_rx_message(rx, ev[i].ref, got, 258), size);
    }
    free(rx);
}

static void wrong_arguments_are_refused(void) {
    int16_t pcm[1] = {0};
    cti_event ev;
    cti_cid_rx *rx = receiver();
    CHECK_EQ(cti_cid_rx_run(NULL, pcm, 1, &ev, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_cid_rx_run(rx, NULL, 1, &ev, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_cid_rx_run(rx, pcm, -1, &ev, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_cid_rx_run(rx, pcm, 1, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_cid_rx_message(rx, 1, NULL, 258), CTI_ERR_ARG);
    CHECK_EQ(cti_cid_rx_run(rx, NULL, 0, NULL, 0), 0);
    free(rx);
}

int main(void) {
    RUN(a_burst_gives_one_event_and_its_bytes);
    RUN(a_wrong_checksum_is_reported_with_its_bytes);
    RUN(a_message_that_breaks_off_is_reported_as_damaged);
    RUN(a_wrong_stop_bit_makes_the_message_unsure);
    RUN(only_the_last_four_messages_are_kept);
    RUN(events_without_room_wait_for_the_next_call);
    RUN(the_same_is_reported_however_the_audio_is_cut);
    RUN(tones_and_noise_are_no_caller_id);
    RUN(hostile_bursts_do_no_harm);
    RUN(a_body_too_short_for_any_message_is_none);
    RUN(a_damaged_message_needs_a_preamble_and_bytes);
    RUN(events_of_overwritten_messages_are_dropped);
    RUN(wrong_arguments_are_refused);
    CHECK_END();
}
