/* fuzz_voice: the voice path with any sound, lengths and settings, in any order. Lengths below 0 and beyond
 * what a header allows must be refused, not obeyed.
 */
#include "fuzz_input.h"

#include "cti/agc.h"
#include "cti/comfort_noise.h"
#include "cti/conference.h"
#include "cti/echo_can.h"
#include "cti/elastic.h"
#include "cti/error.h"
#include "cti/plc.h"
#include "cti/resample.h"
#include "cti/shock_limiter.h"
#include "cti/stretch.h"

enum { MOST = 1300, PARTIES = 3, STEPS = 60, RATES = 6 };

static int16_t a[PARTIES * MOST], b[PARTIES * MOST];

/* Memory of exactly the size that is asked for; it stays. */
static void *state(void **of, size_t bytes) {
    free(*of);
    demand(bytes > 0 && (*of = malloc(bytes)) != NULL);
    return *of;
}

static int length(fuzz_input *in) {
    int n = fuzz_pair(in);
    return n % 16 == 15 ? -n : n % MOST;
}

static int right(int result, int n) {
    return result == (n < 0 ? CTI_ERR_ARG : n);
}

typedef struct path {
    void *limiter, *agc, *noise, *plc, *stretch, *elastic, *resample, *conference, *echo;
} path;

static void gains(fuzz_input *in, path *of) {
    int n = length(in), what = fuzz_byte(in);
    fuzz_sound(in, a, n > 0 ? n : 0);
    demand(right(cti_comfort_noise_learn(of->noise, a, n), n));
    demand(right(what & 1 ? cti_plc_good(of->plc, a, n) : cti_plc_lost(of->plc, a, n), n));
    demand(right(cti_agc_run(of->agc, a, n), n));
    demand(fabsf(cti_agc_gain_db(of->agc)) <= 30.01f);
    demand(cti_shock_limiter_mute(of->limiter, what >> 1 & 1) == CTI_OK);
    demand(right(cti_shock_limiter_run(of->limiter, a, n), n));
    for (int i = 0; i < n; i++) {
        demand(a[i] <= 16159 && a[i] >= -16159);
    }
    demand(right(cti_comfort_noise_make(of->noise, b, n), n));
}

static void clocks(fuzz_input *in, path *of) {
    int n = length(in), m = length(in);
    cti_elastic_status st;
    fuzz_sound(in, a, n > 0 ? n : 0);
    demand(right(cti_elastic_put(of->elastic, a, n), n));
    demand(right(cti_elastic_get(of->elastic, b, m, fuzz_pair(in) % 4000), m));
    cti_elastic_status_of(of->elastic, &st);
    demand(fabs(st.ppm) <= 5000.1 && st.slips >= 0 && st.dropped >= 0 && st.silenced >= 0);
}

static void elastic_of(fuzz_input *in, path *of) {
    cti_elastic_config cfg;
    cfg.target = fuzz_pair(in) % 5000 - 100;
    cfg.most = fuzz_pair(in) % 9000 - 100;
    fuzz_bytes(in, &cfg.range_ppm, sizeof cfg.range_ppm);
    size_t bytes = cti_elastic_size(&cfg);
    if (bytes > 0) {
        demand(cti_elastic_init(state(&of->elastic, bytes), bytes, &cfg) == CTI_OK);
    }
}

static void rates(fuzz_input *in, path *of) {
    static const int RATE[RATES] = {4000, 8000, 11025, 16000, 44100, 48000};
    static int16_t out[24 * MOST];
    int from = RATE[fuzz_byte(in) % RATES], to = RATE[fuzz_byte(in) % RATES];
    size_t bytes = cti_resample_size(from, to);
    demand(cti_resample_init(state(&of->resample, bytes), bytes, from, to) == CTI_OK);
    for (int i = 0; i < 3; i++) {
        int n = length(in), room = fuzz_pair(in) % (24 * MOST);
        fuzz_sound(in, a, n > 0 ? n : 0);
        int count = cti_resample_count(of->resample, n),
            got = cti_resample_run(of->resample, a, n, out, room);
        demand(n < 0 ? got == CTI_ERR_ARG : got == (count <= room ? count : CTI_ERR_FULL));
    }
}

