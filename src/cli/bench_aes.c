/* bench_aes.c - W3: AES-128 (FIPS 197) over many blocks side by side, key and data secret, key schedule inside.
 *
 * A wire is a vector of bits, one a block. The boxes of a round, 16 of SubBytes and 4 of the key schedule, are
 * written gate by gate across all 20, in order of their depth in ANDs, so that they share rounds. */
#include "cli/bench.h"

#include <openssl/evp.h>

enum { BYTES = 16, BITS = 8, WIRES = BYTES * BITS, ROUNDS = 10, BOXES = 20, ROUND_GATES_MAX = 4096 };

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

enum operation { X, A, N, C /* complement of a */ };
static const struct gate {
    uint8_t wire, a, operation, b;
} sbox[] = {
#define G(wire, a, operation, b) { SBOX_##wire, SBOX_##a, operation, SBOX_##b },
#include "cli/bench_sbox.def"
#undef G
};
enum { GATES = sizeof sbox / sizeof sbox[0] };

/* By depth in ANDs, an AND before what needs it. */
static void order_by_depth(uint8_t order[GATES])
{
    unsigned depth[SBOX_WIRES] = { 0 }, key[GATES], n = 0, last = 0;

    for (unsigned g = 0; g < GATES; g++) {
        unsigned a = depth[sbox[g].a], b = depth[sbox[g].b], is_and = sbox[g].operation == A;

        depth[sbox[g].wire] = (a > b ? a : b) + is_and;
        key[g] = 2 * depth[sbox[g].wire] + !is_and;
        last = key[g] > last ? key[g] : last;
    }
    for (unsigned k = 0; k <= last; k++)
        for (unsigned g = 0; g < GATES; g++)
            if (key[g] == k)
                order[n++] = (uint8_t)g;
}

/* --- the cipher ------------------------------------------------------------------------------------------- */

struct cipher {
    struct bench_image *image;
    uint32_t size, slot, reg[2][ROUND_GATES_MAX];
    unsigned round;
    uint8_t order[GATES];
};

/* Registers are used again two rounds later: what a round makes is read in it and in the next. */
static uint32_t gate(struct cipher *c, enum operation o, uint32_t a, uint32_t b)
{
    static const enum image_op ops[] = { [X] = IMAGE_XOR, [A] = IMAGE_AND, [N] = IMAGE_XOR };
    uint32_t *reg = &c->reg[c->round % 2][c->slot++];

    assert(c->slot <= ROUND_GATES_MAX);
    if (*reg == IMAGE_NONE)
        *reg = bench_reg(c->image, IMAGE_BOOL, true, c->size);
    if (o != C)
        bench_emit(c->image, ops[o], *reg, a, b, IMAGE_NONE);
    if (o == N || o == C)
        bench_emit(c->image, IMAGE_NOT, *reg, o == N ? *reg : a, IMAGE_NONE, IMAGE_NONE);
    return *reg;
}

/* Wire [8 * byte + bit], the least significant bit first; bytes in the order of FIPS 197. */
struct block {
    uint32_t wire[WIRES];
};

static void boxes(struct cipher *c, uint32_t *byte[BOXES])
{
    uint32_t wire[BOXES][SBOX_WIRES];
    static const uint8_t out[BITS] = { SBOX_s7, SBOX_s6, SBOX_s5, SBOX_s4, SBOX_s3, SBOX_s2, SBOX_s1, SBOX_s0 };

    for (int i = 0; i < BOXES; i++)
        for (int bit = 0; bit < BITS; bit++)
            wire[i][SBOX_x0 + 7 - bit] = byte[i][bit];
    for (int g = 0; g < GATES; g++)
        for (int i = 0; i < BOXES; i++) {
            const struct gate *at = &sbox[c->order[g]];

            wire[i][at->wire] = gate(c, (enum operation)at->operation, wire[i][at->a], wire[i][at->b]);
        }
    for (int i = 0; i < BOXES; i++)
        for (int bit = 0; bit < BITS; bit++)
            byte[i][bit] = wire[i][out[bit]];
}

static void add(struct cipher *c, struct block *z, const struct block *x)
{
    for (int i = 0; i < WIRES; i++)
        z->wire[i] = gate(c, X, z->wire[i], x->wire[i]);
}

static void shift_rows(struct block *b)
{
    struct block old = *b;

    for (int byte = 0; byte < BYTES; byte++)
        memcpy(&b->wire[BITS * byte], &old.wire[BITS * ((byte + 4 * (byte % 4)) % BYTES)],
               BITS * sizeof b->wire[0]);
}

/* A byte times x in GF(2^8): two wires of the result take the top bit in. */
static void times_x(struct cipher *c, uint32_t z[BITS], const uint32_t x[BITS])
{
    for (int bit = 0; bit < BITS; bit++)
        z[bit] = bit == 0 ? x[7] : bit == 1 || bit == 3 || bit == 4 ? gate(c, X, x[bit - 1], x[7]) : x[bit - 1];
}

/* b[i] = a[i] + (a0+a1+a2+a3) + x*(a[i] + a[i+1]) in each column. */
static void mix_column(struct cipher *c, uint32_t *column)
{
    uint32_t pair[4][BITS], twice[4][BITS], old[4][BITS];

    memcpy(old, column, sizeof old);
    for (int i = 0; i < 4; i++)
        for (int bit = 0; bit < BITS; bit++)
            pair[i][bit] = gate(c, X, old[i][bit], old[(i + 1) % 4][bit]);
    for (int i = 0; i < 4; i++)
        times_x(c, twice[i], pair[i]);
    for (int bit = 0; bit < BITS; bit++) {
        uint32_t all = gate(c, X, pair[0][bit], pair[2][bit]);

        for (int i = 0; i < 4; i++)
            column[BITS * i + bit] = gate(c, X, gate(c, X, old[i][bit], all), twice[i][bit]);
    }
}

