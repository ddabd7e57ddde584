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
    struct carry_shape best = carry_shape_of(0, n, all), shape;
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

/* --- where what is made lies -------------------------------------------------------------------------------
 */

enum { NOWHERE = 0xffff };

/* Slots, a plane each, are shared by what is not needed at the same time: a ripple of any length takes a few.
 */
struct layout {
    uint16_t *first, *last; /* rounds in which an operand is used; for a product, first: when it is made */
    uint16_t *slot;         /* by operand; NOWHERE: it has a place already, or none is needed */
    unsigned operands, slots;
    size_t products_max, terms_max; /* of one round */
};

static bool needs_slot(const struct net *net, const struct layout *l, unsigned number, bool inverted)
{
    if (!l->first[number] || (number >= net->n && number < 2 * net->n))
        return false;
    return number >= 2 * net->n || inverted;
}

static void note_uses(const struct net *net, struct layout *l)
{
    for (unsigned g = 0; g < net->gates; g++) {
        const struct gate *gate = &net->gate[g];

        l->first[3 * net->n + g] = l->last[3 * net->n + g] = gate->round;
        for (unsigned t = 0; t < 2u * gate->terms; t++) {
            const struct factor_pair *f = &net->term[gate->first + t / 2];
            unsigned number = t % 2 ? f->y : f->x;

            if (!l->first[number] || l->first[number] > gate->round)
                l->first[number] = gate->round;
            if (l->last[number] < gate->round)
                l->last[number] = gate->round;
        }
    }
}

static enum sotto_err lay_out(struct strand *st, const struct net *net, bool inverted, struct layout *l)
{
    uint16_t *unused, unused_n = 0;

    l->operands = 3 * net->n + net->gates;
    l->first = strand_alloc(st, 4 * (size_t)l->operands, sizeof *l->first);
    if (!l->first)
        return st->s->fault.code;
    l->last = l->first + l->operands;
    l->slot = l->last + l->operands;
    unused = l->slot + l->operands;
    note_uses(net, l);
    for (unsigned i = 0; i < l->operands; i++)
        l->slot[i] = NOWHERE;
    for (unsigned i = 0; i < (net->all ? net->n : 1); i++)
        l->first[net->carry[i]] = 0; /* goes to the result */
    for (unsigned round = 1; round <= net->rounds; round++) {
        size_t gates = 0, terms = 0;

        for (unsigned i = 0; i < l->operands; i++)
            if (l->first[i] == round && needs_slot(net, l, i, inverted))
                l->slot[i] = unused_n ? unused[--unused_n] : (uint16_t)l->slots++;
        for (unsigned i = 0; i < l->operands; i++)
            if (l->last[i] == round && l->slot[i] != NOWHERE)
                unused[unused_n++] = l->slot[i];
        for (unsigned g = 0; g < net->gates; g++)
            if (net->gate[g].round == round) {
                gates++;
                terms += net->gate[g].terms;
            }
        l->products_max = gates > l->products_max ? gates : l->products_max;
        l->terms_max = terms > l->terms_max ? terms : l->terms_max;
    }
    return SOTTO_OK;
}

/* --- the run -----------------------------------------------------------------------------------------------
 */

static enum sotto_err make_room(struct strand *st, struct net *net, const struct carry_shape *shape)
{
    net->at = strand_room(st, net->n, sizeof *net->at);
    net->gate = strand_room(st, shape->ands, sizeof *net->gate);
    net->term = strand_room(st, shape->ands * TERMS_MAX, sizeof *net->term);
    net->carry = strand_room(st, net->n, sizeof *net->carry);
    return net->at && net->gate && net->term && net->carry ? SOTTO_OK : st->s->fault.code;
}

/* One sum under way. */
struct under_way {
    const struct carry_sum *sum;
    struct shared slots;
    struct shared *result; /* by product: the plane that it goes to; n is 0 where that is a slot */
};

