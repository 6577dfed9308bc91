/* The fuzzer's corpus of frames with holes, and mutations of it, in every run (native/fuzz/README.md). */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_hdlc_mend.c"

static void the_corpus_and_its_mutations_do_no_harm(void) {
    CHECK(replay_with(500, __FILE__, "hdlc_mend", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_and_its_mutations_do_no_harm);
    CHECK_END();
}