/* The next round's key; `sub` are its last column's bytes, rotated and substituted. */
static void next_key(struct cipher *c, struct block *key, uint32_t sub[4][BITS])
{
    static const uint8_t rcon[ROUNDS] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36 };

    for (int bit = 0; bit < BITS; bit++)
        if (rcon[c->round] >> bit & 1)
            sub[0][bit] = gate(c, C, sub[0][bit], 0);
    for (int column = 0; column < 4; column++)
        for (int i = 0; i < 4 * BITS; i++) {
            uint32_t *wire = &key->wire[4 * BITS * column + i];

            *wire = gate(c, X, *wire, column ? *(wire - 4 * BITS) : sub[i / BITS][i % BITS]);
        }
}

static void encrypt(struct cipher *c, struct block *state, struct block *key)
{
    order_by_depth(c->order);
    memset(c->reg, 0xff, sizeof c->reg);
    c->round = 1; /* the second set of registers; the rounds proper begin with the first */
    add(c, state, key);
    for (c->round = 0; c->round < ROUNDS; c->round++) {
        uint32_t sub[4][BITS], *byte[BOXES];

        c->slot = 0;
        for (int i = 0; i < 4; i++) {
            memcpy(sub[i], &key->wire[BITS * (12 + (i + 1) % 4)], sizeof sub[i]);
            byte[BYTES + i] = sub[i];
        }
        for (int i = 0; i < BYTES; i++)
            byte[i] = &state->wire[BITS * i];
        boxes(c, byte);
        next_key(c, key, sub);
        shift_rows(state);
        for (int column = 0; c->round + 1 < ROUNDS && column < 4; column++)
            mix_column(c, &state->wire[4 * BITS * column]);
        add(c, state, key);
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

/* Which bit of k goes to that bit of the data; of the key, KEY_STEP further. */
static unsigned spread(unsigned wire, unsigned step)
{
    return (wire + step) % SPREAD;
}

static void derive(struct bench_image *b, uint32_t size, const uint8_t *bytes, const uint32_t public[SPREAD],
                   unsigned step, struct block *z)
{
    uint32_t seed = bench_seed_bits(b, bytes, WIRES);

    for (unsigned i = 0; i < WIRES; i++)
        z->wire[i] = bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_BOOL, true, size), bench_get(b, seed, i),
                                public[spread(i, step)], IMAGE_NONE);
}

/* Depends on every wire of the block. */
static uint32_t fold(struct bench_image *b, const struct block *x)
{
    uint32_t sum = bench_get(b, x->wire[0], 0);

    for (int i = 1; i < WIRES; i++)
        sum = bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_BOOL, true, IMAGE_NONE), sum,
                         bench_get(b, x->wire[i], 0), IMAGE_NONE);
    return sum;
}

static enum sotto_err make_aes(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct cipher *c = mem_alloc(1, sizeof *c);
    struct bench_image b;
    uint32_t index, bit[SPREAD];
    struct block state, key;

    if (!c)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the circuit");
    bench_begin(&b, "aes");
    c->image = &b;
    c->size = bench_size(&b, n);
    index = bench_index(&b, IMAGE_U64, c->size);
    for (unsigned i = 0; i < SPREAD; i++) {
        uint32_t masked = bench_emit(&b, IMAGE_AND, bench_reg(&b, IMAGE_U64, false, c->size), index,
                                     bench_const(&b, IMAGE_U64, 1u << i), IMAGE_NONE);

        bit[i] = bench_emit(&b, IMAGE_CAST, bench_reg(&b, IMAGE_BOOL, false, c->size), masked, IMAGE_NONE,
                            IMAGE_NONE);
    }
    derive(&b, c->size, first_data, bit, 0, &state);
    derive(&b, c->size, first_key, bit, KEY_STEP, &key);
    bench_mark(&b, bench_emit(&b, IMAGE_XOR, bench_reg(&b, IMAGE_BOOL, true, IMAGE_NONE), fold(&b, &state),
                              fold(&b, &key), IMAGE_NONE));
    encrypt(c, &state, &key);
    bench_mark(&b, fold(&b, &state));
    for (int i = 0; i < WIRES; i++) {
        char name[8];

        snprintf(name, sizeof name, "c%d", i);
        bench_output(&b, name, state.wire[i]);
    }
    mem_free(c);
    return bench_end(cli, &b, parties, &job->job);
}

static bool block_is_right(EVP_CIPHER_CTX *ctx, uint64_t k, const struct vm_result *r)
{
    uint8_t key[BYTES], data[BYTES], want[BYTES];
    int len = 0;

    memcpy(key, first_key, BYTES);
    memcpy(data, first_data, BYTES);
    for (unsigned i = 0; i < WIRES; i++) {
        data[i / 8] ^= (uint8_t)((k >> spread(i, 0) & 1) << i % 8);
        key[i / 8] ^= (uint8_t)((k >> spread(i, KEY_STEP) & 1) << i % 8);
    }
    if (EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
        EVP_EncryptUpdate(ctx, want, &len, data, BYTES) != 1 || len != BYTES)
        return false;
    for (unsigned i = 0; i < WIRES; i++)
        if (r->outputs[i].values[k] != (want[i / 8] >> i % 8 & 1))
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
