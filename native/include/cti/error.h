#pragma once

/* error: the results that functions of the core return.
 *
 * A function that can fail returns 0 or a count when it succeeds and one of these negative
 * values when it does not. Arguments are checked at the door, once a call, never per sample.
 */

enum cti_error {
    CTI_OK = 0,
    CTI_ERR_ARG = -1,      /* a null pointer, or a value outside its range */
    CTI_ERR_SIZE = -2,     /* the memory handed in is smaller than cti_X_size() */
    CTI_ERR_FULL = -3,     /* a ring, queue or buffer has no room; nothing was written */
    CTI_ERR_FORMAT = -4,   /* a message that breaks its standard's form */
    CTI_ERR_CHECKSUM = -5, /* a message whose checksum is wrong */
    CTI_ERR_STATE = -6,    /* not possible in the present state */
    CTI_ERR_GONE = -7,     /* what was asked for has been overwritten or removed */
    CTI_ERR_SYSTEM = -8    /* the operating system refused (live loop only) */
};

/* The words for an error, in English; never null. Unknown values give "unknown error". */
const char *cti_error_text(int error);
