/* network.yaml and node.yaml: what is written is read back, and every mistake is named with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/net.h"

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/sotto-config-XXXXXX");
    unsetenv("SOTTO_TIMEOUT_SECONDS");
    unsetenv("SOTTO_LISTEN");
    return crypto_init() || !mkdtemp(dir);
}

static int remove_dir(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static const char *in_dir(const char *name)
{
    static char path[4][256];
    static unsigned turn;
    char *p = path[turn++ % 4];

    (void)snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static void assert_fault(const struct fault *f, enum sotto_err code, const char *text)
{
    if (f->code != code || !strstr(f->text, text))
        fail_msg("want %s with \"%s\", got %s: %s", sotto_err_name(code), text, sotto_err_name(f->code),
                 f->text);
}

/* A file's text with the first `from` replaced by `to`. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);

    assert_non_null(at);
    assert_non_null(out);
    memcpy(out, text, (size_t)(at - text));
    strcpy(out + (at - text), to);
    strcat(out, at + strlen(from));
    return out;
}

static char *read_text(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);

    assert_non_null(in);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 16) - 1, in) > 0);
    fclose(in);
    return text;
}

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    fclose(out);
    assert_int_equal(chmod(path, mode), 0);
}

/* --- round trip ----------------------------------------------------------------------------------------- */

