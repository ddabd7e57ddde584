/* ct_protocol.c - run under valgrind (./dev ct): inputs and keys are marked undefined, so that every branch and
 * every address that depends on a secret is reported. What is opened, and whether a check failed, is public.
 *
 * Every gadget in rep4, rep3 and clear, then a program of most opcodes. With the argument "leak" it branches on
 * a share, to show that the check can fail: valgrind must then report an error. */
#include "lib/committee.h"

#include <stdio.h>
#include <stdlib.h>

#include <valgrind/memcheck.h>

enum { N = 70 };

static void stop(const char *where, const char *what)
{
    fprintf(stderr, "ct_protocol: %s: %s\n", where, what);
    exit(1);
}

static uint64_t secrets[3][N], params[1] = { 5 };
static bool leak;

/* Made once more for every run: what was opened from them stays public. */
static void make_secrets(void)
{
    for (size_t i = 0; i < 3; i++)
        for (size_t e = 0; e < N; e++)
            secrets[i][e] = (e * 77 + i * 13) % 251;
    crypto_ct_secret(secrets, sizeof secrets);
}

/* --- gadgets -----------------------------------------------------------------------------------------------
 */

static enum sotto_err give(struct strand *st, struct shared *z, enum mpc_domain domain, unsigned bits,
                           int which)
{
    int owner = which % st->s->protocol->parties;

    TRY(strand_shared(st, z, domain, bits, N));
    return gadget_input(st, z, owner, owner == st->s->self ? secrets[which] : NULL);
}

/* The run is worth nothing where a mark got lost: the first elements of every row of every share are undefined.
 */
static void must_be_marked(const struct shared *x)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (unsigned r = 0; x->share[a] && r < shared_rows(x); r++) {
            uint8_t mark = 0xff;

            (void)VALGRIND_GET_VBITS(shared_row(x, a, r), &mark, 1);
            if (!mark)
                stop("marks", "a share is not marked as secret");
        }
}

static enum sotto_err arithmetic(struct strand *st, unsigned bits)
{
    struct shared x, y, z, planes, bit, bits_vector;

    TRY(give(st, &x, MPC_ARITH, bits, 0));
    TRY(give(st, &y, MPC_ARITH, bits, 1));
    TRY(strand_shared(st, &z, MPC_ARITH, bits, N));
    TRY(strand_shared(st, &planes, MPC_BITS, bits, N));
    TRY(strand_shared(st, &bit, MPC_BITS, 1, N));
    TRY(strand_shared(st, &bits_vector, MPC_ARITH, bits, N));
    TRY(gadget_multiply(st, &z, &x, &y));
    must_be_marked(&z);
    TRY(gadget_to_bits(st, &planes, &z));
    TRY(gadget_zero_arith(st, &bit, &z));
    TRY(gadget_bit_to_arith(st, &bits_vector, &bit));
    TRY(gadget_select(st, &bits_vector, &bit, &x, &y));
    return gadget_to_arith(st, &z, &planes);
}

static enum sotto_err on_bits(struct strand *st, unsigned bits)
{
    struct shared x, y, z, bit, one, value, index, sum;
    struct gadget_extreme least = { .least = true, .value = &value, .index = &index }, greatest = least;

    greatest.least = false;
    greatest.is_signed = true;
    TRY(give(st, &x, MPC_BITS, bits, 1));
    TRY(give(st, &y, MPC_BITS, bits, 2));
    TRY(strand_shared(st, &z, MPC_BITS, bits, N));
    TRY(strand_shared(st, &bit, MPC_BITS, 1, N));
    TRY(strand_shared(st, &one, MPC_BITS, 1, 1));
    TRY(strand_shared(st, &value, MPC_BITS, bits, 1));
    TRY(strand_shared(st, &index, MPC_BITS, 32, 1));
    TRY(strand_shared(st, &sum, MPC_BITS, bits, 1));
    TRY(gadget_add_bits(st, &z, &x, &y));
    TRY(gadget_sub_bits(st, &z, &x, &y, &x));
    TRY(gadget_less(st, &bit, &x, &y, 1, true));
    TRY(gadget_select(st, &z, &bit, &x, &y));
    must_be_marked(&z);
    TRY(gadget_zero(st, &bit, &z));
    TRY(gadget_all(st, &one, &bit));
    shared_sum(&sum, &x);
    TRY(gadget_extreme(st, &least, &x));
    return gadget_extreme(st, &greatest, &x);
}

