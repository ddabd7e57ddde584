/* protocol.h - what a back end has to offer. Everything else is a gadget over these.
 *
 * All back ends share replicated sharings: x is the sum of `shares` summands, and `holds` says which party has
 * which. Linear work needs no back end (shared.h). CT: n and lengths leak. */
#ifndef SOTTO_MPC_PROTOCOL_H
#define SOTTO_MPC_PROTOCOL_H

#include "mpc/session.h"

/* z = sum over its terms of x * y. All operands of a batch have the same domain, bits and n. BITS operands are
 * single planes. z is zero before (BITS: whatever lies there) and must not alias any operand. */
struct product_term {
    struct shared x, y;
};
struct product {
    struct shared z;
    const struct product_term *term;
    size_t terms;
};

/* z += B(x, y) for a map B that is linear in x and in y, such as a product of matrices: each row of z from the
 * row of x and of y (or their only one). One domain, and bits of one kind. z is zero before and must not alias
 * any operand. */
struct bilinear {
    struct shared z, x, y;
    /** Words w0..w0+wn of B of one row of plain words, which are sums of up to two: added to out, or taken from
     * it where `minus`. */
    void (*add)(const struct bilinear *b, void *out, size_t w0, size_t wn, bool minus, const struct ring_sum *x,
                const struct ring_sum *y);
    /** The same map as a sum of `terms` products of single words: factor t of words w0..w0+wn of a row of z,
     * from a row of plain words of x, and of y. For protocols that prove each product. */
    void (*factor)(const struct bilinear *b, void *out, size_t t, bool of_y, size_t w0, size_t wn,
                   const void *row);
    size_t terms;
    /* Factor t of word i is always the word at[i] + step[t] of the operand: how far terms lie apart is the same
     * for all words of z, and none before the first. */
    bool apart;
    const void *shape;
    void *work; /* memory for `add`, as it needs */
};

/* What the parties that know a part do to it before they share it: `to` has the part's layout and zero memory
 * in share[0] alone; `words` is one share's worth in the layout of x. Part of a struct with what fn needs. */
struct mpc_map {
    void (*fn)(const struct mpc_map *map, const struct shared *to, const void *words, const struct shared *x);
};

struct mpc_protocol {
    const char *name;
    const char *label; /* for people: what it withstands */
    int parties, shares;
    bool active;                      /* holds against a party that lies */
    bool many_lanes;                  /* its strands share nothing, so that they may run in several lanes */
    uint8_t holds[SOTTO_PARTIES_MAX]; /* mask of summands a party holds */

    /** The owner's words (ARITH: n words; BITS: planes at z's stride) become a sharing; `plain` is NULL
     * elsewhere. Verified before it returns. */
    enum sotto_err (*input)(struct strand *st, struct shared *z, int owner, const void *plain);
    /** Products, all in one round, verified before it returns or before the next opening (verify). */
    enum sotto_err (*multiply)(struct strand *st, const struct product *p, size_t n);
    /** One round, and only what z is made of is sent: as for one product of z's size. Verified. */
    enum sotto_err (*bilinear)(struct strand *st, const struct bilinear *b);
    /** Write x as a sum (ARITH) or xor (BITS) of vectors that few parties know in clear, and share each of them
     * in the domain of part[]: x ARITH k bits -> part BITS k planes; x BITS 1 plane -> part ARITH. With a map,
     * what it makes of each of them is shared, in whatever layout part[] has. One round.
     *  Returns how many parts in *parts_n (at most 2; with a map at most 3, for which there is room then). */
    enum sotto_err (*split)(struct strand *st, struct shared *part, int *parts_n, const struct shared *x,
                            const struct mpc_map *map);
    /** z (ARITH) gets random summands 1.. ; part[] (BITS, z->bits planes) sum up to their sum. One round. */
    enum sotto_err (*mask)(struct strand *st, struct shared *z, struct shared part[2], int *parts_n);
    /** Open x to the parties in `to`; each of them gets words (or planes, at x's stride) in out. Verified.
     * Whole words travel: shared_clear_tail first. */
    enum sotto_err (*open)(struct strand *st, const struct shared *x, uint32_t to, void *out);

