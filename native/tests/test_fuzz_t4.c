/* The fuzzer's corpus of fax pages, and mutations of it, in every run (native/fuzz/README.md). */
#include "check.h"
#include "corpus.h"

#include <string.h>

#include "../fuzz/fuzz_t4.c"

enum { MUTATIONS = 300 };

static const char *const SEEDS[] = {"t4/mh", "t4/mr", "t4/mmr", "t4/wide", "t4/end"};

static void the_corpus_and_its_mutations_do_no_harm(void) {
    uint32_t state = 2463534242u;
    for (size_t i = 0; i < sizeof SEEDS / sizeof SEEDS[0]; i++) {
        uint8_t seed[4096], bytes[4096];
        size_t n = corpus_read(SEEDS[i], seed, sizeof seed);
        CHECK(n > 8);
        for (int m = 0; m < MUTATIONS && n > 8; m++) {
            memcpy(bytes, seed, n);
            for (int k = 0; m > 0 && k < 1 + m % 5; k++) {
                state = state * 1664525u + 1013904223u;
                bytes[(state >> 8) % n] ^= (uint8_t)(1u << (state >> 29));
            }
            CHECK_EQ(LLVMFuzzerTestOneInput(bytes, n - (size_t)(m % 7)), 0);
        }
    }
}

int main(void) {
    RUN(the_corpus_and_its_mutations_do_no_harm);
    CHECK_END();
}
