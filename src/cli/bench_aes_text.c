/* bench_aes_text.c - AES-128 (FIPS 197) as a program in the language: what W9 gives the compiler to do.
 *
 * Variables b0..b127 hold the blocks' bits and k0..k127 the round key's; ShiftRows is a matter of names. */
#include "cli/bench.h"

enum { BYTES = 16, BITS = 8, WIRES = BYTES * BITS, ROUNDS = 10 };

static const struct {
    const char *wire, *a, *b;
    char operation;
} sbox[] = {
#define G(wire, a, operation, b) { #wire, #a, #b, #operation[0] },
#include "cli/bench_sbox.def"
#undef G
};

/* One byte, of variables `kind` from number `first` on, through the S-box. */
static void box(struct writer *out, char kind, int first)
{
    text_format(out, "{\n");
    for (int i = 0; i < BITS; i++)
        text_format(out, "secret bool[n] x%d = %c%d;\n", i, kind, first + 7 - i);
    for (size_t g = 0; g < sizeof sbox / sizeof sbox[0]; g++)
        text_format(out,
                    sbox[g].operation == 'N' ? "secret bool[n] %s = !(%s %c %s);\n"
                                             : "secret bool[n] %s = %s %c %s;\n",
                    sbox[g].wire, sbox[g].a, sbox[g].operation == 'A' ? '&' : '^', sbox[g].b);
    for (int i = 0; i < BITS; i++)
        text_format(out, "%c%d = s%d;\n", kind, first + 7 - i, i);
    text_format(out, "}\n");
}

static void next_key(struct writer *out, int round)
{
    static const uint8_t rcon[ROUNDS] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36 };

    text_format(out, "{\n");
    for (int i = 0; i < 4 * BITS; i++) /* the last column, rotated by a byte */
        text_format(out, "secret bool[n] g%d = k%d;\n", i, 12 * BITS + (i + BITS) % (4 * BITS));
    for (int byte = 0; byte < 4; byte++)
        box(out, 'g', BITS * byte);
    for (int i = 0; i < 4 * BITS; i++)
        text_format(out, "k%d = k%d ^ %sg%d;\n", i, i, i < BITS && rcon[round] >> i & 1 ? "!" : "", i);
    for (int i = 4 * BITS; i < WIRES; i++)
        text_format(out, "k%d = k%d ^ k%d;\n", i, i, i - 4 * BITS);
    text_format(out, "}\n");
}

/* b[i] = a[i] + (a0+a1+a2+a3) + x*(a[i] + a[i+1]); `first` is the number of each byte's lowest variable. */
static void mix_column(struct writer *out, const int first[4])
{
    text_format(out, "{\n");
    for (int bit = 0; bit < BITS; bit++)
        text_format(out, "secret bool[n] all%d = b%d ^ b%d ^ b%d ^ b%d;\n", bit, first[0] + bit, first[1] + bit,
                    first[2] + bit, first[3] + bit);
    for (int i = 0; i < 4; i++)
        for (int bit = 0; bit < BITS; bit++)
            text_format(out, "secret bool[n] p%d = b%d ^ b%d;\n", BITS * i + bit, first[i] + bit,
                        first[(i + 1) % 4] + bit);
    for (int i = 0; i < 4; i++)
        for (int bit = 0; bit < BITS; bit++) {
            text_format(out, "b%d = b%d ^ all%d ^ p%d", first[i] + bit, first[i] + bit, bit,
                        BITS * i + (bit + 7) % BITS);
            text_format(out, bit == 1 || bit == 3 || bit == 4 ? " ^ p%d;\n" : ";\n", BITS * i + 7);
        }
    text_format(out, "}\n");
}

static void declare(struct writer *out)
{
    text_format(out, "// AES-128 of n blocks, each under a key of its own; made by sotto bench\n");
    for (int i = 0; i < WIRES; i++)
        text_format(out, "input secret bool data%d[n] from owner;\n", i);
    for (int i = 0; i < WIRES; i++)
        text_format(out, "input secret bool key%d[n] from owner;\n", i);
    for (int i = 0; i < WIRES; i++)
        text_format(out, "output bool result%d[n] to everyone;\n", i);
    text_format(out, "void main() {\n");
    for (int i = 0; i < WIRES; i++)
        text_format(out, "secret bool[n] k%d = key%d;\nsecret bool[n] b%d = data%d ^ k%d;\n", i, i, i, i, i);
}

void bench_aes_source(struct writer *out)
{
    int first[BYTES], old[BYTES]; /* of the byte at each place of the state */

    declare(out);
    for (int i = 0; i < BYTES; i++)
        first[i] = BITS * i;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BYTES; i++)
            box(out, 'b', first[i]);
        next_key(out, round);
        memcpy(old, first, sizeof old);
        for (int i = 0; i < BYTES; i++)
            first[i] = old[(i + 4 * (i % 4)) % BYTES];
        for (int column = 0; round + 1 < ROUNDS && column < 4; column++)
            mix_column(out, &first[4 * column]);
        for (int i = 0; i < WIRES; i++)
            text_format(out, "b%d = b%d ^ k%d;\n", first[i / BITS] + i % BITS, first[i / BITS] + i % BITS, i);
    }
    for (int i = 0; i < WIRES; i++)
        text_format(out, "result%d = reveal(b%d);\n", i, first[i / BITS] + i % BITS);
    text_format(out, "}\n");
}
