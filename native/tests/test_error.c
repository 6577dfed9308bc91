#include <string.h>

#include "check.h"
#include "cti/error.h"

static void test_every_error_has_its_own_words(void) {
    for (int a = CTI_OK; a >= CTI_ERR_SYSTEM; a--)
        for (int b = CTI_OK; b >= CTI_ERR_SYSTEM; b--)
            CHECK((strcmp(cti_error_text(a), cti_error_text(b)) == 0) == (a == b));
    CHECK(strcmp(cti_error_text(-99), "unknown error") == 0);
}

int main(void) {
    RUN(test_every_error_has_its_own_words);
    CHECK_END();
}
