/* moves.c - a pass of a shuffle, and what the parties keep of it until it is proven. docs/protocols/rep3a.md,
 * "Moves".
 *
 * Parties p = a-1 and q = a know the order. Of z = moved(x), with one equation for each item:
 *   q proves  moved(x[a+1]) = [z[a] + z[a-1] - moved(x[a] + x[a-1])] (p)  + [z[a+1]] (r)
 *   p proves  moved(x[a-1]) = [z[a] + z[a+1] - moved(x[a] + x[a+1])] (q)  + [z[a-1]] (r) */
#include "mpc/rep3.h"
#include "mpc/rep3a/rep3a.h"

struct moves {
    const struct shared *z, *x;
    const uint32_t *order;
    int pass;
    size_t item_len, n, all; /* items; and with what fills the last word, which are zeros that stay in place */
    enum rep3a_kind kind;
    uint8_t *sum, *moved; /* words of a summand */
};

static void keep(const struct moves *m, uint8_t *to, const uint8_t *words)
{
    if (m->kind != REP3A_ITEMS)
        rep3a_widen(m->kind, to, words, m->all);
    else
        for (size_t i = 0; i < m->all; i++)
            memcpy(to + 8 * i, words + i * m->item_len, m->item_len);
}

/* sum += or -= the moved summand a of x */
static void add_moved(const struct moves *m, int a, bool minus)
{
    const struct ring_kernels *k = shared_kernels(m->x);

    ring_take(m->moved, m->x->share[a], m->order, m->n, m->item_len);
    (minus ? k->sub : k->add)(m->sum, m->sum, m->moved, shared_words(m->x));
}

static void set_sum(const struct moves *m, int a)
{
    memcpy(m->sum, m->z->share[a], shared_words(m->z) * shared_kernels(m->z)->word_len);
}

/* Of p or q: `mine` is the summand that it proves. */
static void keep_mover(const struct moves *m, struct rep3a_block *b, bool is_q)
{
    const struct ring_kernels *k = shared_kernels(m->x);
    size_t words = shared_words(m->x);
    int a = m->pass, mine = is_q ? rep3a_next(a) : rep3a_before(a);

    set_sum(m, a); /* what it knows as a verifier */
    k->add(m->sum, m->sum, m->z->share[mine], words);
    add_moved(m, a, true);
    add_moved(m, mine, true);
    keep(m, is_q ? b->b : b->a, m->sum);
    memset(m->sum, 0, words * k->word_len); /* what it proves */
    add_moved(m, mine, false);
    keep(m, b->x[0], m->sum);
    k->sub(m->sum, m->sum, m->z->share[mine], words); /* q: what p knows of it; p: what r does */
    keep(m, b->c, is_q ? m->sum : m->z->share[mine]);
}

static void keep_block(const struct moves *m, struct rep3a_block *b, int self)
{
    b->pass = m->pass;
    for (size_t i = 0; m->order && i < m->all; i++)
        b->order[i] = i < m->n ? m->order[i] : (uint32_t)i;
    for (int s = 0; s < 2; s++)
        if ((self + s) % REP3A_PARTIES != m->pass) {
            keep(m, b->y[s], m->x->share[(self + s) % REP3A_PARTIES]);
            memset(b->y[s] + m->n * rep3a_element_len(m->kind), 0,
                   (m->all - m->n) * rep3a_element_len(m->kind));
        }
    if (m->order) {
        keep_mover(m, b, self == m->pass);
    } else {
        keep(m, b->a, m->z->share[rep3a_before(m->pass)]);
        keep(m, b->b, m->z->share[rep3a_next(m->pass)]);
    }
}

enum sotto_err rep3a_permute(struct strand *st, struct shared *z, const struct shared *x, int pass,
                             const uint32_t *order, size_t item_len)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t len = shared_words(x) * shared_kernels(x)->word_len;
    struct moves m = { .z = z,
                       .x = x,
                       .order = order,
                       .pass = pass,
                       .item_len = item_len,
                       .n = shared_items(x, item_len),
                       .all = x->domain == MPC_BITS ? shared_words(x) * 8 / item_len : x->n,
                       .kind = x->domain == MPC_BITS ? REP3A_ITEMS : rep3a_kind_of(x) };
    struct rep3a_block *b;

    TRY(rep3_permute(st, z, x, pass, order, item_len));
    if (order && shared_kernels(z)->wide && shared_kernels(z)->wide->canonical)
        shared_kernels(z)->wide->canonical(z->share[pass], z->n);
    m.sum = strand_alloc(st, 1, len);
    m.moved = strand_alloc(st, 1, len);
    b = m.sum && m.moved ? rep3a_moves_new(st, m.kind, m.all, order) : NULL;
    if (!b)
        return st->s->fault.code;
    keep_block(&m, b, st->s->self);
    arena_release(&st->scratch, mark);
    return rep3a_logged(st);
}

void rep3a_moved_weights(const struct rep3a_field *f, const struct rep3a_block *b, int self,
                         const uint8_t *weight, uint8_t *const x[2])
{
    for (int s = 0; s < 2 && b->order; s++)
        for (size_t i = 0; (self + s) % REP3A_PARTIES == b->pass && i < b->n; i++) {
            uint8_t *to = x[s] + b->order[i] * f->len;

            f->add(f, to, to, weight + i * f->len, 1);
        }
}
