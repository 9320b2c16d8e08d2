/* A tiny HTTP server on loopback, in a thread of its own: it dies with the program, whatever happens. */
#ifndef TORTURE_SERVER_H
#define TORTURE_SERVER_H

typedef struct server {
    int port;         /* it listens here */
    int refused_port; /* nobody listens here, nor can anybody else */
} server;

/* 0 when it cannot. It serves
   /ok     the request's body, sent back, on a kept connection
   /big    300 kB, chunked
   /stray  "real", and a second response behind it
   /trailer "ok", chunked, and a trailer
   /line   a head with a line of 200 kB
   /hang   nothing, ever
   /drop   nothing, and the connection is closed
   /fold   an answer whose first header is the continuation of none
   /noise  an answer whose bytes are mutated, another each time and the same ones in each run */
int server_start(server *self);
void server_stop(void);

#endif
