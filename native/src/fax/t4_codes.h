#pragma once

#include <stdint.h>

enum {
    T4_CODES = 104, /* runs 0 to 63, then 64 to 2560 by 64 */
    T4_LONGEST_RUN = 2560,
    T4_LONGEST_CODE = 13,
    T4_EOL_ZEROS = 11,
    T4_EOL_BITS = 12
};

typedef struct t4_code {
    uint16_t bits; /* the last to be sent is the lowest */
    uint8_t length;
} t4_code;

/* T.4, tables 2, 3a and 3b: by colour (0 white, 1 black) and run: below 64 the run, above 63 + run / 64. */
extern const t4_code t4_run_codes[2][T4_CODES];
