#include "cti/g711.h"

#include "cti/error.h"

enum {
    ALAW_INVERT = 0x55, /* G.711 table 1: even bits are inverted on the line */
    ULAW_BIAS = 33,     /* in units of the 14-bit sample */
    ULAW_CLIP = 0x1FFF,
    SIGN = 0x80
};

static uint8_t alaw_from(int16_t sample) {
    /* One's complement, as G.191 has it: the decision values of both signs mirror each other. */
    unsigned code = (unsigned)((sample < 0 ? ~sample : sample) >> 4);
    if (code > 15) {
        unsigned exponent = 1;
        while (code > 31) {
            code >>= 1;
            exponent++;
        }
        code = code - 16 + (exponent << 4);
    }
    if (sample >= 0)
        code |= SIGN;
    return (uint8_t)(code ^ ALAW_INVERT);
}

static int16_t alaw_to(uint8_t octet) {
    unsigned code = octet ^ ALAW_INVERT;
    unsigned exponent = (code >> 4) & 7;
    int magnitude = (int)(((code & 15) << 4) + 8);
    if (exponent > 0)
        magnitude = (magnitude + 256) << (exponent - 1);
    return (int16_t)((code & SIGN) ? magnitude : -magnitude);
}

static uint8_t ulaw_from(int16_t sample) {
    int biased = ((sample < 0 ? ~sample : sample) >> 2) + ULAW_BIAS;
    if (biased > ULAW_CLIP)
        biased = ULAW_CLIP;
    unsigned segment = 1;
    for (int rest = biased >> 6; rest; rest >>= 1)
        segment++;
    unsigned code = ((8 - segment) << 4) | (15 - (((unsigned)biased >> segment) & 15));
    if (sample >= 0)
        code |= SIGN;
    return (uint8_t)code;
}

static int16_t ulaw_to(uint8_t octet) {
    unsigned code = (uint8_t)~octet;
    unsigned exponent = (code >> 4) & 7;
    int magnitude = (int)((((code & 15) << 3) + 4 * ULAW_BIAS) << exponent) - 4 * ULAW_BIAS;
    return (int16_t)((octet & SIGN) ? magnitude : -magnitude);
}

int cti_alaw_encode(const int16_t *pcm, uint8_t *out, int n) {
    if (n < 0 || (n > 0 && (!pcm || !out)))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        out[i] = alaw_from(pcm[i]);
    return n;
}

int cti_alaw_decode(const uint8_t *in, int16_t *pcm, int n) {
    if (n < 0 || (n > 0 && (!in || !pcm)))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        pcm[i] = alaw_to(in[i]);
    return n;
}

int cti_ulaw_encode(const int16_t *pcm, uint8_t *out, int n) {
    if (n < 0 || (n > 0 && (!pcm || !out)))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        out[i] = ulaw_from(pcm[i]);
    return n;
}

int cti_ulaw_decode(const uint8_t *in, int16_t *pcm, int n) {
    if (n < 0 || (n > 0 && (!in || !pcm)))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        pcm[i] = ulaw_to(in[i]);
    return n;
}

/* Coded and decoded at once, for as many samples at a time as the processor has lanes for. A code keeps the
 * five highest bits of the magnitude (of mu-law: with its bias) and stands for the middle of what has them; a
 * float's own exponent and mantissa say both: `times` what is kept, and a 32nd of that of the highest bit. */
static int middle(int magnitude, float times) {
    union {
        float value;
        uint32_t bits;
    } kept = {.value = (float)magnitude}, highest = kept;
    kept.bits &= 0xFFF80000u;
    highest.bits &= 0xFF800000u;
    return (int)(times * (kept.value + 0.03125f * highest.value));
}

static int16_t alaw_through(int16_t sample) {
    int code = (sample ^ (sample >> 15)) >> 4;                              /* one's complement */
    int curved = code < 16 ? 16 : code, linear = code < 16 ? code - 16 : 0; /* the lowest segment */
    int magnitude = middle(curved, 16.0f) + 16 * linear;
    return (int16_t)(sample >= 0 ? magnitude : -magnitude);
}

static int16_t ulaw_through(int16_t sample) {
    int biased = ((sample ^ (sample >> 15)) >> 2) + ULAW_BIAS;
    int magnitude = middle(biased > ULAW_CLIP ? ULAW_CLIP : biased, 4.0f) - 4 * ULAW_BIAS;
    return (int16_t)(sample >= 0 ? magnitude : -magnitude);
}

int cti_law_through(int law, int16_t *pcm, int n) {
    if (n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    switch (law) {
    case CTI_LAW_LINEAR:
        return n;
    case CTI_LAW_ALAW:
        for (int i = 0; i < n; i++)
            pcm[i] = alaw_through(pcm[i]);
        return n;
    case CTI_LAW_ULAW:
        for (int i = 0; i < n; i++)
            pcm[i] = ulaw_through(pcm[i]);
        return n;
    default:
        return CTI_ERR_ARG;
    }
}
