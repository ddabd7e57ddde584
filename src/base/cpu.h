/* cpu.h - which variant of the kernels runs. Chosen once, before the first kernel; the same in all folders.
 *
 * Every variant gives the same results, bit by bit. The environment's SOTTO_CPU overrides the choice. */
#ifndef SOTTO_BASE_CPU_H
#define SOTTO_BASE_CPU_H

#include "base/error.h"

/* portable: C alone, and OpenSSL's AES. avx2: AES, PCLMULQDQ, BMI2 with it. avx512: what avx2 needs and F, BW,
 * DQ, VL, VBMI with VAES, VPCLMULQDQ and GFNI. armv8: AArch64's AES and PMULL. */
enum cpu_variant { CPU_PORTABLE, CPU_AVX2, CPU_AVX512, CPU_ARMV8, CPU_VARIANTS };
extern const char *const cpu_names[CPU_VARIANTS];

/** The best that this machine has. */
enum cpu_variant cpu_best(void);
/** Choose by SOTTO_CPU, or the best where it is not set; a choice that was made stays. SOTTO_ERR_USAGE: it
 * names no variant, or one that the machine lacks; f (may be NULL) says so. */
SOTTO_MUST_CHECK enum sotto_err cpu_start(struct fault *f);
/** The chosen one; chooses where nobody has, the best where SOTTO_CPU is wrong. */
enum cpu_variant cpu_variant(void);
/** For tests, while no stream and no session is open: false if the machine lacks it. */
bool cpu_use(enum cpu_variant variant);

#endif
