/* carry.c - the carries of u + v. docs/protocols/gadgets.md, "Carries". */
#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

enum {
    TERMS_MAX = 12 /* of a product: the leaf, one a halving of its chunk, the carry into it; 2^10 positions */
};

/* --- the net: which products in which round ----------------------------------------------------------------
 */

/* Operands by number: u_i, v_i, p_i = u_i ^ v_i for i < n, then the products. */
struct factor_pair {
    uint16_t x, y;
};
struct gate {
    uint16_t round, terms;
    uint32_t first; /* of its terms */
};
struct position {
    struct factor_pair e[TERMS_MAX]; /* generated since its chunk's start, as a sum of products */
    uint16_t terms, p;               /* propagated since there: an operand */
};
struct net {
    unsigned n, order;
    bool all;
    struct position *at;
    struct gate *gate;
    struct factor_pair *term;
    uint16_t *carry; /* the operand that is the carry out of i */
    unsigned gates, terms, rounds;
};

/* Largest chunk of that order that can be made ready in r rounds: the sum of C(r, i) for i <= order. */
static unsigned capacity(unsigned order, unsigned r, unsigned n)
{
    uint64_t c = 1, sum = 1;

    for (unsigned i = 1; i <= order && i <= r && sum < n; i++) {
        c = c * (r - i + 1) / i;
        sum += c;
    }
    return sum < n ? (unsigned)sum : n;
}

/* The lowest order that makes m positions ready in r rounds: lower ones take fewer products. */
static unsigned least_order(unsigned m, unsigned r)
{
    unsigned order = 0;

    while (capacity(order, r, m) < m)
        order++;
    return order;
}

static uint16_t add_gate(struct net *net, unsigned round, const struct factor_pair *e, unsigned terms,
                         struct factor_pair last, bool has_last)
{
    net->gate[net->gates] = (struct gate){ (uint16_t)round, (uint16_t)(terms + has_last), net->terms };
    for (unsigned t = 0; t < terms; t++)
        net->term[net->terms++] = e[t];
    if (has_last)
        net->term[net->terms++] = last;
    return (uint16_t)(3 * net->n + net->gates++);
}

/* E and P of positions lo .. lo+m-1 since lo, ready after r rounds; of the last one alone, unless all are
 * wanted. The upper part takes in what the lower part generates. */
static void prepare(struct net *net, unsigned lo, unsigned m, unsigned r)
{
    unsigned order = least_order(m, r), upper, lower, low_p;
    uint16_t g;

    if (m == 1)
        return;
    upper = capacity(order - 1, r - 1, m - 1);
    lower = m - upper;
    prepare(net, lo, lower, r - 1);
    prepare(net, lo + lower, upper, r - 1);
    low_p = net->at[lo + lower - 1].p;
    g = add_gate(net, r, net->at[lo + lower - 1].e, net->at[lo + lower - 1].terms, (struct factor_pair){ 0 },
                 false);
    for (unsigned i = net->all ? lo + lower : lo + m - 1; i < lo + m; i++) {
        struct position *at = &net->at[i];

        at->e[at->terms++] = (struct factor_pair){ at->p, g };
        at->p = add_gate(net, r, NULL, 0, (struct factor_pair){ at->p, (uint16_t)low_p }, true);
    }
}

static void make_net(struct net *net)
{
    uint16_t into = 0;
    unsigned round = 0;

    for (unsigned i = 0; i < net->n; i++)
        net->at[i] = (struct position){ .e = { { (uint16_t)i, (uint16_t)(net->n + i) } },
                                        .terms = 1,
                                        .p = (uint16_t)(2 * net->n + i) };
    for (unsigned lo = 0, m; lo < net->n; lo += m, round++) {
        m = capacity(net->order, round, net->n - lo);
        prepare(net, lo, m, round);
        for (unsigned i = net->all ? lo : lo + m - 1; i < lo + m; i++) {
            struct position *at = &net->at[i];
            uint16_t c =
                add_gate(net, round + 1, at->e, at->terms, (struct factor_pair){ at->p, into }, lo > 0);

            net->carry[net->all ? i : 0] = c;
            if (i == lo + m - 1)
                into = c;
        }
    }
    net->rounds = round;
}

/* --- the choice --------------------------------------------------------------------------------------------
 */

/* Products of prepare(): what it makes, counted. */
static size_t count_prepared(unsigned m, unsigned r, bool all)
{
    unsigned upper;

    if (m == 1)
        return 0;
    upper = capacity(least_order(m, r) - 1, r - 1, m - 1);
    return count_prepared(m - upper, r - 1, all) + count_prepared(upper, r - 1, all) + 1 + (all ? upper : 1);
}

struct carry_shape carry_shape_of(unsigned order, unsigned n, bool all)
{
    struct carry_shape s = { .order = order };

