/* check: the C tests' few macros. Each test program runs its cases and ends 0 when all held. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

static int check_failures;

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s: failed: %s\n", __FILE__, __LINE__, __func__, #condition);            \
            check_failures++;                                                                                \
        }                                                                                                    \
    } while (0)

#define CHECK_EQ(actual, expected)                                                                           \
    do {                                                                                                     \
        long long check_a = (long long)(actual), check_e = (long long)(expected);                            \
        if (check_a != check_e) {                                                                            \
            fprintf(stderr, "%s:%d: %s: %s is %lld, expected %lld\n", __FILE__, __LINE__, __func__, #actual, \
                    check_a, check_e);                                                                       \
            check_failures++;                                                                                \
        }                                                                                                    \
    } while (0)

#define CHECK_NEAR(actual, expected, tolerance)                                                              \
    do {                                                                                                     \
        double check_a = (double)(actual), check_e = (double)(expected);                                     \
        if (!(check_a >= check_e - (tolerance) && check_a <= check_e + (tolerance))) {                       \
            fprintf(stderr, "%s:%d: %s: %s is %g, expected %g +- %g\n", __FILE__, __LINE__, __func__,        \
                    #actual, check_a, check_e, (double)(tolerance));                                         \
            check_failures++;                                                                                \
        }                                                                                                    \
    } while (0)

#define RUN(test)                                                                                            \
    do {                                                                                                     \
        int check_before = check_failures;                                                                   \
        test();                                                                                              \
        printf("%s %s\n", check_failures == check_before ? "ok  " : "FAIL", #test);                          \
    } while (0)

#define CHECK_END() return check_failures ? 1 : 0
