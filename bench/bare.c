/* What libcurl itself does with the request that the module sends: the reference of the table.

   bare serial|poll|socket FILE COUNT [IN_FLIGHT]

   FILE holds the request: the URL, the header lines, an empty line, the body. Prints seconds on the clock and seconds of
   CPU for COUNT requests; connections are made before that. serial: one easy handle, curl_easy_perform. poll: handles
   side by side, curl_multi_perform and curl_multi_poll. socket: the same by curl_multi_socket_action and epoll. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX 16384
#define RESPONSE_MAX 65536
#define FLIGHT_MAX 256

typedef struct bare_request {
    char text[FILE_MAX];
    const char *url, *body;
    struct curl_slist *headers;
} bare_request;

typedef struct bare_transfer {
    CURL *easy;
    size_t length;
    char response[RESPONSE_MAX];
} bare_transfer;

typedef struct bare_flight {
    CURLM *multi;
    bare_transfer *transfers;
    int count, epoll;
    long timeout, started, landed, total;
} bare_flight;

static void fail(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(1);
}

static void *must(void *pointer)
{
    if (!pointer) fail("no memory");
    return pointer;
}

/* ---- the request ---- */

static char *cut_line(char **at)
{
    char *line = *at, *end = strchr(line, '\n');
    if (!end) fail("the request file ends too early");
    *end = '\0';
    *at = end + 1;
    return line;
}

static void read_request(bare_request *self, const char *path)
{
    FILE *file = must(fopen(path, "rb"));
    size_t length = fread(self->text, 1, sizeof self->text - 1, file);
    fclose(file);
    self->text[length] = '\0';
    char *at = self->text, *line;
    self->url = cut_line(&at);
    self->headers = NULL;
    while (*(line = cut_line(&at))) self->headers = must(curl_slist_append(self->headers, line));
    self->body = at;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    bare_transfer *self = context;
    size_t length = size * count;
    if (length > sizeof self->response - self->length) return 0;
    memcpy(self->response + self->length, data, length);
    self->length += length;
    return length;
}

static void prepare(bare_transfer *self, const bare_request *request)
{
    self->easy = must(curl_easy_init());
    curl_easy_setopt(self->easy, CURLOPT_PRIVATE, self);
    curl_easy_setopt(self->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(self->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, request->headers);
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(self->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(self->easy, CURLOPT_WRITEDATA, self);
}

static void check(bare_transfer *self, CURLcode result)
{
    long status = 0;
    curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status != 200 || self->length == 0) fail("a request failed");
    self->length = 0;
}

/* ---- one at a time ---- */

static void run_serial(bare_transfer *self, long count)
{
    for (long i = 0; i < count; i++) check(self, curl_easy_perform(self->easy));
}

/* ---- side by side ---- */

static void start(bare_flight *self, bare_transfer *transfer)
{
    if (self->started >= self->total) return;
    self->started++;
    if (curl_multi_add_handle(self->multi, transfer->easy) != CURLM_OK) fail("a request could not be added");
}

static void land(bare_flight *self)
{
    int waiting;
    CURLMsg *message;
    while ((message = curl_multi_info_read(self->multi, &waiting))) {
        bare_transfer *transfer = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(self->multi, transfer->easy);
        check(transfer, result);
        self->landed++;
        start(self, transfer);
    }
}

static void begin(bare_flight *self, long count)
{
    self->started = self->landed = 0;
    self->total = count;
    for (int i = 0; i < self->count; i++) start(self, &self->transfers[i]);
}

static void run_poll(bare_flight *self, long count)
{
    int running;
    begin(self, count);
    while (self->landed < count) {
        curl_multi_perform(self->multi, &running);
        long before = self->landed;
        land(self);
        if (self->landed == before) curl_multi_poll(self->multi, NULL, 0, 1000, NULL);
    }
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    bare_flight *self = context;
    struct epoll_event event = {.events = 0, .data = {.fd = socket}};
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(self->epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    epoll_ctl(self->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(self->multi, socket, self);
    return 0;
}

static int on_timer(CURLM *multi, long timeout, void *context)
{
    (void)multi;
    ((bare_flight *)context)->timeout = timeout;
    return 0;
}

static void run_socket(bare_flight *self, long count)
{
    struct epoll_event events[FLIGHT_MAX];
    int running;
    begin(self, count);
    while (self->landed < count) {
        if (self->timeout == 0) {
            self->timeout = -1;
            curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
            land(self);
            continue;
        }
        int ready = epoll_wait(self->epoll, events, FLIGHT_MAX, self->timeout < 0 ? 1000 : (int)self->timeout);
        if (ready == 0) curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        for (int i = 0; i < ready; i++) {
            int what = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                       (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
            curl_multi_socket_action(self->multi, events[i].data.fd, what, &running);
        }
        land(self);
    }
}

/* ---- measuring ---- */

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(bare_flight *self, const char *mode, long count)
{
    if (strcmp(mode, "serial") == 0) {
        run_serial(self->transfers, count);
    } else if (strcmp(mode, "poll") == 0) {
        run_poll(self, count);
    } else {
        run_socket(self, count);
    }
}

int main(int argc, char **argv)
{
    static bare_request request;
    if (argc < 4) fail("usage: bare serial|poll|socket FILE COUNT [IN_FLIGHT]");
    bare_flight flight = {.count = argc > 4 ? atoi(argv[4]) : 1, .timeout = -1};
    if (flight.count < 1 || flight.count > FLIGHT_MAX) fail("IN_FLIGHT is out of range");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    read_request(&request, argv[2]);
    flight.transfers = must(calloc((size_t)flight.count, sizeof *flight.transfers));
    for (int i = 0; i < flight.count; i++) prepare(&flight.transfers[i], &request);
    flight.multi = must(curl_multi_init());
    if (strcmp(argv[1], "socket") == 0) {
        flight.epoll = epoll_create1(0);
        curl_multi_setopt(flight.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
        curl_multi_setopt(flight.multi, CURLMOPT_SOCKETDATA, &flight);
        curl_multi_setopt(flight.multi, CURLMOPT_TIMERFUNCTION, on_timer);
        curl_multi_setopt(flight.multi, CURLMOPT_TIMERDATA, &flight);
    }
    run(&flight, argv[1], 500);
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    run(&flight, argv[1], atol(argv[3]));
    printf("%.6f %.6f\n", seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
