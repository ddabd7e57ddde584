#include "base/base.h"

#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#endif

#ifdef FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
enum { STACK_LEN = 512 << 10 };
#else
enum { STACK_LEN = 128 << 10 };
#endif

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define FIBER_TSAN 1
#endif

#ifdef SOTTO_CT
#include <valgrind/valgrind.h>
#endif

enum { GUARD_LEN = 4096, KEPT_MAX = 64 };

/*  mapping:  [ guard page, no access | stack, growing down ........ | struct fiber ] */
struct fiber {
    void *sp;              /* saved stack pointer while not running */
    struct fiber *resumer; /* NULL: the thread itself */
    struct fiber *next_kept;
    void (*fn)(void *);
    void *arg;
    uint8_t *map;
    bool done;
    void *asan_stack; /* the fake stack of the address sanitizer, while not running */
#ifdef SOTTO_CT
    unsigned valgrind_id;
#endif
#ifdef FIBER_TSAN
    void *tsan;
#endif
};

struct fiber_root {
    struct fiber *current;
    void *root_sp; /* the thread's own stack pointer while a fiber runs */
    struct fiber *kept;
    unsigned kept_n;
    void *asan_root;
    const void *root_bottom;
    size_t root_len;
#ifdef FIBER_TSAN
    void *tsan_root;
#endif
};

static _Thread_local struct fiber_root tls;

/* fiber_switch(save, load): push the registers that a call must keep, store the stack pointer to *save,
 * continue on `load`. Not ucontext: that makes two system calls a switch. */
void fiber_switch(void **save, void *load);

#if defined(__x86_64__)
__asm__(".text\n.globl fiber_switch\n.hidden fiber_switch\n.type fiber_switch,@function\n"
        "fiber_switch:\n"
        "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
        "  movq %rsp, (%rdi)\n  movq %rsi, %rsp\n"
        "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n  ret\n"
        ".size fiber_switch,.-fiber_switch\n");

static void *first_frame(uint8_t *top, void (*entry)(void))
{
    uintptr_t *sp = (uintptr_t *)(((uintptr_t)top & ~(uintptr_t)15) - 8);

    *sp = 0; /* the return address of entry, which never returns; on entry sp is 8 modulo 16 */
    *--sp = (uintptr_t)entry;
    for (int i = 0; i < 6; i++)
        *--sp = 0;
    return sp;
}
#elif defined(__aarch64__)
__asm__(".text\n.globl fiber_switch\n.hidden fiber_switch\n.type fiber_switch,%function\n"
        "fiber_switch:\n"
        "  sub sp, sp, #160\n"
        "  stp x19, x20, [sp]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n"
        "  stp x25, x26, [sp, #48]\n  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
        "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, "
        "#144]\n"
        "  mov x9, sp\n  str x9, [x0]\n  mov sp, x1\n"
        "  ldp x19, x20, [sp]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n"
        "  ldp x25, x26, [sp, #48]\n  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
        "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, "
        "#144]\n"
        "  add sp, sp, #160\n  ret\n"
        ".size fiber_switch,.-fiber_switch\n");

static void *first_frame(uint8_t *top, void (*entry)(void))
{
    uintptr_t *sp = (uintptr_t *)((uintptr_t)top & ~(uintptr_t)15) - 20;

    memset(sp, 0, 160);
    sp[11] = (uintptr_t)entry; /* x30 */
    return sp;
}
#else
#error "fiber_switch is written for x86-64 and AArch64"
#endif

static void leave_to_resumer(struct fiber *self, bool forever)
{
    struct fiber *to = self->resumer;

    tls.current = to;
#ifdef FIBER_ASAN
    const void *bottom = to ? to->map + GUARD_LEN : tls.root_bottom;
    size_t len = to ? (size_t)STACK_LEN : tls.root_len;
    __sanitizer_start_switch_fiber(forever ? NULL : &self->asan_stack, bottom, len);
#endif
#ifdef FIBER_TSAN
    __tsan_switch_to_fiber(to ? to->tsan : tls.tsan_root, 0);
#endif
    fiber_switch(&self->sp, to ? to->sp : tls.root_sp);
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(self->asan_stack, NULL, NULL);
#endif
    (void)forever;
}

