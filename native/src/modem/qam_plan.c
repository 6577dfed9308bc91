#include "modem/qam_plan.h"

#include <stddef.h>

#include "cti/fax_modem_tx.h"

/* V.17, figures 2 to 5: the point without a turn of orbit 0 and of orbit 1, for Q3 Q4 … counted up. */
static const int8_t BASE_14400[32][2] = {
    {-8, -3}, {9, 2},   {8, -3}, {-7, 2}, {4, -3}, {-3, 2}, {4, -7}, {-3, 6}, {-4, -3}, {5, 2}, {-4, -7},
    {5, 6},   {0, -3},  {1, 2},  {0, -7}, {1, 6},  {-8, 1}, {9, -2}, {8, 1},  {-7, -2}, {4, 1}, {-3, -2},
    {4, 5},   {-3, -6}, {-4, 1}, {5, -2}, {-4, 5}, {5, -6}, {0, 1},  {1, -2}, {0, 5},   {1, -6}};
static const int8_t BASE_12000[16][2] = {{7, 1},   {-5, -1}, {3, 5},   {-1, -5}, {7, -7}, {-5, 7},
                                         {-5, 5},  {7, -5},  {3, -3},  {-1, 3},  {-1, 1}, {3, -1},
                                         {-1, -7}, {3, 7},   {-5, -3}, {7, 3}};
static const int8_t BASE_9600[8][2] = {{-8, 2}, {-6, -4}, {0, -6}, {2, -4}, {0, 2}, {-6, 4}, {8, 2}, {2, 4}};
static const int8_t BASE_7200[4][2] = {{6, -6}, {-2, 6}, {-2, 2}, {6, -2}};

#define V27TER(rate, symbols, n, p)                                                                          \
    {                                                                                                        \
        .modem = CTI_FAX_MODEM_V27TER, .bit_rate = rate, .baud = symbols, .bits = n, .carrier_hz = 1800.0,   \
        .rolloff = 0.5, .alternations = 50, .conditioning = 1074, .ones = 8, .tail = 12, .points = p,        \
        .scale = 1.0f                                                                                        \
    }
#define V29(rate, n, p, s)                                                                                   \
    {                                                                                                        \
        .modem = CTI_FAX_MODEM_V29, .bit_rate = rate, .baud = 2400, .bits = n, .carrier_hz = 1700.0,         \
        .rolloff = 0.25, .silence = 48, .alternations = 128, .conditioning = 384, .ones = 48, .tail = 16,    \
        .points = p, .scale = s                                                                              \
    }
#define V17(rate, n, p, table, s, x, y)                                                                      \
    {                                                                                                        \
        .modem = CTI_FAX_MODEM_V17, .bit_rate = rate, .baud = 2400, .bits = n, .carrier_hz = 1800.0,         \
        .rolloff = 0.25, .alternations = 256, .conditioning = 2976, .bridge = 64, .ones = 48, .tail = 32,    \
        .points = p, .is_trellis = 1, .base = table, .scale = s, .grid_re = x, .grid_im = y                  \
    }

/* Scales: one over the root of the points' mean power. Grids: a subset's points that lie on a diagonal
 * lattice (12,000 and 7,200) are turned by 45 degrees; a line half way between two neighbours is then a whole
 * number. */
static const qam_plan PLANS[] = {
    V27TER(2400, 1200, 2, 4),
    V27TER(4800, 1600, 3, 8),
    V29(7200, 3, 8, 0.4264014f),
    V29(9600, 4, 16, 0.2721655f),
    V17(7200, 3, 16, BASE_7200, 0.1581139f, 0.5f, 0.5f),
    V17(9600, 4, 32, BASE_9600, 0.1581139f, 0.5f, 0.0f),
    V17(12000, 5, 64, BASE_12000, 0.1543033f, 0.5f, 0.5f),
    V17(14400, 6, 128, BASE_14400, 0.1561738f, 1.0f, 0.0f),
};

const qam_plan *qam_plan_of(int modem, int bit_rate) {
    for (size_t i = 0; i < sizeof PLANS / sizeof *PLANS; i++)
        if (PLANS[i].modem == modem && PLANS[i].bit_rate == bit_rate)
            return &PLANS[i];
    return NULL;
}

static qam_c turned(float re, float im, int quarters) {
    switch (quarters & 3) {
    case 1:
        return (qam_c){-im, re};
    case 2:
        return (qam_c){-re, -im};
    case 3:
        return (qam_c){im, -re};
    default:
        return (qam_c){re, im};
    }
}

static qam_c scaled(qam_c a, float scale) {
    return (qam_c){a.re * scale, a.im * scale};
}

/* V.29, figure 2: amplitudes 3 and 5 on the axes, the root of 2 and three times that between them. */
static qam_c point_of_v29(int index) {
    int outer = index >> 3, angle = index & 7;
    if (angle & 1)
        return turned(outer ? 3.0f : 1.0f, outer ? 3.0f : 1.0f, angle / 2);
    return turned(outer ? 5.0f : 3.0f, 0.0f, angle / 2);
}

qam_c qam_point(const qam_plan *plan, int index) {
    if (plan->is_trellis) {
        const int8_t *base = plan->base[index >> 2];
        return scaled(turned((float)base[0], (float)base[1], index & 3), plan->scale);
    }
    if (plan->modem == CTI_FAX_MODEM_V29)
        return scaled(point_of_v29(index), plan->scale);
    int eighths = plan->points == 4 ? 2 * index : index;
    return eighths & 1 ? turned(0.70710678f, 0.70710678f, eighths / 2) : turned(1.0f, 0.0f, eighths / 2);
}

int qam_y_of(int turns) {
    static const int8_t y[4] = {0, 3, 1, 2};
    return y[turns & 3];
}
