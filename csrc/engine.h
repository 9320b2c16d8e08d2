/* An engine over libcurl's multi interface: many requests in flight at the same time, on kept connections. No Lua. */
#ifndef MC_ENGINE_H
#define MC_ENGINE_H

#include "fork.h"
#include "transfer.h"

typedef struct mc_engine {
    mc_fork fork; /* since the process opened the connections */
    CURLM *multi; /* NULL once the engine is closed */
    mc_defaults defaults;
    mc_transfer *all, *idle, *done, *last_done;
    int count, in_flight, done_count;
    int collecting, close_pending; /* a finalizer may use the engine while a response is pushed */
} mc_engine;

/* Opens an engine whose memory is zero, except for the defaults. 0 if there is no memory. */
int mc_engine_open(mc_engine *self);

/* Starts anew in a child process after a fork. Call it before each use of the connections. 0 if there is no memory. */
int mc_engine_check_process(mc_engine *self);

/* Cancels all requests and frees everything; while a response is being collected, mc_engine_put_done does it. */
void mc_engine_close(mc_engine *self);

/* Takes an idle transfer, or makes one. The engine frees it in any case. NULL if there is no memory. */
mc_transfer *mc_engine_take_idle(mc_engine *self);

/* Wipes a transfer and puts it back to the idle ones. */
void mc_engine_put_idle(mc_engine *self, mc_transfer *transfer);

/* Returns the id of the transfer that mc_engine_take_idle takes next. */
int mc_engine_next_id(const mc_engine *self);

/* Puts a prepared transfer in flight. 0 if there is no memory. */
int mc_engine_start(mc_engine *self, mc_transfer *transfer);

/* Sends and receives. Waits at most `seconds`, and only while no transfer is done. 0 if there is no memory. */
int mc_engine_step(mc_engine *self, double seconds);

/* Takes the first done transfer; give it to mc_engine_put_done afterwards. The engine must have a done transfer. */
mc_transfer *mc_engine_take_done(mc_engine *self);

/* Ends mc_engine_take_done: the transfer becomes idle if it was collected, else the first done transfer again. */
void mc_engine_put_done(mc_engine *self, mc_transfer *transfer, int collected);

/* Cancels a request in flight. 0 if no request in flight has that id. */
int mc_engine_cancel(mc_engine *self, int id);

#endif
