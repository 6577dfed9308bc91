#include "base/variant.h"

int cti_variant_is_wide(void) {
#ifdef CTI_HAS_AVX2
    return __builtin_cpu_supports("avx2") != 0;
#else
    return 0;
#endif
}
