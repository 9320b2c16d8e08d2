/* One HTTP request over libcurl: its handle, its bytes out and its capped bytes in. No Lua. */
#ifndef MC_TRANSFER_H
#define MC_TRANSFER_H

#include "bytes.h"
#include "request.h"
#include "sockets.h"

#include <curl/curl.h>
#include <stddef.h>

#define MC_HEAD_MAX ((size_t)64 * 1024)

/* What all transfers of an engine share. The owner of the engine keeps the strings alive. */
typedef struct mc_defaults {
    const char *ca_file, *proxy;
    CURLSH *share;
    mc_sockets sockets;
    size_t max_response;
    int guards_folding; /* see mc_transfer_guards_folding */
    int sees_tls;       /* see mc_transfer_sees_tls */
} mc_defaults;

typedef enum mc_state { MC_IDLE, MC_IN_FLIGHT, MC_DONE } mc_state;

typedef struct mc_transfer {
    struct mc_transfer *next_of_all; /* all transfers of the engine */
    struct mc_transfer *next;        /* the idle transfers, or the done transfers in order */
    CURL *easy;
    mc_request *request;                       /* what it has in common with other requests */
    mc_bytes late_lines;                       /* the late headers, each with a NUL */
    struct curl_slist headers[MC_HEADERS_MAX]; /* the same as a list for libcurl, linked before the request */
    int late_count;
    mc_bytes upload, head, body;
    mc_sockets *sockets;
    size_t max_response;
    int id;          /* constant: the place among the transfers of the engine, from 1 */
    double deadline; /* a restart keeps it */
    mc_state state;
    CURLcode result;
    int opened;            /* whether this transfer opened the connection */
    int unusable;          /* whether libcurl chose a kept connection that is not usable */
    const char *too_large; /* "head", "body", "trailer" or NULL */
    int no_memory;         /* whether this module lacked memory, not libcurl */
    int send_count, head_ended;
    int within_head; /* whether the last line of the head was not the empty one */
    int within_line; /* whether the last piece of the head did not end its line */
    int has_header;  /* whether a header of the response has arrived */
    int stray_fold;  /* whether the response began with a folded header */
    int expired;     /* whether the deadline passed before the request was sent */
    int abandoned;   /* to the parent process, which receives the response */
    char error[CURL_ERROR_SIZE];
} mc_transfer;

/* Returns whether this libcurl must be kept from a response that begins with a folded header. */
int mc_transfer_guards_folding(void);

/* Returns whether bytes that TLS has read and libcurl has not are visible. If not, no connection is reused. */
int mc_transfer_sees_tls(void);

/* Returns a new idle transfer without a handle, or NULL. */
mc_transfer *mc_transfer_new(mc_defaults *defaults);
void mc_transfer_free(mc_transfer *transfer);

/* Creates the handle with all constant options, if there is none. 0 if there is no memory. */
int mc_transfer_ensure_handle(mc_transfer *transfer, const mc_defaults *defaults);

/* Wipes the last request and response, so that the transfer can be used again. */
void mc_transfer_clear(mc_transfer *transfer);

/* Sets the prepared request. The caller keeps it alive until the transfer is cleared. */
void mc_transfer_set_request(mc_transfer *transfer, mc_request *request);

/* Appends the valid value of the next late header. 0 if there is no memory. */
int mc_transfer_add_late(mc_transfer *transfer, const char *value, size_t length);

/* Copies the request body, which is wiped after the request. 0 if there is no memory. */
int mc_transfer_set_body(mc_transfer *transfer, const char *bytes, size_t length);

/* Sets the options that differ between requests, once request, late headers and body are there. */
CURLcode mc_transfer_prepare(mc_transfer *transfer, const mc_defaults *defaults, long timeout_ms);

/* Returns whether the transfer ended unsent because its kept connection was not usable, and so can restart. */
int mc_transfer_can_restart(const mc_transfer *transfer, CURLcode result);

/* Prepares a restart on a new connection, within the same deadline. The handle must not be in the multi handle. */
CURLcode mc_transfer_restart(mc_transfer *transfer);

/* Records the result. libcurl reports success for half a head; this is an error. */
void mc_transfer_finish(mc_transfer *transfer, CURLcode result);

/* Fails a request that belongs to the parent process after a fork. Its handle is never used again. */
void mc_transfer_abandon(mc_transfer *transfer);

#endif
