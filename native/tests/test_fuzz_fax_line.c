/* The fuzzer's corpus of the fax line, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_fax_line.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "fax_line", LLVMFuzzerTestOneInput) >= 12);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
