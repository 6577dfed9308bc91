#include "base/ring.h"

#include <string.h>

#include "cti/error.h"

enum { LARGEST = 1 << 24 };

size_t cti_ring_size(int capacity, size_t element) {
    if (capacity < 1 || capacity > LARGEST || (capacity & (capacity - 1)) != 0 || element < 1 ||
        element > 4096)
        return 0;
    size_t size = sizeof(cti_ring) + (size_t)capacity * element;
    return (size + 63) & ~(size_t)63;
}

int cti_ring_init(cti_ring *r, size_t size, int capacity, size_t element) {
    size_t needed = cti_ring_size(capacity, element);
    if (r == NULL || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(r, 0, sizeof *r);
    r->capacity = (uint32_t)capacity;
    r->element = (uint32_t)element;
    return CTI_OK;
}

static unsigned char *slot(cti_ring *r, uint32_t position) {
    return (unsigned char *)(r + 1) + (size_t)(position & (r->capacity - 1)) * r->element;
}

int cti_ring_room(const cti_ring *r) {
    return (int)r->capacity - cti_ring_count(r);
}

int cti_ring_count(const cti_ring *r) {
    uint32_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
    return (int)(atomic_load_explicit(&r->written, memory_order_acquire) - taken);
}

/* How many of n elements from `position` on lie before the wrap. */
static uint32_t before_wrap(const cti_ring *r, uint32_t position, uint32_t n) {
    uint32_t straight = r->capacity - (position & (r->capacity - 1));
    return n < straight ? n : straight;
}

int cti_ring_put(cti_ring *r, const void *elements, int n) {
    if (r == NULL || elements == NULL || n < 0)
        return CTI_ERR_ARG;
    uint32_t at = atomic_load_explicit(&r->written, memory_order_relaxed);
    uint32_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
    uint32_t count = (uint32_t)n;
    if (count > r->capacity - (at - taken))
        return CTI_ERR_FULL;
    uint32_t first = before_wrap(r, at, count);
    const unsigned char *from = elements;
    memcpy(slot(r, at), from, (size_t)first * r->element);
    memcpy(slot(r, 0), from + (size_t)first * r->element, (size_t)(count - first) * r->element);
    atomic_store_explicit(&r->written, at + count, memory_order_release);
    return CTI_OK;
}

int cti_ring_get(cti_ring *r, void *elements, int max) {
    if (r == NULL || elements == NULL || max < 0)
        return CTI_ERR_ARG;
    uint32_t at = atomic_load_explicit(&r->taken, memory_order_relaxed);
    uint32_t count = atomic_load_explicit(&r->written, memory_order_acquire) - at;
    if (count > (uint32_t)max)
        count = (uint32_t)max;
    uint32_t first = before_wrap(r, at, count);
    unsigned char *to = elements;
    memcpy(to, slot(r, at), (size_t)first * r->element);
    memcpy(to + (size_t)first * r->element, slot(r, 0), (size_t)(count - first) * r->element);
    atomic_store_explicit(&r->taken, at + count, memory_order_release);
    return (int)count;
}
