/* The fuzzer's corpus of the caller-ID receiver, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_cid_rx.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "cid_rx", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
