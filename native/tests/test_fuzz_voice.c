/* The fuzzer's corpus of the voice path, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_voice.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "voice", LLVMFuzzerTestOneInput) >= 3);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
