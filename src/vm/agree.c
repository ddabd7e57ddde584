/* agree.c - before anything is shared: do all run the same program with the same parameters, and how many rows
 * does each bring? What a party says here goes into the session's keys: who tells different parties different
 * things makes the keys differ, which the confirmation of the keys finds. */
#include "vm/internal.h"

enum { HELLO_LEN = 4 * CRYPTO_HASH_LEN };

/*  hello:  hash of the image | of protocol and its options | of the parameters | random */
static const struct {
    const char *what, *advice;
} hello_parts[] = {
    { "another program (image", "compare `sotto check` of the program on both machines" },
    { "another protocol or version (hash",
      "start all parties with the same --protocol, --round-worth and version of sotto" },
    { "other parameters (hash", "start all parties with the same -D values" },
};

struct told {
    const uint8_t *bytes;
    size_t len;
};

struct hello {
    uint8_t own[HELLO_LEN], theirs[SOTTO_PARTIES_MAX][HELLO_LEN];
    struct exchange x[2];
};

static enum sotto_err make_hello(struct vm *vm, uint8_t own[HELLO_LEN])
{
    const struct mpc_protocol *p = vm->s->protocol;
    struct crypto_hash h;
    uint8_t options[32];

    TRY(image_hash(vm->image, own));
    put_u64(options, vm->s->options.measure ? 0 : vm->s->options.round_worth);
    put_u64(options + 8, vm->s->options.digest_bits);
    put_u64(options + 16, vm->s->options.tile_bits);
    put_u64(options + 24, (uint64_t)mpc_session_lanes(vm->s));
    crypto_hash_init(&h, "sotto protocol 1");
    crypto_hash_part(&h, p->name, strlen(p->name));
    crypto_hash_part(&h, SOTTO_VERSION, strlen(SOTTO_VERSION));
    crypto_hash_part(&h, options, sizeof options);
    crypto_hash_final(&h, own + CRYPTO_HASH_LEN);
    crypto_hash_init(&h, "sotto parameters 1");
    for (size_t i = 0; i < vm->image->params_n; i++) {
        uint8_t value[8];

        put_u64(value, vm->job->params[i]);
        crypto_hash_part(&h, value, sizeof value);
    }
    crypto_hash_final(&h, own + 2 * CRYPTO_HASH_LEN);
    crypto_random(own + 3 * CRYPTO_HASH_LEN, CRYPTO_HASH_LEN);
    return SOTTO_OK;
}

static enum sotto_err compare(struct strand *st, const struct hello *h, int p)
{
    for (size_t i = 0; i < sizeof hello_parts / sizeof hello_parts[0]; i++) {
        const uint8_t *own = h->own + i * CRYPTO_HASH_LEN, *theirs = h->theirs[p] + i * CRYPTO_HASH_LEN;
        char own_hex[17], their_hex[17];

        if (memcmp(own, theirs, CRYPTO_HASH_LEN) == 0)
            continue;
        crypto_hex(own_hex, own, 8);
        crypto_hex(their_hex, theirs, 8);
        return strand_fail(st, SOTTO_ERR_IMAGE, "party %d runs %s %s..., here %s...); %s", p,
                           hello_parts[i].what, their_hex, own_hex, hello_parts[i].advice);
    }
    return SOTTO_OK;
}

/* Everything to everybody and back; buffers of len bytes a party. */
static enum sotto_err swap(struct strand *st, struct exchange *x, uint8_t *own, uint8_t *theirs, size_t len)
{
    for (int p = 0; p < st->s->protocol->parties; p++) {
        if (p == st->s->self)
            continue;
        x->out[p].buf = own;
        x->in[p].buf = theirs + (size_t)p * len;
        x->out[p].len = x->in[p].len = len;
    }
    TRY(strand_post(st, x));
    return strand_await(st);
}

/* What each tells beside its rows: how many bytes a round is worth to it, where that is to be measured. */
static void agree_on_pace(struct strand *st, const uint8_t *told, size_t len)
{
    uint64_t worth[SOTTO_PARTIES_MAX];

    for (int p = 0; p < st->s->protocol->parties; p++) {
        struct reader r = reader_of(told + (size_t)p * len, 8);

        worth[p] = read_u64(&r);
    }
    st->s->options.round_worth = (size_t)mpc_round_agree(worth, st->s->protocol->parties);
}

/*  rows:  worth of a round, if it is measured (8) | rows of each input (8) ... */
static enum sotto_err swap_rows(struct strand *st, struct vm *vm, struct hello *h, struct told *all)
{
    size_t inputs = vm->image->inputs_n, first = st->s->options.measure ? 8 : 0, len = first + 8 * inputs;
    int parties = st->s->protocol->parties;
    uint8_t *own = strand_alloc(st, inputs + 2, 8),
            *theirs = strand_alloc(st, (size_t)parties * (inputs + 2), 8);
    uint64_t worth = 0;

