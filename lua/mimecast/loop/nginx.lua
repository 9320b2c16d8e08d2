--- Waits in nginx: sleep, semaphores, timers, and the phases in which a call can wait.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local nginx = {}

-- Phases in which cosockets, ngx.sleep and ngx.semaphore work, tried on nginx 1.22.1 with ngx_lua 0.10.23 (in
-- ssl_client_hello_by_lua a sleep never ends there); preread with ngx_stream_lua 0.0.12.
local waiting_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, ssl_cert = true, preread = true,
}

--- Reports whether this process is nginx.
function nginx.in_nginx()
  local ngx = rawget(_G, "ngx")
  return type(ngx) == "table" and type(ngx.get_phase) == "function"
end

--- Reports whether a call can wait here: in the current phase of nginx, and outside finalizers and functions that C calls.
function nginx.can_wait()
  return (waiting_phases[rawget(_G, "ngx").get_phase()] and core.can_yield()) or false
end

--- Returns why nothing can be sent in the current phase of nginx; nil if it can.
---@param name? string the called function
---@return mimecast.Error? err
function nginx.unavailable(name)
  if nginx.can_wait() then return nil end
  local phase = rawget(_G, "ngx").get_phase()
  local place = waiting_phases[phase] and "within a finalizer, or a function that C calls" or ("in the %s phase"):format(phase)
  return errors.new {
    category = "usage", code = "wrong_phase", message = ("%s is not available %s"):format(name or "a call", place),
    hint = "a call cannot wait there: make it in rewrite, access, content or ssl_certificate, or in a timer (ngx.timer.at)",
  }
end

local min_sleep = 0.001 -- seconds: nginx counts in milliseconds, and logs a warning for a sleep of 0

--- Sleeps; the worker goes on meanwhile.
---@param seconds number
function nginx.sleep(seconds)
  rawget(_G, "ngx").sleep(math.max(seconds, min_sleep))
end

--- Runs a function in a timer: it goes on when the caller ends.
---@param run fun()
---@return boolean ok false if nginx has no free timer
function nginx.spawn(run)
  return (rawget(_G, "ngx").timer.at(0, run)) and true or false
end

--- Returns the options `sleep`, `semaphore`, `spawn` and `unavailable` of the transport over libcurl.
---@return table host
function nginx.host()
  local loaded, semaphore = pcall(require, "ngx.semaphore")
  return {
    sleep = nginx.sleep, semaphore = loaded and semaphore.new or nil, spawn = nginx.spawn, unavailable = nginx.unavailable,
  }
end

return nginx
