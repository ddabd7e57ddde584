/* field.c - GF(2^64), a random prime field by Montgomery, and the named prime fields through the ring's
 * kernels. */
#include "mpc/rep3a/bits.h"
#include "mpc/rep3a/prime.h"

/* --- GF(2^64) -------------------------------------------------------------------------------------------- */

uint64_t rep3a_reduce_binary(const uint64_t z[2])
{
    /* X^64 = X^4 + X^3 + X + 1; what that shifts out past 64 bits is folded once more. */
    uint64_t h = z[1], over = h >> 63 ^ h >> 61 ^ h >> 60;

    h ^= over;
    return z[0] ^ h ^ h << 1 ^ h << 3 ^ h << 4;
}

uint64_t rep3a_mul_binary(uint64_t x, uint64_t y)
{
    uint64_t z[2];

    rep3a_clmul(x, y, z);
    return rep3a_reduce_binary(z);
}

static void xor_words(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    (void)f;
    for (size_t i = 0; i < n; i++)
        r[i] = a[i] ^ b[i];
}

static void draw_binary(const struct rep3a_field *f, void *z, const uint8_t *stream, size_t n)
{
    memmove(z, stream, n * f->len);
}

static void keep(const struct rep3a_field *f, void *z, size_t n)
{
    (void)f;
    (void)z;
    (void)n;
}

void rep3a_field_binary(struct rep3a_field *f)
{
    const struct rep3a_bits_kernels *k = rep3a_bits_kernels();

    *f = (struct rep3a_field){ .len = 8,
                               .draw_len = 8,
                               .add = xor_words,
                               .sub = xor_words,
                               .dot_add = k->dot_add,
                               .scale_add = k->scale_add,
                               .points = k->points,
                               .fold = k->fold_runs,
                               .draw = draw_binary,
                               .canonical = keep };
}

/* --- a random prime of 61 bits --------------------------------------------------------------------------- */

/* x - m if that is not negative; x, m < 2^63 + m. */
static uint64_t cut(uint64_t x, uint64_t m)
{
    uint64_t s = x - m;

    return s + (m & -(uint64_t)(s > x));
}

/* Any 64-bit number is less than 16 p. */
uint64_t rep3a_below_p(const struct rep3a_field *f, uint64_t x)
{
    return cut(cut(cut(cut(x, 8 * f->p), 4 * f->p), 2 * f->p), f->p);
}

/* t / 2^64 mod p for any t of 128 bits. */
uint64_t rep3a_reduce_prime(const struct rep3a_field *f, rep3a_u128 t)
{
    uint64_t hi = rep3a_below_p(f, (uint64_t)(t >> 64));
    rep3a_u128 u = (rep3a_u128)hi << 64 | (uint64_t)t, m = (rep3a_u128)((uint64_t)t * f->inverse) * f->p;

    return cut((uint64_t)((u + m) >> 64), f->p);
}

static void add_prime(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++) {
        uint64_t s = a[i] + b[i] - f->p;

        r[i] = s + (f->p & -(s >> 63));
    }
}

static void sub_prime(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++) {
        uint64_t s = a[i] - b[i];

        r[i] = s + (f->p & -(s >> 63));
    }
}

static void dot_prime(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    enum { AT_ONCE = 7 }; /* products below 2^125 */
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t to = n - from < AT_ONCE ? n : from + AT_ONCE;
        rep3a_u128 sum = 0;
        uint64_t part;

        for (size_t i = from; i < to; i++)
            sum += (rep3a_u128)a[i] * b[i];
        part = rep3a_reduce_prime(f, sum);
        add_prime(f, r, r, &part, 1);
    }
}

static void scale_prime(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n)
{
    uint64_t *r = z, factor = *(const uint64_t *)by;
    const uint64_t *a = x;

    for (size_t i = 0; i < n; i++) {
        uint64_t s = r[i] + rep3a_montgomery(f, a[i], factor) - f->p;

        r[i] = s + (f->p & -(s >> 63));
    }
}

static void weigh_prime(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, const uint64_t *weight,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        z[i] = rep3a_montgomery(f, x[i], weight[i]);
}

static void below_prime(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        z[i] = rep3a_below_p(f, x[i]);
}

const struct rep3a_prime_kernels rep3a_prime_portable = { "portable", weigh_prime, below_prime, dot_prime,
                                                          NULL,       NULL,        NULL };

const struct rep3a_prime_kernels *rep3a_prime_kernels(void)
{
    const struct rep3a_prime_kernels *best = cpu_variant() == CPU_AVX512 ? rep3a_prime_avx512() : NULL;

    return best ? best : &rep3a_prime_portable;
}

static void draw_prime(const struct rep3a_field *f, void *z, const uint8_t *stream, size_t n)
{
    uint64_t *r = z;

    for (size_t i = 0; i < n; i++)
        r[i] = rep3a_reduce_prime(f, (rep3a_u128)rep3a_word(stream + 16 * i + 8) << 64 |
                                         rep3a_word(stream + 16 * i));
}