static void speeds(fuzz_input *in, path *of) {
    int n = length(in), m = length(in), what = fuzz_byte(in);
    float speed;
    fuzz_bytes(in, &speed, sizeof speed);
    int set = cti_stretch_set_speed(of->stretch, speed);
    demand(set == (speed >= 0.5f && speed <= 2.0f ? CTI_OK : CTI_ERR_ARG));
    fuzz_sound(in, a, n > 0 ? n : 0);
    int put = cti_stretch_put(of->stretch, a, n), got = cti_stretch_get(of->stretch, b, m);
    demand(n < 0 ? put < 0 : put == CTI_ERR_STATE || (put >= 0 && put <= n));
    demand(m < 0 ? got < 0 : got >= 0 && got <= m);
    if (what % 8 == 0) {
        demand(cti_stretch_end(of->stretch) == CTI_OK);
    } else if (what % 8 == 1) {
        demand(cti_stretch_reset(of->stretch) == CTI_OK);
    }
}

static void parties(fuzz_input *in, path *of) {
    int n = length(in), role = fuzz_byte(in) % 7 - 1;
    int set = cti_conference_set(of->conference, fuzz_byte(in) % 5 - 1, role, fuzz_byte(in) % 5 - 1,
                                 fuzz_pair(in) * 2 - 1000);
    demand(set == CTI_OK || set == CTI_ERR_ARG);
    for (int p = 0; p < PARTIES; p++) {
        fuzz_sound(in, a + p * MOST, n > 0 ? n : 0);
    }
    demand(right(cti_conference_run(of->conference, a, MOST, b, MOST, n), n));
}

static void echoes(fuzz_input *in, path *of) {
    int n = length(in);
    fuzz_sound(in, a, n > 0 ? n : 0);
    fuzz_sound(in, b, n > 0 ? n : 0);
    demand(cti_echo_can_run(of->echo, a, b, b, n) == (n < 0 ? CTI_ERR_ARG : CTI_OK));
}

/* All but the resampler, whose rates a step chooses. */
static void begin(path *of) {
    size_t n = cti_shock_limiter_size();
    demand(cti_shock_limiter_init(state(&of->limiter, n), n, NULL) == CTI_OK);
    n = cti_agc_size();
    demand(cti_agc_init(state(&of->agc, n), n, NULL) == CTI_OK);
    n = cti_comfort_noise_size();
    demand(cti_comfort_noise_init(state(&of->noise, n), n, 1) == CTI_OK);
    n = cti_plc_size();
    demand(cti_plc_init(state(&of->plc, n), n) == CTI_OK);
    n = cti_stretch_size();
    demand(cti_stretch_init(state(&of->stretch, n), n, 1.0f) == CTI_OK);
    n = cti_elastic_size(NULL);
    demand(cti_elastic_init(state(&of->elastic, n), n, NULL) == CTI_OK);
    n = cti_conference_size(PARTIES);
    demand(cti_conference_init(state(&of->conference, n), n, PARTIES) == CTI_OK);
    cti_echo_can_config echo;
    cti_echo_can_defaults(&echo);
    n = cti_echo_can_size();
    demand(cti_echo_can_init(state(&of->echo, n), n, &echo) == CTI_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static path of;
    static void (*const STEP[])(fuzz_input *, path *) = {gains,  clocks,  elastic_of, rates,
                                                         speeds, parties, echoes};
    fuzz_input in = {data, size};
    begin(&of);
    for (int i = 0; i < STEPS && in.left > 0; i++) {
        STEP[(size_t)fuzz_byte(&in) % (sizeof STEP / sizeof STEP[0])](&in, &of);
    }
    return 0;
}
