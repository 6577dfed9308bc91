#include "modem/hdlc_state.h"

#include <string.h>

#include "cti/error.h"

#define FLAG 0x7eu
#define FLAGS_MOST 32767

uint32_t hdlc_crc(uint32_t crc, uint32_t octet) {
    crc ^= octet;
    for (int i = 0; i < 8; i++)
        crc = crc & 1 ? crc >> 1 ^ 0x8408u : crc >> 1;
    return crc;
}

size_t cti_hdlc_tx_size(void) {
    return sizeof(cti_hdlc_tx);
}

int cti_hdlc_tx_init(cti_hdlc_tx *tx, size_t size) {
    if (!tx)
        return CTI_ERR_ARG;
    if (size < sizeof(*tx))
        return CTI_ERR_SIZE;
    memset(tx, 0, sizeof(*tx));
    return CTI_OK;
}

int cti_hdlc_tx_flags(cti_hdlc_tx *tx, int n) {
    if (!tx || n < 0 || n > FLAGS_MOST - tx->flags)
        return CTI_ERR_ARG;
    tx->flags += n;
    return CTI_OK;
}

static void put(cti_hdlc_tx *tx, uint32_t octet) {
    tx->ring[(tx->head + tx->used++) % HDLC_RING] = (uint8_t)octet;
}

static uint32_t take(cti_hdlc_tx *tx) {
    uint32_t octet = tx->ring[tx->head];
    tx->head = (tx->head + 1) % HDLC_RING;
    tx->used--;
    return octet;
}

int cti_hdlc_tx_frame(cti_hdlc_tx *tx, const uint8_t *octets, int n) {
    if (!tx || !octets || n < 1 || n > CTI_HDLC_FRAME_MAX)
        return CTI_ERR_ARG;
    if (tx->used + 2 + n > HDLC_RING)
        return CTI_ERR_FULL;
    put(tx, (uint32_t)n & 0xff);
    put(tx, (uint32_t)n >> 8);
    for (int i = 0; i < n; i++)
        put(tx, octets[i]);
    return CTI_OK;
}

int cti_hdlc_tx_room(const cti_hdlc_tx *tx) {
    int room = HDLC_RING - tx->used - 2;
    return room < 0 ? 0 : room < CTI_HDLC_FRAME_MAX ? room : CTI_HDLC_FRAME_MAX;
}

static void begin_flag(cti_hdlc_tx *tx) {
    tx->is_flag = 1;
    tx->octet = FLAG;
    tx->bits = 8;
    tx->must_close = 0;
    if (tx->flags > 0)
        tx->flags--;
}

static void begin_octet(cti_hdlc_tx *tx) {
    tx->bits = 8;
    if (tx->left > HDLC_FCS) {
        tx->octet = take(tx);
        tx->fcs = hdlc_crc(tx->fcs, tx->octet);
    } else {
        tx->octet = (~tx->fcs >> (tx->left == HDLC_FCS ? 0 : 8)) & 0xff;
    }
    tx->left--;
    tx->must_close = tx->left == 0;
}

int cti_hdlc_tx_bit(cti_hdlc_tx *tx) {
    if (!tx->is_flag && tx->ones == 5) {
        tx->ones = 0;
        return 0;
    }
    if (tx->bits == 0 && tx->left == 0) {
        int closing = tx->must_close || !tx->is_flag || tx->flags > 0 || tx->used == 0;
        if (closing) {
            begin_flag(tx);
        } else {
            tx->left = (int32_t)take(tx);
            tx->left += (int32_t)(take(tx) << 8) + HDLC_FCS;
            tx->fcs = 0xffff;
            tx->ones = 0;
            tx->is_flag = 0;
        }
    }
    if (tx->bits == 0)
        begin_octet(tx);
    int bit = (int)(tx->octet & 1);
    tx->octet >>= 1;
    tx->bits--;
    tx->ones = bit ? tx->ones + 1 : 0;
    return bit;
}

int cti_hdlc_tx_is_idle(const cti_hdlc_tx *tx) {
    return tx->used == 0 && tx->left == 0 && !tx->must_close && tx->flags == 0 && tx->bits == 0;
}
