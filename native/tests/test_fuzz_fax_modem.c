/* The fuzzer's corpus of the fax modems, in every run. */
#include "fuzz_replay.h"

#include "../fuzz/fuzz_fax_modem.c"

static void the_corpus_does_no_harm(void) {
    CHECK(replay(__FILE__, "fax_modem", LLVMFuzzerTestOneInput) >= 18);
}

int main(void) {
    RUN(the_corpus_does_no_harm);
    CHECK_END();
}
