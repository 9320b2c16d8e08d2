--- Engine without sockets for the libcurl transport: each step finishes all requests and takes one second of its clock. Specs
--- use it to raise an error at any instruction and to check what follows.
local curl = require "mimecast.transport.curl"
local prepared_request = require "mimecast.transport.prepared_request"

local fake_engine = {}
local Engine = {}
Engine.__index = Engine

-- Stores the waiter first, as the real engine does, so that an error in here finds it. The id is the one that became free
-- last, also as there.
function Engine:submit(request, waiting, waiter)
  local id = self.free[#self.free] or self.places + 1
  waiting[id] = waiter
  self.free[#self.free], self.places = nil, math.max(self.places, id)
  self.count, self.flying[id] = self.count + 1, request
  self.sent[self.count] = request
  return id
end

function Engine:step()
  self.steps = self.steps + 1
  if self.steps > 5000 then error("endless wait", 0) end
  if self.on_step then self.on_step(self.steps) end
  for id, request in pairs(self.flying) do
    self.finished[#self.finished + 1] = { id, request }
    self.flying[id] = nil
  end
end

function Engine:collect()
  local finished = table.remove(self.finished, 1)
  if not finished then return end
  local id, request = finished[1], finished[2]
  self.free[#self.free + 1] = id
  return id, self.respond(request.prepared and prepared_request.expand(request) or request)
end

function Engine:cancel(id)
  if not self.flying[id] then return end
  self.flying[id], self.cancelled[id] = nil, true
  self.free[#self.free + 1] = id
end

function Engine.close() end

--- Makes a transport with this engine in its field `engine`.
---@param respond fun(request: table): table the response
function fake_engine.transport(respond)
  local transport
  transport = curl.new { monotonic = function() return transport.engine.steps end }
  transport.engine:close()
  function transport.prepare(_, parts) return parts end -- so that a responder sees the parts
  transport.engine = setmetatable({ respond = respond, count = 0, places = 0, free = {}, steps = 0, sent = {}, flying = {},
    finished = {}, cancelled = {} }, Engine)
  return transport
end

-- Compiled code ignores debug hooks.
local jit = rawget(_G, "jit") or { off = function() end, on = function() end }

-- Whether the running function belongs to the engine, which is C in truth: nothing interrupts it.
local function is_in_engine()
  local level, running = 3, debug.getinfo(3, "f")
  while running do
    for _, method in pairs(Engine) do
      if method == running.func then return true end
    end
    level = level + 1
    running = debug.getinfo(level, "f")
  end
  return false
end

--- Runs a function and raises "interrupted!" in it after so many instructions, as Ctrl-C at a prompt does.
---@param instructions integer
---@param run function
---@param file? string count only the instructions of this file
---@return boolean interrupted false if the function ended before
function fake_engine.interrupt(instructions, run, file)
  local interrupted, left = false, file and instructions or 1
  local hook
  function hook()
    if file and debug.getinfo(2, "S").short_src:sub(-#file) ~= file then return end
    left = left - 1
    if left > 0 then return end
    if is_in_engine() then return debug.sethook(hook, "", 1) end
    debug.sethook()
    interrupted = true
    error("interrupted!", 0)
  end
  jit.off()
  local ok, reason = pcall(function()
    debug.sethook(hook, "", file and 1 or instructions)
    run()
    debug.sethook()
  end)
  jit.on()
  if not ok and not tostring(reason):find("interrupted!", 1, true) then error(reason, 0) end
  return interrupted
end

return fake_engine
