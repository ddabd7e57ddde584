/* bilinear.c - inner and matrix products for the price of their result. docs/protocols/linear.md, "Bilinear
 * maps".
 *
 * For every pair {a,b} of summands, the two parties outside of it know
 *     Q = B(x_a + s x_b, y_a + s y_b) = B(x_a, y_a) + B(x_b, y_b) + s (B(x_a, y_b) + B(x_b, y_a)),
 * where s = -1 for the pairs {0,1} and {2,3} and 1 for the others. The sum of s Q over all pairs is B(x, y): a
 * summand is in one pair with s = -1 and in two with s = 1, so its own term comes once. Three maps a party. */
#include "mpc/rep4/rep4.h"

static void fill_pair(const struct rep4_joint *j, unsigned i, size_t w0, size_t wn, uint8_t *out)
{
    int a = j->roles[i].receiver, b = j->roles[i].partner, sign = (a ^ b) == 1 ? -1 : 1;

    mpc_bilinear_add(j->context, out, w0, wn, sign < 0, a, b, sign, a, b, sign);
}

static uint8_t *target_row(const struct rep4_joint *j, unsigned i, int a, size_t r)
{
    const struct bilinear *b = j->context;

    (void)i;
    return shared_row(&b->z, a, (unsigned)r);
}

enum sotto_err rep4_bilinear(struct strand *st, const struct bilinear *b)
{
    struct rep4_joint j = { .kernels = shared_kernels(&b->z),
                            .rows = shared_rows(&b->z),
                            .words = shared_words(&b->z),
                            .n = 6,
                            .product = true,
                            .fill = fill_pair,
                            .target = target_row,
                            .context = b };

    rep4_product_roles(j.roles, rep4_rotation(st));
    return rep4_joint_run(st, &j);
}
