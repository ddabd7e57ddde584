/* joint.c - joint input: a value v that two parties know becomes a sharing.
 *
 * docs/protocols/rep4.md, "Joint input", for sender g, digester h, receiver j, partner i:
 *   1  share j = PRF(K[j]), which g, h and i know
 *   2  share i = v - share j, which g and h compute and j gets by a transfer; the other two shares are 0
 * Fantastic Four, figure 3, with the comparison moved to the receipt. */
#include "mpc/rep4/rep4.h"

struct piece {
    struct rep4_flight flight;
    size_t w0, wn;
};

static void add_rows(const struct rep4_joint *j, unsigned i, int a, const struct piece *p, const uint8_t *from)
{
    size_t row_len = p->wn * j->kernels->word_len;

    for (size_t r = 0; r < j->rows; r++) {
        uint8_t *z = j->target(j, i, a, r) + p->w0 * j->kernels->word_len;

        j->kernels->add(z, z, from + r * row_len, p->wn);
    }
}

static enum sotto_err post_one(struct strand *st, const struct rep4_joint *j, struct piece *p, unsigned i)
{
    const struct rep4_roles *roles = &j->roles[i];
    struct rep4_transfer *t = &p->flight.transfer[i];
    int self = st->s->self;
    uint8_t *mask;

    if (self == roles->receiver)
        return SOTTO_OK;
    mask = arena_room(&st->wire, 1, p->flight.len);
    if (self == roles->digester)
        t->value = arena_room(&st->wire, 1, p->flight.len);
    if (!mask || (self == roles->digester && !t->value))
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, roles->receiver, st->step, MPC_USE_MASK + i, j->kernels, mask, p->wn * j->rows));
    add_rows(j, i, roles->receiver, p, mask);
    if (self == roles->partner)
        return SOTTO_OK;
    memset(t->value, 0, p->flight.len);
    j->fill(j, i, p->w0, p->wn, t->value);
    j->kernels->sub(t->value, t->value, mask, p->wn * j->rows);
    add_rows(j, i, roles->partner, p, t->value);
    if (self == roles->sender && j->product)
        rep4_cheat(st, j->kernels, t->value);
    return SOTTO_OK;
}

void rep4_cheat(struct strand *st, const struct ring_kernels *k, uint8_t *value)
{
    if (!st->s->options.corrupt || st->s->cheated)
        return;
    st->s->cheated = true;
    k->put(value, 0, k->get(value, 0) + 1);
}

static enum sotto_err post_piece(struct strand *st, const struct rep4_joint *j, struct piece *p)
{
    p->flight.n = j->n;
    p->flight.len = p->wn * j->rows * j->kernels->word_len;
    for (unsigned i = 0; i < j->n; i++)
        p->flight.transfer[i] = (struct rep4_transfer){ .sender = j->roles[i].sender,
                                                        .digester = j->roles[i].digester,
                                                        .receiver = j->roles[i].receiver };
    TRY(rep4_flight_begin(st, &p->flight));
    for (unsigned i = 0; i < j->n; i++)
        TRY(post_one(st, j, p, i));
    return rep4_flight_post(st, &p->flight);
}

static enum sotto_err take_piece(struct strand *st, const struct rep4_joint *j, struct piece *p)
{
    TRY(rep4_flight_verify(st, &p->flight));
    for (unsigned i = 0; i < j->n; i++)
        if (j->roles[i].receiver == st->s->self)
            add_rows(j, i, j->roles[i].partner, p, p->flight.transfer[i].value);
    return SOTTO_OK;
}

enum sotto_err rep4_joint_run(struct strand *st, const struct rep4_joint *j)
{
    size_t per_piece = REP4_PIECE_LEN_MAX / (j->rows * j->kernels->word_len), pieces;
    struct piece *p;

    if (!per_piece)
        per_piece = 1;
    pieces = (j->words + per_piece - 1) / per_piece;
    p = arena_alloc(&st->wire, pieces, sizeof *p);
    if (!p)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    for (size_t i = 0; i < pieces; i++) {
        p[i].w0 = i * per_piece;
        p[i].wn = i + 1 < pieces ? per_piece : j->words - p[i].w0;
        TRY(post_piece(st, j, &p[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        TRY(take_piece(st, j, &p[i]));
    arena_reset(&st->wire);
    return SOTTO_OK;
}
