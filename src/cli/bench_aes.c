/* bench_aes.c - W3: AES-128 (FIPS 197) over many blocks side by side, key and data secret, key schedule inside.
 *
 * A wire is one bit of every byte of every block: wire j is a vector of u64 whose element e holds four blocks,
 *
 *   plane 16 * column + 4 * row + block        of bit j in that byte of the state (or of the round's key)
 *
 * so that SubBytes is one pass through the S-box's gates for all bytes of all blocks, in shared rounds with the
 * key schedule's, whose column is the top quarter of the planes. The other steps move planes, without a
 * message. */
#include "cli/bench.h"

#include <openssl/evp.h>

enum { BYTES = 16, BITS = 8, ROUNDS = 10, PACKED = 4, POOL_MAX = 512 };

/* --- the S-box -------------------------------------------------------------------------------------------- */

enum sbox_wire {
    SBOX_x0,
    SBOX_x1,
    SBOX_x2,
    SBOX_x3,
    SBOX_x4,
    SBOX_x5,
    SBOX_x6,
    SBOX_x7,
#define G(wire, a, operation, b) SBOX_##wire,
#include "cli/bench_sbox.def"
#undef G
    SBOX_WIRES
};

enum operation { X, A, N };
static const struct gate {
    uint8_t wire, a, operation, b;
} sbox[] = {
#define G(wire, a, operation, b) { SBOX_##wire, SBOX_##a, operation, SBOX_##b },
#include "cli/bench_sbox.def"
#undef G
};
enum { GATES = sizeof sbox / sizeof sbox[0] };
static const uint8_t sbox_out[BITS] = {
    SBOX_s7, SBOX_s6, SBOX_s5, SBOX_s4, SBOX_s3, SBOX_s2, SBOX_s1, SBOX_s0
};

/* --- the cipher ------------------------------------------------------------------------------------------- */

/* Planes of a row: those of all its columns and blocks. */
static const uint64_t row_planes[4] = { 0x000f000f000f000f, 0x00f000f000f000f0, 0x0f000f000f000f00,
                                        0xf000f000f000f000 };

/* Registers are taken and given back by hand, so that few are under way at once and stay in the cache. */
enum kind { STATE, COLUMN, KINDS };
struct cipher {
    struct bench_image *b;
    uint32_t size, mask[BYTES], amount[64]; /* registers; mask: by a set of rows; amount: of a shift */
    struct pool {
        uint32_t reg[POOL_MAX], n;
    } pool[KINDS];
};

static uint32_t take(struct cipher *c, enum kind kind)
{
    struct pool *p = &c->pool[kind];

    return p->n ? p->reg[--p->n] : bench_reg(c->b, kind == STATE ? IMAGE_U64 : IMAGE_U16, true, c->size);
}

static void give(struct cipher *c, enum kind kind, uint32_t reg)
{
    struct pool *p = &c->pool[kind];

    assert(p->n < POOL_MAX);
    p->reg[p->n++] = reg;
}

/* z = x shifted or rotated by so many planes. */
static void move(struct cipher *c, enum image_op how, uint32_t z, uint32_t x, unsigned planes)
{
    if (!c->amount[planes])
        c->amount[planes] = bench_const(c->b, IMAGE_U8, planes);
    bench_emit(c->b, how, z, x, c->amount[planes], IMAGE_NONE);
}

static void add(struct cipher *c, uint32_t z, uint32_t x)
{
    bench_emit(c->b, IMAGE_XOR, z, z, x, IMAGE_NONE);
}

/* z = the planes of some rows of x; rows: a bit each. */
static void only(struct cipher *c, uint32_t z, uint32_t x, unsigned rows)
{
    uint64_t planes = 0;

    for (unsigned r = 0; r < 4; r++)
        planes |= rows >> r & 1 ? row_planes[r] : 0;
    if (!c->mask[rows])
        c->mask[rows] = bench_const(c->b, IMAGE_U64, planes);
    bench_emit(c->b, IMAGE_AND, z, x, c->mask[rows], IMAGE_NONE);
}

