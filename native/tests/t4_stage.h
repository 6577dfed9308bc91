/* t4_stage: the coder and the decoder of fax pages, and codes as strings of 0 and 1, with blanks as one
 * likes. */
#pragma once

#include <string.h>

#include "check.h"
#include "cti/t4_decoder.h"
#include "cti/t4_encoder.h"

#define EOL "000000000001 "
#define EOL2 EOL EOL
#define RTC EOL2 EOL2 EOL2
#define EOL_1D "0000000000011 "
#define EOL_2D "0000000000010 "
#define RTC_MR EOL_1D EOL_1D EOL_1D EOL_1D EOL_1D EOL_1D

enum { STAGE_BYTES = 1 << 17 };

static cti_t4_decoder *stage_decoder(const cti_t4_decoder_config *cfg) {
    static cti_t4_decoder *s;
    if (!s && !(s = malloc(cti_t4_decoder_size())))
        exit(1);
    CHECK_EQ(cti_t4_decoder_init(s, cti_t4_decoder_size(), cfg), 0);
    return s;
}

static cti_t4_encoder *stage_encoder(const cti_t4_encoder_config *cfg) {
    static cti_t4_encoder *s;
    if (!s && !(s = malloc(cti_t4_encoder_size())))
        exit(1);
    CHECK_EQ(cti_t4_encoder_init(s, cti_t4_encoder_size(), cfg), 0);
    return s;
}
