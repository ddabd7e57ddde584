#include "lib/small_programs.h"

#define X          "input secret u8 x[n] from owner; "
#define Y          "input secret u8 y[n] from other; "
#define B          "input secret bool b[n] from owner; "
#define ONE(type)  "output " type " z to everyone; "
#define EACH(type) "output " type " z[n] to everyone; "

const struct small_program small_programs[] = {
    { "numbers of four owners; sum", X ONE("u8") "void main() { z = reveal(sum(x)); }", 4, true },
    { "public factors", X EACH("u8") "void main() { z = reveal(3 * x - 1 + -x); }", 3, false },
    { "bits of four owners", B EACH("bool") "void main() { z = reveal(!b); }", 5, false },
    { "product of 8 bits", X Y EACH("u8") "void main() { z = reveal(x * y); }", 2, false },
    { "product of 16 bits",
      "input secret i16 x[n] from owner; " EACH("i16") "void main() { z = reveal(x * x - 3); }", 2, false },
    { "product of 64 bits",
      "input secret u64 x[n] from owner; " EACH("u64") "void main() { z = reveal(x * x + x); }", 1, false },
    { "two products in a row", X Y EACH("u8") "void main() { z = reveal(x * y * x); }", 1, false },
    { "and, or, xor, not", X Y EACH("u8") "void main() { z = reveal((x & y) ^ (x | ~y)); }", 2, false },
    { "bool to number", B EACH("u16") "void main() { z = reveal(u16(b) + 7); }", 2, false },
    { "wider, without a sign", X EACH("u32") "void main() { z = reveal(u32(x + 1) * 3); }", 1, false },
    { "wider, with a sign",
      "input secret i8 x[n] from owner; " EACH("i16") "void main() { z = reveal(i16(x + 1) - 1); }", 2, false },
    { "narrower", "input secret u32 x[n] from owner; " EACH("u8") "void main() { z = reveal(u8(x * 5)); }", 1,
      false },
    { "number to bool", X EACH("bool") "void main() { z = reveal(bool(x - 77)); }", 3, false },
    { "equal numbers", X Y EACH("bool") "void main() { z = reveal(x + 1 == y + 1); }", 3, false },
    { "equal bits", X Y EACH("bool") "void main() { z = reveal((x & y) == (y & x)); }", 1, false },
    { "less", X Y EACH("bool") "void main() { z = reveal(x < y); }", 2, false },
    { "less, with a sign",
      "input secret i8 x[n] from owner; input secret i8 y[n] from other; " EACH(
          "bool") "void main() { z = reveal(x < y); }",
      2, false },
    { "choice of numbers", B X Y EACH("u8") "void main() { z = reveal(select(b, x * 3, y + 1)); }", 1, false },
    { "choice of bits", B X Y EACH("u8") "void main() { z = reveal(select(b, x & 15, y)); }", 2, false },
    { "count", B ONE("u32") "void main() { z = reveal(count(b)); }", 5, false },
    { "least", X ONE("u8") "void main() { z = reveal(min(x)); }", 2, false },
    { "greatest, with a sign",
      "input secret i8 x[n] from owner; " ONE("i8") "void main() { z = reveal(max(x)); }", 3, false },
    { "index of the least", X ONE("u32") "void main() { z = reveal(argmin(x)); }", 3, false },
    { "index of the greatest", X ONE("u32") "void main() { z = reveal(argmax(x)); }", 2, false },
    { "any and all", B ONE("bool") "void main() { z = reveal(any(b)) && reveal(all(b)); }", 5, false },
    { "numbers to bits and back", X EACH("u8") "void main() { z = reveal(((x + 1) & 60) + x); }", 1, false },
    { "element set", X EACH("u8") "void main() { secret u8 v[n] = x; v[0] = v[1] * 3; z = reveal(v); }", 2,
      false },
    { "branch on what was opened",
      X ONE("u8") "void main() { if (reveal(x[0] > 9)) z = reveal(x[0] * x[1]); else z = reveal(x[1]); }", 2,
      false },
    { "loop up to what was opened",
      X ONE("u8") "void main() { secret u8 s = 1; u8 end = reveal(x[0] & 1) + 1;"
                  " for (u8 i in 0..end) s = s * x[1]; z = reveal(s); }",
      2, false },
    { "branch on a secret",
      X ONE("u8") "void main() { secret u8 s = x[0]; if (x[0] > 9) s = x[0] * 2; else s = 5; z = reveal(s); }",
      1, false },
    { "65 bits, past a word", B EACH("bool") "void main() { z = reveal(b && !(b && all(b))); }", 65, false },
};
const size_t small_programs_n = sizeof small_programs / sizeof small_programs[0];

static uint64_t value_of(enum image_elem elem, const char *input, size_t i)
{
    unsigned bits = image_elem_bits(elem);
    uint64_t v = ((uint64_t)(uint8_t)input[0] * 40503u + i * 2654435761u) >> 3,
             low = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;

    v &= low;
    return image_elem_signed(elem) && v >> (bits - 1) ? v | ~low : v;
}

void small_program_init(struct committee *c, const char *protocol, const struct small_program *p)
{
    static uint64_t values[4][8][SMALL_PROGRAM_N_MAX];
    size_t which = 0;

    committee_init(c, protocol, p->source);
    while (mpc_protocols[which] != c->protocol)
        which++;
    assert(c->image.inputs_n <= 8 && p->n <= SMALL_PROGRAM_N_MAX);
    for (size_t k = 0; k < c->image.inputs_n; k++) {
        const struct image_input *in = &c->image.inputs[k];

        for (size_t i = 0; i < p->n; i++)
            values[which][k][i] = value_of((enum image_elem)in->elem, in->name, i);
        committee_input(c, in->name, values[which][k], p->n);
    }
}