/* The gate after which a wire is not read any more; the box's outputs stay. */
static void find_last_use(int last[SBOX_WIRES])
{
    for (int g = 0; g < GATES; g++)
        last[sbox[g].a] = last[sbox[g].b] = g;
    for (int bit = 0; bit < BITS; bit++)
        last[sbox_out[bit]] = GATES;
}

static void run_gate(struct cipher *c, const struct gate *g, enum kind kind, uint32_t wire[SBOX_WIRES])
{
    uint32_t z = wire[g->wire] = take(c, kind);

    bench_emit(c->b, g->operation == A ? IMAGE_AND : IMAGE_XOR, z, wire[g->a], wire[g->b], IMAGE_NONE);
    if (g->operation == N)
        bench_emit(c->b, IMAGE_NOT, z, z, IMAGE_NONE, IMAGE_NONE);
}

/* State and column go gate by gate through their boxes together. */
static void sub_bytes(struct cipher *c, uint32_t state[BITS], uint32_t column[BITS])
{
    static const enum kind kind[2] = { STATE, COLUMN };
    uint32_t wire[2][SBOX_WIRES], *of[2] = { state, column };
    int last[SBOX_WIRES] = { 0 };

    find_last_use(last);
    for (int i = 0; i < 2; i++)
        for (int bit = 0; bit < BITS; bit++)
            wire[i][SBOX_x0 + 7 - bit] = of[i][bit];
    for (int g = 0; g < GATES; g++)
        for (int i = 0; i < 2; i++) {
            run_gate(c, &sbox[g], kind[i], wire[i]);
            if (last[sbox[g].a] == g)
                give(c, kind[i], wire[i][sbox[g].a]);
            if (last[sbox[g].b] == g)
                give(c, kind[i], wire[i][sbox[g].b]);
        }
    for (int i = 0; i < 2; i++)
        for (int bit = 0; bit < BITS; bit++)
            of[i][bit] = wire[i][sbox_out[bit]];
}

/* The key's last column, rotated by a byte: RotWord. */
static uint32_t last_column(struct cipher *c, uint32_t key)
{
    uint32_t t = take(c, STATE), z = take(c, COLUMN);

    move(c, IMAGE_SHR, t, key, 48);
    bench_emit(c->b, IMAGE_CAST, z, t, IMAGE_NONE, IMAGE_NONE);
    move(c, IMAGE_ROTR, z, z, 4);
    give(c, STATE, t);
    return z;
}

/* The next round's key: a column is the sum of the old ones up to it, and of the substituted one. */
static void next_key(struct cipher *c, uint32_t key, uint32_t column, bool constant)
{
    uint32_t t = take(c, STATE);

    bench_emit(c->b, IMAGE_CAST, t, column, IMAGE_NONE, IMAGE_NONE);
    if (constant)
        add(c, t, bench_const(c->b, IMAGE_U64, 0xf)); /* row 0 of column 0 */
    add(c, key, t);
    for (unsigned planes = 16; planes <= 32; planes *= 2) {
        move(c, IMAGE_SHL, t, key, planes);
        add(c, key, t);
    }
    give(c, STATE, t);
    give(c, COLUMN, column);
}

/* x's rows, each moved by its number of columns; x is given back. */
static uint32_t shift_rows(struct cipher *c, uint32_t x)
{
    uint32_t z = take(c, STATE), t = take(c, STATE);

    only(c, z, x, 1);
    for (unsigned r = 1; r < 4; r++) {
        move(c, IMAGE_ROTR, t, x, 16 * r);
        only(c, t, t, 1u << r);
        add(c, z, t);
    }
    give(c, STATE, x);
    give(c, STATE, t);
    return z;
}

/* x plus itself with row i + by of each column in the place of row i. */
static uint32_t add_rotated(struct cipher *c, uint32_t x, unsigned by)
{
    unsigned stay = (1u << (4 - by)) - 1; /* rows whose source lies in the same column below */
    uint32_t z = take(c, STATE), t = take(c, STATE);

    move(c, IMAGE_ROTR, z, x, 4 * by);
    only(c, z, z, stay);
    move(c, IMAGE_ROTL, t, x, 16 - 4 * by);
    only(c, t, t, 15 & ~stay);
    add(c, z, t);
    add(c, z, x);
    give(c, STATE, t);
    return z;
}

