#include "lib/trial.h"

#include "lib/testing.h"

static uint64_t seed = 88172645463325252u;

uint64_t trial_draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

uint64_t trial_cut(const struct trial *t, uint64_t v)
{
    return v << (64 - t->bits) >> (64 - t->bits);
}

bool trial_less_signed(const struct trial *t, uint64_t x, uint64_t y)
{
    uint64_t sign = (uint64_t)1 << (t->bits - 1);

    return (x ^ sign) < (y ^ sign);
}

/* Every pair of edge values comes in a and b, from a place that moves from trial to trial. */
void trial_fill(struct trial *t)
{
    uint64_t top = (uint64_t)1 << (t->bits - 1);
    const uint64_t edge[] = { 0, 1, UINT64_MAX, UINT64_MAX - 1, top, top - 1, top + 1, 0x5555555555555555u };
    size_t turn = trial_draw() % 64;

    for (size_t i = 0; i < t->n; i++) {
        bool edges = i < 64 || trial_draw() % 2;

        t->a[i] = trial_cut(t, edges ? edge[(i + turn) % 8] : trial_draw());
        t->b[i] = trial_cut(t, edges ? edge[(i + turn) / 8 % 8] : trial_draw() % 5 ? trial_draw() : t->a[i]);
        t->c[i] = trial_cut(t, edges ? edge[(i + turn) / 3 % 8] : trial_draw());
    }
}

/* --- running a trial ---------------------------------------------------------------------------------------
 */

enum sotto_err trial_give(struct strand *st, const struct trial *t, struct shared *z, enum mpc_domain domain,
                          unsigned bits, const uint64_t *values, int which)
{
    int owner = (t->owner + which) % st->s->protocol->parties;

    TRY(strand_shared(st, z, domain, bits, t->n));
    return gadget_input(st, z, owner, owner == st->s->self ? values : NULL);
}

enum sotto_err trial_fresh(struct strand *st, const struct trial *t, struct shared *z, enum mpc_domain domain,
                           unsigned bits)
{
    return strand_shared(st, z, domain, bits, t->n);
}

enum sotto_err trial_show(struct strand *st, const struct shared *x, uint64_t *out)
{
    return gadget_reveal(st, x, mpc_everyone(st->s->protocol), out);
}

static enum sotto_err trial_strand(struct strand *st, void *arg)
{
    struct trial *t = arg;
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };

    TRY(mpc_keys(st, binding));
    return t->gadget->run(st, t, t->out[st->s->self]);
}

enum sotto_err trial_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, trial_strand, arg);
}

void trial_run(struct committee *c, struct trial *t)
{
    memset(t->out, 0xee, sizeof t->out);
    committee_run(c);
    for (int p = 0; p < c->protocol->parties; p++) {
        if (c->err[p])
            fail_msg("%s, %s, %u bits, n = %zu: party %d: %s", c->protocol->name, t->gadget->name, t->bits,
                     t->n, p, c->fault[p].text);
        assert_int_equal(c->rounds[p], c->rounds[0]);
    }
}

void trial_check(const struct committee *c, const struct trial *t)
{
    size_t outs = t->gadget->outs ? t->gadget->outs : 1, n = t->gadget->outs ? t->n : 1;

    for (int p = 0; p < c->protocol->parties; p++)
        for (size_t o = 0; o < outs; o++)
            for (size_t e = 0; e < n; e++) {
                uint64_t got = t->out[p][o * n + e], want = t->gadget->want(t, o, e);

                if (got != want)
                    fail_msg(
                        "%s, %s, %u bits, n = %zu: party %d, result %zu, element %zu of (%#llx, %#llx, %#llx): "
                        "%#llx, not %#llx",
                        c->protocol->name, t->gadget->name, t->bits, t->n, p, o, e, (unsigned long long)t->a[e],
                        (unsigned long long)t->b[e], (unsigned long long)t->c[e], (unsigned long long)got,
                        (unsigned long long)want);
            }
}
