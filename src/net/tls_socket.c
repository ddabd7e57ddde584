#include "net/tls_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 64 };

enum sotto_err tls_resolve(const char *host, uint16_t port, bool to_listen, struct addrinfo **out,
                           struct fault *f)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST | (to_listen ? AI_PASSIVE : 0) };
    char service[8];
    int err;

    (void)snprintf(service, sizeof service, "%u", port);
    err = getaddrinfo(host, service, &hints, out); /* an address needs no resolver */
    if (err == EAI_NONAME) {
        hints.ai_flags &= ~AI_NUMERICHOST;
        err = getaddrinfo(host, service, &hints, out);
    }
    if (err)
        return fault_set(f, SOTTO_ERR_NETWORK, "cannot find the address of host \"%s\": %s; check its spelling",
                         host, gai_strerror(err));
    return SOTTO_OK;
}

static void set_no_delay(int fd)
{
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int tls_connect(const struct addrinfo *to)
{
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), why;

    if (fd < 0)
        return -1;
    set_no_delay(fd);
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS)
        return fd;
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

int tls_connect_error(int fd)
{
    int err = 0;
    socklen_t len = sizeof err;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? errno : err;
}

int tls_accept(int listen_fd, char from[TLS_ADDRESS_LEN])
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[TLS_ADDRESS_LEN - 8], port[8];
    int fd = accept4(listen_fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return -1;
    set_no_delay(fd);
    if (getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        (void)snprintf(from, TLS_ADDRESS_LEN, "unknown address");
    else
        (void)snprintf(from, TLS_ADDRESS_LEN, "%s:%s", host, port);
    return fd;
}

static int listen_on(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, why;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
                     sizeof on); /* a restart must not wait for old connections */
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = { .v6 = { .sin6_port = 0 } };
    socklen_t len = sizeof address;

    if (getsockname(fd, &address.any, &len) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

int net_listen(const char *host, uint16_t *port, struct fault *f)
{
    struct addrinfo *all = NULL;
    int fd = -1;

    if (tls_resolve(host, *port, true, &all, f))
        return -1;
    for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next)
        fd = listen_on(a);
    freeaddrinfo(all);
    if (fd < 0) {
        (void)fault_set(f, SOTTO_ERR_NETWORK, "cannot listen on %s:%u: %s; %s", host, *port, strerror(errno),
                        errno == EADDRINUSE ? "another program uses this port, stop it or choose another port"
                                            : "choose an address of this machine and a port above 1023");
        return -1;
    }
    *port = port_of(fd);
    return fd;
}
