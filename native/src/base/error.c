#include "cti/error.h"

const char *cti_error_text(int error) {
    switch (error) {
    case CTI_OK:
        return "no error";
    case CTI_ERR_ARG:
        return "argument out of range";
    case CTI_ERR_SIZE:
        return "memory too small";
    case CTI_ERR_FULL:
        return "no room";
    case CTI_ERR_FORMAT:
        return "malformed message";
    case CTI_ERR_CHECKSUM:
        return "wrong checksum";
    case CTI_ERR_STATE:
        return "not possible in this state";
    case CTI_ERR_GONE:
        return "no longer there";
    case CTI_ERR_SYSTEM:
        return "refused by the operating system";
    default:
        return "unknown error";
    }
}
