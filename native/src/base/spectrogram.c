#include "cti/spectrogram.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/fft.h"
#include "cti/error.h"

enum { FRAME = CTI_FFT_SIZE, BINS = FRAME / 2, MOST_COLUMNS = 1 << 20, MOST_FRAMES = 1000 };

/* The window's mean square is 3/8, the square of its mean 1/4: a sine in the middle of a bin has 2/3 there.
 */
static const float OF_A_SINE = 1.5f;

static void frame_around(const int16_t *pcm, int n, int64_t middle, float *out) {
    int64_t begin = middle - FRAME / 2;
    for (int i = 0; i < FRAME; i++) {
        int64_t at = begin + i;
        out[i] = at >= 0 && at < n ? (float)pcm[at] : 0.0f;
    }
}

int cti_spectrogram(const int16_t *pcm, int n, const int32_t *edges, int columns, int most, float *dbm0) {
    if (n < 0 || (pcm == NULL && n > 0) || edges == NULL || dbm0 == NULL || columns < 0 ||
        columns > MOST_COLUMNS || most < 1 || most > MOST_FRAMES)
        return CTI_ERR_ARG;
    cti_fft fft;
    cti_fft_init(&fft);
    for (int c = 0; c < columns; c++) {
        int64_t begin = edges[c], length = edges[c + 1] - begin;
        if (length < 0)
            return CTI_ERR_ARG;
        int64_t fit = (length + FRAME / 2) / FRAME;
        int frames = fit < 1 ? 1 : fit > most ? most : (int)fit;
        float loudest[BINS] = {0};
        for (int f = 0; f < frames; f++) {
            float samples[FRAME], power[CTI_FFT_BINS];
            frame_around(pcm, n, begin + length * (2 * f + 1) / (2 * frames), samples);
            cti_fft_power(&fft, samples, power);
            power[0] *= 2;
            for (int k = 0; k < BINS; k++)
                loudest[k] = power[k] > loudest[k] ? power[k] : loudest[k];
        }
        for (int k = 0; k < BINS; k++)
            dbm0[(size_t)c * BINS + (size_t)k] = cti_dbm0_from_power((double)(OF_A_SINE * loudest[k]));
    }
    return CTI_OK;
}
