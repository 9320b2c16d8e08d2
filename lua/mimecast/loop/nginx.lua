--- What nginx offers to those who wait in it, and the phases in which nobody may.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local nginx = {}

-- Where cosockets, ngx.sleep and ngx.semaphore work: tried on nginx 1.22.1 with ngx_lua 0.10.23 (in ssl_client_hello_by_lua
-- a pause never ends there), preread with ngx_stream_lua 0.0.12.
local waits = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, ssl_cert = true, preread = true,
}

--- Whether this process is nginx.
function nginx.in_nginx()
  local ngx = rawget(_G, "ngx")
  return type(ngx) == "table" and type(ngx.get_phase) == "function"
end

--- Whether anything can wait here: in the present phase of nginx, and not within a finalizer or a function that C calls.
function nginx.can_wait()
  return (waits[rawget(_G, "ngx").get_phase()] and core.can_yield()) or false
end

--- Why nothing can be sent in the present phase of nginx; nil where it can.
---@param what? string the function that was called
---@return mimecast.Error? err
function nginx.unavailable(what)
  if nginx.can_wait() then return nil end
  local phase = rawget(_G, "ngx").get_phase()
  local where = waits[phase] and "within a finalizer, or a function that C calls" or ("in the %s phase"):format(phase)
  return errors.new {
    category = "usage", code = "wrong_phase", message = ("%s is not available %s"):format(what or "a call", where),
    hint = "nothing can wait there: call it in rewrite, access, content or ssl_certificate, or in a timer (ngx.timer.at)",
  }
end

local shortest = 0.001 -- seconds: nginx counts in milliseconds, and warns in its log of a pause without any

--- Waits so many seconds; the worker goes on meanwhile.
---@param seconds number
function nginx.sleep(seconds)
  rawget(_G, "ngx").sleep(math.max(seconds, shortest))
end

--- Runs it on its own: it goes on whatever becomes of the caller.
---@param run fun()
---@return boolean ok false where nginx has no timer for it
function nginx.spawn(run)
  return (rawget(_G, "ngx").timer.at(0, run)) and true or false
end

--- How callers wait in nginx: the options `sleep`, `semaphore`, `spawn` and `unavailable` of the transport over libcurl.
---@return table host
function nginx.host()
  local found, semaphore = pcall(require, "ngx.semaphore")
  return {
    sleep = nginx.sleep, semaphore = found and semaphore.new or nil, spawn = nginx.spawn, unavailable = nginx.unavailable,
  }
end

return nginx
