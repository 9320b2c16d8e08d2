/* One request in flight: its libcurl handle, its bytes out and its capped bytes in. No Lua here. */
#ifndef MC_TRANSFER_H
#define MC_TRANSFER_H

#include "sockets.h"

#include <curl/curl.h>
#include <stddef.h>

#define MC_HEAD_MAX ((size_t)64 * 1024)
#define MC_HEADERS_MAX 100 /* that a request has */

/* What all transfers of an engine share; the engine owns the strings. */
typedef struct mc_defaults {
    const char *ca_file, *proxy;
    CURLSH *share;
    mc_sockets sockets;
    size_t max_response;
    int flies_once; /* see mc_transfer_flies_once */
    int sees_tls;   /* see mc_transfer_sees_tls */
} mc_defaults;

typedef struct mc_bytes {
    char *data;
    size_t length, capacity;
} mc_bytes;

typedef enum mc_state { MC_IDLE, MC_FLYING, MC_DONE } mc_state;

typedef struct mc_transfer {
    struct mc_transfer *next_owned;              /* all that the engine owns */
    struct mc_transfer *next;                    /* the idle ones, or the done ones in their order */
    CURL *easy;
    mc_bytes lines;                              /* the request's headers, each with its NUL */
    struct curl_slist headers[MC_HEADERS_MAX + 1]; /* of these lines, linked when all are there; libcurl only reads it */
    int header_count;
    mc_bytes request, head, body;
    mc_sockets *sockets;
    size_t max_response;
    double id;
    double deadline;                             /* of all its flights */
    mc_state state;
    CURLcode result;
    int opened;                                  /* whether it has a connection of its own, not a kept one */
    int unusable;                                /* whether the kept connection that it was given was not usable */
    const char *too_large;                       /* "head", "body" or "trailer", whichever was */
    int no_memory;                               /* whether memory of our own was short, not libcurl's */
    int asks_coding;                             /* whether the request has an Accept-Encoding of its own */
    int sendings, head_ended, flies_once, all_headers;
    int late; /* its time was over before it could be sent */
    int left; /* to the parent process: its answer never comes here */
    char error[CURL_ERROR_SIZE];
} mc_transfer;

/* Whether this libcurl must get a new handle for each flight. Connections and TLS sessions are kept all the same. */
int mc_transfer_flies_once(void);

/* Whether what TLS has read and libcurl has not taken can be seen. Where it cannot, no connection is used again. */
int mc_transfer_sees_tls(void);

/* A new idle transfer without a handle, or NULL. */
mc_transfer *mc_transfer_new(mc_defaults *defaults);
void mc_transfer_free(mc_transfer *transfer);

/* Gives it a handle with all the options that never change, if it has none. 0 when there is no memory. */
int mc_transfer_ready(mc_transfer *transfer, const mc_defaults *defaults);

/* Wipes what the last request left, so that it can fly again. */
void mc_transfer_clear(mc_transfer *transfer);

/* Appends one header; NULL or what is wrong with it. */
const char *mc_transfer_header(mc_transfer *transfer, const char *name, size_t name_length, const char *value,
                               size_t value_length);

/* The method's problem, or NULL. */
const char *mc_method_problem(const char *method, size_t length);

/* Whether the flight ended before anything was sent, because its kept connection was not usable. It can fly again. */
int mc_transfer_flies_again(const mc_transfer *transfer, CURLcode result);

/* Prepares it for another flight on a connection of its own, within the same deadline. Removed from the multi handle. */
CURLcode mc_transfer_renew(mc_transfer *transfer);

/* Notes how the flight ended; libcurl's success with half a head is none. */
void mc_transfer_land(mc_transfer *transfer, CURLcode result);

/* Lands a flight that is the parent's, after a fork: its handle is never touched again. */
void mc_transfer_leave(mc_transfer *transfer);

/* Copies the body, which is wiped after the flight. 0 when there is no memory. */
int mc_transfer_body(mc_transfer *transfer, const char *bytes, size_t length);

/* Sets what differs from request to request. */
CURLcode mc_transfer_prepare(mc_transfer *transfer, const mc_defaults *defaults, const char *method, const char *url,
                             int loopback, long timeout_ms, long connect_timeout_ms);

#endif
