/* stream.c - the stream in the chosen variant; portable is OpenSSL's AES over counter blocks made here, which
 * saves its set-up of a counter a read. */
#include "crypto/kernels.h"

#include <openssl/evp.h>

static const struct crypto_aes by_openssl;

static const struct crypto_aes *variant(void)
{
    switch (cpu_variant()) {
#if defined __x86_64__
    case CPU_AVX512:
        return &crypto_aes_avx512;
    case CPU_AVX2:
        return &crypto_aes_avx2;
#elif defined __aarch64__
    case CPU_ARMV8:
        return &crypto_aes_armv8;
#endif
    default:
        return &by_openssl;
    }
}

enum sotto_err crypto_stream_init(struct crypto_stream *s, const uint8_t key[16])
{
    EVP_CIPHER_CTX *ctx;

    *s = (struct crypto_stream){ .aes = variant() };
    if (s->aes->expand) {
        s->aes->expand(s->round_key, key);
        return SOTTO_OK;
    }
    s->cipher = ctx = EVP_CIPHER_CTX_new();
    if (!ctx) {
        crypto_stream_wipe(s);
        return SOTTO_ERR_RESOURCE;
    }
    if (EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
        crypto_stream_wipe(s);
        return SOTTO_ERR_INTERNAL;
    }
    return SOTTO_OK;
}

void crypto_stream_wipe(struct crypto_stream *s)
{
    EVP_CIPHER_CTX_free(s->cipher); /* cleanses the key schedule */
    mem_wipe(s, sizeof *s);
}

static void put_counters(uint8_t *out, size_t blocks, const uint8_t iv[16], uint64_t first)
{
    uint64_t count = first;

    for (int i = 8; i < 16; i++)
        count += (uint64_t)iv[i] << 8 * (15 - i);
    for (size_t b = 0; b < blocks; b++, out += 16, count++) {
        uint64_t low = __builtin_bswap64(count);

        memcpy(out, iv, 8);
        put_u64(out + 8, low);
    }
}

/* Counter blocks are laid down in place and encrypted there. */
static enum sotto_err read_openssl(struct crypto_stream *s, const uint8_t iv[16], uint8_t *p, size_t len)
{
    enum { STEP = 1 << 12 };
    uint64_t first = 0;
    int got;

    while (len >= 16) {
        size_t part = len < STEP ? len / 16 * 16 : STEP;

        put_counters(p, part / 16, iv, first);
        if (EVP_EncryptUpdate(s->cipher, p, &got, p, (int)part) != 1 || got != (int)part)
            return SOTTO_ERR_INTERNAL;
        first += part / 16;
        p += part;
        len -= part;
    }
    if (len) {
        uint8_t last[16];

        put_counters(last, 1, iv, first);
        if (EVP_EncryptUpdate(s->cipher, last, &got, last, sizeof last) != 1 || got != sizeof last)
            return SOTTO_ERR_INTERNAL;
        memcpy(p, last, len);
        mem_wipe(last, sizeof last);
    }
    return SOTTO_OK;
}

enum sotto_err crypto_stream_read(struct crypto_stream *s, const uint8_t iv[16], void *out, size_t len)
{
    if (!s->aes)
        return SOTTO_ERR_INTERNAL;
    if (!s->aes->stream)
        return read_openssl(s, iv, out, len);
    s->aes->stream((const uint8_t(*)[16])s->round_key, iv, out, len);
    return SOTTO_OK;
}
