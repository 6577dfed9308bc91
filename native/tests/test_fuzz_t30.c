/* The fuzzer's corpus of fax calls, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_t30.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "t30", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
