/* One request in flight: its libcurl handle, its bytes out and its capped bytes in. No Lua here: the callbacks of
   libcurl run in this file. */
#include "transfer.h"

#include "clock.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LINE_MAX 8192
#define KEEP_CAPACITY ((size_t)64 * 1024) /* a larger buffer is given back after its flight */

static void bytes_free(mc_bytes *bytes)
{
    if (bytes->data) OPENSSL_cleanse(bytes->data, bytes->length);
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

static void bytes_clear(mc_bytes *bytes)
{
    if (bytes->capacity > KEEP_CAPACITY) {
        bytes_free(bytes);
    } else if (bytes->length) {
        OPENSSL_cleanse(bytes->data, bytes->length);
        bytes->length = 0;
    }
}

/* 0 when there is no memory. Growth copies by hand: realloc would leave the old bytes unwiped. */
static int bytes_append(mc_bytes *bytes, const char *data, size_t length)
{
    if (bytes->length + length > bytes->capacity) {
        size_t capacity = bytes->capacity ? bytes->capacity * 2 : 1024;
        while (capacity < bytes->length + length) capacity *= 2;
        char *grown = malloc(capacity);
        if (!grown) return 0;
        if (bytes->length) memcpy(grown, bytes->data, bytes->length);
        mc_bytes old = *bytes;
        bytes_free(&old);
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    if (length) memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
    return 1;
}

/* ---- callbacks of libcurl: they append to capped memory or decline, and nothing else ---- */

static size_t receive(mc_transfer *transfer, mc_bytes *bytes, const char *data, size_t length)
{
    if (bytes_append(bytes, data, length)) return length;
    transfer->no_memory = 1;
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    mc_transfer *transfer = context;
    size_t length = size * count;
    /* Counted here: CURLOPT_MAXFILESIZE_LARGE does not stop a chunked body. */
    if (length > transfer->max_response - transfer->body.length) {
        transfer->too_large = "body";
        return 0;
    }
    return receive(transfer, &transfer->body, data, length);
}

/* Whether the response is the final one: those of 100 and 103 come before it. */
static int is_final(const mc_transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    mc_transfer *transfer = context;
    size_t length = size * count;
    /* What a proxy says to CONNECT, and the trailer, are no part of the response's head (RFC 9110, 6.5.1). */
    if (!transfer->sendings || transfer->head_ended) return length;
    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) bytes_clear(&transfer->head);
    if (length > MC_HEAD_MAX - transfer->head.length) {
        transfer->too_large = "head";
        return 0;
    }
    if (length <= 2 && length && (data[0] == '\r' || data[0] == '\n')) transfer->head_ended = is_final(transfer);
    return receive(transfer, &transfer->head, data, length);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    mc_transfer *transfer = context;
    (void)purpose;
    transfer->opened = 1;
    curl_socket_t fd = mc_sockets_open(transfer->sockets, address);
    if (fd == CURL_SOCKET_BAD && errno == ENOMEM) transfer->no_memory = 1;
    return fd;
}

/* Whether the library that libcurl does TLS with is this OpenSSL, into whose connections has_tls_input looks. */
int mc_transfer_sees_tls(void)
{
    const char *name = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return name && strncmp(name, "OpenSSL/", 8) == 0 && strcmp(name + 8, OpenSSL_version(OPENSSL_VERSION_STRING)) == 0;
}

/* Whether OpenSSL has read more from the connection than libcurl has taken. libcurl asks for no more than is left of a
   body, so what came in the same TLS record behind it is there, and not in the socket. */
static int has_tls_input(const mc_transfer *transfer)
{
    struct curl_tlssessioninfo *tls = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls);
    return tls && tls->internals && SSL_has_pending(tls->internals);
}

/* Called before each request leaves. libcurl sends it again by itself when a kept connection dies before the first byte
   of the response; the service may have done the first: a transfer is sent once. Bytes that wait on a kept connection
   would be taken for the response (libcurl before 8.0, curl issue 10690): no request leaves on it. */
