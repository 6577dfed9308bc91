#include "fax_modem_stage.h"
#include "modem/hdlc_mend.h"

enum { PACKET = 160, PPR_OCTETS = 35, PREAMBLE = 38 * 8 * 80 / 3 };

/* A preamble and PPR (T.30, A.4.3), the longest frame that decides on a page; once, or twice with a pause. */
static signal *ppr(int times, int *begin, int *end) {
    uint8_t octets[PPR_OCTETS] = {0xff, 0x13, 0xbc};
    for (int i = 3; i < PPR_OCTETS; i++)
        octets[i] = (uint8_t)(i * 37 % 5 ? i * 91 : 0xff);
    signal *s = signal_new(8);
    for (int i = 0; i < times; i++) {
        cti_fax_modem_tx_config cfg;
        cti_fax_modem_tx *tx = malloc(cti_fax_modem_tx_size());
        int16_t pcm[160];
        CHECK_EQ(cti_fax_modem_tx_defaults(&cfg, CTI_FAX_MODEM_V21), CTI_OK);
        CHECK_EQ(cti_fax_modem_tx_init(tx, cti_fax_modem_tx_size(), &cfg), CTI_OK);
        CHECK_EQ(cti_fax_modem_tx_flags(tx, 38), CTI_OK);
        CHECK_EQ(cti_fax_modem_tx_frame(tx, octets, PPR_OCTETS), CTI_OK);
        cti_fax_modem_tx_end(tx);
        signal_silence(s, 300);
        begin[i] = s->n;
        for (int n = 160; n == 160;) {
            n = cti_fax_modem_tx_run(tx, pcm, 160);
            for (int k = 0; k < n; k++)
                s->x[s->n++] = pcm[k];
        }
        end[i] = s->n;
        free(tx);
    }
    signal_silence(s, 300);
    return s;
}

static void lose(signal *s, int at) {
    memset(s->x + at, 0, PACKET * sizeof *s->x);
}

/* But for the flag that ends it. */
static void a_packet_lost_anywhere_in_a_frame_costs_nothing(void) {
    int begin[1], end[1];
    for (int after = 0;; after += 53) {
        signal *s = ppr(1, begin, end);
        int at = begin[0] + PREAMBLE / 2 + after;
        if (at + PACKET > end[0] - 8 * 27 - 27) {
            free(s);
            break;
        }
        lose(s, at);
        stage_heard h = stage_v21(s, 160);
        CHECK_EQ(h.frames, 1);
        CHECK_EQ(h.bad, 0);
        CHECK_EQ(h.carriers, 1);
        CHECK_EQ(h.last_length, PPR_OCTETS);
        free(s);
    }
}

static void a_frame_that_lost_three_packets_is_heard_with_its_repetition_that_lost_three_others(void) {
    for (int round = 0; round < 20; round++) {
        int begin[2], end[2];
        signal *s = ppr(2, begin, end);
        for (int i = 0; i < 3; i++) {
            lose(s, begin[0] + PREAMBLE + 500 + 2300 * i + 29 * round);
            lose(s, begin[1] + PREAMBLE + 1500 + 2300 * i + 31 * round);
        }
        stage_heard h = stage_v21(s, 160);
        CHECK_EQ(h.bad, 1);
        CHECK_EQ(h.frames, 1);
        CHECK_EQ(h.last_length, PPR_OCTETS);
        free(s);
    }
}

static void with_packets_lost_and_noise_no_frame_is_heard_that_was_not_sent(void) {
    uint32_t dice = 7;
    int frames = 0;
    for (int round = 0; round < 400; round++) {
        int begin[2], end[2];
        signal *s = ppr(2, begin, end);
        for (int at = 0; at + PACKET <= s->n; at += PACKET) {
            dice = dice * 1664525u + 1013904223u;
            if (dice >> 24 < 13)
                lose(s, at);
        }
        signal_noise(s, -19.0 - round % 12);
        stage_heard h = stage_v21(s, 160);
        frames += h.frames;
        if (h.frames > 0) {
            CHECK_EQ(h.last_length, PPR_OCTETS);
            for (int i = 3; i < PPR_OCTETS; i++)
                CHECK_EQ(h.last[i], (uint8_t)(i * 37 % 5 ? i * 91 : 0xff));
        }
        free(s);
    }
    CHECK(frames > 200);
}

enum { SHORT_OCTETS = 7, SHORT_BITS = 128 };

/* A frame as bits, with the flag behind it; returns how many. */
static int short_frame(const uint8_t *octets, uint8_t *bits) {
    int n = 0, ones = 0;
    uint32_t fcs = 0xffff;
    uint8_t all[SHORT_OCTETS + 2];
    for (int i = 0; i < SHORT_OCTETS; i++)
        fcs = hdlc_crc(fcs, all[i] = octets[i]);
    all[SHORT_OCTETS] = (uint8_t)~fcs;
    all[SHORT_OCTETS + 1] = (uint8_t)(~fcs >> 8);
    for (int i = 0; i < 8 * (SHORT_OCTETS + 2); i++) {
        bits[n] = all[i / 8] >> i % 8 & 1;
        ones = bits[n++] ? ones + 1 : 0;
        if (ones == 5)
            bits[n++] = (uint8_t)(ones = 0);
    }
    for (int i = 0; i < 8; i++)
        bits[n++] = i > 0 && i < 7;
    return n;
}

static void where_two_frames_fit_the_doubtful_bits_neither_is_heard(void) {
    static hdlc_mend m;
    uint32_t dice = 3;
    int mended = 0;
    for (int round = 0; round < 4000; round++) {
        uint8_t sent[SHORT_OCTETS] = {0xff, 0x13, 0xbe}, bits[SHORT_BITS], doubt[SHORT_BITS] = {0};
        const uint8_t *heard;
        for (int i = 3; i < SHORT_OCTETS; i++)
            sent[i] = (uint8_t)((dice = dice * 1664525u + 1013904223u) >> 24);
        int n = short_frame(sent, bits);
        for (int i = 0; i < MEND_DOUBTS; i++) {
            dice = dice * 1664525u + 1013904223u;
            int at = (int)((dice >> 8) % (uint32_t)(n - 8));
            doubt[at] = 1;
            bits[at] = dice >> 31;
        }
        hdlc_mend_init(&m);
        hdlc_mend_open(&m);
        for (int i = 0; i < n; i++)
            hdlc_mend_bit(&m, bits[i], doubt[i]);
        int length = hdlc_mend_close(&m, &heard);
        mended += length > 0;
        CHECK(length == 0 || (length == SHORT_OCTETS && memcmp(heard, sent, SHORT_OCTETS) == 0));
    }
    CHECK(mended > 3800);
}

int main(void) {
    RUN(a_packet_lost_anywhere_in_a_frame_costs_nothing);
    RUN(a_frame_that_lost_three_packets_is_heard_with_its_repetition_that_lost_three_others);
    RUN(where_two_frames_fit_the_doubtful_bits_neither_is_heard);
    RUN(with_packets_lost_and_noise_no_frame_is_heard_that_was_not_sent);
    CHECK_END();
}
