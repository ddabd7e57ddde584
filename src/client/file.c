/* file.c - a whole file into memory, whatever kind of file the path turns out to be. */
#include "client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_CHUNK_LEN = 1 << 16,
    STREAM_LEN_MAX = 1 << 28, /* a pipe or device does not tell its size: this much and no more */
    WRITER_WAIT_MS = 800,     /* for somebody to open the other end of a named pipe */
};

static enum sotto_err too_long(const char *path, size_t len_max, struct fault *f)
{
    return fault_set(f, SOTTO_ERR_INPUT,
                     "%s: the file is over the limit of %zu bytes; give a smaller file or raise the limit",
                     path, len_max);
}

/* A copy into a larger block, so that the old one can be wiped: inputs are secrets. */
static enum sotto_err make_room(struct client_file *file, size_t cap)
{
    uint8_t *grown = mem_alloc(cap, 1);

    if (!grown)
        return SOTTO_ERR_RESOURCE;
    if (file->len)
        memcpy(grown, file->data, file->len);
    if (file->data)
        mem_wipe(file->data, file->cap);
    mem_free(file->data);
    file->data = grown;
    file->cap = cap;
    return SOTTO_OK;
}

/* More bytes from fd, at most n; 0 at the end. A pipe that nobody writes to is waited for, but not for ever. */
static ssize_t read_some(int fd, uint8_t *p, size_t n, bool is_pipe, bool nothing_yet)
{
    for (int waited_ms = 0;;) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        ssize_t got = read(fd, p, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN) {
            poll(&ready, 1, -1);
            continue;
        }
        if (got == 0 && is_pipe && nothing_yet && waited_ms < WRITER_WAIT_MS) {
            poll(&ready, 1, 50);
            if (ready.revents & POLLHUP) /* it had a writer, which wrote nothing */
                return 0;
            waited_ms += 50;
            continue;
        }
        return got;
    }
}

static enum sotto_err read_all(int fd, const char *path, size_t len_max, bool is_pipe, bool is_regular,
                               struct client_file *file, struct fault *f)
{
    for (;;) {
        ssize_t got;

        if (file->len == file->cap) {
            size_t cap = file->cap < READ_CHUNK_LEN ? READ_CHUNK_LEN : 2 * file->cap;

            if (make_room(file, cap))
                return fault_set(f, SOTTO_ERR_RESOURCE, "%s: not enough memory to read it", path);
        }
        got = read_some(fd, file->data + file->len, file->cap - file->len, is_pipe, file->len == 0);
        if (got < 0)
            return fault_set(f, SOTTO_ERR_INPUT, "%s: cannot read: %s", path, strerror(errno));
        if (got == 0)
            return SOTTO_OK;
        /* An endless device of zeros would otherwise fill the memory before the parser sees its first byte. */
        if (!is_regular && file->len == 0 && memchr(file->data, 0, (size_t)got) && !is_pipe)
            return fault_set(f, SOTTO_ERR_INPUT, "%s: not a text file: it contains a zero byte", path);
        file->len += (size_t)got;
        if (file->len > len_max)
            return too_long(path, len_max, f);
    }
}

static enum sotto_err read_opened(int fd, const char *path, size_t len_max, struct client_file *file,
                                  struct fault *f)
{
    struct stat st;

    if (fstat(fd, &st))
        return fault_set(f, SOTTO_ERR_INPUT, "%s: cannot read: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return fault_set(f, SOTTO_ERR_INPUT, "%s: is a directory; give a file", path);
    if (S_ISREG(st.st_mode)) {
        if (st.st_size < 0 || (uint64_t)st.st_size > len_max)
            return too_long(path, len_max, f);
        /* One byte more than it has, so that its end is seen without growing. */
        if (make_room(file, (size_t)st.st_size + 1))
            return fault_set(f, SOTTO_ERR_RESOURCE, "%s: not enough memory to read it", path);
    } else if (len_max > STREAM_LEN_MAX) {
        len_max = STREAM_LEN_MAX;
    }
    return read_all(fd, path, len_max, S_ISFIFO(st.st_mode), S_ISREG(st.st_mode), file, f);
}

enum sotto_err client_file_read(const char *path, size_t len_max, struct client_file *file, struct fault *f)
{
    enum sotto_err err;
    int fd;

    *file = (struct client_file){ 0 };
    /* O_NONBLOCK: opening a named pipe must not hang. O_NOCTTY: a terminal must not become ours. */
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, SOTTO_ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    err = read_opened(fd, path, len_max, file, f);
    close(fd);
    if (err)
        client_file_wipe(file);
    return err;
}

void client_file_wipe(struct client_file *file)
{
    if (file->data)
        mem_wipe(file->data, file->cap);
    mem_free(file->data);
    *file = (struct client_file){ 0 };
}
