#pragma once

/* t4_decoder: fax pages, coded bits in, rows and their damage out (ITU-T T.4: MH and MR; T.6: MMR).
 *
 * Bits come as they arrive, any number at a time: the result is the same. Every row that comes out is told
 * good or damaged. A damaged one is concealed by the last good row (white where there is none) and reading
 * goes on behind the next EOL; in MR rows that refer to it are damaged too, up to the next that is coded by
 * itself. MMR has no EOL: the first damaged row is the last. Nothing is corrected or guessed: a row is good
 * when its codes exist, its changes go from left to right and end at the width, and, but in MMR,
 * EOL (with fill or without) lies on both its sides.
 *
 * What T.4 cannot show: bits that turned a page into another that could have been sent (a wrong bit in MR and
 * MMR can move a change to the left that was moved to the right: of single wrong bits one in eight on a page
 * of text, in MH under one in 100), and rows lost whole, from EOL to EOL. What checks for that is error
 * correction (T.30, annex A).
 *
 * What the line says is hostile: any bits may come; time and memory are bounded by their number and `rows`.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/t4.h"

/* What became of a row. */
enum cti_t4_damage {
    CTI_T4_GOOD = 0,
    CTI_T4_BAD_CODE = 1,     /* no such code */
    CTI_T4_EXTENSION = 2,    /* uncompressed mode or another extension, which nobody may send unasked */
    CTI_T4_SHORT_ROW = 3,    /* EOL came before the width was reached */
    CTI_T4_OUT_OF_ROW = 4,   /* a change beyond the width, or not to the right of the one before */
    CTI_T4_NO_EOL = 5,       /* before the first row, or behind a whole one, came something else than EOL */
    CTI_T4_NO_ROW = 6,       /* EOL and EOL with no row between them, or a row behind a lost EOL */
    CTI_T4_NO_REFERENCE = 7, /* MR: refers to a row that is damaged or was not there */
    CTI_T4_CUT_ROW = 8,      /* the bits ended within it */
    CTI_T4_ODD_CODE = 9,     /* strict: lawful codes, but not those that T.4 tells the coder to choose */
    CTI_T4_DAMAGES = 10
};

/* How the page ended. */
enum cti_t4_end {
    CTI_T4_END_NONE = 0,    /* not yet */
    CTI_T4_END_WHOLE = 1,   /* RTC or EOFB */
    CTI_T4_END_BROKEN = 2,  /* two to five EOL and nothing more; MR: with wrong tags; MMR: half an EOFB */
    CTI_T4_END_MISSING = 3, /* the bits ended without it */
    CTI_T4_END_DAMAGE = 4,  /* MMR: by a damaged row */
    CTI_T4_END_LONG = 5     /* more rows than may be */
};

typedef struct cti_t4_decoder_config {
    int32_t coding; /* enum cti_t4_coding; default MH */
    int32_t width;  /* pixels, 1…4864; default 1728 */
    int32_t order;  /* enum cti_t4_order; default as on the line */
    int32_t rows;   /* the most that a page may have, at least 1; default 20000 */
    int32_t strict; /* 1: rows must be coded as T.4 chooses, which shows more damage; default 1. 0: for a
                       coder that chooses otherwise, over error correction */
} cti_t4_decoder_config;

/* Bits at…end - 1 of data, counted in the order of the config; `at` moves over what has been taken. */
typedef struct cti_t4_bits {
    const uint8_t *data;
    int32_t at;
    int32_t end;
} cti_t4_bits;

typedef struct cti_t4_report {
    int32_t clean;                 /* 1: the page has rows, all are good and its end is whole */
    int32_t end;                   /* enum cti_t4_end */
    int32_t rows;                  /* given out, concealed ones among them */
    int32_t damaged;               /* of them */
    int32_t first_damaged;         /* its row, from 0; -1: none */
    int32_t damaged_run;           /* the most damaged ones on end */
    int32_t kinds[CTI_T4_DAMAGES]; /* rows by enum cti_t4_damage */
    int64_t bits;                  /* taken */
} cti_t4_report;

typedef struct cti_t4_decoder cti_t4_decoder;

void cti_t4_decoder_defaults(cti_t4_decoder_config *cfg);
size_t cti_t4_decoder_size(void);
/* cfg null: the defaults. */
int cti_t4_decoder_init(cti_t4_decoder *s, size_t size, const cti_t4_decoder_config *cfg);
/* As after init: the next page. */
int cti_t4_decoder_reset(cti_t4_decoder *s);
/* Takes bits and gives rows, cti_t4_row_bytes() each, and for each its enum cti_t4_damage, `max` at the most;
 * bits that find no room stay in `in`. Returns how many rows. Behind the page's end bits are taken and passed
 * over. */
int cti_t4_decoder_run(cti_t4_decoder *s, cti_t4_bits *in, uint8_t *rows, uint8_t *damage, int max);
/* No more bits come. Gives rows that waited and the one that was cut short, as above; to be called until it
 * returns 0. Bits that come later are passed over. */
int cti_t4_decoder_end(cti_t4_decoder *s, uint8_t *rows, uint8_t *damage, int max);
/* Of the page so far. */
int cti_t4_decoder_report(const cti_t4_decoder *s, cti_t4_report *out);
