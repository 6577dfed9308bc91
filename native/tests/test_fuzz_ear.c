/* The fuzzer's corpus of the ear, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_ear.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "ear", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
