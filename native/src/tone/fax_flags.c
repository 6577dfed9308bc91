#include "tone/fax_flags.h"

#include <string.h>

/* In quarters of a hop, 1.25 ms. A bit of 300 bit/s takes 2 2/3 of them. A flag, 01111110 after another
 * one, is six ones and two zeros. */
#define ONES 16.0f
#define ZEROS 5.333333f
#define OFF_RUN 2.0f
#define OFF_FLAG 1.3f

void fax_flags_reset(fax_flags *f) {
    memset(f, 0, sizeof(*f));
}

static float distance(float a, float b) {
    return a < b ? b - a : a - b;
}

/* A run has ended: of ones when the frequency now rises. */
static void end_run(fax_flags *f, float length, int ones) {
    if (!ones) {
        f->zeros = length;
        return;
    }
    int flag = distance(length, ONES) <= OFF_RUN && distance(f->zeros, ZEROS) <= OFF_RUN &&
               distance(length + f->zeros, ONES + ZEROS) <= OFF_FLAG;
    f->count = flag ? f->count + 1 : 0;
}

int fax_flags_run(fax_flags *f, const fax_hop *hop) {
    for (int s = 0; s < FAX_SUBS; s++) {
        float re = hop->sub_re[s], im = hop->sub_im[s];
        float size = 0.5f * (re * re + im * im + f->re * f->re + f->im * f->im);
        /* The sine of the angle from quarter to quarter: 100 Hz turn 45 degrees. */
        float value = size > 0.0f ? (im * f->re - re * f->im) / size : 0.0f;
        if ((value < 0.0f) != (f->value < 0.0f)) {
            float part = f->value / (f->value - value); /* of this quarter, before the crossing */
            end_run(f, f->run + part, f->value < 0.0f);
            f->run = 1.0f - part;
        } else {
            f->run += 1.0f;
        }
        f->re = re;
        f->im = im;
        f->value = value;
    }
    return f->count;
}
