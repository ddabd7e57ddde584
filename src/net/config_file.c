#include "net/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sotto_err check_file(int fd, const char *path, size_t len_max, bool private_only, struct fault *f)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return fault_set(f, SOTTO_ERR_INPUT, "%s is not a file", path);
    if (private_only && (st.st_mode & 077))
        return fault_set(f, SOTTO_ERR_INPUT,
                         "%s holds a secret key and others may touch it (mode %03o); run: chmod 600 %s", path,
                         (unsigned)st.st_mode & 0777, path);
    if (st.st_size < 0 || (uint64_t)st.st_size > len_max)
        return fault_set(f, SOTTO_ERR_INPUT, "%s is longer than %zu bytes, too long for a configuration", path,
                         len_max);
    return SOTTO_OK;
}

/* Reads until the end, though the file may change meanwhile. */
static enum sotto_err read_all(int fd, const char *path, uint8_t *p, size_t cap, size_t *len, struct fault *f)
{
    ssize_t got = 1;

    for (*len = 0; *len < cap && got != 0; *len += got > 0 ? (size_t)got : 0) {
        got = read(fd, p + *len, cap - *len);
        if (got < 0 && errno != EINTR)
            return fault_set(f, SOTTO_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
    }
    if (*len == cap)
        return fault_set(f, SOTTO_ERR_INPUT, "%s grew while it was read", path);
    return SOTTO_OK;
}

enum sotto_err config_file_read(const char *path, size_t len_max, bool private_only, uint8_t **out, size_t *len,
                                struct fault *f)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not hold us up */
    enum sotto_err err;

    *out = NULL;
    if (fd < 0)
        return fault_set(f, SOTTO_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
    err = check_file(fd, path, len_max, private_only, f);
    if (!err) {
        *out = mem_alloc(len_max + 1, 1);
        err = *out ? read_all(fd, path, *out, len_max + 1, len, f)
                   : fault_set(f, SOTTO_ERR_RESOURCE, "out of memory while reading %s", path);
    }
    close(fd);
    if (err && *out) {
        mem_wipe(*out, len_max + 1);
        mem_free(*out);
        *out = NULL;
    }
    return err;
}

enum sotto_err config_file_write(const char *path, unsigned mode, const void *p, size_t len, struct fault *f)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode), why = 0;
    const uint8_t *at = p;
    ssize_t put;

    if (fd < 0 && errno == EEXIST)
        return fault_set(f, SOTTO_ERR_INPUT,
                         "%s exists already and is not overwritten; remove it or choose another place", path);
    if (fd < 0)
        return fault_set(f, SOTTO_ERR_INPUT, "cannot write %s: %s", path, strerror(errno));
    for (; len && !why; at += put > 0 ? put : 0, len -= put > 0 ? (size_t)put : 0) {
        put = write(fd, at, len);
        why = put < 0 && errno != EINTR ? errno : 0;
    }
    if (!why && fsync(fd) < 0)
        why = errno;
    if (close(fd) < 0 && !why)
        why = errno;
    if (!why)
        return SOTTO_OK;
    (void)unlink(path);
    return fault_set(f, SOTTO_ERR_RESOURCE, "cannot write %s: %s", path, strerror(why));
}
