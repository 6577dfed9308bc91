#include "cti/alert_rx.h"

#include <math.h>
#include <string.h>

#include "base/dot.h"
#include "base/lanes.h"
#include "cid/alert_rx_state.h"
#include "cti/error.h"

#define RATE 8000.0
#define REFERENCE_RMS 16140.0f /* 0 dBm0 */
#define DUMP ALERT_DUMP
#define TURN 6.283185307179586
/* Known by 60 ms of it, in six parts of 10 ms. */
enum { PART = 4, PARTS = 6, WINDOW = PART * PARTS };
static const int TONE_HZ[2] = {2130, 2750};

#define FLOOR_DBM0 -41.0f /* of each tone, over the window; GR-30: must be heard at -32 */
#define TWIST_MAX 6.3f    /* power ratio, 8 dB; GR-30: 6 */
/* Off by so much of its frequency. Must be heard: 0.5 %. A part's sum loses nothing to speak of. */
#define FREQUENCY_MAX 0.011f
/* The two tones' share of all power above 1,700 Hz: 0.85 with white noise at 10 dB, beneath talk at the
 * tone's own level on average 0.9, for speech holds little up there. */
#define PURITY_MIN 0.62f
/* Each part must hold the tones, not only the sum. */
#define PART_PURITY_MIN 0.35f
/* Over when either tone has fallen by so much (power). */
#define GONE 0.25f
/* From 75 ms to 110 ms, by edges that are found to a dump or so. */
#define SHORTEST (8 * 67)
#define LONGEST (8 * 122)

size_t cti_alert_rx_size(void) {
    return sizeof(cti_alert_rx);
}

int cti_alert_rx_init(cti_alert_rx *rx, size_t size) {
    if (!rx) {
        return CTI_ERR_ARG;
    }
    if (size < sizeof *rx) {
        return CTI_ERR_SIZE;
    }
    cti_alert_rx_reset(rx);
    return CTI_OK;
}

void cti_alert_rx_reset(cti_alert_rx *rx) {
    memset(rx, 0, sizeof *rx);
    for (int i = 0; i < ALERT_TURN; i++) {
        rx->cosine[i] = (float)cos(TURN * i / ALERT_TURN);
    }
    for (int i = 0; i < DUMP; i++) {
        for (int t = 0; t < 2; t++) {
            rx->mixer[i][2 * t] = (float)cos(TURN * TONE_HZ[t] * i / RATE);
            rx->mixer[i][2 * t + 1] = (float)-sin(TURN * TONE_HZ[t] * i / RATE);
        }
    }
}

/* Two second-order sections, a Butterworth high-pass of 1,700 Hz: what speech has below does not count. */
static void high_pass(cti_alert_rx *rx, const int16_t *pcm, float *out, int n) {
    static const float b[2] = {0.32487256f, 0.44947034f};
    static const float a[2][2] = {{-0.24594520f, 0.05354502f}, {-0.34027212f, 0.45760923f}};
    float m[4];
    memcpy(m, rx->high, sizeof m);
    for (int i = 0; i < n; i++) {
        float in = (float)pcm[i] - a[0][0] * m[0] - a[0][1] * m[1];
        float x = b[0] * (in - 2.0f * m[0] + m[1]);
        m[1] = m[0];
        m[0] = in;
        in = x - a[1][0] * m[2] - a[1][1] * m[3];
        out[i] = b[1] * (in - 2.0f * m[2] + m[3]);
        m[3] = m[2];
        m[2] = in;
    }
    memcpy(rx->high, m, sizeof m);
}

/* The dump's sums against mixers that never stop: the tones turn by 213 and 275 800ths in a sample. */
static void sum_dump(cti_alert_rx *rx) {
    static const int step[2] = {213 * DUMP * ALERT_TURN / 800, 275 * DUMP * ALERT_TURN / 800};
    cti_four sum = {0.0f};
    for (int i = 0; i < DUMP; i++) {
        sum += rx->x[i] * cti_four_of(rx->mixer[i]);
    }
    int at = (int)(rx->dumps++ & (ALERT_DUMPS - 1));
    for (int t = 0; t < 2; t++) {
        float c = rx->cosine[rx->phase[t]], s = rx->cosine[(rx->phase[t] + ALERT_TURN / 4) % ALERT_TURN];
        rx->dump[at][t].re = sum[2 * t] * c - sum[2 * t + 1] * s;
        rx->dump[at][t].im = sum[2 * t] * s + sum[2 * t + 1] * c;
        rx->phase[t] = (rx->phase[t] + step[t]) % ALERT_TURN;
    }
    rx->dump_energy[at] = cti_dot(rx->x, rx->x, DUMP);
    rx->filled = 0;
}

static float square(alert_c a) {
    return a.re * a.re + a.im * a.im;
}

static int place(const cti_alert_rx *rx, int ago) {
    return (int)((rx->dumps - 1 - ago) & (ALERT_DUMPS - 1));
}

/* The sum of PART dumps, the last of them `ago` dumps before the newest. */
static alert_c part_of(const cti_alert_rx *rx, int tone, int ago) {
    alert_c sum = {0.0f, 0.0f};
    for (int k = 0; k < PART; k++) {
        const alert_c *d = &rx->dump[place(rx, ago + k)][tone];
        sum.re += d->re;
        sum.im += d->im;
    }
    return sum;
}

