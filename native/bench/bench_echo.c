/* bench_echo: what the line echo canceller costs a sample and a port, and what it takes out.
 *   bench_echo [seconds of audio a kernel, 20] */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cti/echo_can.h"
#include "cti/random.h"

enum { RATE = 8000, TICK = 160, PATH = 100 };

static double seconds(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *memory(size_t size) {
    void *p = calloc(1, size);
    if (!p)
        exit(1);
    return p;
}

/* A decaying echo, 10 dB below what was sent. */
static void add_echo(const int16_t *tx, int16_t *rx, int n) {
    double h[PATH], sum = 0.0;
    for (int i = 0; i < PATH; i++) {
        h[i] = i < 16 ? 0.0 : cos(0.9 * i * i) * exp(-(i - 16) / 14.0);
        sum += h[i] * h[i];
    }
    for (int i = 0; i < n; i++) {
        double echo = 0.0;
        for (int k = 0; k < PATH && k <= i; k++)
            echo += h[k] * tx[i - k];
        rx[i] = (int16_t)lrint(rx[i] + echo * sqrt(0.1 / sum));
    }
}

static double power(const int16_t *x, int n) {
    double sum = 1e-9;
    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return 10.0 * log10(sum / n);
}

int main(int argc, char **argv) {
    double length = argc > 1 ? atof(argv[1]) : 20.0;
    int n = (int)((length >= 2.0 && length <= 3600.0 ? length : 20.0) * RATE);
    int16_t *tx = memory((size_t)n * 2), *rx = memory((size_t)n * 2), *out = memory((size_t)n * 2);
    int16_t *none = memory((size_t)n * 2);
    cti_random *dice = memory(cti_random_size());
    cti_random_init(dice, cti_random_size(), 1);
    cti_random_noise(dice, -20.0f, tx, n);
    cti_random_noise(dice, -60.0f, rx, n);
    add_echo(tx, rx, n);
    for (int taps = 128; taps <= 256; taps *= 2)
        for (int silent = 0; silent < 2; silent++) {
            cti_echo_can_config cfg = {taps};
            cti_echo_can *e = memory(cti_echo_can_size());
            cti_echo_can_init(e, cti_echo_can_size(), &cfg);
            double from = seconds();
            for (int at = 0; at + TICK <= n; at += TICK)
                cti_echo_can_run(e, (silent ? none : tx) + at, rx + at, out + at, TICK);
            double spent = seconds() - from;
            printf("echo_can %d taps, %s: %6.1f ns a sample\n", taps,
                   silent ? "nothing sent" : "noise sent  ", 1e9 * spent / n);
            if (!silent)
                printf("  echo %.1f dB lower in the second second, %zu bytes\n",
                       power(rx + RATE, RATE) - power(out + RATE, RATE), cti_echo_can_size());
            free(e);
        }
    free(tx);
    free(rx);
    free(out);
    free(none);
    free(dice);
    return 0;
}