/* b[i] = a[i] + (a0+a1+a2+a3) + x*(a[i] + a[i+1]) in each column; x*: a bit further, and the top one comes into
 * bits 0, 1, 3 and 4. */
static void mix_columns(struct cipher *c, uint32_t state[BITS])
{
    uint32_t pair[BITS], all;

    for (int bit = 0; bit < BITS; bit++)
        pair[bit] = add_rotated(c, state[bit], 1);
    for (int bit = 0; bit < BITS; bit++) {
        all = add_rotated(c, pair[bit], 2);
        add(c, state[bit], all);
        add(c, state[bit], pair[(bit + 7) % BITS]);
        if (bit == 1 || bit == 3 || bit == 4)
            add(c, state[bit], pair[7]);
        give(c, STATE, all);
    }
    for (int bit = 0; bit < BITS; bit++)
        give(c, STATE, pair[bit]);
}

static void encrypt(struct cipher *c, uint32_t state[BITS], uint32_t key[BITS])
{
    static const uint8_t rcon[ROUNDS] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36 };

    for (int bit = 0; bit < BITS; bit++)
        add(c, state[bit], key[bit]);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t column[BITS];

        for (int bit = 0; bit < BITS; bit++)
            column[bit] = last_column(c, key[bit]);
        sub_bytes(c, state, column);
        for (int bit = 0; bit < BITS; bit++) {
            next_key(c, key[bit], column[bit], rcon[round] >> bit & 1);
            state[bit] = shift_rows(c, state[bit]);
        }
        if (round + 1 < ROUNDS)
            mix_columns(c, state);
        for (int bit = 0; bit < BITS; bit++)
            add(c, state[bit], key[bit]);
    }
}

/* --- the workload ----------------------------------------------------------------------------------------- */

/* FIPS 197, appendix C.1. Block k is the first one's data and key with the bits of k spread over both. */
static const uint8_t first_key[BYTES] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t first_data[BYTES] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                           0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
static const uint8_t first_result[BYTES] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                             0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };
enum { SPREAD = 20, KEY_STEP = 7 };

/* Which bit of k is added to that bit of the data's byte; of the key's, KEY_STEP further. */
static unsigned spread(int byte, int bit, unsigned step)
{
    return ((unsigned)(BITS * byte + bit) + step) % SPREAD;
}

static unsigned plane_of(int byte, unsigned block)
{
    return 16 * (unsigned)(byte / 4) + 4 * (unsigned)(byte % 4) + block;
}

/* The planes of wire `bit` to which bit t of the block's number is added. */
static uint64_t planes_of(int bit, unsigned t, unsigned step)
{
    uint64_t planes = 0;

    for (int byte = 0; byte < BYTES; byte++)
        for (unsigned block = 0; block < PACKED; block++)
            if (spread(byte, bit, step) == t && (t >= 2 || block >> t & 1))
                planes |= (uint64_t)1 << plane_of(byte, block);
    return planes;
}

/* The wires of data or key: a secret scalar for all blocks, and public words that tell them apart. The low two
 * bits of a block's number say where in an element it lies. */
static void derive(struct cipher *c, const uint8_t *bytes, const uint32_t bit_of[SPREAD], unsigned step,
                   uint32_t z[BITS])
{
    struct bench_image *b = c->b;

    for (int bit = 0; bit < BITS; bit++) {
        uint64_t seed = planes_of(bit, 0, step) ^ planes_of(bit, 1, step);
        uint32_t words = IMAGE_NONE;

        for (int byte = 0; byte < BYTES; byte++)
            seed ^= bytes[byte] >> bit & 1 ? (uint64_t)0xf << plane_of(byte, 0) : 0;
        for (unsigned t = 2; t < SPREAD; t++) {
            uint32_t part = bench_emit(b, IMAGE_MUL, bench_reg(b, IMAGE_U64, false, c->size), bit_of[t],
                                       bench_const(b, IMAGE_U64, planes_of(bit, t, step)), IMAGE_NONE);

            words = words == IMAGE_NONE ? part
                                        : bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_U64, false, c->size),
                                                     words, part, IMAGE_NONE);
        }
        z[bit] = bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_U64, true, c->size),
                            bench_seed_planes(b, IMAGE_U64, seed), words, IMAGE_NONE);
    }
}

