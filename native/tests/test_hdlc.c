#include "cti/error.h"
#include "cti/hdlc.h"
#include "signals.h"

#include "check.h"

static cti_hdlc_tx *sender(void) {
    cti_hdlc_tx *tx = malloc(cti_hdlc_tx_size());
    CHECK_EQ(cti_hdlc_tx_init(tx, cti_hdlc_tx_size()), CTI_OK);
    return tx;
}

static cti_hdlc_rx *receiver(void) {
    cti_hdlc_rx *rx = malloc(cti_hdlc_rx_size());
    CHECK_EQ(cti_hdlc_rx_init(rx, cti_hdlc_rx_size()), CTI_OK);
    return rx;
}

/* Feeds bits given as text ("01 1…"); returns the last event that was something, and counts them. */
static int hear(cti_hdlc_rx *rx, const char *bits, int *count) {
    int last = 0;
    for (; *bits; bits++) {
        int event = *bits == ' ' ? 0 : cti_hdlc_rx_bit(rx, *bits == '1');
        last = event ? event : last;
        *count += event != 0;
    }
    return last;
}

/* T.30's DCN as the standard's drawings have it: address 0xff, control 0x13, DCN 0xfb; its check sequence was
 * computed by hand, by division of polynomials. */
static void t30_5_3_6_a_frame_is_flag_octets_check_sequence_flag(void) {
    static const uint8_t dcn[3] = {0xff, 0x13, 0xfb};
    cti_hdlc_tx *tx = sender();
    CHECK_EQ(cti_hdlc_tx_frame(tx, dcn, 3), CTI_OK);
    uint8_t raw[64];
    int n = 0, ones = 0, octets = 0;
    for (int i = 0; i < 8; i++)
        CHECK_EQ(cti_hdlc_tx_bit(tx), "01111110"[i] == '1');
    while (!cti_hdlc_tx_is_idle(tx) && n < 64) {
        int bit = cti_hdlc_tx_bit(tx);
        if (ones == 5 && bit == 0) {
            ones = 0;
            continue;
        }
        ones = bit ? ones + 1 : 0;
        raw[n++] = (uint8_t)bit;
    }
    CHECK_EQ(n, 5 * 8 + 8);
    uint8_t got[6] = {0};
    for (; octets < 6; octets++)
        for (int i = 0; i < 8; i++)
            got[octets] = (uint8_t)(got[octets] | raw[8 * octets + i] << i);
    CHECK_EQ(memcmp(got, dcn, 3), 0);
    /* Long division of the frame, first bit first, its first 16 bits inverted, by x^16 + x^12 + x^5 + 1. */
    uint8_t word[40] = {0};
    memcpy(word, raw, 24);
    for (int i = 0; i < 16; i++)
        word[i] ^= 1;
    for (int i = 0; i < 24; i++)
        if (word[i])
            word[i] ^= 1, word[i + 4] ^= 1, word[i + 11] ^= 1, word[i + 16] ^= 1;
    for (int i = 0; i < 16; i++)
        CHECK_EQ(raw[24 + i], !word[24 + i]);
    CHECK_EQ(got[5], 0x7e);
    free(tx);
}

static void t30_5_3_7_frames_of_every_length_come_back(void) {
    cti_hdlc_tx *tx = sender();
    cti_hdlc_rx *rx = receiver();
    signal *dice = signal_new(11);
    for (int length = 1; length <= CTI_HDLC_FRAME_MAX; length++) {
        uint8_t frame[CTI_HDLC_FRAME_MAX];
        for (int i = 0; i < length; i++)
            frame[i] = signal_uniform(dice) < 0.4 ? 0xff : (uint8_t)(256.0 * signal_uniform(dice));
        CHECK_EQ(cti_hdlc_tx_frame(tx, frame, length), CTI_OK);
        int frames = 0;
        do {
            int event = cti_hdlc_rx_bit(rx, cti_hdlc_tx_bit(tx));
            const uint8_t *octets;
            CHECK(event == CTI_HDLC_NOTHING || event == CTI_HDLC_FLAGS || event == CTI_HDLC_FRAME);
            if (event == CTI_HDLC_FRAME) {
                frames++;
                CHECK_EQ(cti_hdlc_rx_octets(rx, &octets), length);
                CHECK_EQ(memcmp(octets, frame, (size_t)length), 0);
            }
        } while (!cti_hdlc_tx_is_idle(tx));
        CHECK_EQ(frames, 1);
    }
    free(dice);
    free(rx);
    free(tx);
}