    for (unsigned lo = 0, m; lo < n; lo += m, s.rounds++) {
        m = capacity(order, s.rounds, n - lo);
        s.ands += count_prepared(m, s.rounds, all) + (all ? m : 1);
    }
    return s;
}

struct carry_shape carry_choose(const struct mpc_cost *c, unsigned n, bool all, size_t words)
{
    struct carry_shape best = carry_shape_of(0, n, all), shape = best;
    unsigned rounds_least = 0;

    while (n >> rounds_least)
        rounds_least++;
    for (unsigned order = 1; order < rounds_least; order++) { /* S(d-1, r) = 2^r for r < d */
        uint64_t cost, least = mpc_cost_weigh(c, best.rounds, best.ands * words);

        shape = carry_shape_of(order, n, all);
        cost = mpc_cost_weigh(c, shape.rounds, shape.ands * words);
        if (cost < least || (cost == least && shape.rounds < best.rounds))
            best = shape;
    }
    return best;
}

/* --- the run -----------------------------------------------------------------------------------------------
 */

/* Planes of one sum, by the operands' numbers. */
struct planes {
    const struct carry_sum *sum;
    struct shared p, made; /* made: of products that are no result */
    struct shared *result; /* by product; single planes */
};

static enum sotto_err allocate(struct strand *st, struct net *net, const struct carry_shape *shape)
{
    unsigned carries = net->all ? net->n : 1;

    net->at = strand_room(st, net->n, sizeof *net->at);
    net->gate = strand_room(st, shape->ands, sizeof *net->gate);
    net->term = strand_room(st, shape->ands * TERMS_MAX, sizeof *net->term);
    net->carry = strand_room(st, carries, sizeof *net->carry);
    return net->at && net->gate && net->term && net->carry ? SOTTO_OK : st->s->fault.code;
}

static enum sotto_err make_planes(struct strand *st, const struct net *net, const struct carry_sum *sum,
                                  struct planes *pl)
{
    unsigned carries = net->all ? net->n : 1, made = 0;

    pl->sum = sum;
    pl->result = strand_alloc(st, net->gates, sizeof *pl->result);
    if (!pl->result)
        return st->s->fault.code;
    TRY(strand_shared(st, &pl->p, MPC_BITS, net->n, sum->u->n));
    TRY(strand_shared(st, &pl->made, MPC_BITS, net->gates - carries, sum->u->n));
    for (unsigned i = 1; i < net->n; i++) {
        struct shared p = shared_plane(&pl->p, i);

        shared_add(&p, &sum->u[i], &sum->v[i]);
    }
    for (unsigned i = 0; i < carries; i++)
        pl->result[net->carry[i] - 3 * net->n] = sum->carry[i];
    for (unsigned g = 0; g < net->gates; g++)
        if (!pl->result[g].n)
            pl->result[g] = shared_plane(&pl->made, made++);
    return SOTTO_OK;
}

static struct shared operand(const struct net *net, const struct planes *pl, unsigned number)
{
    if (number < net->n)
        return pl->sum->u[number];
    if (number < 2 * net->n)
        return pl->sum->v[number - net->n];
    return number < 3 * net->n ? shared_plane(&pl->p, number - 2 * net->n) : pl->result[number - 3 * net->n];
}

static void add_round(struct products *b, const struct net *net, const struct planes *pl, unsigned round)
{
    for (unsigned g = 0; g < net->gates; g++) {
        if (net->gate[g].round != round)
            continue;
        products_begin(b, &pl->result[g]);
        for (unsigned t = 0; t < net->gate[g].terms; t++) {
            const struct factor_pair *f = &net->term[net->gate[g].first + t];
            struct shared x = operand(net, pl, f->x), y = operand(net, pl, f->y);

            products_term(b, &x, &y);
        }
    }
}

enum sotto_err carry_run(struct strand *st, const struct carry_sum *sum, size_t sums, unsigned n, bool all)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct mpc_cost cost = mpc_cost_of(st);
    struct carry_shape shape = carry_choose(&cost, n, all, sums * ring_words(sum->u->n));
    struct net net = { .n = n, .order = shape.order, .all = all };
    struct planes *pl = strand_alloc(st, sums, sizeof *pl);
    struct products b;

    if (!pl)
        return st->s->fault.code;
    TRY(allocate(st, &net, &shape));
    make_net(&net);
    assert(net.gates == shape.ands && net.rounds == shape.rounds);
    for (size_t s = 0; s < sums; s++)
        TRY(make_planes(st, &net, &sum[s], &pl[s]));
    TRY(products_init(&b, st, sums * net.gates, sums * net.terms));
    for (unsigned round = 1; round <= net.rounds; round++) {
        b.n = b.terms = 0;
        for (size_t s = 0; s < sums; s++)
            add_round(&b, &net, &pl[s], round);
        TRY(products_run(&b));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
