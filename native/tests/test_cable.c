/* The physics of a subscriber's loop against figures that stand in books. */

#include <math.h>

#include "check.h"
#include "cti/cable.h"

static const cti_impedance plain = {.ohm = 600}, complex_eu = {.ohm = 270, .parallel_ohm = 750, .nf = 150};

static cti_cable of(double mm, double km) {
    cti_cable c;
    cti_cable_defaults(&c);
    c.diameter_mm = mm;
    c.km = km;
    return c;
}

static void test_american_gauges_have_their_diameters(void) {
    CHECK_NEAR(cti_cable_awg(26), 0.405, 0.001);
    CHECK_NEAR(cti_cable_awg(24), 0.511, 0.001);
    CHECK_NEAR(cti_cable_awg(22), 0.644, 0.001);
    CHECK(isnan(cti_cable_awg(-1)) && isnan(cti_cable_awg(41)));
}

static void test_g996_1_direct_current_is_lost_in_the_copper_alone(void) {
    static const double mm[] = {0.4, 0.5, 0.6}, ohm_per_km[] = {280, 179, 124.4};
    for (int i = 0; i < 3; i++) {
        cti_cable c = of(mm[i], 3);
        double through = 20 * log10((1200 + 3 * ohm_per_km[i]) / 1200);
        CHECK_NEAR(cti_cable_loss_db(&c, &plain, &plain, 0), through, 0.02);
    }
}

static void test_no_cable_loses_nothing(void) {
    cti_cable c = of(0.4, 0);
    CHECK_NEAR(cti_cable_loss_db(&c, &plain, &plain, 3400), 0, 1e-9);
    CHECK_NEAR(cti_cable_loss_db(&c, &plain, &complex_eu, 3400), 0, 1e-9);
}

static void test_loss_grows_with_length_and_frequency_and_falls_with_the_gauge(void) {
    double before = 0;
    for (int hz = 300; hz <= 3400; hz += 100) {
        cti_cable thin = of(0.4, 4), thick = of(0.6, 4), far = of(0.4, 6);
        double loss = cti_cable_loss_db(&thin, &plain, &plain, hz);
        CHECK(loss > before);
        CHECK(cti_cable_loss_db(&thick, &plain, &plain, hz) < loss);
        CHECK(cti_cable_loss_db(&far, &plain, &plain, hz) > loss);
        before = loss;
    }
}

static void test_both_ways_lose_the_same(void) {
    cti_cable c = of(0.5, 5);
    for (int hz = 100; hz <= 4000; hz += 300)
        CHECK_NEAR(cti_cable_loss_db(&c, &plain, &complex_eu, hz),
                   cti_cable_loss_db(&c, &complex_eu, &plain, hz), 1e-9);
}

static void test_q552_a_line_that_its_network_matches_returns_nothing(void) {
    cti_cable none = of(0.4, 0);
    for (int hz = 300; hz <= 3400; hz += 100) {
        CHECK_NEAR(cti_cable_return_loss_db(&none, &plain, &complex_eu, &complex_eu, hz), 60, 1e-9);
        CHECK(cti_cable_return_loss_db(&none, &plain, &plain, &complex_eu, hz) < 30);
    }
}

static void test_q552_600_ohm_against_900_return_14_db_down(void) {
    cti_cable none = of(0.4, 0);
    cti_impedance high = {.ohm = 900};
    CHECK_NEAR(cti_cable_return_loss_db(&none, &plain, &plain, &high, 1000), 20 * log10(1500.0 / 300), 1e-9);
    /* Its network is of 900 ohm too, and so is the far end: 2 Zo / (Zo + Zb) has nothing to do. */
    CHECK_NEAR(cti_cable_return_loss_db(&none, &plain, &high, &high, 1000), 60, 1e-9);
}

static void test_what_is_out_of_range_is_no_number(void) {
    cti_cable c = of(0.4, 4), bad = of(0.1, 4), far = of(0.4, 21);
    cti_impedance none = {0};
    CHECK(isnan(cti_cable_loss_db(NULL, &plain, &plain, 1000)));
    CHECK(isnan(cti_cable_loss_db(&bad, &plain, &plain, 1000)));
    CHECK(isnan(cti_cable_loss_db(&far, &plain, &plain, 1000)));
    CHECK(isnan(cti_cable_loss_db(&c, &none, &plain, 1000)));
    CHECK(isnan(cti_cable_loss_db(&c, &plain, &plain, 4001)));
    CHECK(isnan(cti_cable_loss_db(&c, &plain, &plain, NAN)));
    CHECK(isnan(cti_cable_return_loss_db(&c, &plain, NULL, &plain, 1000)));
    CHECK(isnan(cti_cable_return_loss_db(&c, &plain, &plain, &plain, -1)));
}

int main(void) {
    RUN(test_american_gauges_have_their_diameters);
    RUN(test_g996_1_direct_current_is_lost_in_the_copper_alone);
    RUN(test_no_cable_loses_nothing);
    RUN(test_loss_grows_with_length_and_frequency_and_falls_with_the_gauge);
    RUN(test_both_ways_lose_the_same);
    RUN(test_q552_a_line_that_its_network_matches_returns_nothing);
    RUN(test_q552_600_ohm_against_900_return_14_db_down);
    RUN(test_what_is_out_of_range_is_no_number);
    CHECK_END();
}