static int on_send(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    mc_transfer *transfer = context;
    (void)remote_ip, (void)remote_port;
    transfer->unusable = !transfer->sendings && !transfer->opened &&
                         (!mc_sockets_usable(transfer->sockets, local_ip, local_port) || has_tls_input(transfer));
    if (transfer->unusable) return CURL_PREREQFUNC_ABORT;
    /* libcurl's own clock stands still while the machine sleeps. */
    transfer->late = !transfer->sendings && mc_monotonic() > transfer->deadline;
    if (transfer->late) return CURL_PREREQFUNC_ABORT;
    return ++transfer->sendings > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- life ---- */

#define SET(option, value)                                                                                             \
    do {                                                                                                               \
        CURLcode code = curl_easy_setopt(transfer->easy, option, value);                                               \
        if (code != CURLE_OK) return code;                                                                             \
    } while (0)

static CURLcode set_constants(mc_transfer *transfer, const mc_defaults *defaults)
{
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PREREQFUNCTION, on_send);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(CURLOPT_OPENSOCKETDATA, transfer);
    SET(CURLOPT_CLOSESOCKETFUNCTION, mc_sockets_close);
    SET(CURLOPT_CLOSESOCKETDATA, transfer->sockets); /* a connection keeps it beyond the transfer */
    SET(CURLOPT_FOLLOWLOCATION, 0L); /* a followed 307 would carry the body to another host */
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SHARE, defaults->share);
    SET(CURLOPT_FORBID_REUSE, defaults->sees_tls ? 0L : 1L);
    /* Not HTTP/2: libcurl does not tell which streams a GOAWAY says were not processed, and 32 in flight were slower. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->max_response); /* which an answer announces */
    SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* A CA bundle and no CA folder: the folder would keep libcurl from caching the parsed CAs (21 ms of CPU a
       connection on Debian 12). Where libcurl was built without a default bundle, its own defaults stand. */
    char *bundle = NULL;
    if (!defaults->ca_file) curl_easy_getinfo(transfer->easy, CURLINFO_CAINFO, &bundle);
    if (defaults->ca_file || bundle) {
        SET(CURLOPT_CAINFO, defaults->ca_file ? defaults->ca_file : bundle);
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_PROXY_CAINFO, defaults->ca_file ? defaults->ca_file : bundle); /* an https proxy's own certificate */
        SET(CURLOPT_PROXY_CAPATH, NULL);
    }
    return CURLE_OK;
}

/* From 7.83 to 8.1 libcurl keeps a pointer to the last header of a handle's former flight, which is freed, and writes
   through it when the next answer begins with a folded header (curl issue 11101): whoever answers, a proxy included,
   could damage the process. A new handle costs about 1 us. */
int mc_transfer_flies_once(void)
{
    return curl_version_info(CURLVERSION_NOW)->version_num < 0x080200;
}

mc_transfer *mc_transfer_new(mc_defaults *defaults)
{
    mc_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->sockets = &defaults->sockets;
    transfer->max_response = defaults->max_response;
    transfer->flies_once = defaults->flies_once;
    return transfer;
}

static void drop_handle(mc_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
}

int mc_transfer_ready(mc_transfer *transfer, const mc_defaults *defaults)
{
    if (transfer->easy) return 1;
    transfer->easy = curl_easy_init();
    if (transfer->easy && set_constants(transfer, defaults) == CURLE_OK) return 1;
    drop_handle(transfer);
    return 0;
}

void mc_transfer_clear(mc_transfer *transfer)
{
    if (transfer->flies_once && transfer->state != MC_IDLE) drop_handle(transfer);
    transfer->header_count = 0;
    bytes_clear(&transfer->lines);
    bytes_clear(&transfer->request);
    bytes_clear(&transfer->head);
    bytes_clear(&transfer->body);
    transfer->result = CURLE_OK;
    transfer->opened = transfer->unusable = transfer->late = transfer->left = 0;
    transfer->sendings = transfer->head_ended = transfer->no_memory = transfer->asks_coding = 0;
    transfer->too_large = NULL;
    transfer->error[0] = '\0';
}

void mc_transfer_free(mc_transfer *transfer)
{
    drop_handle(transfer);
    mc_transfer_clear(transfer);
    bytes_free(&transfer->lines);
    bytes_free(&transfer->request);
    bytes_free(&transfer->head);
    bytes_free(&transfer->body);
    free(transfer);
}

/* ---- a request ---- */

static int is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", text[i])) return 0;
    return length > 0;
}

const char *mc_transfer_header(mc_transfer *transfer, const char *name, size_t name_length, const char *value,
                               size_t value_length)
{
    static const char coding[] = "Accept-Encoding";
    mc_bytes *lines = &transfer->lines;
    if (!is_token(name, name_length)) return "a header's name must be a token";
    if (name_length + value_length + 3 > HEADER_LINE_MAX) return "a header is too long";
    if (transfer->header_count == MC_HEADERS_MAX) return "there are too many headers";
    if (name_length == sizeof coding - 1 && curl_strnequal(name, coding, name_length)) transfer->asks_coding = 1;
    for (size_t i = 0; i < value_length; i++)
        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f) return "a header's value holds a control character";
    while (value_length && value[value_length - 1] == ' ') value_length--;
    /* libcurl takes "Name:" as "leave this header out", and "Name;" as "send it empty". */
    if (!bytes_append(lines, name, name_length) || !bytes_append(lines, value_length ? ": " : ";", value_length ? 2 : 1) ||
        !bytes_append(lines, value, value_length) || !bytes_append(lines, "", 1))
        return "no memory";
    transfer->header_count++;
    return NULL;
}

