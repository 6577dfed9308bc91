#pragma once

/* ring: plain elements of one size from one writer to one reader, without a lock.
 *
 * Each side may be a thread of its own. A batch is put whole or not at all, and the reader sees a
 * batch whole or not at all: the write position moves once, after all its elements are in place
 * (release), and is read before them (acquire). The elements lie behind the struct in the same
 * caller-owned memory, so the ring holds no pointer.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cti_ring {
    uint32_t capacity; /* a power of two */
    uint32_t element;  /* bytes */
    unsigned char apart0[56];
    _Atomic uint32_t written; /* runs on; moved by the writer only */
    unsigned char apart1[60]; /* the two sides' positions on cache lines of their own */
    _Atomic uint32_t taken;   /* moved by the reader only */
    unsigned char apart2[60];
} cti_ring;

/* capacity: a power of two up to 2^24 elements; 0 for values out of range. A multiple of 64. */
size_t cti_ring_size(int capacity, size_t element);
int cti_ring_init(cti_ring *r, size_t size, int capacity, size_t element);
/* The writer: n elements, all or none (CTI_ERR_FULL). */
int cti_ring_put(cti_ring *r, const void *elements, int n);
/* The writer: how many elements may be put now. */
int cti_ring_room(const cti_ring *r);
/* The reader: at most max elements, the oldest first; returns how many. */
int cti_ring_get(cti_ring *r, void *elements, int max);
/* Either side: how many elements wait. */
int cti_ring_count(const cti_ring *r);
