/* bench_fax: how well the fax tones are heard, and what else is taken for them.
 *
 *     bench_fax [TRIALS [FILE…]]    each FILE is sound without fax tones: 8 kHz, 16 bit, mono, headerless
 *
 * Each row is TRIALS calls (default 40) with a tone at a random place. Noise is white over 0…4 kHz.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cti/error.h"
#include "cti/fax_tone_tx.h"
#include "cti/fax_tones.h"
#include "cti/random.h"

enum { RATE = 8000, TICK = 160, MOST = 10 * RATE, EVENTS = 32, KINDS = 5 };

static const char *const NAMES[KINDS] = {"CNG", "CED", "ANS/", "ANSam/", "V.21"};
static const int TONES[KINDS] = {CTI_FAX_CNG, CTI_FAX_CED, CTI_FAX_CED, CTI_FAX_ANSAM, CTI_FAX_V21};

static cti_random *dice;
static cti_fax_tones *ear;
static int16_t pcm[MOST];
static cti_event events[EVENTS];

static void *memory(size_t size) {
    void *p = calloc(1, size);
    if (!p)
        exit(1);
    return p;
}

static double seconds(void) {
    struct timespec now;
    if (timespec_get(&now, TIME_UTC) != TIME_UTC)
        exit(1);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A tone of one of the kinds at `at`, by its sender. */
static void put(int kind, int at, float level, int samples) {
    cti_fax_tone_tx_config cfg;
    cti_fax_tone_tx *tx = memory(cti_fax_tone_tx_size());
    cti_fax_tone_tx_defaults(&cfg, TONES[kind]);
    cfg.level_dbm0 = level;
    cfg.reversals = kind == 2 || kind == 3;
    cfg.samples = samples;
    if (cti_fax_tone_tx_init(tx, cti_fax_tone_tx_size(), &cfg) != CTI_OK)
        exit(1);
    cti_fax_tone_tx_run(tx, pcm + at, samples);
    free(tx);
}

static int hear(int n) {
    int count = 0;
    cti_fax_tones_reset(ear);
    for (int i = 0; i < n; i += TICK)
        count += cti_fax_tones_run(ear, pcm + i, n - i < TICK ? n - i : TICK, events + count, EVENTS - count);
    return count;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One row: heard with the right name, wrong or second reports, median latency and largest error of the
 * start. */
static void row(const char *what, double value, int trials, float level, double snr) {
    printf("%-9s%7.1f", what, value);
    for (int kind = 0; kind < KINDS; kind++) {
        static const int length[KINDS] = {9 * RATE / 2, 26 * RATE / 10, 26 * RATE / 10, 26 * RATE / 10,
                                          85 * RATE / 100};
        double *late = memory((size_t)trials * sizeof(*late)), error = 0.0;
        int heard = 0, extra = 0;
        for (int t = 0; t < trials; t++) {
            int at = RATE / 2 + (int)cti_random_below(dice, RATE / 10), n = at + length[kind] + RATE;
            memset(pcm, 0, sizeof(pcm));
            put(kind, at, level, length[kind]);
            cti_random_noise(dice, (float)((double)level - snr), pcm, n);
            int count = hear(n), right = 0;
            for (int i = 0; i < count; i++) {
                int is = events[i].value == TONES[kind] && (kind != 2 || events[i].ref > 0);
                if (is && !right) {
                    late[heard++] = (double)(events[i].at - at) / 8.0;
                    double off = fabs((double)(events[i].start - at)) / 8.0;
                    error = off > error ? off : error;
                    right = 1;
                } else {
                    extra++;
                }
            }
        }
        qsort(late, (size_t)heard, sizeof(*late), by_size);
        printf(" |%4d %% %2d %5.0f %4.1f", 100 * heard / trials, extra, heard ? late[heard / 2] : 0.0, error);
        free(late);
    }
    printf("\n");
}

static void head(const char *text) {
    printf("\n%s\n%16s", text, "");
    for (int kind = 0; kind < KINDS; kind++)
        printf(" |%-20s", NAMES[kind]);
    printf("\n%16s", "");
    for (int kind = 0; kind < KINDS; kind++)
        printf(" | heard + late ms err");
    printf("\n");
}

static void cost(const char *what, int n) {
    enum { ROUNDS = 20 };
    double from = seconds();
    for (int i = 0; i < ROUNDS; i++)
        hear(n);
    printf("%-24s%6.2f ns a sample\n", what, (seconds() - from) * 1e9 / ROUNDS / n);
}

static void costs(void) {
    memset(pcm, 0, sizeof(pcm));
    cost("silence", MOST);
    cti_random_noise(dice, -40.0f, pcm, MOST);
    cost("noise of -40 dBm0", MOST);
    for (int kind = 0; kind < KINDS; kind++) {
        put(kind, 0, -13.0f, MOST);
        cost(NAMES[kind], MOST);
    }
    printf("state: %zu bytes\n", cti_fax_tones_size());
}

static void file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    static int16_t tick[TICK];
    int count[CTI_FAX_V21 + 1] = {0};
    long samples = 0;
    size_t got;
    cti_fax_tones_reset(ear);
    while ((got = fread(tick, sizeof(*tick), TICK, f)) > 0) {
        samples += (long)got;
        int n = cti_fax_tones_run(ear, tick, (int)got, events, EVENTS);
        for (int i = 0; i < n; i++)
            count[events[i].value]++;
    }
    fclose(f);
    printf("%8.1f s: cng %d, ced %d, ansam %d, v21 %d  %s\n", (double)samples / RATE, count[CTI_FAX_CNG],
           count[CTI_FAX_CED], count[CTI_FAX_ANSAM], count[CTI_FAX_V21], path);
}

int main(int argc, char **argv) {
    static const double levels[] = {0, -13, -30, -40, -43, -46, -50}, snrs[] = {30, 20, 15, 12, 10, 8, 6, 3};
    int trials = argc > 1 ? atoi(argv[1]) : 40;
    if (trials < 1 || trials > 10000)
        trials = 40;
    dice = memory(cti_random_size());
    cti_random_init(dice, cti_random_size(), 1);
    ear = memory(cti_fax_tones_size());
    cti_fax_tones_init(ear, cti_fax_tones_size());
    head("level, dBm0, at 30 dB SNR");
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
        row("level", levels[i], trials, (float)levels[i], 30.0);
    head("SNR, dB, at -20 dBm0");
    for (size_t i = 0; i < sizeof(snrs) / sizeof(*snrs); i++)
        row("SNR", snrs[i], trials, -20.0f, snrs[i]);
    printf("\n");
    costs();
    if (argc > 2)
        printf("\nsounds without fax tones\n");
    for (int i = 2; i < argc; i++)
        file(argv[i]);
    free(ear);
    free(dice);
    return 0;
}
