#include "check.h"
#include "cti/error.h"
#include "cti/linear8.h"

enum { ALL = 65536 };

static int16_t pcm[ALL], back[ALL];
static uint8_t octets[ALL];

static void test_every_sample_comes_back_within_half_a_step_and_the_loudest_within_one(void) {
    static const int middles[] = {0, 128};
    for (int m = 0; m < 2; m++) {
        for (int i = 0; i < ALL; i++)
            pcm[i] = (int16_t)(i - 32768);
        CHECK_EQ(cti_linear8_encode(pcm, octets, ALL, middles[m]), ALL);
        CHECK_EQ(cti_linear8_decode(octets, back, ALL, middles[m]), ALL);
        int worst = 0;
        for (int i = 0; i < ALL; i++) {
            int off = abs(pcm[i] - back[i]);
            worst = off > worst && pcm[i] < 32640 ? off : worst;
            CHECK(off < 256);
        }
        CHECK_EQ(worst, 128);
    }
}

static void test_silence_is_the_middle_and_the_ends_are_the_ends(void) {
    const int16_t ends[] = {0, 32767, -32768, 256, -256};
    const uint8_t of_unsigned[] = {128, 255, 0, 129, 127}, of_signed[] = {0, 127, 128, 1, 255};
    uint8_t out[5];
    cti_linear8_encode(ends, out, 5, 128);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(out[i], of_unsigned[i]);
    cti_linear8_encode(ends, out, 5, 0);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(out[i], of_signed[i]);
}

static void test_bad_arguments_are_refused(void) {
    CHECK_EQ(cti_linear8_encode(NULL, octets, 1, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_linear8_encode(pcm, octets, -1, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_linear8_encode(pcm, octets, 1, 127), CTI_ERR_ARG);
    CHECK_EQ(cti_linear8_decode(octets, NULL, 1, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_linear8_decode(NULL, NULL, 0, 128), 0);
}

int main(void) {
    RUN(test_every_sample_comes_back_within_half_a_step_and_the_loudest_within_one);
    RUN(test_silence_is_the_middle_and_the_ends_are_the_ends);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
