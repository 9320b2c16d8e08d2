-- An engine without sockets behind the transport over libcurl: each step lands what has been sent, and is a second.
-- It shows what goes on after an error, at whatever instruction the error came.
local curl = require "mimecast.transport.curl"

local engine = {}
local Engine = {}
Engine.__index = Engine

function Engine:submit(request)
  self.count = self.count + 1
  self.sent[self.count], self.flying[self.count] = request, request
  return self.count
end

function Engine:step()
  self.steps = self.steps + 1
  if self.steps > 5000 then error("waits for ever", 0) end
  if self.on_step then self.on_step(self.steps) end
  for id, request in pairs(self.flying) do
    self.landed[#self.landed + 1] = { id, request }
    self.flying[id] = nil
  end
end

function Engine:collect()
  local one = table.remove(self.landed, 1)
  if one then return one[1], self.answer(one[2]) end
end

function Engine:cancel(id)
  self.flying[id], self.cancelled[id] = nil, true
end

function Engine.close() end

--- A transport over such an engine, which is its `engine`.
---@param answer fun(request: table): table the response
function engine.transport(answer)
  local transport
  transport = curl.new { elapsed = function() return transport.engine.steps end }
  transport.engine:close()
  transport.engine = setmetatable({ answer = answer, count = 0, steps = 0, sent = {}, flying = {}, landed = {},
    cancelled = {} }, Engine)
  return transport
end

-- Compiled code looks at no hook.
local jit = rawget(_G, "jit") or { off = function() end, on = function() end }

--- Runs a function and raises "interrupted!" in it after so many instructions, as Ctrl-C at a prompt does.
---@param instructions integer
---@param run function
---@return boolean interrupted false where the function ended before
function engine.interrupt(instructions, run)
  local interrupted = false
  local function hook()
    debug.sethook()
    interrupted = true
    error("interrupted!", 0)
  end
  jit.off()
  local ok, reason = pcall(function()
    debug.sethook(hook, "", instructions)
    run()
    debug.sethook()
  end)
  jit.on()
  if not ok and not tostring(reason):find("interrupted!", 1, true) then error(reason, 0) end
  return interrupted
end

return engine