static enum sotto_err open_some(struct strand *st, uint64_t out[2][N])
{
    struct shared x, y;

    TRY(give(st, &x, MPC_ARITH, 32, 0));
    TRY(give(st, &y, MPC_BITS, 8, 2));
    if (leak && ((uint8_t *)x.share[x.share[0] ? 0 : 1])[0] == 7)
        stop("leak", "a share is 7"); /* on purpose */
    TRY(gadget_reveal(st, &x, mpc_everyone(st->s->protocol), out[0]));
    return gadget_reveal(st, &y, 1, out[1]);
}

static enum sotto_err gadgets_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    static const unsigned widths[] = { 8, 64 }; /* ct_cases has the others */
    uint64_t out[2][N];

    (void)arg;
    TRY(mpc_keys(st, binding));
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        TRY(arithmetic(st, widths[w]));
        TRY(on_bits(st, widths[w]));
    }
    TRY(open_some(st, out));
    /* What was opened is public: this must not be reported. */
    for (size_t e = 0; e < N; e++)
        if (out[0][e] != e * 77 % 251 || (st->s->self == 0 && out[1][e] != (e * 77 + 26) % 251))
            return strand_fail(st, SOTTO_ERR_INTERNAL, "element %zu is wrong", e);
    return SOTTO_OK;
}

static enum sotto_err gadgets_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, gadgets_strand, arg);
}

/* --- a program ---------------------------------------------------------------------------------------------
 */

static const char source[] =
    "input secret u32 x[n] from a;\n"
    "input secret u32 y[n] from a;\n"
    "param u32 p = 3;\n"
    "output u32 o to everyone;\n"
    "output u32 v[n] to everyone;\n"
    "secret u32 larger(secret u32 s, secret u32 t) { if (s < t) return t; return s; }\n"
    "void main() {\n"
    "    secret u32 z[n] = x * y + p - (-x & ~y);\n"
    "    z[1] = larger(z[0], max(y)) | u32(x[2]);\n"
    "    secret bool c[n] = z == 9 || (u8(z) < 7 && !(bool(x)));\n"
    "    u32 much = reveal(sum(select(c, z, x ^ y)));\n"
    "    if (much > p)\n"
    "        for (u32 i in 0..2)\n"
    "            z += u32(count(c)) + i / p + argmax(x) + min(z) + argmin(y);\n"
    "    if (reveal(any(c) && all(y < 1000)))\n"
    "        o = reveal(z[0]);\n"
    "    else\n"
    "        o = reveal(z[1]);\n"
    "    v = reveal(z);\n"
    "}\n";

static void check(const struct committee *c, const char *what)
{
    for (int p = 0; p < c->protocol->parties; p++)
        if (c->err[p])
            stop(what, c->fault[p].text);
}

static void run_program(const char *protocol)
{
    struct committee c;

    make_secrets();
    committee_init(&c, protocol, source);
    committee_input(&c, "x", secrets[0], N);
    committee_input(&c, "y", secrets[1], N);
    committee_param(&c, "p", params[0]);
    committee_run(&c);
    check(&c, protocol);
    if (!committee_output(&c, 0, "o")->set)
        stop(protocol, "no output");
    committee_wipe(&c);
}

int main(int argc, char **argv)
{
    leak = argc > 1 && strcmp(argv[1], "leak") == 0;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        make_secrets();
        committee_init_body(&c, (*p)->name, gadgets_body, NULL);
        committee_run(&c);
        check(&c, (*p)->name);
        committee_wipe(&c);
        run_program((*p)->name);
        printf("%s: done\n", (*p)->name);
    }
    return 0;
}