const char *mc_method_problem(const char *method, size_t length)
{
    return is_token(method, length) ? NULL : "the method must be a token";
}

void mc_transfer_land(mc_transfer *transfer, CURLcode result)
{
    static const char cut_off[] = "the connection ended within the head of the answer";
    static const char no_status[] = "the response has no HTTP status";
    static const char late[] = "not sent: its time was over before it could be";
    if (transfer->late) {
        result = CURLE_OPERATION_TIMEDOUT;
        memcpy(transfer->error, late, sizeof late);
    }
    long status = 0;
    if (result == CURLE_OK && curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        (status < 100 || status > 999)) {
        result = CURLE_WEIRD_SERVER_REPLY; /* 7.88.1 reads "HTTP/2 011" as status 11, and "HTTP/20011" as 11, too */
        memcpy(transfer->error, no_status, sizeof no_status);
    }
    /* libcurl takes it for a whole answer (7.88.1). */
    if (result == CURLE_OK && !transfer->head_ended) {
        result = CURLE_PARTIAL_FILE;
        memcpy(transfer->error, cut_off, sizeof cut_off);
    }
    if (result == CURLE_FILESIZE_EXCEEDED) transfer->too_large = "body";
    /* libcurl says that of a line which is longer than it takes: 100 KiB of a head, 4 KiB of a trailer. */
    if (result == CURLE_OUT_OF_MEMORY && transfer->sendings && !transfer->head_ended) transfer->too_large = "head";
    if (strcmp(transfer->error, "Out of memory in chunked-encoding") == 0) transfer->too_large = "trailer";
    if (transfer->no_memory) transfer->too_large = NULL;
    if (result != CURLE_OK && transfer->no_memory) result = CURLE_OUT_OF_MEMORY;
    transfer->result = result;
    transfer->state = MC_DONE;
}

int mc_transfer_flies_again(const mc_transfer *transfer, CURLcode result)
{
    return result == CURLE_ABORTED_BY_CALLBACK && transfer->unusable;
}

CURLcode mc_transfer_renew(mc_transfer *transfer)
{
    long left_ms = (long)((transfer->deadline - mc_monotonic()) * 1000);
    transfer->unusable = 0;
    transfer->error[0] = '\0';
    if (left_ms <= 0) return CURLE_OPERATION_TIMEDOUT;
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_TIMEOUT_MS, left_ms);
    return CURLE_OK;
}

void mc_transfer_leave(mc_transfer *transfer)
{
    transfer->easy = NULL;
    transfer->left = 1;
    transfer->result = CURLE_ABORTED_BY_CALLBACK;
    transfer->state = MC_DONE;
}

int mc_transfer_body(mc_transfer *transfer, const char *bytes, size_t length)
{
    return bytes_append(&transfer->request, bytes, length);
}

static CURLcode set_method(mc_transfer *transfer, const char *method)
{
    int post = transfer->request.length || strcmp(method, "POST") == 0;
    if (post) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, transfer->request.length ? transfer->request.data : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->request.length);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    if (!post && strcmp(method, "HEAD") == 0) SET(CURLOPT_NOBODY, 1L); /* GET and POST take it back */
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, post ? "POST" : "GET") == 0 ? NULL : method);
    return CURLE_OK;
}

/* Only now: the lines have moved while they grew. A request that names no coding asks for none. */
static struct curl_slist *link_headers(mc_transfer *transfer)
{
    static char no_coding[] = "Accept-Encoding: identity"; /* libcurl only reads it */
    char *at = transfer->lines.data;
    int count = transfer->header_count;
    for (int i = 0; i < count; i++) {
        transfer->headers[i].data = at;
        at += strlen(at) + 1;
    }
    if (!transfer->asks_coding) transfer->headers[count++].data = no_coding;
    for (int i = 0; i < count; i++) transfer->headers[i].next = i + 1 < count ? &transfer->headers[i + 1] : NULL;
    return transfer->headers;
}

CURLcode mc_transfer_prepare(mc_transfer *transfer, const mc_defaults *defaults, const char *method, const char *url,
                             int loopback, long timeout_ms, long connect_timeout_ms)
{
    int plain = strncmp(url, "http:", 5) == 0;
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    /* Without it libcurl waits for a name server that is silent, past the deadline and with all that is in flight. */
    SET(CURLOPT_QUICK_EXIT, loopback ? 0L : 1L);
    SET(CURLOPT_PROXY, loopback ? "" : defaults->proxy); /* NULL: the usual environment variables */
    SET(CURLOPT_NOPROXY, defaults->proxy ? "" : NULL);   /* a proxy that was named is not passed by */
    SET(CURLOPT_HTTPHEADER, link_headers(transfer));
    SET(CURLOPT_FRESH_CONNECT, 0L);
    SET(CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    transfer->deadline = mc_monotonic() + (double)timeout_ms / 1000;
    return set_method(transfer, method);
}
