/* The sockets of an engine's connections: libcurl does not say which socket carries a request, so the engine opens and
   closes them itself and finds them again by their local address. */
#ifndef MC_SOCKETS_H
#define MC_SOCKETS_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stddef.h>

typedef struct mc_socket {
    curl_socket_t fd;
    int port, retired;              /* the local port, 0 while it is not known */
    char address[INET6_ADDRSTRLEN]; /* the local address as text */
} mc_socket;

typedef struct mc_sockets {
    mc_socket *list;
    size_t count, capacity;
} mc_sockets;

/* Opens a socket; CURL_SOCKET_BAD where that fails, with errno. Child processes do not inherit it. */
curl_socket_t mc_sockets_open(mc_sockets *self, const struct curl_sockaddr *to);

/* A CURLOPT_CLOSESOCKETFUNCTION; its context is the mc_sockets. */
int mc_sockets_close(void *context, curl_socket_t fd);

/* Whether the connection from this local address may carry another request: it is not retired, and its socket has
   nothing to read, neither bytes nor an end. A connection that is not found may not. */
int mc_sockets_usable(mc_sockets *self, const char *address, int port);

/* No connection that is open now is usable any more. */
void mc_sockets_retire(mc_sockets *self);

/* After a fork: closes this process's copies of the parent's sockets, which stay open there. Nothing is sent. */
void mc_sockets_leave(mc_sockets *self);

/* Frees the list. The sockets are libcurl's to close. */
void mc_sockets_free(mc_sockets *self);

#endif
