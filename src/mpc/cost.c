#include "mpc/mpc.h"

struct mpc_cost mpc_cost_of(const struct strand *st)
{
    const struct mpc_session *s = st->s;
    /* rep4: six elements a product among four parties; three parties: one each; alone: none */
    unsigned quarters = s->protocol->parties == 4 ? 6 : s->protocol->parties > 1 ? 4 : 0;

    return (struct mpc_cost){ s->options.round_worth, quarters, st->beside ? st->beside : 1 };
}
