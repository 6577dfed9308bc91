/* The generator's body, for modules that keep one inside their own state. */
#pragma once

#include "cti/random.h"

struct cti_random {
    uint64_t s[4];
};
