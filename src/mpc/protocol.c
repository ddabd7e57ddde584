#include "mpc/mpc.h"

const struct mpc_protocol *const mpc_protocols[] = { &mpc_rep4, &mpc_rep3a, &mpc_rep3, &mpc_clear, NULL };

const struct mpc_protocol *mpc_protocol_by_name(const char *name)
{
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

void mpc_split_convert(const struct shared *z, int a, const void *words, const struct shared *x,
                       const struct mpc_map *map)
{
    struct shared to = *z;

    if (!map) {
        shared_convert(&to, a, words, x);
        return;
    }
    memset(to.share, 0, sizeof to.share);
    to.share[0] = z->share[a];
    map->fn(map, &to, words, x);
}

void mpc_bilinear_add(const struct bilinear *b, uint8_t *out, size_t w0, size_t wn, bool minus, int x_a,
                      int x_b, int x_sign, int y_a, int y_b, int y_sign)
{
    for (unsigned r = 0; r < shared_rows(&b->z); r++, out += wn * shared_kernels(&b->z)->word_len) {
        unsigned xr = b->x.bits == 1 ? 0 : r, yr = b->y.bits == 1 ? 0 : r;
        struct ring_sum x = { { shared_row(&b->x, x_a, xr), x_sign ? shared_row(&b->x, x_b, xr) : NULL },
                              x_sign },
                        y = { { shared_row(&b->y, y_a, yr), y_sign ? shared_row(&b->y, y_b, yr) : NULL },
                              y_sign };

        b->add(b, out, w0, wn, minus, &x, &y);
    }
}

void mpc_bilinear_public(const struct bilinear *b, const void *x, const void *y)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (unsigned r = 0; b->z.share[a] && r < shared_rows(&b->z); r++) {
            struct ring_sum xs = { { x ? x : shared_row(&b->x, a, b->x.bits == 1 ? 0 : r), NULL }, 0 },
                            ys = { { y ? y : shared_row(&b->y, a, b->y.bits == 1 ? 0 : r), NULL }, 0 };

            b->add(b, shared_row(&b->z, a, r), 0, shared_words(&b->z), false, &xs, &ys);
        }
}

enum sotto_err products_init(struct products *b, struct strand *st, size_t n_max, size_t terms_max)
{
    *b = (struct products){ .st = st, .n_max = n_max, .terms_max = terms_max };
    b->p = strand_alloc(st, n_max, sizeof *b->p);
    b->term = strand_alloc(st, terms_max, sizeof *b->term);
    return b->p && b->term ? SOTTO_OK : st->s->fault.code;
}

void products_begin(struct products *b, const struct shared *z)
{
    assert(b->n < b->n_max);
    b->p[b->n++] = (struct product){ .z = *z, .term = b->term + b->terms };
}

void products_term(struct products *b, const struct shared *x, const struct shared *y)
{
    assert(b->n && b->terms < b->terms_max);
    b->term[b->terms++] = (struct product_term){ *x, *y };
    b->p[b->n - 1].terms++;
}

void products_add(struct products *b, const struct shared *z, const struct shared *x, const struct shared *y)
{
    products_begin(b, z);
    products_term(b, x, y);
}

enum sotto_err products_run(struct products *b)
{
    if (!b->n || !b->p[0].z.n)
        return SOTTO_OK;
    return b->st->s->protocol->multiply(b->st, b->p, b->n);
}
