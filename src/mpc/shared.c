#include "mpc/shared.h"

size_t shared_share_len(enum mpc_domain domain, unsigned bits, size_t n)
{
    return domain == MPC_ARITH ? n * ring_kernels_for(bits)->word_len : bits * ring_words(n) * 8;
}

/* Every row of every share that this party holds. */
#define FOR_ROWS(x, a, r)                                                                                      \
    for (int a = 0; a < MPC_SHARES_MAX; a++)                                                                   \
        for (unsigned r = 0; (x)->share[a] && r < shared_rows(x); r++)

static size_t row_len(const struct shared *x)
{
    return shared_words(x) * shared_kernels(x)->word_len;
}

struct shared shared_flat(const struct shared *x)
{
    struct shared flat = *x;

    if (!shared_dense(x))
        return flat;
    flat.bits = 1;
    flat.stride = x->bits * x->stride;
    flat.n = 64 * flat.stride;
    return flat;
}

/* Operands that are walked together: all as they stand where one of them is not dense. */
static void flatten(struct shared *z, struct shared *x, struct shared *y)
{
    if (!shared_dense(z) || !shared_dense(x) || !shared_dense(y))
        return;
    *z = shared_flat(z);
    *x = shared_flat(x);
    *y = shared_flat(y);
}

struct shared shared_planes(const struct shared *x, unsigned first, unsigned planes)
{
    struct shared z = *x;

    assert(x->domain == MPC_BITS && first + planes <= x->bits);
    z.bits = planes;
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (x->share[a])
            z.share[a] = shared_row(x, a, first);
    return z;
}

struct shared shared_plane(const struct shared *x, unsigned plane)
{
    return shared_planes(x, plane, 1);
}

struct shared shared_slice(const struct shared *x, size_t from, size_t n)
{
    struct shared z = *x;
    size_t skip = x->domain == MPC_ARITH ? from * shared_kernels(x)->word_len : from / 64 * 8;

    assert(from + n <= x->n && (x->domain == MPC_ARITH || from % 64 == 0));
    z.n = n;
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (x->share[a])
            z.share[a] = (uint8_t *)x->share[a] + skip;
    return z;
}

void shared_copy(struct shared *z, const struct shared *x)
{
    struct shared to = *z, from = *x;

    flatten(&to, &from, &from);
    FOR_ROWS(&to, a, r)
    memmove(shared_row(&to, a, r), shared_row(&from, a, r), row_len(&to));
}

void shared_copy_planes(struct shared *z, unsigned to, const struct shared *x, unsigned from, unsigned planes)
{
    struct shared zp = shared_planes(z, to, planes), xp = shared_planes(x, from, planes);

    shared_copy(&zp, &xp);
}

void shared_zero(struct shared *z)
{
    struct shared flat = shared_flat(z);

    FOR_ROWS(&flat, a, r)
    memset(shared_row(&flat, a, r), 0, row_len(&flat));
}

typedef void two_to_one(void *z, const void *x, const void *y, size_t n);

static void combine(two_to_one *kernel, const struct shared *z, const struct shared *x, const struct shared *y)
{
    struct shared to = *z, from = *x, other = *y;

    flatten(&to, &from, &other);
    FOR_ROWS(&to, a, r)
    kernel(shared_row(&to, a, r), shared_row(&from, a, r), shared_row(&other, a, r), shared_words(&to));
}

void shared_add(struct shared *z, const struct shared *x, const struct shared *y)
{
    combine(shared_kernels(z)->add, z, x, y);
}

void shared_sub(struct shared *z, const struct shared *x, const struct shared *y)
{
    combine(shared_kernels(z)->sub, z, x, y);
}

void shared_neg(struct shared *z, const struct shared *x)
{
    struct shared to = *z, from = *x;

    flatten(&to, &from, &from);
    /* The complement is x ^ 1: a public constant goes into summand 0 alone. */
    FOR_ROWS(&to, a, r)
    if (z->domain == MPC_ARITH || a == 0)
        shared_kernels(&to)->neg(shared_row(&to, a, r), shared_row(&from, a, r), shared_words(&to));
    else if (z->share[a] != x->share[a])
        memmove(shared_row(&to, a, r), shared_row(&from, a, r), row_len(&to));
}

void shared_scale(struct shared *z, const struct shared *x, uint64_t by)
{
    FOR_ROWS(z, a, r)
    shared_kernels(z)->scale(shared_row(z, a, r), shared_row(x, a, r), by, shared_words(z));
}

void shared_times_public(struct shared *z, const struct shared *x, const void *words)
{
    struct shared to = *z, from = *x;

    flatten(&to, &from, &from);
    FOR_ROWS(&to, a, r)
    shared_kernels(&to)->mul_add(shared_row(&to, a, r), shared_row(&from, a, r),
                                 (const uint8_t *)words + r * from.stride * 8, shared_words(&to));
}

