#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t position(const mc_sockets *self, curl_socket_t fd)
{
    size_t at = 0;
    while (at < self->count && self->list[at].fd != fd) at++;
    return at;
}

static void forget(mc_sockets *self, curl_socket_t fd)
{
    size_t at = position(self, fd);
    if (at < self->count) self->list[at] = self->list[--self->count];
}

static int make_room(mc_sockets *self)
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
    if (!make_room(self)) {
        errno = ENOMEM;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype, to->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    forget(self, fd); /* should libcurl ever close one by itself */
    mc_socket *added = &self->list[self->count++];
    memset(added, 0, sizeof *added);
    added->fd = fd;
    return fd;
}

int mc_sockets_close(void *context, curl_socket_t fd)
{
    forget(context, fd);
    return close(fd);
}

/* Notes the local address, which a socket has as soon as it begins to connect. */
static void name_socket(mc_socket *one)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;
    const void *address;
    int port;
    if (getsockname(one->fd, (struct sockaddr *)&storage, &size) != 0) return;
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
    if (inet_ntop(storage.ss_family, address, one->address, sizeof one->address)) one->port = port;
}

static int is_quiet(curl_socket_t fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, 0) == 0;
}

int mc_sockets_usable(mc_sockets *self, const char *address, int port)
{
    int found = 0;
    /* Two connections to different hosts can have the same local address: then both must be usable. */
    for (size_t at = 0; at < self->count; at++) {
        mc_socket *one = &self->list[at];
        if (!one->port) name_socket(one);
        if (one->port != port || strcmp(one->address, address) != 0) continue;
        if (one->retired || !is_quiet(one->fd)) return 0;
        found = 1;
    }
    return found;
}

void mc_sockets_retire(mc_sockets *self)
{
    for (size_t at = 0; at < self->count; at++) self->list[at].retired = 1;
}

void mc_sockets_leave(mc_sockets *self)
{
    for (size_t at = 0; at < self->count; at++) close(self->list[at].fd);
    self->count = 0;
}

void mc_sockets_free(mc_sockets *self)
{
    free(self->list);
    memset(self, 0, sizeof *self);
}
