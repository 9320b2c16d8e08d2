/* A small HTTP server: a loop over poll in a thread, in fixed memory, because it must not use the counted
   allocators. */
#include "server.h"

#include "random.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CONNECTIONS 64
#define BUFFER ((size_t)2048)
#define ECHO_MAX ((size_t)1024)
#define CHUNKS 30
#define CHUNK 10000

typedef struct connection {
    size_t length; /* bytes in the buffer: a head, then up to ECHO_MAX bytes of its body */
    size_t left;   /* bytes of a longer body that are still to be skipped */
    char buffer[BUFFER + 1];
} connection;

static struct {
    int listener, stop_read, stop_write;
    pthread_t thread;
    random_state noise;
    struct pollfd polls[CONNECTIONS + 2];
    connection connections[CONNECTIONS];
} server_state;

static int send_all(int socket_fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(socket_fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return 0;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 1;
}

static int send_echo(int socket_fd, const char *body, size_t length)
{
    char head[256];
    int size =
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id:  r-1 \r\n"
                 "X-RateLimit-Remaining: 49\r\nDate: Tue, 24 Nov 2015 12:50:11 GMT\r\nContent-Length: %zu\r\n\r\n",
                 length);
    return send_all(socket_fd, head, (size_t)size) && send_all(socket_fd, body, length);
}

/* The second response arrives with the last byte of the first, so that libcurl leaves it in the socket. */
static int send_stray(int socket_fd)
{
    static const char first[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrea";
    static const char rest[] = "lHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
    if (!send_all(socket_fd, first, sizeof first - 1)) return 0;
    poll(NULL, 0, 1);
    return send_all(socket_fd, rest, sizeof rest - 1);
}

static int send_trailer(int socket_fd)
{
    static const char trailer[] =
        "HTTP/1.1 200 OK\r\nx-request-id: r-1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
        "x-request-id: trailer\r\nHTTP/1.1 500 X: no\r\n\r\n";
    return send_all(socket_fd, trailer, sizeof trailer - 1);
}

static int send_long_line(int socket_fd)
{
    static char line[200000];
    static const char head[] = "HTTP/1.1 200 OK\r\nx-request-id: ";
    memset(line, 'x', sizeof line);
    send_all(socket_fd, head, sizeof head - 1);
    send_all(socket_fd, line, sizeof line);
    return 0; /* closes the connection */
}

static int send_chunked(int socket_fd)
{
    static char chunk[CHUNK];
    char size[16];
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    memset(chunk, 'x', sizeof chunk);
    if (!send_all(socket_fd, head, sizeof head - 1)) return 0;
    int length = snprintf(size, sizeof size, "%x\r\n", CHUNK);
    for (int i = 0; i < CHUNKS; i++)
        if (!send_all(socket_fd, size, (size_t)length) || !send_all(socket_fd, chunk, sizeof chunk) ||
            !send_all(socket_fd, "\r\n", 2))
            return 0;
    return send_all(socket_fd, "0\r\n\r\n", 5);
}

static int send_noise(int socket_fd)
{
    char response[] = "HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\nDate:\r\nx-ratelimit-remaining : 7\r\n: empty\r\n"
                      "Retry-After: 1\r\n folded\r\nContent-Length: 4\r\n\r\nbody";
    random_mutate(&server_state.noise, response, sizeof response - 1);
    send_all(socket_fd, response, sizeof response - 1);
    return 0; /* closes the connection */
}

static int send_folded(int socket_fd)
{
    static const char folded[] = "HTTP/1.1 200 OK\r\n folded: x\r\nx-request-id: r-1\r\nContent-Length: 2\r\n\r\nok";
    return send_all(socket_fd, folded, sizeof folded - 1);
}

static int send_folded_after_interim(int socket_fd)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    return send_all(socket_fd, interim, sizeof interim - 1) && send_folded(socket_fd);
}

