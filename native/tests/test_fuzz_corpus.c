/* The fuzzers' corpus of the caller-ID parsers, and mutations of it, in every run (native/fuzz/README.md). */
#include "check.h"

#include <stdint.h>
#include <string.h>

#include "../fuzz/fuzz_cid.c"

#define MUTATIONS 4000

static const char *const SEEDS[] = {"mdmf",    "mdmf_v23", "mdmf_private", "mdmf_gb_name",  "sdmf",
                                    "waiting", "dtmf_0",   "dtmf_1",       "dtmf_2",        "dtmf_3",
                                    "dtmf_4",  "dtmf_5",   "jclip",        "jclip_private", "jclip_dle"};

static uint32_t dice(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* The source's folder is known by __FILE__: the tests run anywhere. */
static size_t read_seed(const char *name, uint8_t *out, size_t room) {
    char path[1024];
    const char *end = strstr(__FILE__, "tests/test_fuzz_corpus.c");
    int head = end ? (int)(end - __FILE__) : 0;
    (void)snprintf(path, sizeof path, "%.*sfuzz/corpus/cid/%s", head, __FILE__, name);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    if (!file) {
        return 0;
    }
    size_t n = fread(out, 1, room, file);
    (void)fclose(file);
    return n;
}

static void the_corpus_and_its_mutations_do_no_harm(void) {
    uint32_t state = 2463534242u;
    for (size_t i = 0; i < sizeof SEEDS / sizeof SEEDS[0]; i++) {
        uint8_t seed[512], bytes[512];
        size_t n = read_seed(SEEDS[i], seed, sizeof seed);
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