    vm->rows_of = strand_alloc(st, (size_t)parties * (inputs + 1), sizeof *vm->rows_of);
    if (!own || !theirs || !vm->rows_of)
        return st->s->fault.code;
    if (first)
        TRY(mpc_round_measure(st, &worth));
    put_u64(own, worth);
    for (size_t i = 0; i < inputs; i++)
        put_u64(own + first + 8 * i, vm->job->rows[i].n);
    if (parties > 1 && len)
        TRY(swap(st, &h->x[1], own, theirs, len));
    memcpy(theirs + (size_t)st->s->self * len, own, len);
    for (size_t i = 0; i < (size_t)parties * inputs; i++) {
        struct reader r = reader_of(theirs + i / inputs * len + first + i % inputs * 8, 8);

        vm->rows_of[i] = read_u64(&r);
        if (vm->rows_of[i] > SOTTO_VECTOR_N_MAX)
            return strand_fail(st, SOTTO_ERR_INPUT, "party %zu brings over %d rows of \"%s\"", i / inputs,
                               SOTTO_VECTOR_N_MAX, vm->image->inputs[i % inputs].name);
    }
    if (first)
        agree_on_pace(st, theirs, len);
    *all = (struct told){ theirs, (size_t)parties * len };
    return SOTTO_OK;
}

static uint64_t rows_in_all(const struct vm *vm, size_t input)
{
    uint64_t n = 0;

    for (int p = 0; p < vm->s->protocol->parties; p++)
        n += vm->rows_of[(size_t)p * vm->image->inputs_n + input];
    return n;
}

/* A symbol is bound by the first input whose size it is, less the size's addend; all others must then agree.
 * One that no input has would be anybody's guess. */
static enum sotto_err bind_sizes(struct strand *st, struct vm *vm)
{
    const struct image *im = vm->image;
    bool *bound = strand_alloc(st, im->symbols_n + 1, sizeof *bound);

    vm->binding.symbol = vm->result->symbols;
    if (!bound)
        return st->s->fault.code;
    for (size_t i = 0; i < im->inputs_n; i++) {
        const struct image_size *size =
            im->inputs[i].size == IMAGE_NONE ? NULL : &im->sizes[im->inputs[i].size];
        uint64_t n = rows_in_all(vm, i);

        if (!size || size->symbol == IMAGE_NONE || bound[size->symbol])
            continue;
        if ((int64_t)size->addend > (int64_t)n)
            return strand_fail(st, SOTTO_ERR_INPUT, "input \"%s\" has %llu rows, at least %lld are due",
                               im->inputs[i].name, (unsigned long long)n, (long long)size->addend);
        vm->binding.symbol[size->symbol] = n - size->addend;
        bound[size->symbol] = true;
    }
    for (size_t s = 0; s < im->symbols_n; s++)
        if (!bound[s])
            return strand_fail(st, SOTTO_ERR_PROGRAM,
                               "no input has the size \"%s\": nothing says how large it is", im->symbols[s]);
    for (size_t i = 0; i < im->inputs_n; i++) {
        uint64_t want, n = rows_in_all(vm, i);

        TRY(vm_size_of(st, vm, im->inputs[i].size, &want));
        if (n != want)
            return strand_fail(st, SOTTO_ERR_INPUT, "input \"%s\" has %llu rows in all, %llu are due",
                               im->inputs[i].name, (unsigned long long)n, (unsigned long long)want);
    }
    return SOTTO_OK;
}

enum sotto_err vm_agree(struct strand *st, struct vm *vm, uint8_t binding[CRYPTO_HASH_LEN])
{
    int parties = st->s->protocol->parties;
    struct hello *h = strand_alloc(st, 1, sizeof *h);
    struct crypto_hash hash;
    struct told rows = { 0 };

    if (!h)
        return st->s->fault.code;
    if (make_hello(vm, h->own))
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for the image's hash");
    if (parties > 1)
        TRY(swap(st, &h->x[0], h->own, h->theirs[0], HELLO_LEN));
    memcpy(h->theirs[st->s->self], h->own, HELLO_LEN);
    for (int p = 0; p < parties; p++)
        TRY(compare(st, h, p));
    TRY(swap_rows(st, vm, h, &rows));
    crypto_hash_init(&hash, "sotto job 1");
    crypto_hash_part(&hash, h->theirs, (size_t)parties * HELLO_LEN);
    crypto_hash_part(&hash, rows.bytes, rows.len);
    crypto_hash_final(&hash, binding);
    return bind_sizes(st, vm);
}
