/* fuzz_ear: any sound in blocks of any size into the ear of two ports; detectors are switched on and off, and
 * the definitions of call progress are any bytes at all.
 *
 * The input is a list of steps, a byte for what it is and then what it needs.
 */
#include "fuzz_input.h"

#include "cti/ear.h"
#include "cti/error.h"
#include "cti/progress.h"

enum { PORTS = 2, BLOCK = 1200, SAMPLES = 12000 };

static void heard(const cti_ear *ear, int64_t now, const cti_event *ev, int n) {
    for (int i = 0; i < n; i++) {
        uint8_t bytes[258];
        demand(ev[i].port >= -1 && ev[i].port < PORTS && ev[i].at >= 0 && ev[i].at <= now);
        demand(i == 0 || ev[i].kind == CTI_EV_EVENTS_LOST || ev[i].at >= ev[i - 1].at);
        if (ev[i].kind == CTI_EV_CALLER_ID) {
            int size = cti_ear_message(ear, ev[i].port, ev[i].ref, bytes, sizeof bytes);
            demand(size == ev[i].length || size == CTI_ERR_GONE);
        }
    }
}

/* Half of them well-formed but for what one byte spoils, half of them any bytes. */
static void define(fuzz_input *in, cti_ear *ear) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    int how = fuzz_byte(in);
    if (how & 1) {
        fuzz_bytes(in, &cfg, sizeof cfg);
    } else {
        size_t at = (size_t)fuzz_pair(in) % (sizeof cfg - 4);
        fuzz_bytes(in, (unsigned char *)&cfg + at, 4);
    }
    int result = cti_ear_progress(ear, (how >> 1) % (PORTS + 2) - 1, &cfg);
    demand(result == CTI_OK || result == CTI_ERR_ARG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_ear *ear;
    static int16_t sound[PORTS * BLOCK];
    fuzz_input in = {data, size};
    if (!ear && !(ear = malloc(cti_ear_size(PORTS)))) {
        abort();
    }
    demand(cti_ear_init(ear, cti_ear_size(PORTS), PORTS) == CTI_OK);
    for (int64_t now = 0; in.left > 0 && now < SAMPLES;) {
        int step = fuzz_byte(&in), n = 0;
        if (step % 8 == 0) {
            int result = cti_ear_listen(ear, fuzz_byte(&in) % (PORTS + 1), fuzz_byte(&in) % 40);
            demand(result == CTI_OK || result == CTI_ERR_ARG);
            now++; /* or it would never end */
        } else if (step % 8 == 1) {
            define(&in, ear);
            now++;
        } else {
            n = fuzz_pair(&in) % BLOCK;
            for (int p = 0; p < PORTS; p++) {
                fuzz_sound(&in, sound + p * BLOCK, n);
            }
            now += n + 1;
        }
        cti_event ev[64];
        int room = fuzz_byte(&in) % 65, got = cti_ear_run(ear, sound, BLOCK, n, ev, room);
        demand(got >= 0 && got <= room);
        heard(ear, now, ev, got);
    }
    return 0;
}
