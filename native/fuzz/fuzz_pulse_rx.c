/* fuzz_pulse_rx: any hook changes at any times.
 *
 * Byte 0: numbering and the boundary of timed break recall; byte 1: into how many runs the time is cut. Then
 * two bytes a change: 15 bits of samples (times 1 or 8) until it, one bit of the hook. What is heard must be
 * in order and well formed, and the same when the time is cut otherwise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cti/error.h"
#include "cti/pulse_rx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PULSE_CHANGES = 512, PULSE_EVENTS = 4 * PULSE_CHANGES + 16 };

static void pulse_demand(int holds) {
    if (!holds)
        abort();
}

static int pulse_hear(const cti_pulse_rx_config *cfg, const cti_hook_change *changes, int n, int64_t end,
                      int64_t cut, cti_event *ev) {
    static cti_pulse_rx *rx;
    if (!rx && !(rx = malloc(cti_pulse_rx_size())))
        abort();
    pulse_demand(cti_pulse_rx_init(rx, cti_pulse_rx_size(), cfg) == CTI_OK);
    int events = 0, next = 0;
    for (int64_t at = 0; at < end;) {
        int64_t until = at + cut < end ? at + cut : end;
        int now = next;
        while (now < n && changes[now].at < until)
            now++;
        int found =
            cti_pulse_rx_run(rx, changes + next, now - next, until, ev + events, PULSE_EVENTS - events);
        pulse_demand(found >= 0);
        events += found;
        next = now;
        at = until;
    }
    return events;
}

static void pulse_check(const cti_event *ev, int n) {
    int off_hook = 0;
    for (int i = 0; i < n; i++) {
        pulse_demand(i == 0 || ev[i].at >= ev[i - 1].at);
        pulse_demand(ev[i].start <= ev[i].at && ev[i].start >= 0 && ev[i].length >= 0);
        if (ev[i].kind == CTI_EV_HOOK) {
            pulse_demand(ev[i].value != off_hook);
            off_hook = ev[i].value;
            continue;
        }
        pulse_demand(off_hook);
        if (ev[i].kind == CTI_EV_DIGIT_DOWN)
            pulse_demand(ev[i].value >= '0' && ev[i].value <= '9' && i + 1 < n &&
                         ev[i + 1].kind == CTI_EV_DIGIT_UP);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_hook_change changes[PULSE_CHANGES];
    static cti_event whole[PULSE_EVENTS], cut[PULSE_EVENTS];
    if (size < 2)
        return 0;
    cti_pulse_rx_config cfg;
    cti_pulse_rx_defaults(&cfg);
    cfg.numbering = data[0] % 3;
    if (data[0] & 4) {
        cfg.one_ms = 82;
        cfg.flash_ms = 200;
    }
    cfg.bounce_ms = data[0] >> 4 < 9 ? data[0] >> 4 : 8;
    int n = 0;
    int64_t at = 0;
    for (size_t i = 2; i + 1 < size && n < PULSE_CHANGES; i += 2) {
        int bits = data[i] | data[i + 1] << 8;
        at += (bits >> 2) * (int64_t)(bits & 2 ? 8 : 1);
        changes[n++] = (cti_hook_change){.at = at, .off_hook = bits & 1};
    }
    int found = pulse_hear(&cfg, changes, n, at + 40000, at + 40000, whole);
    pulse_check(whole, found);
    pulse_demand(pulse_hear(&cfg, changes, n, at + 40000, 1 + (at + 40000) / (1 + data[1]), cut) == found);
    pulse_demand(memcmp(whole, cut, (size_t)found * sizeof *whole) == 0);
    return 0;
}
