/* fuzz_t30_frames: any octets as a frame of T.30.
 *
 * What is read lies within the frame, is built again as it was, and every field of DIS, DTC and DCS has the
 * value that was put into it.
 */
#include "cti/error.h"
#include "cti/hdlc.h"
#include "cti/t30_frames.h"
#include "fuzz_input.h"

static void t30_fields(const uint8_t *fif, int n) {
    uint8_t copy[CTI_T30_DIS_OCTETS] = {0};
    cti_t30_ability a;
    for (int dcs = 0; dcs < 2; dcs++) {
        cti_t30_ability_parse(fif, n, dcs, &a);
        demand(a.row_ms[0] >= 0 && a.row_ms[0] <= 40 && a.row_ms[1] <= a.row_ms[0] && a.bit_rate >= 0);
        demand(a.frame_octets == 64 || a.frame_octets == 256);
        uint8_t built[CTI_T30_DIS_OCTETS];
        int size = cti_t30_ability_build(&a, dcs, built);
        demand(size == CTI_ERR_ARG || (size >= 3 && size <= CTI_T30_DIS_OCTETS));
    }
    for (int field = 0; field < CTI_T30_FIELDS; field++) {
        int value = cti_t30_field_get(fif, n, field);
        demand(value >= 0 && cti_t30_field_put(copy, field, value) == CTI_OK);
        (void)cti_t30_field_value(field, value, n & 1);
    }
    int size = cti_t30_field_close(copy);
    demand(size >= 3 && size <= CTI_T30_DIS_OCTETS);
    for (int field = 0; field < CTI_T30_FIELDS; field++)
        demand(cti_t30_field_get(copy, size, field) == cti_t30_field_get(fif, n, field));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t built[CTI_HDLC_FRAME_MAX + 1];
    char text[CTI_T30_ID_CHARS + 1];
    cti_t30_frame_view f, again;
    int n = size < CTI_HDLC_FRAME_MAX ? (int)size : CTI_HDLC_FRAME_MAX;
    uint8_t *exact = malloc(n > 0 ? (size_t)n : 1);
    demand(exact != NULL);
    memcpy(exact, data, (size_t)n);
    int result = cti_t30_frame_parse(exact, n, &f);
    demand(result == CTI_OK || result == CTI_ERR_FORMAT);
    if (result == CTI_OK) {
        demand(f.fif == exact + CTI_T30_FRAME_HEAD && f.fif_length == n - CTI_T30_FRAME_HEAD);
        demand(f.frames == -1 || (f.frames >= 1 && f.frames <= CTI_T30_BLOCK_FRAMES));
        demand(cti_t30_frame_name(f.type) != NULL && cti_t30_frame_words(f.type) != NULL);
        int length = cti_t30_id_parse(f.fif, f.fif_length, text);
        demand(length >= 0 && length <= CTI_T30_ID_CHARS && (int)strlen(text) == length);
        t30_fields(f.fif, f.fif_length);
        if (f.type != CTI_T30_UNKNOWN) {
            int made = cti_t30_frame_build(f.type, f.x, f.is_final, f.fif, f.fif_length, built, sizeof built);
            demand(made == n && memcmp(built, exact, (size_t)n) == 0);
            demand(cti_t30_frame_parse(built, made, &again) == CTI_OK && again.type == f.type);
        }
    }
    free(exact);
    return 0;
}