/* Values of up to 64 bits to planes, 64 elements at a time: constants and indices stand in every program. */
static void public_planes(struct shared *z, const uint64_t *values, bool repeat)
{
    uint64_t block[64];

    for (unsigned r = 0; repeat && r < z->bits; r++)
        memset(shared_row(z, 0, r), *values >> r & 1 ? 0xff : 0, row_len(z));
    for (size_t word = 0; !repeat && word < shared_words(z); word++) {
        size_t from = 64 * word, n = z->n - from < 64 ? z->n - from : 64;

        ring_to_planes(block, 1, values + from, 64, n);
        for (unsigned r = 0; r < z->bits; r++)
            ((uint64_t *)shared_row(z, 0, r))[word] = block[r];
    }
}

static void public_wide_planes(struct shared *z, const uint64_t *values, bool repeat)
{
    for (unsigned r = 0; r < z->bits; r++)
        for (size_t e = 0; e < z->n; e++)
            ring_set_bit(shared_row(z, 0, r), e, values[(repeat ? 0 : e * shared_limbs(z)) + r / 64] >> r % 64);
}

static void public_words(struct shared *z, const uint64_t *values, bool repeat)
{
    const struct ring_kernels *k = shared_kernels(z);

    for (size_t e = 0; e < z->n; e++) {
        const uint64_t *v = values + (repeat ? 0 : e * shared_limbs(z));

        if (k->wide)
            k->wide->put(z->share[0], e, v);
        else
            k->put(z->share[0], e, *v);
    }
}

void shared_public(struct shared *z, const uint64_t *values, bool repeat)
{
    FOR_ROWS(z, a, r)
    memset(shared_row(z, a, r), 0, row_len(z));
    if (!z->share[0])
        return;
    if (z->domain == MPC_ARITH)
        public_words(z, values, repeat);
    else if (z->bits <= 64)
        public_planes(z, values, repeat);
    else
        public_wide_planes(z, values, repeat);
}

void shared_sum(struct shared *z, const struct shared *x)
{
    FOR_ROWS(x, a, r)
    {
        uint64_t total = 0;

        if (x->domain == MPC_ARITH && shared_kernels(x)->wide) {
            shared_kernels(x)->wide->sum(z->share[a], x->share[a], x->n);
            continue;
        }
        if (x->domain == MPC_ARITH) {
            total = shared_kernels(x)->sum(x->share[a], x->n);
        } else {
            total = ring_parity(shared_row(x, a, r), x->n);
        }
        shared_kernels(z)->put(shared_row(z, a, r), 0, total);
    }
}

void shared_repeat(struct shared *z, const struct shared *x)
{
    FOR_ROWS(z, a, r)
    {
        if (z->domain == MPC_BITS) {
            memset(shared_row(z, a, r), -(int)(ring_bit(shared_row(x, a, r), 0)), row_len(z));
            continue;
        }
        ring_repeat(z->share[a], x->share[a], shared_kernels(z)->word_len, z->n);
    }
}

static void gather_words(struct shared *z, const struct shared *x, int a, size_t from, size_t step, bool fill)
{
    const struct ring_kernels *k = shared_kernels(z);
    size_t i = 0;

    if (step == 1 && from < x->n) {
        i = x->n - from < z->n ? x->n - from : z->n;
        memmove(z->share[a], (const uint8_t *)x->share[a] + from * k->word_len, i * k->word_len);
    }
    for (; i < z->n; i++) {
        size_t at = from + i * step;

        if (at < x->n)
            ring_copy_word(z->share[a], i, x->share[a], at, k->word_len);
        else
            k->put(z->share[a], i, -(uint64_t)fill);
    }
}

void shared_gather(struct shared *z, const struct shared *x, size_t from, size_t step, bool fill_ones)
{
    FOR_ROWS(z, a, r)
    {
        bool fill = fill_ones && a == 0;

        if (z->domain == MPC_BITS) {
            ring_gather_bits(shared_row(z, a, r), z->n, shared_row(x, a, r), x->n, from, step, fill);
            continue;
        }
        gather_words(z, x, a, from, step, fill);
    }
}

void shared_place(struct shared *z, size_t at, const struct shared *x)
{
    FOR_ROWS(z, a, r)
    ring_place_bits(shared_row(z, a, r), at, shared_row(x, a, r), x->n);
}

void shared_place_planes(const struct shared *z, unsigned to, size_t at, const struct shared *x)
{
    struct shared planes = shared_planes(z, to, x->bits);

    shared_place(&planes, at, x);
}

void shared_put(struct shared *z, size_t at, const struct shared *x)
{
    FOR_ROWS(z, a, r)
    {
        if (z->domain == MPC_BITS)
            ring_set_bit(shared_row(z, a, r), at, ring_bit(shared_row(x, a, r), 0));
        else
            ring_copy_word(z->share[a], at, x->share[a], 0, shared_kernels(z)->word_len);
    }
}

void shared_clear_tail(struct shared *x)
{
    if (x->domain == MPC_ARITH || x->n % 64 == 0)
        return;
    FOR_ROWS(x, a, r)
    ((uint64_t *)shared_row(x, a, r))[x->n / 64] &= ((uint64_t)1 << (x->n % 64)) - 1;
}

void shared_convert(struct shared *z, int a, const void *words, const struct shared *x)
{
    if (x->domain == MPC_ARITH) {
        ring_to_planes(z->share[a], z->stride, words, z->bits, x->n);
        return;
    }
    ring_from_bits(z->share[a], words, z->bits, x->n);
}
