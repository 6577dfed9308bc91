/* The fuzzers' corpus of the caller-ID parsers, and mutations of it, in every run (native/fuzz/README.md). */
#include "check.h"
#include "corpus.h"

#include <stdint.h>
#include <string.h>

#include "../fuzz/fuzz_cid.c"

#define MUTATIONS 4000

static const char *const SEEDS[] = {"cid/mdmf",   "cid/mdmf_v23",      "cid/mdmf_private", "cid/mdmf_gb_name",
                                    "cid/sdmf",   "cid/waiting",       "cid/dtmf_0",       "cid/dtmf_1",
                                    "cid/dtmf_2", "cid/dtmf_3",        "cid/dtmf_4",       "cid/dtmf_5",
                                    "cid/jclip",  "cid/jclip_private", "cid/jclip_dle"};

static uint32_t dice(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void the_corpus_and_its_mutations_do_no_harm(void) {
    uint32_t state = 2463534242u;
    for (size_t i = 0; i < sizeof SEEDS / sizeof SEEDS[0]; i++) {
        uint8_t seed[512], bytes[512];
        size_t n = corpus_read(SEEDS[i], seed, sizeof seed);
        CHECK(n > 2);
        for (int m = 0; m < MUTATIONS && n > 2; m++) {
            size_t size = n;
            memcpy(bytes, seed, n);
            for (uint32_t k = dice(&state) % 4; m > 0 && k > 0; k--) {
                bytes[1 + dice(&state) % (n - 1)] = (uint8_t)dice(&state);
            }
            if (m % 5 == 4) {
                size = 1 + dice(&state) % n;
            }
            bytes[0] = (uint8_t)((seed[0] & 3) | (m & 4)); /* every other time with a right checksum */
            CHECK_EQ(LLVMFuzzerTestOneInput(bytes, size), 0);
        }
    }
}

int main(void) {
    RUN(the_corpus_and_its_mutations_do_no_harm);
    CHECK_END();
}
