/* tls_socket.h - TCP sockets of the mesh: non-blocking, closed on exec, without Nagle's delay. */
#ifndef SOTTO_NET_TLS_SOCKET_H
#define SOTTO_NET_TLS_SOCKET_H

#include "net/net.h"

struct addrinfo;

/** All addresses of host:port; free with freeaddrinfo. A name may block as long as the system's resolver does.
 */
SOTTO_MUST_CHECK enum sotto_err tls_resolve(const char *host, uint16_t port, bool to_listen,
                                            struct addrinfo **out, struct fault *f);
/** Start a connection; -1: errno says why. Writable means done or failed: ask tls_connect_error. */
int tls_connect(const struct addrinfo *to);
int tls_connect_error(int fd);
/** The next caller, or -1. from: "address:port". */
enum { TLS_ADDRESS_LEN = 64 };
int tls_accept(int listen_fd, char from[TLS_ADDRESS_LEN]);

#endif
