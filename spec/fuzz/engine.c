/* Fuzz target: a server sends the input as the response, and closes the connection (engine.lua). */
#include "state.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RESPONSE_MAX ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    int listener;
    pthread_mutex_t lock; /* the client may have read enough while the server still sends */
    uint8_t bytes[RESPONSE_MAX];
    size_t size;
} server;

/* Reads the request, which arrives in one piece, and sends the response. */
static void serve_connection(int socket_fd)
{
    static uint8_t response[RESPONSE_MAX];
    char request[4096];
    if (recv(socket_fd, request, sizeof request, 0) <= 0) return;
    pthread_mutex_lock(&server.lock);
    size_t left = server.size;
    memcpy(response, server.bytes, left);
    pthread_mutex_unlock(&server.lock);
    for (const uint8_t *at = response; left;) {
        ssize_t sent = send(socket_fd, at, left, MSG_NOSIGNAL);
        if (sent <= 0) return;
        at += sent;
        left -= (size_t)sent;
    }
}

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        int socket_fd = accept(server.listener, NULL, NULL);
        if (socket_fd < 0) continue;
        serve_connection(socket_fd);
        close(socket_fd);
    }
    return NULL;
}

/* Starts a server on loopback, and returns its port. */
static int start(void)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    pthread_t thread;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server.listener < 0 || bind(server.listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server.listener, 64) != 0 || getsockname(server.listener, (struct sockaddr *)&address, &length) != 0 ||
        pthread_mutex_init(&server.lock, NULL) != 0 || pthread_create(&thread, NULL, serve, NULL) != 0)
        abort();
    return ntohs(address.sin_port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    static char url[64];
    if (!L) {
        snprintf(url, sizeof url, "http://127.0.0.1:%d/", start());
        L = fuzz_state("spec/fuzz/engine.lua");
    }
    pthread_mutex_lock(&server.lock);
    server.size = size < RESPONSE_MAX ? size : RESPONSE_MAX;
    if (size) memcpy(server.bytes, data, server.size);
    pthread_mutex_unlock(&server.lock);
    fuzz_call(L, url, strlen(url));
    return 0;
}
