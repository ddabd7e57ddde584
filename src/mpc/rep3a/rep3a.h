/* rep3a.h - replicated sharing among three parties, one of them corrupt; products are verified before anything
 * is opened. Private to rep3a.
 *
 *   multiply ──▶ block: what the parties know of some products        rep3a.c, log.c
 *                 │  gathered by strand, tile after tile, instruction after instruction
 *                 ▼
 *                job: a batch of blocks on its way to be proven       batch.c
 *                 │  bits.c, ring.c, prime.c: one inner product of a batch
 *                 ▼
 *                proof: three proofs at once, each party prover, and verifier of the two others   proof.c
 *
 * Secret x = x0+x1+x2; party i holds x[i] and x[i+1], K[i] and K[i+1]. Steps: docs/protocols/rep3a.md.
 * CT: only n, message lengths and whether a check failed leak; challenges are public. */
#ifndef SOTTO_MPC_REP3A_H
#define SOTTO_MPC_REP3A_H

#include "mpc/mpc.h"
#include "mpc/rep3a/field.h"

enum { REP3A_PARTIES = 3, REP3A_PIECE_LEN_MAX = 1 << 20 };

static inline int rep3a_next(int party)
{
    return (party + 1) % REP3A_PARTIES;
}
static inline int rep3a_before(int party)
{
    return (party + 2) % REP3A_PARTIES;
}

/* --- what is to be proven (log.c) ------------------------------------------------------------------------ */

/* n results, each the sum of `terms` products. Elements are 64-bit words (bits, and rings up to 64) or the
 * kernels' words. Party i = self; x[0], y[0] are its first summands (index i), x[1], y[1] its second. With F
 * the masks: a = z[i+1] - F(K[i+1])         what it knows of the product of party i+1 b = F(K[i]) + sum x[i] *
 * y[i]  what it knows of the product of party i-1 c = z[i] - F(K[i])             what party i-1 knows of its
 * own; rings alone and for every party's product, sum (x[i]+x[i+1]) * (y[i]+y[i+1]) = a (of party i-1) + b (of
 * party i+1). */
struct rep3a_block {
    struct rep3a_block *next;
    size_t n, terms, len;             /* n: bits: 64 gates each, padded to REP3A_GROUP; len: bytes of it all */
    size_t length;                    /* elements that it puts into the inner product */
    uint8_t *x[2], *y[2], *a, *b, *c; /* x, y: term after term */
    /* A pass of a shuffle: result i is item order[i]. y holds what is moved, x[0] what the party proves;
     * moves.c */
    bool moves;
    int pass;
    uint32_t *order; /* NULL where this party does not know it */
    /* A bilinear map whose operands are kept as they are, x_n and y_n elements; map.c. NULL otherwise. */
    struct rep3a_map *map;
};

/* Factors of term t of result i: elements x_at[i] + x_step[t] of x and y_at[i] + y_step[t] of y. */
struct rep3a_map {
    size_t x_n, y_n;
    uint32_t *x_at, *y_at, *x_step, *y_step;
};
/* Products of a batch before its last block, and of a map, whose quotients are masked (ring.c). */
#define REP3A_PRODUCTS_MAX     ((size_t)1 << 28)
#define REP3A_MAP_PRODUCTS_MAX ((size_t)1 << 36)

/* Kinds of products that are proven together. */
enum rep3a_kind {
    REP3A_BITS,
    REP3A_RING8,
    REP3A_RING16,
    REP3A_RING32,
    REP3A_RING64,
    REP3A_RING128,
    REP3A_PRIME61,
    REP3A_PRIME253,
    REP3A_PRIME256,
    REP3A_ITEMS, /* pieces of bits that are moved */
    REP3A_KINDS
};
/** REP3A_ITEMS: 1, as for bits. */
unsigned rep3a_kind_bits(enum rep3a_kind kind);
enum rep3a_kind rep3a_kind_of(const struct shared *z);
/** Bytes of an element of a block. */
size_t rep3a_element_len(enum rep3a_kind kind);
/** n words of the kernels' become elements. */
void rep3a_widen(enum rep3a_kind kind, uint8_t *to, const void *words, size_t n);
/** a = words - a, for elements a and the kernels' words. */
void rep3a_subtract(enum rep3a_kind kind, uint8_t *a, const uint8_t *words, size_t n);

