/* test_allocations.c - one allocation fails, every one in its turn: each party ends with the right outputs or
 * with an error that says why, nothing hangs, crashes or leaks. */
#include "lib/committee.h"
#include "lib/gadget_case.h"

#include "lib/testing.h"

enum { EVERY_ONE_BELOW = 300, STEP_ABOVE = 7, STEP_SHORT = 97, N = 70 };

/* Most opcodes, both domains, openings that decide what is done next. */
static const char source[] =
    "input secret u16 x[n] from a;\n"
    "input secret u16 y[n] from a;\n"
    "input secret bool b from a;\n"
    "param u16 p = 3;\n"
    "output u16 o to everyone;\n"
    "output u16 v[n] to everyone;\n"
    "secret u16 larger(secret u16 s, secret u16 t) { if (s < t) return t; return s; }\n"
    "void main() {\n"
    "    secret u16 z[n] = x * y + p - (-x & ~y);\n"
    "    z[1] = larger(z[0], max(y)) | u16(x[2]);\n"
    "    secret bool c[n] = z == 9 || (u8(z) < 7 && !b);\n"
    "    u16 much = reveal(sum(select(c, z, x ^ y)));\n"
    "    if (much > p)\n"
    "        for (u16 i in 0..2)\n"
    "            z += u16(count(c)) + i / p + u16(argmax(x)) + min(z);\n"
    "    if (reveal(any(c) && all(y < 1000)))\n"
    "        o = reveal(z[0]);\n"
    "    else\n"
    "        o = 1;\n"
    "    v = reveal(z);\n"
    "}\n";
static const uint64_t x[N] = { 1, 65535, 300, 7 }, y[N] = { 9, 2, 700 }, bit[1] = { 1 };

struct wanted {
    uint64_t o, v[N];
};

static void prepare(struct committee *c, const char *protocol)
{
    committee_init(c, protocol, source);
    committee_input(c, "x", x, N);
    committee_input(c, "y", y, N);
    committee_input(c, "b", bit, 1);
}

static void reference(struct wanted *w)
{
    struct committee c;

    prepare(&c, "clear");
    committee_run(&c);
    assert_int_equal(c.err[0], SOTTO_OK);
    w->o = committee_output(&c, 0, "o")->values[0];
    memcpy(w->v, committee_output(&c, 0, "v")->values, sizeof w->v);
    committee_wipe(&c);
}

/* The simulation itself could not start: no party ever ran. */
static bool never_ran(const struct committee *c)
{
    for (int p = 0; p < c->protocol->parties; p++)
        if (c->err[p] != SOTTO_ERR_RESOURCE || c->fault[p].text[0] || c->result[p].outputs)
            return false;
    return true;
}

/* Who fails tells the others; only one that never had a session cannot, and is missed before the keys are made.
 */
static bool may_end(enum sotto_err err, const struct vm_result *r)
{
    return err == SOTTO_ERR_RESOURCE || err == SOTTO_ERR_NETWORK ||
           (err == SOTTO_ERR_TIMEOUT && r->setup.wall_ns == 0);
}

/* Returns how many parties failed. */
static int check_parties(const struct committee *c, const struct wanted *w, uint64_t k)
{
    int failed = 0;

    if (never_ran(c))
        return c->protocol->parties;
    for (int p = 0; p < c->protocol->parties; p++) {
        const struct vm_result *r = &c->result[p];

        if (c->err[p]) {
            failed++;
            if (!c->fault[p].text[0] || c->fault[p].code != c->err[p] || !may_end(c->err[p], r))
                fail_msg("%s, allocation %llu: party %d: %s, \"%s\"", c->protocol->name, (unsigned long long)k,
                         p, sotto_err_name(c->err[p]), c->fault[p].text);
            for (size_t o = 0; r->outputs && o < c->image.outputs_n; o++)
                assert_false(r->outputs[o].set);
            continue;
        }
        assert_int_equal(committee_output(c, p, "o")->values[0], w->o);
        assert_memory_equal(committee_output(c, p, "v")->values, w->v, sizeof w->v);
    }
    return failed;
}

static void fail_each(const char *protocol)
{
    struct wanted w;
    struct committee c;
    uint64_t runs_failed = 0, k, made;

    reference(&w);
    prepare(&c, protocol);
    for (k = 0;; k += k < EVERY_ONE_BELOW ? 1 : test_share() > 1 ? STEP_SHORT : STEP_ABOVE) {
        (void)mem_fail_after(k);
        committee_run(&c);
        made = mem_fail_after(UINT64_MAX);
        runs_failed += check_parties(&c, &w, k) > 0;
        if (made <= k)
            break;
    }
    assert_int_equal(check_parties(&c, &w, k), 0); /* the last run had all its memory */
    assert_true(k > EVERY_ONE_BELOW);
    assert_true(runs_failed > EVERY_ONE_BELOW / 2);
    print_message("%s: %llu allocations\n", protocol, (unsigned long long)made);
    committee_wipe(&c);
    fiber_cleanup();
}

static void test_rep4(void **state)
{
    (void)state;
    fail_each("rep4");
}

static void test_rep3a(void **state)
{
    (void)state;
    fail_each("rep3a");
}

static void test_rep3(void **state)
{
    (void)state;
    fail_each("rep3");
}

static void test_clear(void **state)
{
    struct wanted w;
    struct committee c;
    uint64_t made = UINT64_MAX;

    (void)state;
    reference(&w);
    prepare(&c, "clear");
    for (uint64_t k = 0; made > k; k++) {
        (void)mem_fail_after(k);
        committee_run(&c);
        made = mem_fail_after(UINT64_MAX);
        (void)check_parties(&c, &w, k);
        made += made > k; /* k + 1 of them were asked for when one failed */
    }
    committee_wipe(&c);
}

/* One party has less and less memory for its values. */
static void test_memory_of_a_job(void **state)
{
    enum { STEP_LEN = 448 };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct wanted w;
        struct committee c;
        uint64_t most = STEP_LEN;
        int failed;

        reference(&w);
        prepare(&c, (*p)->name);
        do {
            c.memory_max[(*p)->parties - 1] = most;
            committee_run(&c);
            failed = check_parties(&c, &w, most);
            assert_true(failed == 0 || c.err[(*p)->parties - 1] == SOTTO_ERR_RESOURCE);
            most += STEP_LEN + most / 32;
        } while (failed && most < 1 << 24);
        assert_int_equal(failed, 0);
        assert_true(most > 50 * STEP_LEN);
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rep4),
        cmocka_unit_test(test_rep3),
        cmocka_unit_test(test_rep3a),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_memory_of_a_job),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
