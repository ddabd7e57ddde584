/* shuffle.c - one pass of a shuffle: rows move in an order that all but party j know.
 * docs/protocols/data.md, "Pass", for the trio a, b, c of parties other than j:
 *   1  the moved summand x[a] is known to b and c: they joint-input it with receiver a and partner j, and so
 * for b and c: summands a, b, c of the result are PRF(K[a]), PRF(K[b]), PRF(K[c]), which j can draw 2  the trio
 * adds the moved summand x[j], which all of it knows, to summand j CT: the order of this pass is known to those
 * who compute with it, so that its addresses show nothing else. */
#include "mpc/rep4/rep4.h"

struct pass {
    struct shared *z;
    const struct shared *x;
    const uint32_t *order;
    size_t item_len;
};

/* Words w0..w0+wn of summand a as they stand after the move; past the last item lie zeros. */
static void moved(const struct pass *p, int a, size_t word_len, size_t w0, size_t wn, uint8_t *out)
{
    size_t from = w0 * word_len / p->item_len, n = wn * word_len / p->item_len,
           left = shared_items(p->x, p->item_len) - from;

    if (n > left) {
        memset(out + left * p->item_len, 0, (n - left) * p->item_len);
        n = left;
    }
    ring_take(out, p->x->share[a], p->order + from, n, p->item_len);
}

static void fill_moved(const struct rep4_joint *j, unsigned i, size_t w0, size_t wn, uint8_t *out)
{
    moved(j->context, j->roles[i].receiver, j->kernels->word_len, w0, wn, out);
}

static uint8_t *target_moved(const struct rep4_joint *j, unsigned i, int a, size_t r)
{
    const struct pass *p = j->context;

    (void)i;
    (void)r;
    return p->z->share[a];
}

/* Step 2, in pieces that stay in the cache. */
static enum sotto_err add_own(struct strand *st, const struct pass *p, int j)
{
    enum { WORDS = 4096 };
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct ring_kernels *k = shared_kernels(p->z);
    size_t words = shared_words(p->z);
    uint8_t *piece = strand_alloc(st, WORDS, k->word_len), *z = p->z->share[j];

    if (!piece)
        return st->s->fault.code;
    for (size_t w0 = 0; w0 < words; w0 += WORDS) {
        size_t wn = words - w0 < WORDS ? words - w0 : WORDS;

        moved(p, j, k->word_len, w0, wn, piece);
        k->add(z + w0 * k->word_len, z + w0 * k->word_len, piece, wn);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err rep4_permute(struct strand *st, struct shared *z, const struct shared *x, int pass,
                            const uint32_t *order, size_t item_len)
{
    struct pass p = { z, x, order, item_len };
    struct rep4_joint j = { .kernels = shared_kernels(z),
                            .rows = 1,
                            .words = shared_words(z),
                            .n = 3,
                            .fill = fill_moved,
                            .target = target_moved,
                            .context = &p };

    for (int i = 0; i < 3; i++)
        j.roles[i] = (struct rep4_roles){ (uint8_t)((pass + 1 + (i + 1) % 3) % 4),
                                          (uint8_t)((pass + 1 + (i + 2) % 3) % 4),
                                          (uint8_t)((pass + 1 + i) % 4), (uint8_t)pass };
    TRY(rep4_joint_run(st, &j));
    return order ? add_own(st, &p, pass) : SOTTO_OK;
}