static void canonical_prime(const struct rep3a_field *f, void *z, size_t n)
{
    below_prime(f, z, z, n);
}

void rep3a_field_prime(struct rep3a_field *f, uint64_t p)
{
    const struct rep3a_prime_kernels *k = rep3a_prime_kernels();
    uint64_t inverse = 1;

    assert(p % 2 && p >> 60 == 1);
    for (int i = 0; i < 6; i++) /* Newton: twice as many bits are right each time */
        inverse *= 2 - p * inverse;
    *f = (struct rep3a_field){ .len = 8,
                               .draw_len = 16,
                               .p = p,
                               .inverse = -inverse,
                               .square = (uint64_t)(-(rep3a_u128)p % p),
                               .add = add_prime,
                               .sub = sub_prime,
                               .dot_add = k->dot_add,
                               .scale_add = scale_prime,
                               .points = k->points,
                               .fold = k->fold,
                               .draw = draw_prime,
                               .canonical = canonical_prime };
}

/* --- the named prime fields ------------------------------------------------------------------------------ */

enum { CHUNK = 32 };

static void add_named(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    f->kernels->add(z, x, y, n);
}

static void sub_named(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    f->kernels->sub(z, x, y, n);
}

static void dot_named(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    _Alignas(64) uint8_t products[CHUNK * REP3A_ELEMENT_LEN_MAX], sum[REP3A_ELEMENT_LEN_MAX];

    for (size_t from = 0; from < n; from += CHUNK) {
        size_t part = n - from < CHUNK ? n - from : CHUNK;

        memset(products, 0, part * f->len);
        f->kernels->mul_add(products, (const uint8_t *)x + from * f->len, (const uint8_t *)y + from * f->len,
                            part);
        f->kernels->wide->sum(sum, products, part);
        f->kernels->add(z, z, sum, 1);
    }
    mem_wipe(products, sizeof products);
}

static void scale_named(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n)
{
    _Alignas(64) uint8_t factor[CHUNK * REP3A_ELEMENT_LEN_MAX];

    for (size_t i = 0; i < CHUNK && i < n; i++)
        memcpy(factor + i * f->len, by, f->len);
    for (size_t from = 0; from < n; from += CHUNK)
        f->kernels->mul_add((uint8_t *)z + from * f->len, (const uint8_t *)x + from * f->len, factor,
                            n - from < CHUNK ? n - from : CHUNK);
}

static void draw_named(const struct rep3a_field *f, void *z, const uint8_t *stream, size_t n)
{
    f->kernels->wide->from_stream(z, stream, n);
}

static void canonical_named(const struct rep3a_field *f, void *z, size_t n)
{
    f->kernels->wide->canonical(z, n);
}

void rep3a_field_named(struct rep3a_field *f, unsigned bits)
{
    const struct ring_kernels *k = ring_kernels_for(bits);

    assert(k->wide && k->wide->from_stream && k->word_len <= REP3A_ELEMENT_LEN_MAX &&
           k->wide->draw_len <= REP3A_DRAW_LEN_MAX);
    *f = (struct rep3a_field){ .len = k->word_len,
                               .draw_len = k->wide->draw_len,
                               .kernels = k,
                               .add = add_named,
                               .sub = sub_named,
                               .dot_add = dot_named,
                               .scale_add = scale_named,
                               .draw = draw_named,
                               .canonical = canonical_named };
}

void rep3a_one(const struct rep3a_field *f, void *z)
{
    uint64_t one = f->p ? rep3a_montgomery(f, 1, f->square) : 1;

    if (f->kernels)
        f->kernels->put(z, 0, 1);
    else
        memcpy(z, &one, sizeof one);
}

/* --- primes ---------------------------------------------------------------------------------------------- */

static uint64_t power_mod(uint64_t x, uint64_t e, uint64_t n)
{
    uint64_t r = 1;

    for (; e; e >>= 1, x = (uint64_t)((rep3a_u128)x * x % n))
        if (e & 1)
            r = (uint64_t)((rep3a_u128)r * x % n);
    return r;
}

/* Miller and Rabin with the bases that leave no composite below 2^64 (Jaeschke 1993; Sorenson, Webster 2015).
 */
bool rep3a_is_prime_var(uint64_t n)
{
    static const uint8_t bases[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37 };
    uint64_t d = n - 1;
    int twos = 0;

    for (size_t i = 0; i < sizeof bases; i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    if (n < 2)
        return false;
    for (; d % 2 == 0; d /= 2)
        twos++;
    for (size_t i = 0; i < sizeof bases; i++) {
        uint64_t x = power_mod(bases[i], d, n);
        bool witness = x != 1 && x != n - 1;

        for (int s = 1; s < twos && witness; s++) {
            x = (uint64_t)((rep3a_u128)x * x % n);
            witness = x != n - 1;
        }
        if (witness)
            return false;
    }
    return true;
}
