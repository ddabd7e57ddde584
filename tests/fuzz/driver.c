/* driver.c - runs a fuzz target without libFuzzer: every file of the corpus, then mutations of them.
 *
 *     fuzz_x [-n MUTATIONS] PATH...        a path is a file or a directory of files
 *
 * The mutations are the same in every run. They stop after TIME_NS_MAX, so that a slow machine still ends. A
 * target that finds something aborts; the bytes are then in crash-<target>.bin of the current directory. */
#include "base/base.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { MUTATIONS = 20000, FILES_MAX = 4096, FILE_LEN_MAX = 1 << 20, GROWN_LEN_MAX = 1 << 12 };
#define TIME_NS_MAX 3000000000u

struct file {
    uint8_t *data;
    size_t len;
};

static struct file corpus[FILES_MAX];
static size_t corpus_n;
static const uint8_t *current; /* what the target has now, for the crash file */
static size_t current_len;
static char crash_path[256];

static void save_crash(void)
{
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd >= 0) {
        (void)!write(fd, current, current_len);
        close(fd);
    }
}

#ifdef __SANITIZE_ADDRESS__
/* A sanitizer ends the process by itself, without a signal. */
void __sanitizer_set_death_callback(void (*callback)(void));
#endif

static void on_crash(int sig)
{
    save_crash();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void run(const uint8_t *data, size_t len)
{
    /* A block of exactly this length, so that the address sanitizer sees a read past its end. */
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy)
        abort();
    if (len)
        memcpy(copy, data, len);
    current = copy;
    current_len = len;
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static bool load_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    struct file f = { malloc(FILE_LEN_MAX), 0 };

    if (!in || !f.data || corpus_n == FILES_MAX) {
        fprintf(stderr, "%s: cannot be read into the corpus\n", path);
        if (in)
            fclose(in);
        free(f.data);
        return false;
    }
    f.len = fread(f.data, 1, FILE_LEN_MAX, in);
    fclose(in);
    corpus[corpus_n++] = f;
    return true;
}

/* The order of a directory differs from machine to machine; the mutations must not. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool load_path(const char *path)
{
    struct dirent **names = NULL;
    struct stat st;
    bool ok = true;
    int n;

    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s: there is no such file or directory\n", path);
        return false;
    }
    if (!S_ISDIR(st.st_mode))
        return load_file(path);
    n = scandir(path, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char full[4096];

        snprintf(full, sizeof full, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            ok = load_file(full) && ok;
        free(names[i]);
    }
    free(names);
    return ok;
}

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static size_t random_below(size_t n)
{
    return n ? (size_t)(random_next() % n) : 0;
}

/* One small change of buf, which has room for GROWN_LEN_MAX more bytes than any corpus file. */
static size_t mutate_once(uint8_t *buf, size_t len, size_t cap)
{
    static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX };
    const struct file *other = &corpus[random_below(corpus_n)];
    size_t at = random_below(len + 1), n = random_below(16) + 1, from;
    uint64_t edge = edges[random_below(sizeof edges / sizeof edges[0])];

    switch (random_below(7)) {
    case 0: /* flip a bit */
        if (at < len)
            buf[at] ^= (uint8_t)(1u << random_below(8));
        return len;
    case 1: /* any byte */
        if (at < len)
            buf[at] = (uint8_t)random_next();
        return len;
    case 2: /* an edge value of 1, 2, 4 or 8 bytes */
        n = (size_t)1 << random_below(4);
        for (size_t i = 0; i < n && at + i < len; i++)
            buf[at + i] = (uint8_t)(edge >> (8 * i));
        return len;
    case 3: /* cut the end */
        return at;
    case 4: /* delete */
        n = n < len - at ? n : len - at;
        memmove(buf + at, buf + at + n, len - at - n);
        return len - n;
    case 5: /* repeat */
        n = n < len - at ? n : len - at;
        if (len + n > cap)
            return len;
        memmove(buf + at + n, buf + at, len - at);
        return len + n;
    default: /* a piece of another file */
        from = random_below(other->len + 1);
        n = n < other->len - from ? n : other->len - from;
        n = n < cap - at ? n : cap - at;
        if (n)
            memcpy(buf + at, other->data + from, n);
        return at + n > len ? at + n : len;
    }
}

static size_t mutate_all(size_t mutations)
{
    size_t cap = FILE_LEN_MAX + GROWN_LEN_MAX, done = 0;
    uint64_t start = clock_now_ns();
    uint8_t *buf = malloc(cap);

    if (!buf)
        abort();
    for (; done < mutations && clock_now_ns() - start < TIME_NS_MAX; done++) {
        const struct file *f = &corpus[random_below(corpus_n)];
        size_t len = f->len, changes = random_below(8) + 1;

        if (len)
            memcpy(buf, f->data, len);
        for (size_t i = 0; i < changes; i++)
            len = mutate_once(buf, len, cap);
        run(buf, len);
    }
    free(buf);
    return done;
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    size_t mutations = MUTATIONS, done;
    int at = 1;
    bool ok = true;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        mutations = strtoul(argv[2], NULL, 10);
        at = 3;
    }
    if (at >= argc) {
        fprintf(stderr, "usage: %s [-n MUTATIONS] PATH...\n", name);
        return 2;
    }
    snprintf(crash_path, sizeof crash_path, "crash-%s.bin", name);
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_set_death_callback(save_crash);
#endif
    for (; at < argc; at++)
        ok = load_path(argv[at]) && ok;
    if (!ok || !corpus_n) {
        fprintf(stderr, "%s: no corpus, nothing was tested\n", name);
        return 2;
    }
    for (size_t i = 0; i < corpus_n; i++)
        run(corpus[i].data, corpus[i].len);
    done = mutate_all(mutations);
    printf("%s: %zu files of the corpus and %zu mutations, nothing found\n", name, corpus_n, done);
    for (size_t i = 0; i < corpus_n; i++)
        free(corpus[i].data);
    return 0;
}
