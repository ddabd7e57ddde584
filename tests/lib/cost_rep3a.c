#include "lib/cost.h"

static void all_send(struct cost *c, uint64_t len)
{
    for (int p = 0; p < 3; p++)
        c->sent[p] += COST_HEADER + len;
}

/* The first goes along with promises of all. */
static void challenges(struct cost *c, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        all_send(c, 32);
    all_send(c, 32 * n);
    c->rounds += n;
}

static void commit(struct cost *c, uint64_t len)
{
    all_send(c, len);
    c->rounds++;
}

/* All but the challenges. */
static void inner_product(struct cost *c, uint64_t levels, uint64_t len)
{
    for (uint64_t i = 0; i < levels; i++)
        commit(c, 26 * len);
    commit(c, 3 * len);
}

uint64_t cost_proof_levels(uint64_t elements)
{
    uint64_t count = 1;

    for (; elements > 7; elements = (elements + 7) / 8)
        count++;
    return count;
}

void cost_proof_bits(struct cost *c, uint64_t levels)
{
    challenges(c, 2 + levels);
    commit(c, 728 * 8);
    inner_product(c, levels, 8);
}

void cost_proof_ring(struct cost *c, unsigned bits, uint64_t levels)
{
    challenges(c, 2 + levels);
    commit(c, bits == 128 ? 2048 : 1536);
    inner_product(c, levels, 8);
}

void cost_proof_field(struct cost *c, uint64_t word_len, uint64_t levels)
{
    challenges(c, 1 + levels);
    inner_product(c, levels, word_len);
}
