/* cost.h - rounds and bytes as docs/protocols/ states them, written down a second time without a look at the
 * code.
 *
 * k bits, n elements, lengths in bytes. Every function adds to the cost what comes next. */
#ifndef SOTTO_TESTS_COST_H
#define SOTTO_TESTS_COST_H

#include "mpc/mpc.h"

enum { COST_HEADER = 16, COST_DIGEST = 16 };

struct cost {
    const struct mpc_protocol *protocol;
    uint64_t sent[SOTTO_PARTIES_MAX], rounds;
    unsigned turn;        /* of the next exchange: duties rotate by it */
    uint64_t round_worth; /* bytes, as the parties agreed; 0: the default */
    uint64_t beside;      /* tiles side by side; 0: one */
    uint64_t low_bits;    /* of indices within blocks, which go along when extremes of blocks are compared */
    uint64_t proven_words, proven_len; /* rep3a's products, of one term each: of planes, in groups of 64 words;
                                          bytes of numbers */
};

/* Operations of a protocol: rep4.md and rep3.md, "Costs". */
bool cost_is_rep4(const struct cost *c);
/** Rows of products of `row` bytes each, words of word_len bytes: one round, whatever the number of pieces. */
void cost_products(struct cost *c, uint64_t rows, uint64_t row, uint64_t word_len);
bool cost_is_rep3a(const struct cost *c);
/** A mask has two parts. */
bool cost_two_masks(const struct cost *c);
/** Split of n words into k planes. */
void cost_split_planes(struct cost *c, uint64_t k, uint64_t n);
/** Split of a bit into words (rep3_owner 0), or a mask (1): two joint inputs in rep4, one party's in rep3; in
 * rep3a a product, and nothing. */
void cost_share_parts(struct cost *c, uint64_t len, unsigned rep3_owner);
void cost_opening(struct cost *c, uint32_t to, uint64_t len);
void cost_reveal(struct cost *c, uint32_t to, uint64_t len);
void cost_input(struct cost *c, unsigned owner, uint64_t len);

/* Proofs: rep3a.md, "Costs". An inner product of so many elements has so many levels. */
uint64_t cost_proof_levels(uint64_t elements);
void cost_proof_bits(struct cost *c, uint64_t levels);
void cost_proof_ring(struct cost *c, unsigned bits, uint64_t levels);
void cost_proof_field(struct cost *c, uint64_t word_len, uint64_t levels);

/* Gadgets: gadgets.md. */
uint64_t cost_plane(uint64_t n);
unsigned cost_lg(uint64_t n);
void cost_ands(struct cost *c, uint64_t rows, uint64_t n);
/** The carries of `sums` sums of n positions, in the shape of least cost; `all` of them or the last. */
void cost_carries(struct cost *c, uint64_t positions, bool all, uint64_t n, uint64_t sums);
void cost_add_bits(struct cost *c, uint64_t k, uint64_t n);
void cost_sub_bits(struct cost *c, uint64_t k, uint64_t n, bool two);
void cost_less(struct cost *c, uint64_t k, uint64_t n, uint64_t pairs);
void cost_and_planes(struct cost *c, uint64_t planes, uint64_t n, uint64_t sets);
void cost_bit_to_arith(struct cost *c, uint64_t k, uint64_t n);
/* Tables: data.md. */
/** Drawing a shuffle: nothing is sent, but steps pass. */
void cost_draw(struct cost *c, uint64_t n);
/** What is sent for a column of a shuffle; a round a pass for all columns together is not counted. */
void cost_shuffle_bits(struct cost *c, unsigned planes, uint64_t n);
void cost_shuffle_arith(struct cost *c, unsigned bits, uint64_t n);
void cost_extreme(struct cost *c, uint64_t k, uint64_t n, bool value, bool index, size_t round_worth);

#endif