static void test_init_then_read(void **state)
{
    static const char *const hosts[] = { "10.0.0.1", "mpc.example.org", "10.0.0.1", "::1" };
    static const uint16_t ports[] = { 7000, 7000, 7001, 7000 };
    struct fault f = { 0 };
    struct stat st;

    (void)state;
    assert_int_equal(net_network_init(in_dir("net"), 4, hosts, 7000, &f), SOTTO_OK);
    for (int p = 0; p < 4; p++) {
        char name[64];
        struct net_node n;

        (void)snprintf(name, sizeof name, "net/party%d/node.yaml", p);
        assert_int_equal(net_node_read(in_dir(name), &n, &f), SOTTO_OK);
        assert_int_equal(n.party, p);
        assert_int_equal(n.network.parties, 4);
        assert_int_equal(n.timeout_ms, SOTTO_TIMEOUT_MS_DEFAULT);
        assert_memory_equal(n.identity.public_key, n.network.peer[p].public_key, CRYPTO_SIGN_PUBLIC_LEN);
        assert_string_equal(n.network.peer[p].host, hosts[p]);
        assert_int_equal(n.network.peer[p].port, ports[p]);
        assert_string_equal(n.listen_host, hosts[p]);
        assert_int_equal(n.listen_port, ports[p]);
        net_node_wipe(&n);
        (void)snprintf(name, sizeof name, "net/party%d/party.key", p);
        assert_int_equal(stat(in_dir(name), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void test_init_overwrites_nothing(void **state)
{
    struct fault f = { 0 }, g = { 0 }, h = { 0 };
    char *before, *after;

    (void)state;
    assert_int_equal(net_network_init(in_dir("once"), 3, NULL, 7100, &f), SOTTO_OK);
    before = read_text(in_dir("once/party2/party.key"));
    assert_int_equal(net_network_init(in_dir("once"), 3, NULL, 7100, &g), SOTTO_ERR_INPUT);
    assert_fault(&g, SOTTO_ERR_INPUT, "once/network.yaml exists already");
    after = read_text(in_dir("once/party2/party.key"));
    assert_string_equal(before, after);
    free(before);
    free(after);
    /* Something in the way half-way: what was made before it goes again, and what was there stays. */
    assert_int_equal(mkdir(in_dir("half"), 0700), 0);
    assert_int_equal(mkdir(in_dir("half/party1"), 0700), 0);
    assert_int_equal(net_network_init(in_dir("half"), 3, NULL, 7100, &h), SOTTO_ERR_INPUT);
    assert_fault(&h, SOTTO_ERR_INPUT, "half/party1 exists already");
    assert_int_equal(access(in_dir("half/network.yaml"), F_OK), -1);
    assert_int_equal(access(in_dir("half/party0"), F_OK), -1);
    assert_int_equal(access(in_dir("half/party1"), F_OK), 0);
}

static void test_init_refuses(void **state)
{
    static const char *const bad[] = { "a", "b\"\n" };
    struct fault f = { 0 }, g = { 0 }, h = { 0 }, i = { 0 };

    (void)state;
    assert_int_equal(net_network_init(in_dir("x"), 1, NULL, 7100, &f), SOTTO_ERR_USAGE);
    assert_int_equal(net_network_init(in_dir("x"), 5, NULL, 7100, &g), SOTTO_ERR_USAGE);
    assert_int_equal(net_network_init(in_dir("x"), 2, bad, 7100, &h), SOTTO_ERR_USAGE);
    assert_fault(&h, SOTTO_ERR_USAGE, "host of party 1");
    assert_int_equal(net_network_init(in_dir("x"), 4, NULL, 65533, &i), SOTTO_ERR_USAGE);
    assert_int_equal(access(in_dir("x"), F_OK), -1);
}

static void test_hash(void **state)
{
    /* The bytes of docs/operations/network.md, put together here by hand and hashed in one go. */
    static const uint8_t bytes[] = "\3\0\0\0\0\0\0\0net"
                                   "\x8\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
                                   "\1\0\0\0\0\0\0\0a"
                                   "\2\0\0\0\0\0\0\0h1"
                                   "\x8\0\0\0\0\0\0\0\xbc\x1b\0\0\0\0\0\0"
                                   "\x20\0\0\0\0\0\0\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                   "\1\0\0\0\0\0\0\0b"
                                   "\2\0\0\0\0\0\0\0h2"
                                   "\x8\0\0\0\0\0\0\0\xbd\x1b\0\0\0\0\0\0"
                                   "\x20\0\0\0\0\0\0\0"
                                   "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
    struct net_network n = { .name = "net",
                             .parties = 2,
                             .peer = { { .name = "a", .host = "h1", .port = 7100 },
                                       { .name = "b", .host = "h2", .port = 7101 } } };
    /* crypto_hash_of prefixes the one part's length; a hash of the bare bytes is taken part by part. */
    struct crypto_hash h;
    uint8_t want[CRYPTO_HASH_LEN];
    struct reader r = reader_of(bytes, sizeof bytes - 1);

    (void)state;
    memset(n.peer[0].public_key, 'A', 32);
    memset(n.peer[1].public_key, 'B', 32);
    net_network_hash(&n);
    crypto_hash_init(&h, "sotto network 1");
    while (reader_left(&r)) {
        size_t len = read_u64(&r);
        const uint8_t *p = read_bytes(&r, len);

        assert_true(reader_ok(&r));
        crypto_hash_part(&h, p, len);
    }
    crypto_hash_final(&h, want);
    assert_memory_equal(n.hash, want, sizeof want);
}

/* --- mistakes in network.yaml --------------------------------------------------------------------------- */

static const struct {
    const char *name, *from, *to, *want;
} network_errors[] = {
    { "other version", "version: 1", "version: 2", ":2:10: a whole number from 1 to 1" },
    { "version is text", "version: 1", "version: one", ":2:10: a whole number" },
    { "empty version", "version: 1", "version:", "a whole number" },
    { "unknown key", "version: 1", "version: 1\nverison: 1",
      ":3:10: unknown key \"verison\"; here may stand: version," },
    { "unknown key of a party", "    port", "    prot",
      ":7:11: unknown key \"prot\"; here may stand: name, host, port, key" },
    { "twice", "version: 1", "version: 1\nversion: 1", ":3:1: \"version\" stands here a second time" },
    { "missing name", "name: \"sotto\"\n", "", "\"name\" is missing" },
    { "missing key", "    port: 7100\n", "", "\"port\" is missing" },
    { "parties is a value", "parties:\n", "parties: 4\nparteis:\n",
      ":4:10: a list with \"- \" is due for \"parties\"" },
    { "name is a list", "name: \"sotto\"", "name: [a]", "a single value is due for \"name\"" },
    { "party is a value", "parties:\n", "parties:\n  - me\n", "lines of the form \"key: value\" are due here" },
    { "empty name", "name: \"sotto\"", "name: \"\"", ":3:7: a name of 1 to 64" },
    { "escape in a name", "name: \"sotto\"", "name: \"a\\e[2J\"", ":3:7: a name of 1 to 64" },
    { "escape in a key", "version: 1", "version: 1\n\"a\\e[2J\": 1", "unknown key \"a?[2J\"" },
    { "zero byte", "name: \"sotto\"", "name: \"a\\0b\"", "a zero byte in a value" },
    { "port 0", "port: 7100", "port: 0", ":7:11: a whole number from 1 to 65535" },
    { "port too high", "port: 7100", "port: 65536", ":7:11: a whole number" },
    { "port overflows", "port: 7100", "port: 18446744073709558716", ":7:11: a whole number" },
    { "negative port", "port: 7100", "port: -1", ":7:11: a whole number" },
    { "host with blank", "host: \"127.0.0.1\"", "host: \"a b\"", "a host name or address is due" },
    { "short key", "key: ed25519:", "key: ed25519:0", "\"ed25519:\" and 64 hexadecimal digits" },
    { "other kind of key", "key: ed25519:", "key: rsa:", "\"ed25519:\" and 64 hexadecimal digits" },
    { "anchor", "name: \"sotto\"", "name: &a \"sotto\"", "an anchor (&) is not allowed" },
    { "alias", "port: 7100", "port: *a", "an alias (*) is not allowed" },
    { "tag", "version: 1", "version: !!int 1", "a tag (!) is not allowed" },
    { "merge key", "    port: 7100", "    <<: {port: 7100}", "unknown key \"<<\"" },
    { "key that is a list", "version: 1", "version: 1\n? [a]\n: 1", "a key must be a plain word" },
    { "deep", "name: \"sotto\"", "name: [[[[[[[[[[a]]]]]]]]]]", "nested too deeply" },
    { "second document", "version: 1", "version: 1\n...\n---\na: 1", "a second document" },
    { "not YAML", "version: 1", "version: [1", "not YAML" },
    { "tab", "version: 1", "version: 1\n\t- x", "not YAML" },
    { "same port", "port: 7101", "port: 7100", "parties 0 and 1 have the same host and port" },
    { "same name", "\"party1\"", "\"party0\"", "parties 0 and 1 have the same name" },
    { "changed name", "\"party1\"", "\"party9\"", "the signature of party 0 (party0) does not fit" },
    { "changed port", "port: 7101", "port: 7109", "the signature of party 0 (party0) does not fit" },
    { "changed host", "127.0.0.1", "127.0.0.2", "the signature of party 0 (party0) does not fit" },
    { "changed network name", "name: \"sotto\"", "name: \"other\"", "does not fit" },
    { "no signatures", "signatures:", "signatures: []\nx:", "unknown key \"x\"" },
    { "signatures is a value", "signatures:\n", "signatures: 1\nx:\n",
      "a list with \"- \" is due for \"signatures\"" },
};

static void test_network_errors(void **state)
{
    struct fault f = { 0 };
    char *text;

    (void)state;
    assert_int_equal(net_network_init(in_dir("bad"), 4, NULL, 7100, &f), SOTTO_OK);
    text = read_text(in_dir("bad/network.yaml"));
    for (size_t i = 0; i < sizeof network_errors / sizeof network_errors[0]; i++) {
        char *changed = replaced(text, network_errors[i].from, network_errors[i].to);
        struct net_network n;
        struct fault g = { 0 };

        if (net_network_parse("network.yaml", changed, strlen(changed), &n, &g) != SOTTO_ERR_INPUT ||
            strncmp(g.text, "network.yaml:", 13) != 0 || !strstr(g.text, network_errors[i].want))
            fail_msg("%s: want \"%s\", got %s", network_errors[i].name, network_errors[i].want, g.text);
        assert_int_equal(n.parties, 0);
        free(changed);
    }
    free(text);
}

static void test_signatures(void **state)
{
    struct fault f = { 0 }, g = { 0 }, h = { 0 }, i = { 0 };
    struct net_network n, out;
    struct crypto_identity other;
    char *text, *last;

    (void)state;
    assert_int_equal(net_network_init(in_dir("sig"), 3, NULL, 7100, &f), SOTTO_OK);
    assert_int_equal(net_network_read(in_dir("sig/network.yaml"), &n, &f), SOTTO_OK);
    /* another key signs for party 1 */
    crypto_identity_new(&other);
    net_network_sign(&n, 1, &other);
    assert_int_equal(net_network_write(in_dir("sig/forged.yaml"), &n, &f), SOTTO_OK);
    assert_int_equal(net_network_read(in_dir("sig/forged.yaml"), &out, &g), SOTTO_ERR_INPUT);
    assert_fault(&g, SOTTO_ERR_INPUT, "the signature of party 1 (party1) does not fit");
    /* party 2 has not signed yet, or there is one too many */
    text = read_text(in_dir("sig/network.yaml"));
    last = strrchr(text, '-');
    assert_non_null(last);
    *last = '#';
    assert_int_equal(net_network_parse("n", text, strlen(text), &out, &h), SOTTO_ERR_INPUT);
    assert_fault(&h, SOTTO_ERR_INPUT, "the signature of party 2 (party2) is missing");
    *last = '-';
    strcat(text, "  - again\n");
    assert_int_equal(net_network_parse("n", text, strlen(text), &out, &i), SOTTO_ERR_INPUT);
    assert_fault(&i, SOTTO_ERR_INPUT, "a signature too many");
    free(text);
}

static void test_sizes(void **state)
{
    size_t len = SOTTO_CONFIG_LEN_MAX;
    char *text = malloc(len + 1);
    struct net_network n;
    struct fault f = { 0 }, g = { 0 }, h = { 0 };

    (void)state;
    assert_non_null(text);
    memset(text, '\n', len + 1);
    assert_int_equal(net_network_parse("n", text, len + 1, &n, &f), SOTTO_ERR_INPUT);
    assert_fault(&f, SOTTO_ERR_INPUT, "too long for a configuration");
    for (size_t i = 0; i + 2 <= len; i += 2)
        memcpy(text + i, "- ", 2); /* nested lists, one in another */
    assert_int_equal(net_network_parse("n", text, len, &n, &g), SOTTO_ERR_INPUT);
    assert_fault(&g, SOTTO_ERR_INPUT, "nested too deeply");
    memcpy(text, "name: [", 7);
    for (size_t i = 7; i + 2 <= len; i += 2)
        memcpy(text + i, "1,", 2);
    assert_int_equal(net_network_parse("n", text, len, &n, &h), SOTTO_ERR_INPUT);
    assert_fault(&h, SOTTO_ERR_INPUT, "too many values");
    free(text);
}

/* --- node.yaml ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name, *text, *want;
} node_errors[] = {
    { "no such party", "network: network.yaml\nparty: 3\nkey: party.key\n", "there is no party 3" },
    { "party out of range", "network: network.yaml\nparty: 4\nkey: party.key\n",
      "bad.yaml:2:8: a whole number from 0 to 3" },
    { "another party's key", "network: network.yaml\nparty: 1\nkey: party.key\n",
      "is not that of party 1 (party1)" },
    { "key file open to others", "network: network.yaml\nparty: 0\nkey: open.key\n", "run: chmod 600" },
    { "key file garbled", "network: network.yaml\nparty: 0\nkey: garbled.key\n",
      "\"ed25519-seed:\" and 64 hexadecimal" },
    { "key file missing", "network: network.yaml\nparty: 0\nkey: none.key\n", "none.key: No such file" },
    { "network missing", "network: none.yaml\nparty: 0\nkey: party.key\n", "none.yaml: No such file" },
    { "network is a directory", "network: .\nparty: 0\nkey: party.key\n", "is not a file" },
    { "empty path", "network:\nparty: 0\nkey: party.key\n", "the path of a file is due for \"network\"" },
    { "no key", "network: network.yaml\nparty: 0\n", "\"key\" is missing" },
    { "timeout 0", "network: network.yaml\nparty: 0\nkey: party.key\ntimeout_seconds: 0\n",
      "a whole number from 1" },
    { "timeout fraction", "network: network.yaml\nparty: 0\nkey: party.key\ntimeout_seconds: 1.5\n",
      "a whole number" },
    { "listen without port", "network: network.yaml\nparty: 0\nkey: party.key\nlisten: host\n",
      "host:port is due" },
    { "listen port 0", "network: network.yaml\nparty: 0\nkey: party.key\nlisten: host:0\n",
      "host:port is due" },
    { "listen port junk", "network: network.yaml\nparty: 0\nkey: party.key\nlisten: host:1x\n",
      "host:port is due" },
    { "empty file", "", "is empty" },
    { "only a word", "hello", "\"key: value\" are due here" },
};

static void make_node(const char *extra)
{
    char text[256];

    (void)snprintf(text, sizeof text, "network: network.yaml\nparty: 0\nkey: party.key\n%s", extra);
    write_text(in_dir("node/party0/node.yaml"), text, 0644);
}

static void test_node_errors(void **state)
{
    struct fault f = { 0 };
    struct net_node n, zero = { 0 };
    char *key;

    (void)state;
    assert_int_equal(net_network_init(in_dir("node"), 3, NULL, 7100, &f), SOTTO_OK);
    key = read_text(in_dir("node/party0/party.key"));
    write_text(in_dir("node/party0/open.key"), key, 0640);
    write_text(in_dir("node/party0/garbled.key"), "ed25519-seed:12", 0600);
    free(key);
    for (size_t i = 0; i < sizeof node_errors / sizeof node_errors[0]; i++) {
        struct fault g = { 0 };

        write_text(in_dir("node/party0/bad.yaml"), node_errors[i].text, 0644);
        if (net_node_read(in_dir("node/party0/bad.yaml"), &n, &g) != SOTTO_ERR_INPUT ||
            !strstr(g.text, node_errors[i].want))
            fail_msg("%s: want \"%s\", got %s", node_errors[i].name, node_errors[i].want, g.text);
        assert_memory_equal(&n, &zero, sizeof n);
    }
}

static void test_node_settings(void **state)
{
    struct fault f = { 0 }, g = { 0 }, h = { 0 };
    struct net_node n;
    const char *path = in_dir("node/party0/node.yaml");

    (void)state;
    make_node("timeout_seconds: 3\nlisten: \"[::]:7200\"\n");
    assert_int_equal(net_node_read(path, &n, &f), SOTTO_OK);
    assert_int_equal(n.timeout_ms, 3000);
    assert_string_equal(n.listen_host, "::");
    assert_int_equal(n.listen_port, 7200);
    setenv("SOTTO_TIMEOUT_SECONDS", "7", 1);
    setenv("SOTTO_LISTEN", "0.0.0.0:7300", 1);
    assert_int_equal(net_node_read(path, &n, &f), SOTTO_OK);
    assert_int_equal(n.timeout_ms, 7000);
    assert_string_equal(n.listen_host, "0.0.0.0");
    assert_int_equal(n.listen_port, 7300);
    setenv("SOTTO_TIMEOUT_SECONDS", "7s", 1);
    assert_int_equal(net_node_read(path, &n, &g), SOTTO_ERR_INPUT);
    assert_fault(&g, SOTTO_ERR_INPUT, "SOTTO_TIMEOUT_SECONDS");
    unsetenv("SOTTO_TIMEOUT_SECONDS");
    setenv("SOTTO_LISTEN", "7300", 1);
    assert_int_equal(net_node_read(path, &n, &h), SOTTO_ERR_INPUT);
    assert_fault(&h, SOTTO_ERR_INPUT, "SOTTO_LISTEN");
    unsetenv("SOTTO_LISTEN");
    net_node_wipe(&n);
}

static void test_allocations(void **state)
{
    struct fault f;
    struct net_node n;
    enum sotto_err err = SOTTO_ERR_RESOURCE;

    (void)state;
    make_node("");
    for (uint64_t k = 0; err; k++) {
        f = (struct fault){ 0 };
        mem_fail_after(k);
        err = net_node_read(in_dir("node/party0/node.yaml"), &n, &f);
        mem_fail_after(UINT64_MAX);
        if (err)
            assert_fault(&f, SOTTO_ERR_RESOURCE, "out of memory");
    }
    net_node_wipe(&n);
    err = SOTTO_ERR_RESOURCE;
    for (uint64_t k = 0; err; k++) {
        mem_fail_after(k);
        err = net_network_init(in_dir("memory"), 2, NULL, 7100, NULL);
        mem_fail_after(UINT64_MAX);
        if (err)
            assert_int_equal(access(in_dir("memory"), F_OK), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_then_read), cmocka_unit_test(test_init_overwrites_nothing),
        cmocka_unit_test(test_init_refuses),   cmocka_unit_test(test_hash),
        cmocka_unit_test(test_network_errors), cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_sizes),          cmocka_unit_test(test_node_errors),
        cmocka_unit_test(test_node_settings),  cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests_name("net_config", tests, make_dir, remove_dir);
}
