#include "modem/fsk_look.h"

#include <math.h>

void fsk_look_take(const fsk_span *span, float t, float bit, int first, int last, int framed, fsk_look *out) {
    float tones = 0.0f;
    for (int k = first; k <= last; k++) {
        float at = t + (float)k * bit;
        float mark = fsk_span_power(span, 1, at, bit), space = fsk_span_power(span, 0, at, bit);
        int is_mark = framed && k == 0 ? 0 : framed && (k == -1 || k == 9) ? 1 : mark > space;
        out->mark[k - first] = (uint8_t)is_mark;
        tones += is_mark ? mark : space;
    }
    float length = (float)(last - first + 1) * bit;
    float energy = fsk_span_energy(span, t + (float)first * bit, length);
    out->power = 0.5f * energy / length;
    out->purity = energy > 0.0f ? tones * bit / energy : 0.0f;
}

float fsk_look_place(const fsk_span *span, float around, float bit, int first, int last, int framed,
                     float range, float step, fsk_look *out) {
    float place = around;
    int steps = (int)lrintf(range / step);
    fsk_look_take(span, around, bit, first, last, framed, out);
    for (int i = -steps; i <= steps; i++) {
        fsk_look here;
        float t = around + (float)i * step * bit;
        fsk_look_take(span, t, bit, first, last, framed, &here);
        if (here.purity > out->purity) {
            *out = here;
            place = t;
        }
    }
    return place;
}

void fsk_look_amplitudes(const fsk_span *span, float t, float bit, int first, int last, float amplitude[2]) {
    float sum[2] = {0.0f, 0.0f}, count[2] = {0.0f, 0.0f};
    for (int k = first; k <= last; k++) {
        float at = t + (float)k * bit;
        float power[2] = {fsk_span_power(span, 0, at, bit), fsk_span_power(span, 1, at, bit)};
        int b = power[1] > power[0];
        sum[b] += sqrtf(power[b]);
        count[b] += 1.0f;
    }
    for (int b = 0; b < 2; b++) {
        amplitude[b] = count[b] > 0.0f ? sum[b] / count[b] : sum[!b] / count[!b];
    }
}
