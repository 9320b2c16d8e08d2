/* An engine over libcurl's multi interface. It sends, receives and waits as long as the caller asks, and decides
   nothing. */
#include "engine.h"

#define IDLE_MAX 256L /* kept idle connections; libcurl's default is four for each request ever in flight */

static void engine_append_done(mc_engine *self, mc_transfer *transfer)
{
    transfer->next = NULL;
    if (self->done) {
        self->last_done->next = transfer;
    } else {
        self->done = transfer;
    }
    self->last_done = transfer;
    self->in_flight--;
    self->done_count++;
}

/* ---- open, fork, close ---- */

static int engine_open_multi(CURLM **multi, CURLSH **share)
{
    *multi = curl_multi_init();
    *share = curl_share_init();
    if (*multi && *share && curl_share_setopt(*share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK) {
        curl_multi_setopt(*multi, CURLMOPT_MAXCONNECTS, IDLE_MAX);
        return 1;
    }
    curl_multi_cleanup(*multi);
    curl_share_cleanup(*share);
    *multi = NULL;
    *share = NULL;
    return 0;
}

int mc_engine_open(mc_engine *self)
{
    mc_fork_watch(&self->fork);
    return engine_open_multi(&self->multi, &self->defaults.share);
}

/* Abandons the connections to the parent process, and goes on with the given handles, or NULL. libcurl's memory of the
   connections is never freed in this process: libcurl could send a close_notify first, which would end the parent's TLS
   session. Requests in flight fail, because the parent receives their responses. */
static void engine_abandon(mc_engine *self, CURLM *multi, CURLSH *share)
{
    for (mc_transfer *transfer = self->all; transfer; transfer = transfer->next_of_all) {
        if (transfer->state == MC_IN_FLIGHT) {
            mc_transfer_abandon(transfer);
            engine_append_done(self, transfer);
        } else if (transfer->easy) {
            curl_easy_setopt(transfer->easy, CURLOPT_SHARE, share);
        }
    }
    mc_sockets_abandon(&self->defaults.sockets);
    self->multi = multi;
    self->defaults.share = share;
    mc_fork_watch(&self->fork);
}

int mc_engine_check_process(mc_engine *self)
{
    CURLM *multi;
    CURLSH *share;
    if (!mc_fork_happened(&self->fork)) return 1;
    if (!engine_open_multi(&multi, &share)) return 0;
    engine_abandon(self, multi, share);
    return 1;
}

static void engine_release(mc_engine *self)
{
    if (mc_fork_happened(&self->fork)) engine_abandon(self, NULL, NULL);
    while (self->all) {
        mc_transfer *transfer = self->all;
        self->all = transfer->next_of_all;
        if (transfer->state == MC_IN_FLIGHT) curl_multi_remove_handle(self->multi, transfer->easy);
        mc_transfer_free(transfer);
    }
    self->idle = self->done = self->last_done = NULL;
    self->count = self->in_flight = self->done_count = 0;
    CURLM *multi = self->multi;
    CURLSH *share = self->defaults.share;
    self->multi = NULL;
    self->defaults.share = NULL;
    curl_multi_cleanup(multi);
    curl_share_cleanup(share);
    mc_sockets_free(&self->defaults.sockets);
    mc_fork_end(&self->fork);
}

void mc_engine_close(mc_engine *self)
{
    if (self->collecting) {
        self->close_pending = 1;
    } else {
        engine_release(self);
    }
}

/* ---- idle transfers ---- */

int mc_engine_next_id(const mc_engine *self)
{
    return self->idle ? self->idle->id : self->count + 1;
}

mc_transfer *mc_engine_take_idle(mc_engine *self)
{
    if (!self->idle) {
        mc_transfer *created = mc_transfer_new(&self->defaults);
        if (!created) return NULL;
        created->id = ++self->count;
        created->next_of_all = self->all;
        self->all = self->idle = created;
    }
    mc_transfer *transfer = self->idle;
    if (!mc_transfer_ensure_handle(transfer, &self->defaults)) return NULL; /* the transfer stays idle */
    self->idle = transfer->next;
    return transfer;
}

void mc_engine_put_idle(mc_engine *self, mc_transfer *transfer)
{
    mc_transfer_clear(transfer);
    transfer->state = MC_IDLE;
    transfer->next = self->idle;
    self->idle = transfer;
}

/* ---- requests in flight ---- */

int mc_engine_start(mc_engine *self, mc_transfer *transfer)
{
    if (curl_multi_add_handle(self->multi, transfer->easy) != CURLM_OK) return 0;
    transfer->state = MC_IN_FLIGHT;
    self->in_flight++;
    return 1;
}

int mc_engine_cancel(mc_engine *self, int id)
{
    mc_transfer *transfer = self->all;
    while (transfer && !(transfer->state == MC_IN_FLIGHT && transfer->id == id)) transfer = transfer->next_of_all;
    if (!transfer) return 0;
    curl_multi_remove_handle(self->multi, transfer->easy);
    self->in_flight--;
    mc_engine_put_idle(self, transfer);
    return 1;
}

static CURLcode engine_restart(mc_engine *self, mc_transfer *transfer)
{
    CURLcode result = mc_transfer_restart(transfer);
    if (result != CURLE_OK) return result;
    return curl_multi_add_handle(self->multi, transfer->easy) == CURLM_OK ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* Reads finished transfers from libcurl. Returns whether a transfer was restarted. */
static int engine_read_finished(mc_engine *self)
{
    int queued, restarted = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(self->multi, &queued))) {
        mc_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result; /* removing the handle frees the message */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(self->multi, transfer->easy);
        if (mc_transfer_can_restart(transfer, result)) {
            result = engine_restart(self, transfer);
            if (result == CURLE_OK) {
                restarted = 1;
                continue;
            }
        }
        mc_transfer_finish(transfer, result);
        engine_append_done(self, transfer);
    }
    return restarted;
}

