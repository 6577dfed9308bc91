#include "cti/alert_rx.h"

#include <math.h>
#include <string.h>

#include "cid/alert_rx_state.h"
#include "cti/error.h"

#define RATE 8000.0
#define REFERENCE_RMS 16140.0f /* 0 dBm0 */
#define DUMP 20                /* samples: 2.5 ms */
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
    for (int i = 0; i < ALERT_TABLE; i++) {
        rx->cosine[i] = (float)cos(6.283185307179586 * i / ALERT_TABLE);
    }
}

/* Two second-order sections, a Butterworth high-pass of 1,700 Hz: what speech has below does not count. */
static float high_passed(cti_alert_rx *rx, float x) {
    static const float b[2] = {0.32487256f, 0.44947034f};
    static const float a[2][2] = {{-0.24594520f, 0.05354502f}, {-0.34027212f, 0.45760923f}};
    for (int s = 0; s < 2; s++) {
        float *m = rx->high + 2 * s;
        float in = x - a[s][0] * m[0] - a[s][1] * m[1];
        x = b[s] * (in - 2.0f * m[0] + m[1]);
        m[1] = m[0];
        m[0] = in;
    }
    return x;
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
    *off_hz = angle * (float)(RATE / (6.283185307179586 * PART * DUMP));
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
    static const int step[2] = {2130 / 10, 2750 / 10};
    int found = 0;
    for (int i = 0; i < n; i++) {
        float x = high_passed(rx, (float)pcm[i]);
        rx->energy += x * x;
        for (int t = 0; t < 2; t++) {
            int quarter = rx->phase[t] + ALERT_TABLE / 4;
            rx->sum[t].re += x * rx->cosine[rx->phase[t]];
            rx->sum[t].im += x * rx->cosine[quarter >= ALERT_TABLE ? quarter - ALERT_TABLE : quarter];
            rx->phase[t] += step[t];
            rx->phase[t] -= rx->phase[t] >= ALERT_TABLE ? ALERT_TABLE : 0;
        }
        rx->now++;
        if (++rx->filled < DUMP) {
            continue;
        }
        int at = (int)(rx->dumps++ & (ALERT_DUMPS - 1));
        memcpy(rx->dump[at], rx->sum, sizeof rx->sum);
        rx->dump_energy[at] = rx->energy;
        memset(rx->sum, 0, sizeof rx->sum);
        rx->energy = 0.0f;
        rx->filled = 0;
        cti_event told;
        if (look(rx, &told) && found < max) {
            ev[found++] = told;
        }
    }
    return found;
}
