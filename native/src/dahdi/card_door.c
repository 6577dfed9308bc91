/* The driver's door to a simulated card. */
#include "cti/dahdi_door.h"
#include "cti/error.h"

static int card_ioctl(void *ctx, int handle, uint32_t request, uint8_t *arg, int size) {
    return cti_dahdi_card_ioctl(ctx, handle, request, arg, size);
}

static int card_read(void *ctx, int handle, uint8_t *out, int size) {
    return cti_dahdi_card_read(ctx, handle, out, size);
}

static int card_write(void *ctx, int handle, const uint8_t *data, int size) {
    return cti_dahdi_card_write(ctx, handle, data, size);
}

int cti_dahdi_card_door(cti_dahdi_card *card, cti_dahdi_door *door) {
    if (card == NULL || door == NULL)
        return CTI_ERR_ARG;
    *door = (cti_dahdi_door){.ctx = card, .ioctl = card_ioctl, .read = card_read, .write = card_write};
    return CTI_OK;
}
