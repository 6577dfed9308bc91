/* heap_count: counts calls of the heap, to show that the tick makes none. HEAP_COUNTED is 0 where
 * there is no way to count. */
#pragma once

#include <stdlib.h>

static volatile long heap_calls;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_BY_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HEAP_BY_SANITIZER 1
#endif

#if defined(HEAP_BY_SANITIZER)
#define HEAP_COUNTED 1
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
static void heap_on_malloc(const volatile void *memory, size_t size) {
    (void)memory;
    (void)size;
    heap_calls++;
}
static void heap_on_free(const volatile void *memory) {
    (void)memory;
    heap_calls++;
}
static void heap_count_begin(void) {
    __sanitizer_install_malloc_and_free_hooks(heap_on_malloc, heap_on_free);
    heap_calls = 0;
}
#elif defined(__GLIBC__)
#define HEAP_COUNTED 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);
void *malloc(size_t size) {
    heap_calls++;
    return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
    heap_calls++;
    return __libc_calloc(n, size);
}
void *realloc(void *memory, size_t size) {
    heap_calls++;
    return __libc_realloc(memory, size);
}
void free(void *memory) {
    heap_calls++;
    __libc_free(memory);
}
static void heap_count_begin(void) {
    heap_calls = 0;
}
#else
#define HEAP_COUNTED 0
static void heap_count_begin(void) {}
#endif