    int passes; /* of a shuffle; each party lacks the summand, and so the order, of at least one */
    /** One pass: item i of z is item order[i] of x, with fresh summands. Items are the words of an ARITH x, or
     * pieces of item_len (1, 2, 4 or 8) bytes of the one plane of a BITS x. Only the holders of summand `pass`
     * know the order; it is NULL elsewhere. z is zero before. One round, verified before it returns. */
    enum sotto_err (*permute)(struct strand *st, struct shared *z, const struct shared *x, int pass,
                              const uint32_t *order, size_t item_len);

    /* Of protocols that verify products later than multiply (NULL: none is left open). */
    /** Wait until all products are verified that what st opens can depend on: those of earlier instructions,
     * and its own. */
    enum sotto_err (*verify)(struct strand *st);
    /** st has ended without an error; tiles end in any order, before their strand goes on. */
    void (*strand_end)(struct strand *st);
    /** Instruction `instr` is done, by strand st or (NULL) without one. Once for every number from 1 on, in any
     * order within 512. `opens`: called before its strand begins, for an instruction that opens values and
     * multiplies none.
     */
    void (*instr_end)(struct mpc_session *s, uint32_t instr, struct strand *st, bool opens);
    void (*session_end)(struct mpc_session *s);
};

/** See instr_end. */
static inline void mpc_instr_end(struct mpc_session *s, uint32_t instr, struct strand *st, bool opens)
{
    if (s->protocol->instr_end)
        s->protocol->instr_end(s, instr, st, opens);
}
enum { MPC_INSTR_MAX = 1 << 27 }; /* numbers from here on belong to protocols */

extern const struct mpc_protocol mpc_clear, mpc_rep3, mpc_rep3a, mpc_rep4;
extern const struct mpc_protocol *const mpc_protocols[]; /* NULL-terminated; the default first */
/** By name, or NULL. */
const struct mpc_protocol *mpc_protocol_by_name(const char *name);

/** For back ends: share a of z = what a split makes of a share's worth of words of x. */
void mpc_split_convert(const struct shared *z, int a, const void *words, const struct shared *x,
                       const struct mpc_map *map);

/** For back ends: B of the sums x[a] + sign * x[b] and y[a] + sign * y[b] of summands, sign 0: of x[a] and y[a]
 * alone. Words w0..w0+wn of every row, row after row, at `out`. */
void mpc_bilinear_add(const struct bilinear *b, uint8_t *out, size_t w0, size_t wn, bool minus, int x_a,
                      int x_b, int x_sign, int y_a, int y_b, int y_sign);

/** B where x or y is public: its words, in the layout of a share of one row, or NULL for the secret one. Local.
 */
void mpc_bilinear_public(const struct bilinear *b, const void *x, const void *y);

/** Mask of all parties of a protocol. */
static inline uint32_t mpc_everyone(const struct mpc_protocol *p)
{
    return (1u << p->parties) - 1;
}

/* A batch of products in the making, in the strand's scratch memory. */
struct products {
    struct strand *st;
    struct product *p;
    struct product_term *term;
    size_t n, n_max, terms, terms_max;
};
SOTTO_MUST_CHECK enum sotto_err products_init(struct products *b, struct strand *st, size_t n_max,
                                              size_t terms_max);
/** Begin z = ... ; its terms follow. */
void products_begin(struct products *b, const struct shared *z);
void products_term(struct products *b, const struct shared *x, const struct shared *y);
/** z = x * y */
void products_add(struct products *b, const struct shared *z, const struct shared *x, const struct shared *y);
/** One round for all of them; nothing is sent for an empty batch. */
SOTTO_MUST_CHECK enum sotto_err products_run(struct products *b);

#endif
