/* The sockets of an engine's connections. libcurl does not say which socket carries a request, so that the engine
   opens and closes the sockets itself and finds them by their local address. */
#ifndef MC_SOCKETS_H
#define MC_SOCKETS_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stddef.h>

typedef struct mc_socket {
    curl_socket_t fd;
    int port, retired;              /* local port, 0 until it is known */
    char address[INET6_ADDRSTRLEN]; /* local address as text */
} mc_socket;

typedef struct mc_sockets {
    mc_socket *list;
    size_t count, capacity;
} mc_sockets;

/* Opens a socket that child processes do not inherit. CURL_SOCKET_BAD and errno if that fails. */
curl_socket_t mc_sockets_open(mc_sockets *self, const struct curl_sockaddr *to);

/* A CURLOPT_CLOSESOCKETFUNCTION. Its context is the mc_sockets. */
int mc_sockets_close(void *context, curl_socket_t fd);

/* Returns whether the connection from this local address can carry another request: it is known and not retired, and
   its socket has nothing to read, neither bytes nor the end. */
int mc_sockets_usable(mc_sockets *self, const char *address, int port);

/* Makes all open connections unusable for further requests. */
void mc_sockets_retire(mc_sockets *self);

/* After a fork: closes this process's copies of the parent's sockets, without sending anything. They stay open in the
   parent. */
void mc_sockets_abandon(mc_sockets *self);

/* Frees the list. libcurl closes the sockets. */
void mc_sockets_free(mc_sockets *self);

#endif
