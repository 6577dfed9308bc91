#pragma once

/* t4_encoder: fax pages, row in, coded bits out (ITU-T T.4: MH and MR; T.6: MMR).
 *
 * MH and MR: each row begins with an EOL; fill behind it makes up the shortest time of a row, which counts
 * from behind its EOL to the end of the next one; six EOL (RTC) end the page. MMR: two EOL (EOFB) do, and
 * there is neither EOL nor fill. Uncompressed mode is not used.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/t4.h"

typedef struct cti_t4_encoder_config {
    int32_t coding; /* enum cti_t4_coding; default MH */
    int32_t width;  /* pixels, 1…4864; default 1728 */
    int32_t order;  /* enum cti_t4_order; default as on the line */
    int32_t k;      /* MR: one row of so many is coded by itself, at least 1; default 2 (T.4: 2, fine 4) */
    int32_t min_row_bits; /* bit/s times the shortest time of a row, 0…65536; default 0 */
    int32_t aligned; /* 1: fill before each row's EOL makes its last 0s and its 1 end a byte; default 0 */
} cti_t4_encoder_config;

typedef struct cti_t4_encoder cti_t4_encoder;

void cti_t4_encoder_defaults(cti_t4_encoder_config *cfg);
size_t cti_t4_encoder_size(void);
/* cfg null: the defaults. */
int cti_t4_encoder_init(cti_t4_encoder *s, size_t size, const cti_t4_encoder_config *cfg);
/* As after init: the next page. */
int cti_t4_encoder_reset(cti_t4_encoder *s);
/* The bytes that a row or the end can take at the most. */
int cti_t4_encoder_most(const cti_t4_encoder *s);
/* Codes a row. Returns the whole bytes written (bits short of one wait for the next call), CTI_ERR_FULL when
 * max is less than cti_t4_encoder_most(), CTI_ERR_STATE behind the end. */
int cti_t4_encoder_row(cti_t4_encoder *s, const uint8_t *row, uint8_t *out, int max);
/* RTC or EOFB, and 0 bits to the end of the byte. Returns and errors as above. */
int cti_t4_encoder_end(cti_t4_encoder *s, uint8_t *out, int max);
/* Bits so far, with those that wait and the last byte's fill. */
int64_t cti_t4_encoder_bits(const cti_t4_encoder *s);
