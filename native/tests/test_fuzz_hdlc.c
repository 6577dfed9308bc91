/* The fuzzer's corpus of HDLC, and mutations of it, in every run (native/fuzz/README.md). */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_hdlc.c"

static void the_corpus_and_its_mutations_do_no_harm(void) {
    CHECK(replay_with(2000, __FILE__, "hdlc", LLVMFuzzerTestOneInput) >= 4);
}

int main(void) {
    RUN(the_corpus_and_its_mutations_do_no_harm);
    CHECK_END();
}
