#include "base/base.h"

#include <stdatomic.h>
#include <stdlib.h>
#if defined __x86_64__
#include <cpuid.h>
#elif defined __aarch64__
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

const char *const cpu_names[CPU_VARIANTS] = { "portable", "avx2", "avx512", "armv8" };

enum { NOT_CHOSEN = -1 };
static atomic_int chosen = NOT_CHOSEN;

#if defined __x86_64__
/* Intel's manual, volume 2, CPUID: leaves 1 and 7, and the states that the system saves (XCR0). */
enum {
    LEAF1_ECX = 1u << 1 | 1u << 9 | 1u << 19 | 1u << 25 | 1u << 27 | 1u << 28, /* PCLMULQDQ SSSE3 SSE4.1 AES
                                                                                  OSXSAVE AVX */
    LEAF7_EBX_AVX2 = 1u << 3 | 1u << 5 | 1u << 8,                              /* BMI1 AVX2 BMI2 */
    LEAF7_ECX_AVX512 = 1u << 1 | 1u << 8 | 1u << 9 | 1u << 10,                 /* VBMI GFNI VAES VPCLMULQDQ */
    XCR0_AVX = 0x06,
    XCR0_AVX512 = 0xe6,
};
static const uint32_t leaf7_ebx_avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; /* F DQ BW VL */

static bool has(uint32_t word, uint32_t all)
{
    return (word & all) == all;
}

static uint32_t saved_states(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

enum cpu_variant cpu_best(void)
{
    uint32_t a, b, c, d, states;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, LEAF1_ECX))
        return CPU_PORTABLE;
    states = saved_states();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, LEAF7_EBX_AVX2) || !has(states, XCR0_AVX))
        return CPU_PORTABLE;
    return has(b, leaf7_ebx_avx512) && has(c, LEAF7_ECX_AVX512) && has(states, XCR0_AVX512) ? CPU_AVX512
                                                                                            : CPU_AVX2;
}
#elif defined __aarch64__
enum cpu_variant cpu_best(void)
{
    const unsigned long want = HWCAP_AES | HWCAP_PMULL; /* the kernel's elf_hwcaps.rst */

    return (getauxval(AT_HWCAP) & want) == want ? CPU_ARMV8 : CPU_PORTABLE;
}
#else
enum cpu_variant cpu_best(void)
{
    return CPU_PORTABLE;
}
#endif

enum sotto_err cpu_start(struct fault *f)
{
    const char *name = getenv("SOTTO_CPU");
    int variant = 0;

    if (atomic_load(&chosen) != NOT_CHOSEN)
        return SOTTO_OK;
    if (!name || !*name) {
        atomic_store(&chosen, (int)cpu_best());
        return SOTTO_OK;
    }
    while (variant < CPU_VARIANTS && strcmp(name, cpu_names[variant]) != 0)
        variant++;
    if (variant == CPU_VARIANTS)
        return fault_set(f, SOTTO_ERR_USAGE, "SOTTO_CPU=%.32s: there are portable, avx2, avx512 and armv8",
                         name);
    if (!cpu_use((enum cpu_variant)variant))
        return fault_set(
            f, SOTTO_ERR_USAGE,
            "SOTTO_CPU=%s: this processor lacks instructions for it; leave SOTTO_CPU unset or take "
            "%s",
            name, cpu_names[cpu_best()]);
    return SOTTO_OK;
}

enum cpu_variant cpu_variant(void)
{
    int variant = atomic_load_explicit(&chosen, memory_order_relaxed);

    if (variant == NOT_CHOSEN && cpu_start(NULL))
        (void)cpu_use(cpu_best());
    return variant == NOT_CHOSEN ? cpu_variant() : (enum cpu_variant)variant;
}

bool cpu_use(enum cpu_variant variant)
{
    enum cpu_variant best = cpu_best();

    if (variant != CPU_PORTABLE && variant != best && !(variant == CPU_AVX2 && best == CPU_AVX512))
        return false;
    atomic_store(&chosen, (int)variant);
    return true;
}
