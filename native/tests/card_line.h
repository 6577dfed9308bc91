/* What a simulated card orders of the line beneath, for tests. */
#pragma once

#include "cti/error.h"

static int ordered[64][3], orders;

static int control(void *ctx, int port, int what, int value) {
    (void)ctx;
    if (orders < 64) {
        ordered[orders][0] = port, ordered[orders][1] = what, ordered[orders][2] = value;
        orders++;
    }
    return CTI_OK;
}

static int was_ordered(int port, int what, int value) {
    for (int i = 0; i < orders; i++)
        if (ordered[i][0] == port && ordered[i][1] == what && ordered[i][2] == value)
            return 1;
    return 0;
}
