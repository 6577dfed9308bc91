/* variant: source that is compiled twice (native/CMakeLists.txt), for every processor and for those with
 * AVX2. Both compute the same bits: the lanes are wider, but nothing is fused or put in another order. A
 * state chooses at its init which one works for it. */
#pragma once

#ifdef CTI_AVX2
#define CTI_VARIANT(name) name##_avx2
#else
#define CTI_VARIANT(name) name##_plain
#endif

/* 1 where the AVX2 variant was built and this processor runs it. */
int cti_variant_is_wide(void);
