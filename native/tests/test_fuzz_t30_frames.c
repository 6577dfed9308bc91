/* The fuzzer's corpus of frames of a fax call, and mutations of it, in every run (native/fuzz/README.md). */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_t30_frames.c"

enum { MUTATIONS = 2000 };

/* The frame, and what bits that are turned and an end that is cut off make of it. */
static int mutated(const uint8_t *data, size_t size) {
    static uint32_t state = 2463534242u;
    uint8_t bytes[512];
    int bad = LLVMFuzzerTestOneInput(data, size);
    for (int m = 0; m < MUTATIONS && size > 0 && size <= sizeof bytes; m++) {
        memcpy(bytes, data, size);
        for (int k = 0; k < 1 + m % 5; k++) {
            state = state * 1664525u + 1013904223u;
            bytes[(state >> 8) % size] ^= (uint8_t)(1u << (state >> 29));
        }
        bad |= LLVMFuzzerTestOneInput(bytes, size - (size_t)m % size);
    }
    return bad;
}

static void the_corpus_and_its_mutations_do_no_harm(void) {
    CHECK(replay(__FILE__, "t30_frames", mutated) >= 9);
}

int main(void) {
    RUN(the_corpus_and_its_mutations_do_no_harm);
    CHECK_END();
}