enum { REP3A_GROUP = 64 };

/* Blocks in the order of the program. */
struct rep3a_list {
    struct rep3a_block *first, *last;
    size_t n; /* products, terms counted; of bits, 64 together */
};

/* --- batches (batch.c) ----------------------------------------------------------------------------------- */

struct rep3a_job {
    struct rep3a_job *next;
    enum rep3a_kind kind;
    uint32_t instr, line; /* instr: of the latest product */
    uint16_t tile, first_step;
    struct rep3a_list list;
    bool done;
    uint64_t depth; /* when it was done */
};

/** A block of `kind` on its way into the strand's log; NULL with the fault set. */
struct rep3a_block *rep3a_block_new(struct strand *st, enum rep3a_kind kind, size_t n, size_t terms);
/** The same for a bilinear map, with head's n, terms and length; `order` is room of len bytes for operands and
 * places, whole lines of 64. */
struct rep3a_block *rep3a_map_new(struct strand *st, enum rep3a_kind kind, struct rep3a_block head, size_t len);
/** The same for a pass of a shuffle. */
struct rep3a_block *rep3a_moves_new(struct strand *st, enum rep3a_kind kind, size_t n, bool with_order);
/** The strand's products since the last call are whole: st->depth counts them in. May wait for other proofs
 * where too much is under way. */
SOTTO_MUST_CHECK enum sotto_err rep3a_logged(struct strand *st);
SOTTO_MUST_CHECK enum sotto_err rep3a_verify(struct strand *st);
void rep3a_strand_end(struct strand *st);
void rep3a_instr_end(struct mpc_session *s, uint32_t instr, struct strand *st, bool opens);
void rep3a_session_end(struct mpc_session *s);

/* --- proofs (proof.c) ------------------------------------------------------------------------------------ */

enum { REP3A_USE_COINS = 80, REP3A_USE_MASK = 81, REP3A_USE_BLIND = 82, REP3A_USE_DIGEST = 83 };
enum { REP3A_COIN_LEN = 32, REP3A_COINS_MAX = 30, REP3A_STEPS_MAX = 64 };

/* Three proofs that run side by side under the same challenges. */
struct rep3a_proof {
    struct strand *st;
    unsigned coins, used;                             /* how many challenges there will be, and were */
    uint8_t own[2][REP3A_COINS_MAX * REP3A_COIN_LEN]; /* coins from K[self], K[self+1] */
    uint8_t promised[REP3A_COINS_MAX * CRYPTO_HASH_LEN];
    struct crypto_stream challenge; /* the latest: a stream that is public from here on */
    uint64_t drawn;
};
SOTTO_MUST_CHECK enum sotto_err rep3a_proof_begin(struct rep3a_proof *p, struct strand *st, unsigned coins);
/** The next challenge, drawn by those whom it shall bind, after all that was sent before: one round. */
SOTTO_MUST_CHECK enum sotto_err rep3a_challenge(struct rep3a_proof *p);
/** Bytes of it. */
SOTTO_MUST_CHECK enum sotto_err rep3a_challenge_read(struct rep3a_proof *p, void *out, size_t len);
SOTTO_MUST_CHECK enum sotto_err rep3a_challenge_elements(struct rep3a_proof *p, const struct rep3a_field *f,
                                                         void *z, size_t n);
/** What this party, as prover, shares of the n elements v between its verifiers: one round. a becomes its share
 * as the verifier that is party i-1 of the next party's, b as the verifier i+1 of the one before. */
SOTTO_MUST_CHECK enum sotto_err rep3a_commit(struct rep3a_proof *p, const struct rep3a_field *f, const void *v,
                                             void *a, void *b, size_t n);