static void frames_that_wait_share_a_flag_and_ordered_flags_come_before_the_next(void) {
    cti_hdlc_tx *tx = sender();
    static const uint8_t frame[3] = {1, 2, 3};
    CHECK_EQ(cti_hdlc_tx_flags(tx, 38), CTI_OK);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 3), CTI_OK);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 3), CTI_OK);
    int bits = 0;
    for (; !cti_hdlc_tx_is_idle(tx); bits++)
        (void)cti_hdlc_tx_bit(tx);
    CHECK(bits >= 38 * 8 + 2 * 40 + 2 * 8 && bits < 38 * 8 + 2 * 40 + 2 * 8 + 6); /* stuffing */
    free(tx);
}

static void every_single_wrong_bit_is_found(void) {
    static const uint8_t frame[8] = {0xff, 0xc8, 0x7e, 0xff, 0x00, 0x3f, 0xff, 0xfd};
    uint8_t bits[256];
    cti_hdlc_tx *tx = sender();
    CHECK_EQ(cti_hdlc_tx_flags(tx, 3), CTI_OK);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 8), CTI_OK);
    int n = 0;
    for (; !cti_hdlc_tx_is_idle(tx) && n < 240; n++)
        bits[n] = (uint8_t)cti_hdlc_tx_bit(tx);
    for (int wrong = 24; wrong < n - 8; wrong++) {
        cti_hdlc_rx *rx = receiver();
        for (int i = 0; i < n; i++)
            CHECK(cti_hdlc_rx_bit(rx, bits[i] ^ (i == wrong)) != CTI_HDLC_FRAME);
        free(rx);
    }
    free(tx);
}

static void flags_with_one_zero_between_them_aborts_and_idle_are_told(void) {
    cti_hdlc_rx *rx = receiver();
    int count = 0;
    CHECK_EQ(hear(rx, "0 1111110 1111110", &count), CTI_HDLC_FLAGS);
    CHECK_EQ(count, 1);
    CHECK_EQ(hear(rx, "1111110 01111110", &count), 0);
    CHECK_EQ(hear(rx, "00000000 01010101 00110011 1 1111111", &count), CTI_HDLC_BAD);
    CHECK_EQ(hear(rx, "1111111", &count), CTI_HDLC_IDLE);
    CHECK_EQ(hear(rx, "11111111111111111111", &count), 0);
    CHECK_EQ(count, 3);
    CHECK_EQ(hear(rx, "0 01111110 01111110", &count), CTI_HDLC_FLAGS);
    free(rx);
}

static void a_frame_without_end_is_bad_and_keeps_within_its_room(void) {
    cti_hdlc_rx *rx = receiver();
    const uint8_t *octets;
    int count = 0;
    (void)hear(rx, "01111110", &count);
    for (int i = 0; i < 100000; i++)
        CHECK_EQ(cti_hdlc_rx_bit(rx, i % 3 == 0), CTI_HDLC_NOTHING);
    CHECK_EQ(hear(rx, "01111110", &count), CTI_HDLC_BAD);
    CHECK_EQ(cti_hdlc_rx_octets(rx, &octets), CTI_HDLC_FRAME_MAX);
    free(rx);
}

static void what_has_no_room_or_no_sense_is_refused(void) {
    static const uint8_t frame[CTI_HDLC_FRAME_MAX + 1];
    cti_hdlc_tx *tx = sender();
    CHECK_EQ(cti_hdlc_tx_init(tx, 8), CTI_ERR_SIZE);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, CTI_HDLC_FRAME_MAX + 1), CTI_ERR_ARG);
    CHECK_EQ(cti_hdlc_tx_flags(tx, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_hdlc_tx_flags(tx, 32767), CTI_OK);
    CHECK_EQ(cti_hdlc_tx_flags(tx, 1), CTI_ERR_ARG);
    int put = 0;
    while (cti_hdlc_tx_frame(tx, frame, 250) == CTI_OK)
        put++;
    CHECK_EQ(put, 8);
    CHECK_EQ(cti_hdlc_tx_frame(tx, frame, 250), CTI_ERR_FULL);
    free(tx);
}

int main(void) {
    RUN(t30_5_3_6_a_frame_is_flag_octets_check_sequence_flag);
    RUN(t30_5_3_7_frames_of_every_length_come_back);
    RUN(frames_that_wait_share_a_flag_and_ordered_flags_come_before_the_next);
    RUN(every_single_wrong_bit_is_found);
    RUN(flags_with_one_zero_between_them_aborts_and_idle_are_told);
    RUN(a_frame_without_end_is_bad_and_keeps_within_its_room);
    RUN(what_has_no_room_or_no_sense_is_refused);
    CHECK_END();
}
