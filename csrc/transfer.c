/* One HTTP request over libcurl: its handle, its bytes out and its capped bytes in. The callbacks of libcurl are in
   this file: no Lua. */
#include "transfer.h"

#include "clock.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* ---- callbacks of libcurl: append to capped memory, or abort ---- */

static size_t transfer_receive(mc_transfer *transfer, mc_bytes *bytes, const char *data, size_t length)
{
    if (mc_bytes_append(bytes, data, length)) return length;
    transfer->no_memory = 1;
    return 0;
}

/* Reads a line of a head, or the next piece of a line over 16 KiB, before libcurl does. 0 for a folded line without a
   header before it. The first line is the status, in whatever form libcurl accepts it. */
static int transfer_check_line(mc_transfer *transfer, const char *line, size_t length)
{
    int is_folded = *line == ' ' || *line == '\t', is_end = *line == '\r' || *line == '\n';
    int is_piece = transfer->within_line, is_status = !transfer->within_head;
    transfer->within_line = line[length - 1] != '\n';
    if (is_piece) return 1;
    transfer->within_head = !is_end;
    transfer->stray_fold = is_folded && !transfer->has_header;
    if (!is_folded && !is_end && !is_status) transfer->has_header = 1;
    return !transfer->stray_fold;
}

static size_t transfer_on_body(char *data, size_t size, size_t count, void *context)
{
    mc_transfer *transfer = context;
    size_t length = size * count;
    if (!transfer->head_ended) return length && transfer_check_line(transfer, data, length) ? length : 0;
    /* CURLOPT_MAXFILESIZE_LARGE does not limit a chunked body. */
    if (length > transfer->max_response - transfer->body.length) {
        transfer->too_large = "body";
        return 0;
    }
    return transfer_receive(transfer, &transfer->body, data, length);
}

/* Returns whether the response is final: interim responses with status 100 or 103 come before it. */
static int transfer_is_final(const mc_transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200;
}

static size_t transfer_on_header(char *data, size_t size, size_t count, void *context)
{
    mc_transfer *transfer = context;
    size_t length = size * count;
    /* A proxy's response to CONNECT, and the trailer, are not part of the head (RFC 9110, 6.5.1). */
    if (!transfer->send_count || transfer->head_ended) return length;
    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) mc_bytes_clear(&transfer->head);
    if (length > MC_HEAD_MAX - transfer->head.length) {
        transfer->too_large = "head";
        return 0;
    }
    if (length <= 2 && length && (data[0] == '\r' || data[0] == '\n'))
        transfer->head_ended = transfer_is_final(transfer);
    return transfer_receive(transfer, &transfer->head, data, length);
}

static curl_socket_t transfer_on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    mc_transfer *transfer = context;
    (void)purpose;
    transfer->opened = 1;
    curl_socket_t fd = mc_sockets_open(transfer->sockets, address);
    if (fd == CURL_SOCKET_BAD && errno == ENOMEM) transfer->no_memory = 1;
    return fd;
}

/* Compares libcurl's TLS library with this OpenSSL, because transfer_has_tls_input reads OpenSSL's state. */
int mc_transfer_sees_tls(void)
{
    const char *name = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return name && strncmp(name, "OpenSSL/", 8) == 0 && strcmp(name + 8, OpenSSL_version(OPENSSL_VERSION_STRING)) == 0;
}

/* Returns whether OpenSSL has read more from the connection than libcurl. libcurl reads only to the end of a body,
   so that further bytes of the same TLS record are in OpenSSL, and not in the socket. */
static int transfer_has_tls_input(const mc_transfer *transfer)
{
    struct curl_tlssessioninfo *tls = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls);
    return tls && tls->internals && SSL_has_pending(tls->internals);
}

/* libcurl calls this before it sends a request. If a kept connection dies before the first byte of the response,
   libcurl would resend the request, although the service may have processed it: the second send is aborted. libcurl
   before 8.0 would take bytes that wait on a kept connection for the response (curl issue 10690): the first send is
   aborted, too. */
