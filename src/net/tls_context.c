/* Who may speak to whom: a certificate made in memory from the identity key, and pins in place of authorities.
 */
#include "net/tls_stream.h"

#include <openssl/err.h>
#include <openssl/x509.h>

/* TLS 1.3 (RFC 8446) with one choice of each kind, as all parties run the same program. ChaCha20 is for
 * machines without AES instructions. */
static const char ciphers[] = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
static const char groups[] = "X25519";
static const char signatures[] = "ed25519";

/* Replaces the whole check of the chain: names, dates and issuers say nothing here. The key must be pinned;
 * that the peer holds its private half is proven by the handshake's CertificateVerify. */
static int check_pin(X509_STORE_CTX *store, void *arg)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_stream *s = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
    size_t len = sizeof s->key;

    (void)arg;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key, s->key, &len) != 1 || len != sizeof s->key)
        return 0;
    s->key_seen = true;
    for (int p = 0; p < s->ctx->parties; p++) {
        if (!(s->allowed >> p & 1) || !crypto_equal(s->key, s->ctx->peer[p].public_key, sizeof s->key))
            continue;
        s->party = p;
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    return 0;
}

/* Self-signed, valid for ever: the date of a machine must not decide who is who. */
static X509 *certificate_of(EVP_PKEY *key)
{
    X509 *x = X509_new();
    X509_NAME *name = x ? X509_get_subject_name(x) : NULL;
    bool ok = name && X509_set_version(x, X509_VERSION_3) && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
              ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "19700101000000Z") &&
              ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"sotto", -1, -1, 0) &&
              X509_set_issuer_name(x, name) && X509_set_pubkey(x, key) && X509_sign(x, key, NULL);

    if (!ok) {
        X509_free(x);
        x = NULL;
    }
    return x;
}

static bool set_identity(SSL_CTX *ssl, const struct crypto_identity *id)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, id->seed, sizeof id->seed);
    X509 *certificate = key ? certificate_of(key) : NULL;
    bool ok =
        certificate && SSL_CTX_use_certificate(ssl, certificate) == 1 && SSL_CTX_use_PrivateKey(ssl, key) == 1;

    X509_free(certificate);
    EVP_PKEY_free(key); /* the context holds a reference until it is freed, which cleanses it */
    return ok;
}

static bool set_options(SSL_CTX *ssl)
{
    SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(ssl, 1);
    SSL_CTX_set_default_read_buffer_len(ssl, TLS_IN_LEN);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, check_pin, NULL);
    return SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) &&
           SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) && SSL_CTX_set_num_tickets(ssl, 0) &&
           SSL_CTX_set_max_early_data(ssl, 0) && SSL_CTX_set_ciphersuites(ssl, ciphers) &&
           SSL_CTX_set1_groups_list(ssl, groups) && SSL_CTX_set1_sigalgs_list(ssl, signatures) &&
           SSL_CTX_set1_client_sigalgs_list(ssl, signatures);
}

enum sotto_err tls_context_init(struct tls_context *ctx, const struct crypto_identity *id, int parties,
                                const struct net_peer peer[], struct fault *f)
{
    *ctx = (struct tls_context){ .parties = parties };
    memcpy(ctx->peer, peer, (size_t)parties * sizeof *peer);
    /* The machine's openssl.cnf must not weaken or break what is fixed here. */
    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    ctx->ssl = SSL_CTX_new(TLS_method());
    ctx->bio = tls_stream_bio();
    if (ctx->ssl && ctx->bio && set_options(ctx->ssl) && set_identity(ctx->ssl, id))
        return SOTTO_OK;
    tls_context_wipe(ctx);
    ERR_clear_error();
    return fault_set(f, SOTTO_ERR_INTERNAL, "OpenSSL refuses to set up TLS 1.3 with Ed25519 and AES-128-GCM");
}

void tls_context_wipe(struct tls_context *ctx)
{
    SSL_CTX_free(ctx->ssl);
    BIO_meth_free(ctx->bio);
    ctx->ssl = NULL;
    ctx->bio = NULL;
}

void net_tls_prepare(void)
{
    struct crypto_identity id;
    struct tls_context ctx;
    struct net_peer nobody = { 0 };

    crypto_identity_new(&id);
    if (tls_context_init(&ctx, &id, 1, &nobody, NULL) == SOTTO_OK)
        tls_context_wipe(&ctx); /* a failure will show again, with a place to say so */
    mem_wipe(&id, sizeof id);
}
