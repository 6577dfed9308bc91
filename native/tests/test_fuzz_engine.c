/* The fuzzer's corpus of the tick, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_engine.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "engine", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
