/* cost_data.c - docs/protocols/data.md, "Costs". */
#include "lib/cost.h"

/* One pass of a column of len bytes, up to one piece. Columns move side by side: rounds are not counted here.
 */
static void cost_passes(struct cost *c, uint64_t len)
{
    for (int pass = 0; pass < c->protocol->passes; pass++)
        for (int p = 0; p < c->protocol->parties; p++) {
            if (cost_is_rep4(c) && p != pass)
                c->sent[p] += 2 * COST_HEADER + len + COST_DIGEST;
            if (!cost_is_rep4(c) && p != (pass + 1) % 3)
                c->sent[p] += COST_HEADER + len;
        }
}

void cost_draw(struct cost *c, uint64_t n)
{
    c->turn += (unsigned)((n + 65535) / 65536);
}

void cost_shuffle_bits(struct cost *c, unsigned planes, uint64_t n)
{
    for (unsigned p = 0; p < planes; p += 64) {
        unsigned left = planes - p, width = left <= 8 ? 8 : left <= 16 ? 16 : left <= 32 ? 32 : 64;

        cost_passes(c, cost_plane(n * width));
    }
}

void cost_shuffle_arith(struct cost *c, unsigned bits, uint64_t n)
{
    cost_passes(c, n * bits / 8);
}
