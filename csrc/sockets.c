/* The sockets of an engine's connections. */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t sockets_find(const mc_sockets *self, curl_socket_t fd)
{
    size_t at = 0;
    while (at < self->count && self->list[at].fd != fd) at++;
    return at;
}

static void sockets_forget(mc_sockets *self, curl_socket_t fd)
{
    size_t at = sockets_find(self, fd);
    if (at < self->count) self->list[at] = self->list[--self->count];
}

static int sockets_grow(mc_sockets *self)
{
    if (self->count < self->capacity) return 1;
    size_t capacity = self->capacity ? self->capacity * 2 : 16;
    mc_socket *grown = realloc(self->list, capacity * sizeof *grown);
    if (!grown) return 0;
    self->list = grown;
    self->capacity = capacity;
    return 1;
}

curl_socket_t mc_sockets_open(mc_sockets *self, const struct curl_sockaddr *to)
{
    if (!sockets_grow(self)) {
        errno = ENOMEM;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype, to->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    sockets_forget(self, fd); /* in case libcurl closed a socket itself */
    mc_socket *added = &self->list[self->count++];
    memset(added, 0, sizeof *added);
    added->fd = fd;
    return fd;
}

int mc_sockets_close(void *context, curl_socket_t fd)
{
    sockets_forget(context, fd);
    return close(fd);
}

/* Records the local address, which a socket has once it starts to connect. */
static void sockets_read_local_address(mc_socket *self)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;
    const void *address;
    int port;
    if (getsockname(self->fd, (struct sockaddr *)&storage, &size) != 0) return;
    if (storage.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&storage;
        address = &in->sin_addr;
        port = ntohs(in->sin_port);
    } else if (storage.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&storage;
        address = &in6->sin6_addr;
        port = ntohs(in6->sin6_port);
    } else {
        return;
    }
    if (inet_ntop(storage.ss_family, address, self->address, sizeof self->address)) self->port = port;
}

static int sockets_is_quiet(curl_socket_t fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return poll(&entry, 1, 0) == 0;
}

int mc_sockets_usable(mc_sockets *self, const char *address, int port)
{
    int found = 0;
    /* Connections to different hosts can have the same local address: then all must be usable. */
    for (size_t at = 0; at < self->count; at++) {
        mc_socket *entry = &self->list[at];
        if (!entry->port) sockets_read_local_address(entry);
        if (entry->port != port || strcmp(entry->address, address) != 0) continue;
        if (entry->retired || !sockets_is_quiet(entry->fd)) return 0;
        found = 1;
    }
    return found;
}

void mc_sockets_retire(mc_sockets *self)
{
    for (size_t at = 0; at < self->count; at++) self->list[at].retired = 1;
}

void mc_sockets_abandon(mc_sockets *self)
{
    for (size_t at = 0; at < self->count; at++) close(self->list[at].fd);
    self->count = 0;
}

void mc_sockets_free(mc_sockets *self)
{
    free(self->list);
    memset(self, 0, sizeof *self);
}