/* sum x*y over n elements, for x = x[0]+x[1], y = y[0]+y[1] held as in a block. a, b: the shares of the claim.
 */
struct rep3a_inner {
    size_t n;
    uint8_t *x[2], *y[2];
    uint8_t a[REP3A_ELEMENT_LEN_MAX], b[REP3A_ELEMENT_LEN_MAX];
};
/** How many challenges its proof takes. */
unsigned rep3a_inner_coins(size_t n);
/** Prove it; x and y are overwritten. SOTTO_ERR_CHEAT: the next party's claim is false, or a verifier lies. */
SOTTO_MUST_CHECK enum sotto_err rep3a_inner_prove(struct rep3a_proof *p, const struct rep3a_field *f,
                                                  struct rep3a_inner *v);
void rep3a_proof_end(struct rep3a_proof *p);
/** strand_post and strand_await, counted as a proof's. */
SOTTO_MUST_CHECK enum sotto_err rep3a_exchange(struct strand *st, struct exchange *x);

/* Points of {0,1,infinity}^d, d-digit numbers in base 3, digit i for variable i. */
enum { REP3A_FOLD = 3, REP3A_FOLD_N = 8, REP3A_POINTS_MAX = 729, REP3A_WIDE_FOLD = 6 };
unsigned rep3a_points(unsigned d);
/** The point of {0,1}^d whose digits are m's bits. */
unsigned rep3a_corner(unsigned m);
/** Weights w[3^d] that take values at all points to the value at r[d]. */
void rep3a_point_weights(const struct rep3a_field *f, unsigned d, const void *r, void *w);
/** Weights w[2^d] of the corners for a multilinear polynomial at r[d]. */
void rep3a_corner_weights(const struct rep3a_field *f, unsigned d, const void *r, void *w);

/** moves.c: see struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep3a_permute(struct strand *st, struct shared *z, const struct shared *x,
                                              int pass, const uint32_t *order, size_t item_len);
/** For elements of len bytes: x[s] = each item's weight, where the order is known and s holds the pass's
 * summand. Uses `add` of the field. x[s] is zero before. */
void rep3a_moved_weights(const struct rep3a_field *f, const struct rep3a_block *b, int self,
                         const uint8_t *weight, uint8_t *const x[2]);
/** (sum u*v - a - b) / 2^k of results from..from+n, of the party's own product: quotient.c. k <= 64: two's
 * complement. k = 128: its low 64 bits, or what lies above them. */
void rep3a_quotients(const struct rep3a_block *b, unsigned k, rep3a_u128 *q, size_t from, size_t n, bool above);
/** map.c: whether the map is one of rings that keeps its operands instead of its products. */
bool rep3a_map_is_short(const struct bilinear *b);
SOTTO_MUST_CHECK enum sotto_err rep3a_map_multiply(struct strand *st, const struct bilinear *b);
/** x[s] = the shorter operand's summands modulo p; y[s] = what the results' weights and the other operand make
 * of its factors, over 2^64: sum of x * y is the sum of weight * result / 2^64. b->length elements each. */
SOTTO_MUST_CHECK enum sotto_err rep3a_map_weigh(struct strand *st, const struct rep3a_field *f,
                                                const struct rep3a_block *b, const uint64_t *weight,
                                                uint8_t *const x[2], uint8_t *const y[2]);
/** products.c: see struct mpc_protocol. */
SOTTO_MUST_CHECK enum sotto_err rep3a_multiply(struct strand *st, const struct product *p, size_t n);
SOTTO_MUST_CHECK enum sotto_err rep3a_bilinear(struct strand *st, const struct bilinear *b);

/* Each proves one job in its strand. */
SOTTO_MUST_CHECK enum sotto_err rep3a_prove_bits(struct strand *st, struct rep3a_job *job);
SOTTO_MUST_CHECK enum sotto_err rep3a_prove_ring(struct strand *st, struct rep3a_job *job);
SOTTO_MUST_CHECK enum sotto_err rep3a_prove_prime(struct strand *st, struct rep3a_job *job);

#endif
