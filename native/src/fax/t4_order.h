#pragma once

#include <stdint.h>

/* The byte with its bits the other way round. */
static inline uint8_t t4_turned(uint8_t b) {
    b = (uint8_t)(b >> 4 | b << 4);
    b = (uint8_t)((b & 0xCC) >> 2 | (b & 0x33) << 2);
    return (uint8_t)((b & 0xAA) >> 1 | (b & 0x55) << 1);
}
