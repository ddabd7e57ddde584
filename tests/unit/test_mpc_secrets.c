/* test_mpc_secrets.c - where the keys of a session lie: on pages that are kept out of swap and core dumps, as
 * far as the system lets a process lock them, and no further is needed for a job to run. */
#include "lib/testing.h"

#include "mpc/mpc.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The flags of the mapping that holds p: proc(5), smaps, VmFlags. */
static void flags_of(const void *p, char *flags, size_t len)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false, found = false;

    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f)) {
        unsigned long long from, to;

        if (sscanf(line, "%llx-%llx", &from, &to) == 2)
            here = from <= (uintptr_t)p && (uintptr_t)p < to;
        found = here && !strncmp(line, "VmFlags:", 8);
    }
    fclose(f);
    snprintf(flags, len, "%s", found ? line + 8 : "");
}

/* lo: locked; dd: not in dumps. */
static void check_place(const void *p, bool locks)
{
    char flags[512];

    flags_of(p, flags, sizeof flags);
    assert_non_null(strstr(flags, " dd"));
    assert_true(!locks || strstr(flags, " lo"));
}

/* Whoever may lock this much now could lock what the session has. */
static bool may_lock(void)
{
    enum { LEN = 1 << 20 };
    void *p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool may = p != MAP_FAILED && !mlock2(p, LEN, MLOCK_ONFAULT);

    if (p != MAP_FAILED)
        munmap(p, LEN);
    return may;
}

static enum sotto_err make_keys(struct strand *st, void *arg)
{
    static const uint8_t binding[CRYPTO_HASH_LEN];
    uint8_t drawn[16];

    TRY(mpc_keys(st, binding));
    TRY(strand_stream(st, 0, 0, MPC_USE_MASK, drawn, sizeof drawn));
    if (!arg) {
        check_place(&st->s->key[0], may_lock());
        check_place(__builtin_frame_address(0), may_lock()); /* a strand's stack */
        check_place(strand_alloc(st, 1, 1), may_lock());
    }
    return SOTTO_OK;
}

static enum sotto_err run(void *arg)
{
    struct fault f = { 0 };
    struct mpc_session *s = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &f);
    enum sotto_err err = s ? mpc_session_run(s, make_keys, arg) : f.code;

    mpc_session_free(s);
    fiber_cleanup();
    return err;
}

static void test_keys_are_locked(void **state)
{
    (void)state;
    if (!may_lock())
        print_message("nothing can be locked here: dumps alone are looked at\n");
    assert_int_equal(run(NULL), SOTTO_OK);
}

static void test_without_a_lock_it_goes_on(void **state)
{
    const struct rlimit none = { 0, 0 };
    static bool unlocked = true;
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (!child) {
        if (setrlimit(RLIMIT_MEMLOCK, &none) || (geteuid() == 0 && setuid(65534)) || may_lock())
            _exit(2); /* not what is to be tried */
        _exit(run(&unlocked) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_locked),
        cmocka_unit_test(test_without_a_lock_it_goes_on),
    };

    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