/* The tone's mean square over the window, coherent but for a frequency that is a little off, and how much it
 * is off in hertz. */
static float coherent_power(const alert_c part[PARTS], float *off_hz) {
    alert_c turn = {0.0f, 0.0f};
    for (int k = 0; k + 1 < PARTS; k++) { /* part[0] is the newest */
        turn.re += part[k].re * part[k + 1].re + part[k].im * part[k + 1].im;
        turn.im += part[k].im * part[k + 1].re - part[k].re * part[k + 1].im;
    }
    float angle = atan2f(turn.im, turn.re);
    *off_hz = angle * (float)(RATE / (TURN * PART * DUMP));
    alert_c sum = {0.0f, 0.0f};
    for (int k = 0; k < PARTS; k++) {
        float c = cosf(angle * (float)k), s = sinf(angle * (float)k);
        sum.re += part[k].re * c - part[k].im * s;
        sum.im += part[k].im * c + part[k].re * s;
    }
    const float n = WINDOW * DUMP;
    return 2.0f * square(sum) / (n * n);
}

static float dbm0(float mean_square) {
    return 10.0f * log10f((mean_square > 1e-9f ? mean_square : 1e-9f) / (REFERENCE_RMS * REFERENCE_RMS));
}

/* Is the window full of both tones, and of nothing else? */
static int both_sound(cti_alert_rx *rx) {
    alert_c part[2][PARTS];
    float energy = 0.0f, power[2], off;
    for (int k = 0; k < PARTS; k++) {
        float here = 0.0f, tones = 0.0f;
        for (int d = 0; d < PART; d++) {
            here += rx->dump_energy[place(rx, k * PART + d)];
        }
        for (int t = 0; t < 2; t++) {
            part[t][k] = part_of(rx, t, k * PART);
            tones += 2.0f * square(part[t][k]) / (PART * DUMP);
        }
        if (tones < PART_PURITY_MIN * here) {
            return 0;
        }
        energy += here;
    }
    for (int t = 0; t < 2; t++) {
        power[t] = coherent_power(part[t], &off);
        if (fabsf(off) > FREQUENCY_MAX * (float)TONE_HZ[t] || dbm0(power[t]) < FLOOR_DBM0) {
            return 0;
        }
    }
    if (power[0] > power[1] * TWIST_MAX || power[1] > power[0] * TWIST_MAX ||
        (power[0] + power[1]) * (WINDOW * DUMP) < PURITY_MIN * energy) {
        return 0;
    }
    for (int t = 0; t < 2; t++) {
        rx->peak[t] = power[t];
    }
    return 1;
}

static float part_power(const cti_alert_rx *rx, int tone, int ago) {
    const float n = PART * DUMP;
    return 2.0f * square(part_of(rx, tone, ago)) / (n * n);
}

/* Do both tones fill half of the part that ends `ago` dumps before the newest? */
static int is_there(const cti_alert_rx *rx, int ago) {
    return part_power(rx, 0, ago) >= GONE * rx->peak[0] && part_power(rx, 1, ago) >= GONE * rx->peak[1];
}

/* A dump is complete. Returns 1 and the event when a tone has ended that was of the right length. */
static int look(cti_alert_rx *rx, cti_event *ev) {
    if (!rx->sounding) {
        rx->sounding = rx->dumps >= ALERT_DUMPS && both_sound(rx);
        return 0;
    }
    for (int t = 0; t < 2; t++) {
        float power = part_power(rx, t, 0);
        rx->peak[t] = power > rx->peak[t] ? power : rx->peak[t];
    }
    if (is_there(rx, 0)) {
        return 0;
    }
    rx->sounding = 0;
    /* Back to where it began; a part that is half full is at either edge. */
    int ago = 1;
    while (ago + PART < ALERT_DUMPS && is_there(rx, ago)) {
        ago++;
    }
    int length = ago * DUMP;
    if (length < SHORTEST || length > LONGEST) {
        return 0;
    }
    memset(ev, 0, sizeof *ev);
    ev->at = rx->now;
    ev->start = rx->now - (int64_t)(ago + PART / 2) * DUMP;
    ev->kind = CTI_EV_ALERT;
    ev->length = length;
    ev->level = dbm0(rx->peak[0] > rx->peak[1] ? rx->peak[0] : rx->peak[1]);
    return 1;
}

int cti_alert_rx_run(cti_alert_rx *rx, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!rx || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev)) {
        return CTI_ERR_ARG;
    }
    int found = 0;
    for (int done = 0; done < n;) {
        int take = DUMP - rx->filled < n - done ? DUMP - rx->filled : n - done;
        high_pass(rx, pcm + done, rx->x + rx->filled, take);
        rx->filled += take;
        rx->now += take;
        done += take;
        if (rx->filled < DUMP) {
            continue;
        }
        sum_dump(rx);
        cti_event told;
        if (look(rx, &told) && found < max) {
            ev[found++] = told;
        }
    }
    return found;
}
