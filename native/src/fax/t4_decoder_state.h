#pragma once

#include "cti/t4_decoder.h"
#include "fax/t4_codes.h"
#include "fax/t4_row.h"

enum {
    T4_HELD_BITS = 64,
    T4_SUFFIX = 7,                 /* of a code's bits lie at the most so many behind its first 1 */
    T4_LOOKUP = 8 << T4_SUFFIX,    /* 0 to 7 zeros before it */
    T4_PEEK_EOFB = 2 * T4_EOL_BITS /* the longest that one step looks ahead */
};

/* Where the decoder is in the page. */
enum t4_place {
    T4_BEFORE,      /* the first EOL has not come */
    T4_TAG,         /* behind an EOL of MR: by itself or by reference? */
    T4_BEHIND_EOL,  /* another EOL, or a row? */
    T4_ANOTHER_EOL, /* it is one */
    T4_IN_ROW,
    T4_WHOLE_ROW, /* its width is reached: fill and EOL must come */
    T4_LOST,      /* behind damage: looks for EOL */
    T4_OVER
};

/* What is next within a row. */
enum t4_part { T4_MODE, T4_RUNS, T4_FIRST_RUN, T4_SECOND_RUN };

struct cti_t4_decoder {
    cti_t4_decoder_config cfg;
    cti_t4_report report;
    int32_t streak;  /* damaged rows on end, now */
    int32_t waiting; /* rows that are ready to be given out; each is row `above` */
    int32_t kind;    /* enum cti_t4_damage of them */
    /* bits */
    uint64_t held; /* the next is the highest */
    int32_t holds;
    int32_t last; /* no more come */
    /* page */
    int32_t place;
    int32_t zeros;    /* that have just been taken */
    int32_t tail;     /* zeros at the end of a whole row, which are not those of the EOL */
    int32_t idled;    /* before the first EOL: a 0 has come */
    int32_t eols;     /* on end */
    int32_t odd_rtc;  /* MR: the tag of one of them says that a row by reference follows */
    int64_t passed;   /* while lost: bits */
    int32_t lost_row; /* while lost: it began behind a whole row, so another lies in what is passed over */
    int32_t by_reference;
    int32_t above_good;
    /* row; a0, a1, b1 as in T.4, 4.2.1 */
    int32_t part;
    int32_t colour;
    int32_t a0;
    int32_t b1; /* its place in `above` */
    int32_t run;
    int32_t n;
    uint16_t changes[2][T4_CHANGES];
    int32_t now;                   /* which of them is the row's; the other is that of the last good row */
    uint16_t lookup[2][T4_LOOKUP]; /* colour; zeros before a 1, what follows: run, and length of the code */
};

/* Fills `lookup`. */
void t4_row_tables(cti_t4_decoder *s);
void t4_row_begin(cti_t4_decoder *s);
/* The code in front of the 13 bits `next`. Returns its length, or the negative of what is wrong (enum
 * cti_t4_damage), and then nothing has changed but the row in hand. The row is whole when a0 is the width. */
int t4_row_code(cti_t4_decoder *s, unsigned next);

void t4_page_begin(cti_t4_decoder *s);
/* One step through the page. Returns 0 when it needs more bits than there are. */
int t4_page_step(cti_t4_decoder *s);
/* The bits ended where no step could be made. */
void t4_page_close(cti_t4_decoder *s);
