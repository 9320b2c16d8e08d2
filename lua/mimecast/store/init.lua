--- Chooses the store in which a client keeps its tokens and rate budgets, and the prefix of its keys.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local memory = require "mimecast.store.memory"

---@class mimecast.Store
---@field get fun(self, key: string): string|number|nil, number|nil the value and its remaining seconds
---@field set fun(self, key: string, value: string|number, seconds: number)
---@field add fun(self, key: string, value: string|number, seconds: number): boolean false if the key exists
---@field incr fun(self, key: string, n: number, first: number, seconds: number): number a new key starts at `first`
---@field delete fun(self, key: string, value?: string|number) with a value: only if the key has this value
local store = {}

local methods = { "get", "set", "add", "incr", "delete" }

--- The store of a configuration: the given store; else, inside nginx, the dictionary `mimecast` if it is declared; else a
-- store in this process.
---@param config table
---@return mimecast.Store? store
---@return mimecast.Error? err
function store.of(config)
  local given = config.store
  if not given then
    local ngx = rawget(_G, "ngx")
    local dictionary = type(ngx) == "table" and ngx.shared and ngx.shared.mimecast
    return dictionary and lazy("mimecast.store.shared_dict").new(dictionary) or memory.new(config.runtime.monotonic)
  end
  for _, name in ipairs(methods) do
    if type(given[name]) ~= "function" then
      return nil, errors.new { category = "config", code = "invalid_setting", field = "store",
        message = "store has no function " .. name,
        hint = "make one with mimecast.store.memory, mimecast.store.shared_dict or mimecast.store.redis" }
    end
  end
  return given
end

--- The prefix of a client's keys: a fingerprint of the generation, the gateway and the user or application, by which the
-- service counts requests (mimecast-api 5). Clients with the same fingerprint share their entries. It reveals no secret.
---@param config table
---@return string
function store.key(config)
  local identity = config.clientId or config.accessKey or config.email
  local digest = core.hmac_sha1(identity, ("mimecast.store\n%s\n%s"):format(config.generation, config.baseUrl))
  return (digest:sub(1, 8):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return store
