/* J-CLIP: frames with parity, doubled DLE and CRC, and their reception by V.23. */
#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/error.h"
#include "fsk_maker.h"

static int frame_of(const char *number, int reason, uint8_t *out) {
    cti_cid_message m;
    memset(&m, 0, sizeof m);
    strcpy(m.number, number);
    m.reason = reason;
    return cti_cid_jclip_encode(&m, out, 258);
}

static void a_frame_comes_back_as_it_was_coded(void) {
    /* a content of 16 bytes has a DLE for its length, which is doubled */
    static const char *const numbers[] = {"0312345678", "09012345678", "01234567890123", "1", ""};
    for (int i = 0; i < 5; i++) {
        uint8_t bytes[258];
        cti_cid_message m;
        int n = frame_of(numbers[i], numbers[i][0] ? 0 : CTI_CID_REASON_PRIVATE, bytes);
        CHECK(n > 10);
        CHECK_EQ(cti_cid_jclip_length(bytes, n), n);
        CHECK_EQ(cti_cid_jclip_parse(bytes, n, &m), CTI_OK);
        CHECK(strcmp(m.number, numbers[i]) == 0);
        CHECK_EQ(m.reason, numbers[i][0] ? CTI_CID_REASON_NONE : CTI_CID_REASON_PRIVATE);
        CHECK_EQ(m.type, CTI_CID_JCLIP_CALL);
        CHECK_EQ(m.checksum_ok, 1);
        for (int cut = 0; cut < n; cut++) {
            CHECK_EQ(cti_cid_jclip_length(bytes, cut), 0);
            CHECK_EQ(cti_cid_jclip_parse(bytes, cut, &m), CTI_ERR_FORMAT);
        }
    }
}

static void every_byte_but_the_last_two_has_even_parity(void) {
    uint8_t bytes[258];
    int n = frame_of("0312345678", 0, bytes);
    for (int i = 0; i < n - 2; i++) {
        int ones = 0;
        for (int bit = 0; bit < 8; bit++) {
            ones += bytes[i] >> bit & 1;
        }
        CHECK_EQ(ones % 2, 0);
    }
    CHECK_EQ(bytes[0], 0x90);
    CHECK_EQ(bytes[1], 0x81);
}

static void one_wrong_bit_anywhere_gives_no_number(void) {
    uint8_t bytes[258];
    int n = frame_of("0312345678", 0, bytes);
    for (int bit = 0; bit < 8 * n; bit++) {
        cti_cid_message m;
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ (1 << bit % 8));
        CHECK(cti_cid_jclip_parse(bytes, n, &m) != CTI_OK);
        CHECK(m.number[0] == 0 && m.checksum_ok == 0);
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ (1 << bit % 8));
    }
}

static void a_burst_is_heard_and_a_damaged_one_gives_its_bytes(void) {
    for (int damaged = 0; damaged < 2; damaged++) {
        uint8_t bytes[258], got[258];
        int n = frame_of("0312345678", 0, bytes);
        bytes[14] = (uint8_t)(bytes[14] ^ (damaged ? 3 : 0));
        maker *m = maker_new(CTI_FSK_V23);
        maker_silence(m, 1000);
        m->seizure = 0;
        maker_burst(m, bytes, n);
        maker_silence(m, 4000);
        cti_cid_rx *rx = malloc(cti_cid_rx_size());
        CHECK_EQ(cti_cid_rx_init(rx, cti_cid_rx_size()), CTI_OK);
        cti_event ev[4];
        cti_cid_message message;
        CHECK_EQ(cti_cid_rx_run(rx, m->pcm, m->n, ev, 4), 1);
        CHECK_EQ(ev[0].value, CTI_CID_JCLIP);
        CHECK_EQ(cti_cid_rx_message(rx, ev[0].ref, got, 258), n);
        CHECK(memcmp(got, bytes, (size_t)n) == 0);
        int result = cti_cid_parse_as(ev[0].value & 0xff, got, n, &message);
        CHECK_EQ(result, damaged ? CTI_ERR_CHECKSUM : CTI_OK);
        CHECK(strcmp(message.number, damaged ? "" : "0312345678") == 0);
        free(rx);
    }
}

int main(void) {
    RUN(a_frame_comes_back_as_it_was_coded);
    RUN(every_byte_but_the_last_two_has_even_parity);
    RUN(one_wrong_bit_anywhere_gives_no_number);
    RUN(a_burst_is_heard_and_a_damaged_one_gives_its_bytes);
    CHECK_END();
}