static int transfer_on_send(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    mc_transfer *transfer = context;
    (void)remote_ip, (void)remote_port;
    transfer->unusable =
        !transfer->send_count && !transfer->opened &&
        (!mc_sockets_usable(transfer->sockets, local_ip, local_port) || transfer_has_tls_input(transfer));
    if (transfer->unusable || transfer->request->is_wiped) return CURL_PREREQFUNC_ABORT;
    /* libcurl's clock stops while the machine sleeps. */
    transfer->expired = !transfer->send_count && mc_monotonic() > transfer->deadline;
    if (transfer->expired) return CURL_PREREQFUNC_ABORT;
    return ++transfer->send_count > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- handle ---- */

/* Sets an option, or returns libcurl's error from the function. */
#define SET(option, value)                                                                                             \
    do {                                                                                                               \
        CURLcode code = curl_easy_setopt(transfer->easy, option, value);                                               \
        if (code != CURLE_OK) return code;                                                                             \
    } while (0)

static CURLcode transfer_set_constants(mc_transfer *transfer, const mc_defaults *defaults)
{
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_WRITEFUNCTION, transfer_on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, transfer_on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PREREQFUNCTION, transfer_on_send);
    SET(CURLOPT_PREREQDATA, transfer);
    SET(CURLOPT_OPENSOCKETFUNCTION, transfer_on_open);
    SET(CURLOPT_OPENSOCKETDATA, transfer);
    SET(CURLOPT_CLOSESOCKETFUNCTION, mc_sockets_close);
    SET(CURLOPT_CLOSESOCKETDATA, transfer->sockets); /* a connection uses it after the transfer ended */
    SET(CURLOPT_FOLLOWLOCATION, 0L);                 /* a 307 would send the body to another host */
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SHARE, defaults->share);
    SET(CURLOPT_FORBID_REUSE, defaults->sees_tls ? 0L : 1L);
    /* Not HTTP/2: libcurl does not report which streams a GOAWAY left unprocessed, and 32 requests in flight were
       slower. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->max_response); /* if a response announces its length */
    SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_HEADER, (long)defaults->guards_folding);
    /* A CA bundle without a CA folder: with a folder libcurl does not cache the parsed CAs (21 ms of CPU for each
       connection on Debian 12). If libcurl was built without a default bundle, its defaults apply. */
    char *bundle = NULL;
    if (!defaults->ca_file) curl_easy_getinfo(transfer->easy, CURLINFO_CAINFO, &bundle);
    if (defaults->ca_file || bundle) {
        SET(CURLOPT_CAINFO, defaults->ca_file ? defaults->ca_file : bundle);
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_PROXY_CAINFO, defaults->ca_file ? defaults->ca_file : bundle);
        SET(CURLOPT_PROXY_CAPATH, NULL);
    }
    return CURLE_OK;
}

/* libcurl 7.83 to 8.1 keeps a dangling pointer to the last header of a handle's previous request, and writes through
   it if the next response begins with a folded header (curl issue 11101): a server or proxy could corrupt memory. With
   CURLOPT_HEADER these versions give each line of a head to the callback of the body first, which rejects such a
   response. (A new handle for each request would take a tenth of its time.) */
int mc_transfer_guards_folding(void)
{
    unsigned int version = curl_version_info(CURLVERSION_NOW)->version_num;
    return version >= 0x075300 && version < 0x080200;
}

mc_transfer *mc_transfer_new(mc_defaults *defaults)
{
    mc_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->sockets = &defaults->sockets;
    transfer->max_response = defaults->max_response;
    return transfer;
}

static void transfer_drop_handle(mc_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
}

int mc_transfer_ensure_handle(mc_transfer *transfer, const mc_defaults *defaults)
{
    if (transfer->easy) return 1;
    transfer->easy = curl_easy_init();
    if (transfer->easy && transfer_set_constants(transfer, defaults) == CURLE_OK) return 1;
    transfer_drop_handle(transfer);
    return 0;
}

void mc_transfer_clear(mc_transfer *transfer)
{
    /* Only a handle whose request succeeded is used again. */
    int succeeded = transfer->state == MC_DONE && transfer->result == CURLE_OK;
    if (transfer->state != MC_IDLE && !succeeded) transfer_drop_handle(transfer);
    transfer->request = NULL;
    transfer->late_count = 0;
    mc_bytes_clear(&transfer->late_lines);
    mc_bytes_clear(&transfer->upload);
    mc_bytes_clear(&transfer->head);
    mc_bytes_clear(&transfer->body);
    transfer->result = CURLE_OK;
    transfer->opened = transfer->unusable = transfer->expired = transfer->abandoned = 0;
    transfer->send_count = transfer->head_ended = transfer->no_memory = 0;
    transfer->within_head = transfer->within_line = transfer->has_header = transfer->stray_fold = 0;
    transfer->too_large = NULL;
    transfer->error[0] = '\0';
}

void mc_transfer_free(mc_transfer *transfer)
{
    transfer_drop_handle(transfer);
    mc_transfer_clear(transfer);
    mc_bytes_free(&transfer->late_lines);
    mc_bytes_free(&transfer->upload);
    mc_bytes_free(&transfer->head);
    mc_bytes_free(&transfer->body);
    free(transfer);
}

/* ---- request ---- */

void mc_transfer_set_request(mc_transfer *transfer, mc_request *request)
{
    transfer->request = request;
}

int mc_transfer_add_late(mc_transfer *transfer, const char *value, size_t length)
{
    const mc_request *request = transfer->request;
    int at = transfer->late_count++;
    size_t name_length = request->late[at].length;
    char *line = mc_bytes_reserve(&transfer->late_lines, name_length + length + MC_HEADER_EXTRA);
    if (!line) return 0;
    transfer->late_lines.length += mc_request_write_header(line, request->late[at].text, name_length, value, length);
    return 1;
}

