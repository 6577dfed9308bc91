#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "cti/error.h"
#include "cti/fax_modem_tx.h"
#include "cti/random.h"
#include "modem/qam_cells.h"

enum { RATES = 4, TRIES = 100000 };
static const int RATE[RATES] = {7200, 9600, 12000, 14400};

static float away(const qam_plan *plan, int index, qam_c z) {
    qam_c point = qam_point(plan, index);
    return qam_power((qam_c){point.re - z.re, point.im - z.im});
}

/* No point of the subset is nearer. */
static int is_nearest(const qam_plan *plan, int index, int subset, qam_c z) {
    float least = away(plan, index, z);
    for (int i = subset; i < plan->points; i += QAM_SUBSETS)
        if (away(plan, i, z) < least - 1e-5f)
            return 0;
    return index < plan->points && index % QAM_SUBSETS == subset;
}

static cti_random *dice_of(uint64_t seed) {
    cti_random *dice = malloc(cti_random_size());
    CHECK_EQ(cti_random_init(dice, cti_random_size(), seed), CTI_OK);
    return dice;
}

static qam_c anywhere(cti_random *dice, double most) {
    double re = 2.0 * cti_random_uniform(dice) - 1.0, im = 2.0 * cti_random_uniform(dice) - 1.0;
    return (qam_c){(float)(most * re), (float)(most * im)};
}

static void a_square_knows_the_nearest_point_of_every_subset(void) {
    static qam_cells cells;
    cti_random *dice = dice_of(1);
    for (int r = 0; r < RATES; r++) {
        const qam_plan *plan = qam_plan_of(CTI_FAX_MODEM_V17, RATE[r]);
        int wrong = 0;
        qam_cells_init(&cells, plan);
        for (int i = 0; i < TRIES; i++) {
            qam_c z = anywhere(dice, 4.0);
            const uint8_t *nearest = qam_cells_at(&cells, z);
            for (int subset = 0; nearest && subset < QAM_SUBSETS; subset++)
                wrong += !is_nearest(plan, nearest[subset], subset, z);
        }
        CHECK_EQ(wrong, 0);
    }
    free(dice);
}

/* Otherwise the search would be cheaper without them. */
static void squares_know_nearly_all_that_comes_at_14400(void) {
    static qam_cells cells;
    const qam_plan *plan = qam_plan_of(CTI_FAX_MODEM_V17, 14400);
    cti_random *dice = dice_of(2);
    int known = 0;
    qam_cells_init(&cells, plan);
    for (int i = 0; i < TRIES; i++) {
        qam_c point = qam_point(plan, (int)cti_random_below(dice, QAM_POINTS)), off = anywhere(dice, 0.1);
        known += qam_cells_at(&cells, (qam_c){point.re + off.re, point.im + off.im}) != NULL;
    }
    CHECK(known > TRIES * 3 / 4);
    free(dice);
}

static void what_is_no_number_or_far_outside_is_not_known(void) {
    static qam_cells cells;
    qam_cells_init(&cells, qam_plan_of(CTI_FAX_MODEM_V17, 9600));
    const float odd[] = {1e9f, -1e9f, 1e38f, -1e38f, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        CHECK(qam_cells_at(&cells, (qam_c){odd[i], 0.0f}) == NULL);
        CHECK(qam_cells_at(&cells, (qam_c){0.0f, odd[i]}) == NULL);
    }
}

int main(void) {
    RUN(a_square_knows_the_nearest_point_of_every_subset);
    RUN(squares_know_nearly_all_that_comes_at_14400);
    RUN(what_is_no_number_or_far_outside_is_not_known);
    CHECK_END();
}