static void fiber_entry(void)
{
    struct fiber *self = tls.current;

#ifdef FIBER_ASAN
    const void *bottom;
    size_t len;
    __sanitizer_finish_switch_fiber(NULL, &bottom, &len);
    if (!self->resumer) {
        tls.root_bottom = bottom;
        tls.root_len = len;
    }
#endif
    self->fn(self->arg);
    self->done = true;
    leave_to_resumer(self, true);
    __builtin_unreachable();
}

struct fiber *fiber_new(void (*fn)(void *), void *arg)
{
    struct fiber *f = tls.kept;
    uint8_t *map, *top;

    if (f) {
        tls.kept = f->next_kept;
        tls.kept_n--;
        map = f->map;
    } else {
        void *probe = mem_alloc(1, 1); /* so that tests can make this allocation fail, too */

        if (!probe)
            return NULL;
        mem_free(probe);
        map = mmap(NULL, GUARD_LEN + STACK_LEN, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (map == MAP_FAILED)
            return NULL;
        if (mprotect(map, GUARD_LEN, PROT_NONE)) {
            munmap(map, GUARD_LEN + STACK_LEN);
            return NULL;
        }
        mem_lock(map + GUARD_LEN, STACK_LEN); /* keys of digests lie there, and what the compiler puts aside */
    }
    top = map + GUARD_LEN + STACK_LEN - (sizeof *f + 63) / 64 * 64;
    f = (struct fiber *)(void *)top;
    *f = (struct fiber){ .fn = fn, .arg = arg, .map = map };
    f->sp = first_frame(top, fiber_entry);
#ifdef SOTTO_CT
    f->valgrind_id = VALGRIND_STACK_REGISTER(map + GUARD_LEN, top);
#endif
#ifdef FIBER_TSAN
    f->tsan = __tsan_create_fiber(0);
#endif
    return f;
}

void fiber_resume(struct fiber *f)
{
    struct fiber *self = tls.current;
    void **save = self ? &self->sp : &tls.root_sp;

    assert(!f->done);
    f->resumer = self;
    tls.current = f;
#ifdef FIBER_ASAN
    void **fake = self ? &self->asan_stack : &tls.asan_root;
    __sanitizer_start_switch_fiber(fake, f->map + GUARD_LEN, STACK_LEN);
#endif
#ifdef FIBER_TSAN
    if (!self)
        tls.tsan_root = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(f->tsan, 0);
#endif
    fiber_switch(save, f->sp);
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(*fake, NULL, NULL);
#endif
}

void fiber_yield(void)
{
    assert(tls.current);
    leave_to_resumer(tls.current, false);
}

struct fiber *fiber_self(void)
{
    return tls.current;
}

bool fiber_done(const struct fiber *f)
{
    return f->done;
}

void fiber_free(struct fiber *f)
{
    uint8_t *map;

    if (!f)
        return;
    map = f->map;
#ifdef SOTTO_CT
    VALGRIND_STACK_DEREGISTER(f->valgrind_id);
#endif
#ifdef FIBER_ASAN
    __asan_unpoison_memory_region(map + GUARD_LEN, STACK_LEN);
#endif
#ifdef FIBER_TSAN
    __tsan_destroy_fiber(f->tsan);
#endif
    if (tls.kept_n >= KEPT_MAX) {
        munmap(map, GUARD_LEN + STACK_LEN);
        return;
    }
    f->next_kept = tls.kept;
    tls.kept = f;
    tls.kept_n++;
}

void fiber_cleanup(void)
{
    while (tls.kept) {
        struct fiber *f = tls.kept;

        tls.kept = f->next_kept;
        munmap(f->map, GUARD_LEN + STACK_LEN);
    }
    tls.kept_n = 0;
}