void mc_transfer_finish(mc_transfer *transfer, CURLcode result)
{
    static const char cut_off[] = "the connection ended within the head of the response";
    static const char no_status[] = "the response has no HTTP status";
    static const char expired[] = "not sent: the deadline passed before the request could be sent";
    static const char folded[] = "the response begins with a folded header";
    if (transfer->expired) {
        result = CURLE_OPERATION_TIMEDOUT;
        memcpy(transfer->error, expired, sizeof expired);
    }
    if (transfer->stray_fold) {
        result = CURLE_WEIRD_SERVER_REPLY;
        memcpy(transfer->error, folded, sizeof folded);
    }
    long status = 0;
    if (result == CURLE_OK && curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        (status < 100 || status > 999)) {
        result = CURLE_WEIRD_SERVER_REPLY; /* 7.88.1 reads "HTTP/2 011" and "HTTP/20011" as status 11 */
        memcpy(transfer->error, no_status, sizeof no_status);
    }
    /* libcurl reports success for half a head (7.88.1). */
    if (result == CURLE_OK && !transfer->head_ended) {
        result = CURLE_PARTIAL_FILE;
        memcpy(transfer->error, cut_off, sizeof cut_off);
    }
    if (result == CURLE_FILESIZE_EXCEEDED) transfer->too_large = "body";
    /* libcurl also reports this for a line over its limit: 100 KiB in a head, 4 KiB in a trailer. */
    if (result == CURLE_OUT_OF_MEMORY && transfer->send_count && !transfer->head_ended) transfer->too_large = "head";
    if (strcmp(transfer->error, "Out of memory in chunked-encoding") == 0) transfer->too_large = "trailer";
    if (transfer->no_memory) transfer->too_large = NULL;
    if (result != CURLE_OK && transfer->no_memory) result = CURLE_OUT_OF_MEMORY;
    transfer->result = result;
    transfer->state = MC_DONE;
}

int mc_transfer_can_restart(const mc_transfer *transfer, CURLcode result)
{
    return result == CURLE_ABORTED_BY_CALLBACK && transfer->unusable;
}

CURLcode mc_transfer_restart(mc_transfer *transfer)
{
    long left_ms = (long)((transfer->deadline - mc_monotonic()) * 1000);
    transfer->unusable = transfer->within_head = transfer->within_line = transfer->has_header = 0;
    transfer->error[0] = '\0';
    if (left_ms <= 0) return CURLE_OPERATION_TIMEDOUT;
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_TIMEOUT_MS, left_ms);
    return CURLE_OK;
}

void mc_transfer_abandon(mc_transfer *transfer)
{
    transfer->easy = NULL;
    transfer->abandoned = 1;
    transfer->result = CURLE_ABORTED_BY_CALLBACK;
    transfer->state = MC_DONE;
}

int mc_transfer_set_body(mc_transfer *transfer, const char *bytes, size_t length)
{
    return mc_bytes_append(&transfer->upload, bytes, length);
}

static CURLcode transfer_set_method(mc_transfer *transfer)
{
    const mc_bytes *upload = &transfer->upload;
    const char *method = transfer->request->method;
    int post = upload->length || strcmp(method, "POST") == 0;
    if (post) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, upload->length ? upload->data : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)upload->length);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    if (!post && strcmp(method, "HEAD") == 0) SET(CURLOPT_NOBODY, 1L); /* GET and POST reset it */
    SET(CURLOPT_CUSTOMREQUEST, strcmp(method, post ? "POST" : "GET") == 0 ? NULL : method);
    return CURLE_OK;
}

/* Links the late headers, whose lines have moved while the buffer grew, and the constant headers behind them. */
static struct curl_slist *transfer_link_headers(mc_transfer *transfer)
{
    mc_request *request = transfer->request;
    struct curl_slist *next = request->header_count ? request->headers : NULL;
    char *at = transfer->late_lines.data;
    for (int i = 0; i < transfer->late_count; i++) {
        transfer->headers[i].data = at;
        transfer->headers[i].next = i + 1 < transfer->late_count ? &transfer->headers[i + 1] : next;
        at += strlen(at) + 1;
    }
    return transfer->late_count ? transfer->headers : next;
}

CURLcode mc_transfer_prepare(mc_transfer *transfer, const mc_defaults *defaults, long timeout_ms)
{
    const mc_request *request = transfer->request;
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROTOCOLS_STR, request->is_http ? "http" : "https");
    /* Without it libcurl waits for a silent name server, past the deadline, and blocks all requests in flight. */
    SET(CURLOPT_QUICK_EXIT, request->loopback ? 0L : 1L);
    SET(CURLOPT_PROXY, request->loopback ? "" : defaults->proxy); /* NULL: environment variables */
    SET(CURLOPT_NOPROXY, defaults->proxy ? "" : NULL);            /* no_proxy does not apply to an explicit proxy */
    SET(CURLOPT_HTTPHEADER, transfer_link_headers(transfer));
    SET(CURLOPT_FRESH_CONNECT, 0L);
    SET(CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
    transfer->deadline = mc_monotonic() + (double)timeout_ms / 1000;
    return transfer_set_method(transfer);
}