static int respond(int socket_fd, const char *head, const char *body, size_t length)
{
    const char *path = strchr(head, ' ');
    if (!path) return 0;
    if (strncmp(path, " /ok", 4) == 0) return send_echo(socket_fd, body, length);
    if (strncmp(path, " /stray", 7) == 0) return send_stray(socket_fd);
    if (strncmp(path, " /trailer", 9) == 0) return send_trailer(socket_fd);
    if (strncmp(path, " /line", 6) == 0) return send_long_line(socket_fd);
    if (strncmp(path, " /big", 5) == 0) return send_chunked(socket_fd);
    if (strncmp(path, " /fold", 6) == 0 || strncmp(path, " fold.", 6) == 0) return send_folded(socket_fd);
    if (strncmp(path, " /interim", 9) == 0) return send_folded_after_interim(socket_fd);
    if (strncmp(path, " /noise", 7) == 0) return send_noise(socket_fd);
    return strncmp(path, " /hang", 6) == 0;
}

/* Responds to the complete requests in the buffer. 0 to close the connection. */
static int serve(int socket_fd, connection *self)
{
    self->buffer[self->length] = '\0';
    char *end = strstr(self->buffer, "\r\n\r\n");
    if (!end) return self->length < BUFFER;
    char *field = strstr(self->buffer, "Content-Length: ");
    size_t body = field && field < end ? strtoul(field + 16, NULL, 10) : 0;
    size_t head = (size_t)(end + 4 - self->buffer), there = self->length - head;
    if (body > ECHO_MAX) {
        self->left = body - there; /* a long body is not sent back: the test is about the upload */
        there = body = 0;
    }
    if (there < body) return 1;
    if (!self->left && !respond(socket_fd, self->buffer, end + 4, body)) return 0;
    self->length = self->left ? head : 0;
    return 1;
}

static int receive(int socket_fd, connection *self)
{
    static char waste[65536];
    if (self->left) {
        ssize_t count = recv(socket_fd, waste, self->left < sizeof waste ? self->left : sizeof waste, 0);
        if (count <= 0) return 0;
        self->left -= (size_t)count;
        if (self->left) return 1;
        self->length = 0;
        return respond(socket_fd, self->buffer, "", 0);
    }
    ssize_t count = recv(socket_fd, self->buffer + self->length, BUFFER - self->length, 0);
    if (count <= 0) return 0;
    self->length += (size_t)count;
    return serve(socket_fd, self);
}

static void accept_connection(void)
{
    struct timeval timeout = {5, 0};
    int no_delay = 1; /* send head and body at once */
    int socket_fd = accept(server_state.listener, NULL, NULL), slot = 2;
    if (socket_fd < 0) return;
    setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    while (slot < CONNECTIONS + 2 && server_state.polls[slot].fd >= 0) slot++;
    if (slot == CONNECTIONS + 2) {
        close(socket_fd);
        return;
    }
    server_state.polls[slot].fd = socket_fd;
    memset(&server_state.connections[slot - 2], 0, sizeof(connection));
}

static void *run(void *unused)
{
    (void)unused;
    struct pollfd *polls = server_state.polls;
    while (poll(polls, CONNECTIONS + 2, -1) >= 0 && !polls[1].revents) {
        for (int i = 2; i < CONNECTIONS + 2; i++) {
            if (polls[i].fd < 0 || !polls[i].revents || receive(polls[i].fd, &server_state.connections[i - 2]))
                continue;
            close(polls[i].fd);
            polls[i].fd = -1;
        }
        if (polls[0].revents) accept_connection();
    }
    return NULL;
}

/* Returns a socket bound to a free port of 127.0.0.1. */
static int bound(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (socket_fd < 0 || bind(socket_fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(socket_fd, (struct sockaddr *)&address, &size) != 0)
        return -1;
    *port = ntohs(address.sin_port);
    return socket_fd;
}

int server_start(server *self)
{
    int stop[2];
    server_state.listener = bound(&self->port);
    if (server_state.listener < 0 || listen(server_state.listener, 64) != 0) return 0;
    if (bound(&self->refused_port) < 0 || pipe(stop) != 0) return 0;
    server_state.stop_read = stop[0];
    server_state.stop_write = stop[1];
    server_state.noise.seed = RANDOM_SEED;
    for (int i = 0; i < CONNECTIONS + 2; i++) {
        server_state.polls[i].fd = -1;
        server_state.polls[i].events = POLLIN;
    }
    server_state.polls[0].fd = server_state.listener;
    server_state.polls[1].fd = server_state.stop_read;
    return pthread_create(&server_state.thread, NULL, run, NULL) == 0;
}

void server_stop(void)
{
    close(server_state.stop_write);
    pthread_join(server_state.thread, NULL);
}