static enum sotto_err begin(struct strand *st, const struct net *net, const struct layout *l,
                            const struct carry_sum *sum, struct under_way *w)
{
    w->sum = sum;
    w->slots = (struct shared){
        .domain = MPC_BITS, .bits = l->slots, .n = sum->u->n, .stride = ring_words(sum->u->n)
    };
    w->result = strand_alloc(st, net->gates, sizeof *w->result);
    if (!w->result)
        return st->s->fault.code;
    for (int a = 0; a < MPC_SHARES_MAX; a++) {
        if (!sum->u->share[a] || !l->slots)
            continue;
        w->slots.share[a] = strand_room(st, 1, shared_share_len(MPC_BITS, l->slots, sum->u->n));
        if (!w->slots.share[a])
            return st->s->fault.code;
    }
    for (unsigned i = 0; i < (net->all ? net->n : 1); i++)
        w->result[net->carry[i] - 3 * net->n] = sum->carry[i];
    return SOTTO_OK;
}

static struct shared operand(const struct net *net, const struct layout *l, const struct under_way *w,
                             unsigned number)
{
    struct shared z;

    if (number >= 3 * net->n && w->result[number - 3 * net->n].n)
        return w->result[number - 3 * net->n];
    if (number >= net->n && number < 2 * net->n)
        return w->sum->v[number - net->n];
    if (l->slot[number] == NOWHERE)
        return w->sum->u[number];
    z = shared_plane(&w->slots, l->slot[number]);
    if (number < net->n) /* a complement: it shares all summands but the first with the plane */
        for (int a = 1; a < MPC_SHARES_MAX; a++)
            z.share[a] = w->sum->u[number].share[a];
    return z;
}

static void clear(const struct shared *plane)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (plane->share[a])
            memset(plane->share[a], 0, shared_words(plane) * sizeof(uint64_t));
}

static void invert(struct shared *z, const struct shared *plane)
{
    if (z->share[0])
        shared_kernels(z)->neg(z->share[0], plane->share[0], shared_words(z));
}

/* What round `round` needs for the first time: complements, p, and room for its products. */
static void make_ready(const struct net *net, const struct layout *l, const struct under_way *w, unsigned round)
{
    for (unsigned i = 0; i < l->operands; i++) {
        struct shared z;

        if (l->first[i] != round || l->slot[i] == NOWHERE)
            continue;
        z = operand(net, l, w, i);
        if (i < net->n) {
            invert(&z, &w->sum->u[i]);
        } else if (i < 3 * net->n) {
            shared_add(&z, &w->sum->u[i - 2 * net->n], &w->sum->v[i - 2 * net->n]);
            if (w->sum->inverted)
                invert(&z, &z);
        } else {
            clear(&z);
        }
    }
}

static void add_round(struct products *b, const struct net *net, const struct layout *l,
                      const struct under_way *w, unsigned round)
{
    for (unsigned g = 0; g < net->gates; g++) {
        struct shared z;

        if (net->gate[g].round != round)
            continue;
        z = operand(net, l, w, 3 * net->n + g);
        products_begin(b, &z);
        for (unsigned t = 0; t < net->gate[g].terms; t++) {
            const struct factor_pair *f = &net->term[net->gate[g].first + t];
            struct shared x = operand(net, l, w, f->x), y = operand(net, l, w, f->y);

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
    struct under_way *w = strand_alloc(st, sums, sizeof *w);
    struct layout l = { 0 };
    struct products b;

    if (!w)
        return st->s->fault.code;
    TRY(make_room(st, &net, &shape));
    make_net(&net);
    assert(net.gates == shape.ands && net.rounds == shape.rounds);
    TRY(lay_out(st, &net, sum->inverted, &l));
    for (size_t s = 0; s < sums; s++)
        TRY(begin(st, &net, &l, &sum[s], &w[s]));
    TRY(products_init(&b, st, sums * l.products_max, sums * l.terms_max));
    for (unsigned round = 1; round <= net.rounds; round++) {
        b.n = b.terms = 0;
        for (size_t s = 0; s < sums; s++) {
            make_ready(&net, &l, &w[s], round);
            add_round(&b, &net, &l, &w[s], round);
        }
        TRY(products_run(&b));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
