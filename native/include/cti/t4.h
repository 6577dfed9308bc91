#pragma once

/* t4: fax pages as coded bits (ITU-T T.4, T.6): what the encoder and the decoder share.
 *
 * A row is `width` pixels packed into cti_t4_row_bytes(width) bytes, the leftmost in the highest bit, 1 is
 * black; what is left of the last byte counts for nothing and comes out as 0. The widths of T.30 are 1728,
 * 2048 and 2432, and one and a half times and twice as many; every other one up to 4864 is taken too.
 */

enum cti_t4_coding {
    CTI_T4_MH = 1, /* T.4, 4.1: each row by itself */
    CTI_T4_MR = 2, /* T.4, 4.2: rows by what differs from the one above, every K-th by itself */
    CTI_T4_MMR = 3 /* T.6: all rows by what differs; for lines that correct errors */
};

/* Which bit of a coded byte comes first. */
enum cti_t4_order {
    CTI_T4_LSB_FIRST = 0, /* as on the line (T.30, T.4) */
    CTI_T4_MSB_FIRST = 1  /* as TIFF's fill order 1 has it */
};

/* CTI_ERR_ARG for a width outside 1…4864. */
int cti_t4_row_bytes(int width);
