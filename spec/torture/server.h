/* A small HTTP server on loopback, in a thread, so that it always ends with the program. */
#ifndef TORTURE_SERVER_H
#define TORTURE_SERVER_H

typedef struct server {
    int port;         /* the server listens on it */
    int refused_port; /* reserved, but not listened on: connections are refused */
} server;

/* Starts the server. 0 if that fails. It serves
   /ok       the request's body, on a kept connection
   /big      300 kB, chunked
   /stray    "real", followed by a second response
   /trailer  "ok", chunked, with a trailer
   /line     a head with a line of 200 kB
   /hang     no response
   /drop     no response; closes the connection
   /fold     a response whose first header is a continuation line
   /noise    a response with mutated bytes, different each time and reproducible */
int server_start(server *self);
void server_stop(void);

#endif