/* Public 0 or 1: a bit of each element's number. */
static uint32_t bit_of_index(struct cipher *c, uint32_t index, unsigned t)
{
    uint32_t shifted = bench_emit(c->b, IMAGE_DIV, bench_reg(c->b, IMAGE_U64, false, c->size), index,
                                  bench_const(c->b, IMAGE_U64, (uint64_t)1 << t), IMAGE_NONE);

    return bench_emit(c->b, IMAGE_AND, bench_reg(c->b, IMAGE_U64, false, c->size), shifted,
                      bench_const(c->b, IMAGE_U64, 1), IMAGE_NONE);
}

/* Depends on every wire. */
static uint32_t fold(struct cipher *c, const uint32_t wire[BITS])
{
    uint32_t sum = bench_get(c->b, wire[0], 0);

    for (int bit = 1; bit < BITS; bit++)
        sum = bench_emit(c->b, IMAGE_XOR, bench_reg(c->b, IMAGE_U64, true, IMAGE_NONE), sum,
                         bench_get(c->b, wire[bit], 0), IMAGE_NONE);
    return sum;
}

static void write_image(struct cipher *c)
{
    struct bench_image *b = c->b;
    uint32_t bit_of[SPREAD], state[BITS], key[BITS], index = bench_index(b, IMAGE_U64, c->size);

    for (unsigned t = 2; t < SPREAD; t++)
        bit_of[t] = bit_of_index(c, index, t - 2);
    derive(c, first_data, bit_of, 0, state);
    derive(c, first_key, bit_of, KEY_STEP, key);
    bench_mark(b, bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_U64, true, IMAGE_NONE), fold(c, state),
                             fold(c, key), IMAGE_NONE));
    encrypt(c, state, key);
    bench_mark(b, fold(c, state));
    for (int bit = 0; bit < BITS; bit++) {
        char name[8];

        snprintf(name, sizeof name, "bit%d", bit);
        bench_output(b, name, state[bit]);
    }
}

static enum sotto_err make_aes(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct cipher *c = mem_alloc(1, sizeof *c);
    struct bench_image b;

    if (!c)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the circuit");
    bench_begin(&b, "aes");
    c->b = &b;
    c->size = bench_size(&b, (n + PACKED - 1) / PACKED);
    write_image(c);
    mem_free(c);
    return bench_end(cli, &b, parties, &job->job);
}

static bool block_is_right(EVP_CIPHER_CTX *ctx, uint64_t k, const struct vm_result *r)
{
    uint8_t key[BYTES], data[BYTES], want[BYTES];
    int len = 0;

    memcpy(key, first_key, BYTES);
    memcpy(data, first_data, BYTES);
    for (int i = 0; i < BYTES * BITS; i++) {
        data[i / 8] ^= (uint8_t)((k >> spread(i / 8, i % 8, 0) & 1) << i % 8);
        key[i / 8] ^= (uint8_t)((k >> spread(i / 8, i % 8, KEY_STEP) & 1) << i % 8);
    }
    if (EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
        EVP_EncryptUpdate(ctx, want, &len, data, BYTES) != 1 || len != BYTES)
        return false;
    for (int i = 0; i < BYTES * BITS; i++)
        if ((r->outputs[i % 8].values[k / PACKED] >> plane_of(i / 8, k % PACKED) & 1) !=
            (want[i / 8] >> i % 8 & 1))
            return false;
    return k || !memcmp(want, first_result, BYTES);
}

static bool aes_is_right(const struct bench_job *job, const struct vm_result *r)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool right = ctx != NULL;

    for (uint64_t k = 0; right && k < job->n; k++)
        right = block_is_right(ctx, k, r);
    EVP_CIPHER_CTX_free(ctx);
    return right;
}

const struct bench_workload bench_aes[] = {
    {
        .name = "W3",
        .variant = "aes",
        .text = "AES-128 blocks, key and data secret",
        .sizes = { 10000 },
        .size_max = 1 << SPREAD,
        .marked = true,
        .make = make_aes,
        .is_right = aes_is_right,
    },
    { 0 },
};
