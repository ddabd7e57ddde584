/* field.c - elements of prime fields other than 0, and inverses. docs/protocols/linear.md, "Fields". */
#include "mpc/mpc.h"

/* How often a product that is 0 is tried again: three times that happens to one of 2^183 elements that are
 * none. */
enum { TRIES = 3 };

static bool has_zero(const struct ring_kernels *k, const uint8_t *words, size_t n)
{
    static const uint8_t zero[RING_WORD_LEN_MAX];
    bool found = false;

    for (size_t i = 0; i < n; i++)
        found |= memcmp(words + i * k->word_len, zero, k->word_len) == 0;
    return found;
}

/* Open x * y to everybody, as words. */
static enum sotto_err open_product(struct strand *st, const struct shared *x, const struct shared *y,
                                   uint8_t *words)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct ring_kernels *k = shared_kernels(x);
    uint64_t *plain = strand_alloc(st, x->n, shared_limbs(x) * sizeof *plain);
    struct shared product;

    if (!plain)
        return st->s->fault.code;
    TRY(strand_shared(st, &product, MPC_ARITH, x->bits, x->n));
    TRY(gadget_multiply(st, &product, x, y));
    TRY(gadget_reveal(st, &product, mpc_everyone(st->s->protocol), plain));
    for (size_t i = 0; i < x->n; i++)
        k->wide->put(words, i, plain + i * shared_limbs(x));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* r * s for uniform r and s is 0 or tells nothing of r. */
enum sotto_err gadget_field_nonzero(struct strand *st, struct shared *z)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct ring_kernels *k = shared_kernels(z);
    uint8_t *words = strand_alloc(st, z->n, k->word_len);
    struct shared s;

    assert(ring_is_field(k));
    if (!words)
        return st->s->fault.code;
    TRY(strand_shared(st, &s, MPC_ARITH, z->bits, z->n));
    do {
        TRY(gadget_random(st, z));
        TRY(gadget_random(st, &s));
        TRY(open_product(st, z, &s, words));
    } while (has_zero(k, words, z->n));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Bar-Ilan and Beaver: 1 / x = r * 1 / (r * x), and r * x is uniform where r is. */
enum sotto_err gadget_field_invert(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct ring_kernels *k = shared_kernels(x);
    uint8_t *words = strand_alloc(st, x->n, k->word_len), *inverse = strand_alloc(st, x->n, k->word_len);
    struct shared r;
    bool zero = false;

    assert(ring_is_field(k));
    if (!words || !inverse)
        return st->s->fault.code;
    TRY(strand_shared(st, &r, MPC_ARITH, x->bits, x->n));
    for (int i = 0; i < TRIES && (i == 0 || zero); i++) {
        TRY(gadget_random(st, &r));
        TRY(open_product(st, &r, x, words));
        zero = has_zero(k, words, x->n);
    }
    if (zero)
        return strand_fail(st, SOTTO_ERR_INPUT, "an element that is to be inverted is 0");
    ring_field_invert_all(k, inverse, words, x->n);
    shared_times_public(z, &r, inverse);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Fermat: x^(p-2). Squares one after another; in the same round as the next one, the square of a bit that is
 * set is multiplied to the result. p - 2 is odd. */
enum sotto_err gadget_field_invert_or_zero(struct strand *st, struct shared *z, const struct shared *x)
{
    const struct ring_kernels *k = shared_kernels(x);
    const uint64_t *p = k->wide->prime;
    struct shared square, power;

    assert(ring_is_field(k));
    TRY(strand_shared(st, &square, MPC_ARITH, x->bits, x->n));
    TRY(strand_shared(st, &power, MPC_ARITH, x->bits, x->n));
    shared_copy(&square, x);
    shared_copy(&power, x);
    for (unsigned bit = 0; bit < x->bits; bit++) {
        struct arena_mark mark = arena_mark(&st->scratch);
        bool multiply = bit && ((bit < 64 ? p[0] - 2 : p[bit / 64]) >> bit % 64 & 1);
        struct shared next, product;
        struct products b;

        TRY(strand_shared(st, &next, MPC_ARITH, x->bits, x->n));
        TRY(strand_shared(st, &product, MPC_ARITH, x->bits, x->n));
        TRY(products_init(&b, st, 2, 2));
        if (bit + 1 < x->bits)
            products_add(&b, &next, &square, &square);
        if (multiply)
            products_add(&b, &product, &power, &square);
        TRY(products_run(&b));
        shared_copy(&square, &next);
        if (multiply)
            shared_copy(&power, &product);
        arena_release(&st->scratch, mark);
    }
    shared_copy(z, &power);
    return SOTTO_OK;
}
