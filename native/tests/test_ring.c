#include <string.h>

#include "base/ring.h"
#include "check.h"
#include "cti/error.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#endif

typedef struct pair {
    uint32_t number, squared;
    uint32_t batch, batch_end;
} pair;

static cti_ring *ring_of(int capacity, size_t element) {
    size_t size = cti_ring_size(capacity, element);
    cti_ring *r = malloc(size);
    CHECK_EQ(cti_ring_init(r, size, capacity, element), CTI_OK);
    return r;
}

static void test_sizes_out_of_range_are_refused(void) {
    CHECK_EQ(cti_ring_size(0, 4), 0);
    CHECK_EQ(cti_ring_size(3, 4), 0);
    CHECK_EQ(cti_ring_size(8, 0), 0);
    CHECK_EQ(cti_ring_size(1 << 25, 4), 0);
    size_t size = cti_ring_size(8, 4);
    cti_ring *r = malloc(size);
    CHECK_EQ(cti_ring_init(NULL, size, 8, 4), CTI_ERR_ARG);
    CHECK_EQ(cti_ring_init(r, size - 1, 8, 4), CTI_ERR_SIZE);
    CHECK_EQ(cti_ring_init(r, size, 7, 4), CTI_ERR_ARG);
    CHECK_EQ(cti_ring_init(r, size, 8, 4), CTI_OK);
    CHECK_EQ(cti_ring_put(r, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_ring_get(r, NULL, 1), CTI_ERR_ARG);
    free(r);
}

static void test_batch_without_room_leaves_nothing(void) {
    cti_ring *r = ring_of(8, sizeof(int));
    int in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8];
    CHECK_EQ(cti_ring_put(r, in, 5), CTI_OK);
    CHECK_EQ(cti_ring_put(r, in, 4), CTI_ERR_FULL);
    CHECK_EQ(cti_ring_count(r), 5);
    CHECK_EQ(cti_ring_put(r, in + 5, 3), CTI_OK);
    CHECK_EQ(cti_ring_room(r), 0);
    CHECK_EQ(cti_ring_get(r, out, 8), 8);
    CHECK(memcmp(in, out, sizeof in) == 0);
    CHECK_EQ(cti_ring_get(r, out, 8), 0);
    free(r);
}

static void test_wrap_keeps_the_order(void) {
    cti_ring *r = ring_of(8, sizeof(int));
    int next_in = 0, next_out = 0;
    for (int round = 0; round < 1000; round++) {
        int in[5], out[8];
        for (int i = 0; i < 5; i++)
            in[i] = next_in + i;
        CHECK_EQ(cti_ring_put(r, in, 5), CTI_OK);
        next_in += 5;
        int n = cti_ring_get(r, out, 3);
        n += cti_ring_get(r, out + n, 5);
        CHECK_EQ(n, 5);
        for (int i = 0; i < n; i++)
            CHECK_EQ(out[i], next_out++);
    }
    free(r);
}

enum { BATCHES = 60000 };

static void write_batches(cti_ring *r) {
    pair batch[7];
    uint32_t number = 0;
    for (uint32_t b = 0; b < BATCHES; b++) {
        uint32_t n = 1 + b % 7;
        for (uint32_t i = 0; i < n; i++, number++)
            batch[i] = (pair){number, number * number, b, i + 1 == n};
        while (cti_ring_put(r, batch, (int)n) != CTI_OK)
            ;
    }
}

#ifdef _WIN32
static DWORD WINAPI writer(LPVOID r) {
    write_batches(r);
    return 0;
}
#else
static void *writer(void *r) {
    write_batches(r);
    return NULL;
}
#endif

static void test_two_threads_exchange_whole_batches_in_order(void) {
    cti_ring *r = ring_of(64, sizeof(pair));
#ifdef _WIN32
    HANDLE thread = CreateThread(NULL, 0, writer, r, 0, NULL);
#else
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, writer, r), 0);
#endif
    uint32_t number = 0, batches = 0;
    long torn = 0, wrong = 0;
    while (batches < BATCHES) {
        pair got[64]; /* the whole ring at a time, so a batch that is there is taken whole */
        int n = cti_ring_get(r, got, 64);
        for (int i = 0; i < n; i++, number++) {
            wrong += got[i].number != number || got[i].squared != number * number || got[i].batch != batches;
            batches += got[i].batch_end;
        }
        torn += n > 0 && !got[n - 1].batch_end;
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(torn, 0);
#ifdef _WIN32
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
#else
    pthread_join(thread, NULL);
#endif
    CHECK_EQ(cti_ring_count(r), 0);
    free(r);
}

int main(void) {
    RUN(test_sizes_out_of_range_are_refused);
    RUN(test_batch_without_room_leaves_nothing);
    RUN(test_wrap_keeps_the_order);
    RUN(test_two_threads_exchange_whole_batches_in_order);
    CHECK_END();
}