static int engine_perform(mc_engine *self)
{
    int running;
    do {
        if (curl_multi_perform(self->multi, &running) != CURLM_OK) return 0;
    } while (engine_read_finished(self)); /* each transfer restarts at most once */
    return 1;
}

/* Returns whether a timer is due or a socket is ready. curl_multi_poll asks for all sockets in one system call;
   curl_multi_perform asks for each socket, which takes five times as long. */
static int engine_has_work(const mc_engine *self)
{
    long timeout;
    int ready = 0;
    if (curl_multi_timeout(self->multi, &timeout) != CURLM_OK || timeout == 0) return 1;
    return curl_multi_poll(self->multi, NULL, 0, 0, &ready) != CURLM_OK || ready > 0;
}

int mc_engine_step(mc_engine *self, double seconds)
{
    int ok = seconds > 0 || engine_has_work(self) ? engine_perform(self) : 1;
    if (ok && !self->done && seconds > 0) {
        ok = curl_multi_poll(self->multi, NULL, 0, (int)(seconds * 1000 + 0.999), NULL) == CURLM_OK;
        ok = engine_perform(self) && ok;
    }
    return ok;
}

/* ---- done transfers ---- */

mc_transfer *mc_engine_take_done(mc_engine *self)
{
    mc_transfer *transfer = self->done;
    self->done = transfer->next;
    self->done_count--;
    self->collecting++;
    return transfer;
}

void mc_engine_put_done(mc_engine *self, mc_transfer *transfer, int collected)
{
    self->collecting--;
    if (collected) {
        mc_engine_put_idle(self, transfer);
    } else {
        if (!self->done) self->last_done = transfer;
        transfer->next = self->done;
        self->done = transfer;
        self->done_count++;
    }
    if (self->close_pending && !self->collecting) engine_release(self);
}
