#pragma once

/* dahdi_door: how the driver of DAHDI cards reaches the nodes of /dev/dahdi, or a card that is simulated.
 *
 * Handles are the system's file descriptors, opened without blocking, or the card's. Results are those of the
 * system calls, but errors are negative errno, by Linux's numbers.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/dahdi_card.h"

typedef struct cti_dahdi_door {
    void *ctx;
    /* arg holds what goes in, and then what comes out: size bytes, as many as the request says */
    int (*ioctl)(void *ctx, int handle, uint32_t request, uint8_t *arg, int size);
    int (*read)(void *ctx, int handle, uint8_t *out, int size);
    int (*write)(void *ctx, int handle, const uint8_t *data, int size);
} cti_dahdi_door;

/* The system's. CTI_ERR_SYSTEM where there is no DAHDI: on anything but Linux. */
int cti_dahdi_system_door(cti_dahdi_door *door);
/* A simulated card's, which outlives it. */
int cti_dahdi_card_door(cti_dahdi_card *card, cti_dahdi_door *door);
