/* dot: the scalar product, in eight lanes that the compiler may keep in one register; the order of
 * the additions is fixed, so every build gives the same bits. */
#pragma once

static inline float cti_dot(const float *a, const float *b, int n) {
    float lane[8] = {0}, rest = 0.0f;
    int k = 0;
    for (; k + 8 <= n; k += 8)
        for (int j = 0; j < 8; j++)
            lane[j] += a[k + j] * b[k + j];
    for (; k < n; k++)
        rest += a[k] * b[k];
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7])) + rest;
}
