/* fuzz_cid: any bytes into the caller-ID parsers and encoders (README.md says how to run it).
 *
 * The first byte, modulo 4, chooses the parser: Bell 202, V.23, DTMF, J-CLIP; with 4 in it the checksum is
 * made right first. What the parser says must keep its promises; the sanitizers see to the rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cti/cid.h"
#include "cti/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds) {
    if (!holds) {
        abort();
    }
}

static void is_text(const char *text, size_t room) {
    const char *end = memchr(text, 0, room);
    demand(end != NULL);
    for (; end && text < end; text++) {
        demand((unsigned char)*text >= 0x20);
    }
}

static void promises(int standard, int result, const cti_cid_message *m) {
    is_text(m->number, sizeof m->number);
    is_text(m->name, sizeof m->name);
    is_text(m->dialled, sizeof m->dialled);
    is_text(m->redirecting, sizeof m->redirecting);
    is_text(m->complementary, sizeof m->complementary);
    is_text(m->datetime, sizeof m->datetime);
    demand(result == CTI_OK || result == CTI_ERR_FORMAT || result == CTI_ERR_CHECKSUM);
    demand(result == CTI_OK || (!m->number[0] && !m->name[0] && !m->redirecting[0] && !m->datetime[0]));
    demand(result == CTI_OK ? m->checksum_ok == (standard == CTI_CID_DTMF ? -1 : 1) : m->checksum_ok == 0);
    demand(!m->number[0] || m->reason == CTI_CID_REASON_NONE);
}

/* What was understood says the same when it is coded and read again. */
static void comes_back(int standard, const cti_cid_message *m) {
    uint8_t bytes[258];
    cti_cid_message again;
    int n = standard == CTI_CID_JCLIP  ? cti_cid_jclip_encode(m, bytes, 258)
            : standard == CTI_CID_DTMF ? cti_cid_dtmf_encode(CTI_CID_DTMF_A_C, m, bytes, 258)
                                       : cti_cid_encode(m, bytes, 258);
    if (n > 0) {
        demand(cti_cid_parse_as(standard, bytes, n, &again) == CTI_OK);
        /* "P" as a number, and the like, become the reason that they are. */
        demand(strcmp(again.number, m->number) == 0 || again.reason != CTI_CID_REASON_NONE);
    }
}

/* So that not only the lucky get past it. */
static void make_checksum_right(int standard, uint8_t *bytes, int n) {
    if (standard == CTI_CID_JCLIP) {
        int length = cti_cid_jclip_length(bytes, n);
        unsigned crc = 0;
        for (int i = 2; i < length - 2; i++) {
            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++) {
                crc = crc & 1 ? crc >> 1 ^ 0x8408u : crc >> 1;
            }
        }
        if (length > 4) {
            bytes[length - 2] = (uint8_t)crc;
            bytes[length - 1] = (uint8_t)(crc >> 8);
        }
    } else if (standard != CTI_CID_DTMF && n >= 3 && bytes[1] + 3 <= n) {
        unsigned sum = 0;
        for (int i = 0; i < bytes[1] + 2; i++) {
            sum += bytes[i];
        }
        bytes[bytes[1] + 2] = (uint8_t)(0u - sum);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    int standard = data[0] % 4 + 1, n = (int)size - 1;
    uint8_t *bytes = malloc(size); /* of exactly this size, so that the sanitizer sees its end */
    cti_cid_message m;
    demand(bytes != NULL);
    memcpy(bytes, data + 1, (size_t)n);
    if (data[0] & 4) {
        make_checksum_right(standard, bytes, n);
    }
    int result = cti_cid_parse_as(standard, bytes, n, &m);
    promises(standard, result, &m);
    if (result == CTI_OK) {
        comes_back(standard, &m);
    }
    free(bytes);
    return 0;
}
