--- The durable intake: a change is stored in a Redis stream, and answered 202, before anybody tries to apply it.
--
-- An address's changes are all in one partition's stream, in the order in which they were stored; apply.lua takes them out.
local json = require "cjson.safe"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local link = require "house.link"
local registry = require "mimecast.model.registry"
local problem = require "house.problem"
local signed = require "house.signed"

local intake = {}

-- What update_user takes, without what must not be done late or twice: a password that comes a day later would undo what
-- was set since, and none belongs in a queue. POST /joiners sets one at once.
local fields = {}
for _, field in ipairs(registry.find("update_user").input) do
  if not field.replayUnsafe then
    fields[field.name] = { field.type == "boolean" and "boolean" or "string", required = field.required }
  end
end

-- What update_user itself would say of a change, so that a slip is told now and not found parked.
local function check(change)
  local item, problems = registry.find("update_user").input_schema:encode(change)
  if not item then return problem.of(errors.invalid_input(problems, change.email)) end
  if next(item, next(item)) == nil then return { status = 422, detail = change.email .. ": there is nothing to change" } end
end

--- Answers POST /changes.
function intake.answer()
  local change, refused = signed.read(fields)
  refused = refused or check(change)
  if refused then return problem.send(refused) end
  local partition = ngx.crc32_short(core.fold(change.email)) % link.partitions
  local id, reason = link.call("xadd", link.keys(partition), "*", "change", json.encode(change))
  if not id then
    ngx.log(ngx.ERR, "intake: Redis cannot be used: ", reason)
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

--- How many changes are waiting and parked; nil where Redis does not tell.
---@return table? depth waiting, parked
function intake.depth()
  local keys = { link.parked }
  for partition = 0, link.partitions - 1 do keys[#keys + 1] = (link.keys(partition)) end
  local answer = link.call("eval", depth_script, #keys, unpack(keys))
  return answer and { waiting = answer[1], parked = answer[2] }
end

return intake
