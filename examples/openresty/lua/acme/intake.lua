--- The durable intake: stores a change in a Redis stream and responds with 202, before the change is applied.
--
-- All changes of an address are in the stream of one partition, in the order of storage; apply.lua applies them.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "cjson.safe"
local problem = require "acme.problem"
local redis = require "acme.redis"
local registry = require "mimecast.model.registry"
local webhook = require "acme.webhook"

local intake = {}

-- The input of update_user, without fields that must not be set late or twice: a password that is applied a day later would
-- replace a newer one, and a queue must hold no password. POST /joiners sets passwords at once.
local fields = {}
for _, field in ipairs(registry.find("update_user").input) do
  if not field.replayUnsafe then
    fields[field.name] = { field.type == "boolean" and "boolean" or "string", required = field.required }
  end
end

-- Checks a change like update_user, so that the sender learns of an invalid change now.
local function check(change)
  local item, problems = registry.find("update_user").input_schema:encode(change)
  if not item then return problem.from_error(errors.invalid_input(problems, change.email)) end
  if next(item, next(item)) == nil then return { status = 422, detail = change.email .. ": there is nothing to change" } end
end

--- Handles POST /changes.
function intake.handle()
  local change, rejection = webhook.read(fields)
  rejection = rejection or check(change)
  if rejection then return problem.send(rejection) end
  local partition = ngx.crc32_short(core.fold(change.email)) % redis.partitions
  local id, reason = redis.call("xadd", redis.keys(partition), "*", "change", json.encode(change))
  if not id then
    ngx.log(ngx.ERR, "intake: Redis is unavailable: ", reason)
    return problem.send { status = 503, detail = "the change could not be stored: send it again", retry_after = 5 }
  end
  ngx.status = 202
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json.encode { id = ("%d-%s"):format(partition, id) })
end

local depth_script = [[
  local waiting = 0
  for i = 2, #KEYS do waiting = waiting + redis.call('xlen', KEYS[i]) end
  return { waiting, redis.call('xlen', KEYS[1]) }]]

--- Returns the numbers of waiting and parked changes; nil if Redis is unavailable.
---@return table? depth waiting, parked
function intake.depth()
  local keys = { redis.parked }
  for partition = 0, redis.partitions - 1 do keys[#keys + 1] = (redis.keys(partition)) end
  local reply = redis.call("eval", depth_script, #keys, unpack(keys))
  return reply and { waiting = reply[1], parked = reply[2] }
end

return intake
