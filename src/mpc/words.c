/* words.c - uniform words of rings and fields from a key's stream. */
#include "mpc/mpc.h"

enum sotto_err strand_words(struct strand *st, int key, unsigned step, unsigned use,
                            const struct ring_kernels *k, void *out, size_t n)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    uint8_t *stream;

    if (!k->wide || !k->wide->from_stream)
        return strand_stream(st, key, step, use, out, n * k->word_len);
    stream = strand_alloc(st, n, k->wide->draw_len);
    if (!stream)
        return st->s->fault.code;
    TRY(strand_stream(st, key, step, use, stream, n * k->wide->draw_len));
    k->wide->from_stream(out, stream, n);
    mem_wipe(stream, n * k->wide->draw_len);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
