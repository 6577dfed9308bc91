#include "modem/hdlc_state.h"

#include <string.h>

#include "cti/error.h"

#define GOOD_FCS 0xf0b8u /* the CRC over a frame and its check sequence, when nothing is wrong */
enum { STUFFED = 5, FLAG_ONES = 6, ABORT = 7, IDLE = 15, SHORTEST = 3 };

size_t cti_hdlc_rx_size(void) {
    return sizeof(cti_hdlc_rx);
}

int cti_hdlc_rx_init(cti_hdlc_rx *rx, size_t size) {
    if (!rx)
        return CTI_ERR_ARG;
    if (size < sizeof(*rx))
        return CTI_ERR_SIZE;
    memset(rx, 0, sizeof(*rx));
    return CTI_OK;
}

static void open_frame(cti_hdlc_rx *rx) {
    rx->fcs = 0xffff;
    rx->length = rx->bits = rx->is_long = 0;
    rx->octet = 0;
    rx->is_open = 1;
}

/* Something longer than noise has ended: good or bad. */
static int close_frame(cti_hdlc_rx *rx, int is_good) {
    if (!rx->is_open || rx->length < SHORTEST)
        return CTI_HDLC_NOTHING;
    rx->reported = rx->length - HDLC_FCS;
    rx->flags = 0;
    return is_good && !rx->is_long && rx->fcs == GOOD_FCS ? CTI_HDLC_FRAME : CTI_HDLC_BAD;
}

static void take(cti_hdlc_rx *rx, int bit) {
    rx->octet |= (uint32_t)bit << rx->bits;
    if (++rx->bits < 8)
        return;
    if (rx->length < (int32_t)sizeof rx->octets) {
        rx->octets[rx->length++] = (uint8_t)rx->octet;
        rx->fcs = hdlc_crc(rx->fcs, rx->octet);
    } else {
        rx->is_long = 1;
    }
    rx->octet = 0;
    rx->bits = 0;
}

/* The 0 and the six 1s before this one stand in the octet that is not whole: seven bits when all is well, six
 * where a flag has its first 0 from the flag before it. */
static int end_flag(cti_hdlc_rx *rx) {
    int event = close_frame(rx, rx->bits == FLAG_ONES + 1);
    int is_next = rx->is_open && rx->length == 0 && (rx->bits == FLAG_ONES + 1 || rx->bits == FLAG_ONES);
    rx->flags = event ? 1 : is_next ? rx->flags + 1 : 1;
    open_frame(rx);
    return event ? event : rx->flags == 2 ? CTI_HDLC_FLAGS : CTI_HDLC_NOTHING;
}

int cti_hdlc_rx_bit(cti_hdlc_rx *rx, int bit) {
    if (bit) {
        if (rx->ones < IDLE)
            rx->ones++;
        else
            return CTI_HDLC_NOTHING;
        if (rx->ones == ABORT) {
            int event = close_frame(rx, 0);
            rx->is_open = rx->flags = 0;
            return event;
        }
        if (rx->is_open)
            take(rx, 1);
        return rx->ones == IDLE ? CTI_HDLC_IDLE : CTI_HDLC_NOTHING;
    }
    int ones = rx->ones;
    rx->ones = 0;
    if (ones == FLAG_ONES)
        return end_flag(rx);
    if (ones != STUFFED && rx->is_open)
        take(rx, 0);
    return CTI_HDLC_NOTHING;
}

int cti_hdlc_rx_octets(const cti_hdlc_rx *rx, const uint8_t **octets) {
    *octets = rx->octets;
    return rx->reported;
}
