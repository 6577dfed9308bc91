#include <stdlib.h>

#include "check.h"
#include "cti/error.h"
#include "cti/fax_modem_tx.h"
#include "cti/random.h"
#include "modem/qam_trellis.h"

enum { RATES = 4, SYMBOLS = 4000 };
static const int RATE[RATES] = {7200, 9600, 12000, 14400};

static cti_random *dice_of(uint64_t seed) {
    cti_random *dice = malloc(cti_random_size());
    CHECK_EQ(cti_random_init(dice, cti_random_size(), seed), CTI_OK);
    return dice;
}

/* Points that are sent with noise of this deviation on both axes: how many are decided wrong, by the path
 * and, in `*alone`, as the nearest point. */
static int wrong_points(const qam_plan *plan, double noise, int *alone) {
    static qam_trellis t;
    int sent[SYMBOLS], decided, wrong = 0;
    qam_coder coder = {.plan = plan};
    cti_random *dice = dice_of((uint64_t)plan->bit_rate);
    qam_scrambler_init(&coder.scrambler, plan);
    qam_trellis_init(&t, plan);
    qam_trellis_begin(&t);
    *alone = 0;
    for (int m = 0; m < SYMBOLS; m++) {
        sent[m] = qam_encode(&coder, (uint32_t)cti_random_below(dice, 64));
        qam_c z = qam_point(plan, sent[m]);
        z.re += (float)(noise * cti_random_normal(dice));
        z.im += (float)(noise * cti_random_normal(dice));
        int nearest = 0;
        for (int i = 0; i < plan->points; i++) {
            qam_c a = {t.re[i] - z.re, t.im[i] - z.im}, b = {t.re[nearest] - z.re, t.im[nearest] - z.im};
            nearest = qam_power(a) < qam_power(b) ? i : nearest;
        }
        *alone += nearest != sent[m];
        (void)qam_trellis_run(&t, z, &decided);
        if (m >= QAM_BACK)
            wrong += decided != sent[m - QAM_BACK];
    }
    free(dice);
    return wrong;
}

static void every_path_of_the_code_is_followed_without_noise(void) {
    for (int r = 0; r < RATES; r++) {
        int alone;
        CHECK_EQ(wrong_points(qam_plan_of(CTI_FAX_MODEM_V17, RATE[r]), 0.0, &alone), 0);
        CHECK_EQ(alone, 0);
    }
}

static void noise_that_moves_many_points_to_a_neighbour_moves_no_path(void) {
    static const double apart[RATES] = {4.0, 2.8284, 2.0, 1.4142}; /* neighbours, in the drawing */
    for (int r = 0; r < RATES; r++) {
        const qam_plan *plan = qam_plan_of(CTI_FAX_MODEM_V17, RATE[r]);
        int alone, wrong = wrong_points(plan, apart[r] * (double)plan->scale / 4.5, &alone);
        CHECK(alone > SYMBOLS / 50);
        CHECK_EQ(wrong, 0);
    }
}

int main(void) {
    RUN(every_path_of_the_code_is_followed_without_noise);
    RUN(noise_that_moves_many_points_to_a_neighbour_moves_no_path);
    CHECK_END();
}
