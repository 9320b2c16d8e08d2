--- Which store a client keeps its tokens and rate budgets in, and under which keys.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local memory = require "mimecast.store.memory"
local shared = require "mimecast.store.shared_dict"

---@class mimecast.Store
---@field get fun(self, key: string): string|number|nil, number|nil the value, and the seconds it still lives
---@field set fun(self, key: string, value: string|number, seconds: number)
---@field add fun(self, key: string, value: string|number, seconds: number): boolean only where the key is absent
---@field incr fun(self, key: string, n: number, first: number, seconds: number): number where absent it begins at `first`
---@field delete fun(self, key: string, value?: string|number) with a value: only where it is still that one
local store = {}

local methods = { "get", "set", "add", "incr", "delete" }

--- The store of checked settings: the given one; inside nginx the dictionary `mimecast`, where it is declared; else one in
-- this process.
---@param settings table
---@return mimecast.Store? store
---@return mimecast.Error? err
function store.of(settings)
  local given = settings.store
  if not given then
    local ngx = rawget(_G, "ngx")
    local dictionary = type(ngx) == "table" and ngx.shared and ngx.shared.mimecast
    return dictionary and shared.new(dictionary) or memory.new(settings.monotonic)
  end
  for _, name in ipairs(methods) do
    if type(given[name]) ~= "function" then
      return nil, errors.new { category = "config", code = "invalid_setting", field = "store",
        message = "store has no function " .. name,
        hint = "make one with mimecast.store.memory, mimecast.store.shared or mimecast.store.redis" }
    end
  end
  return given
end

--- What keys begin with: a fingerprint of generation, gateway and whose credentials they are, so that clients that may
-- share do, and others do not. The service counts by user and by application (mimecast-api 5). No secret can be read from it.
---@param settings table
---@return string
function store.key(settings)
  local who = settings.clientId or settings.accessKey or settings.email
  local digest = core.hmac_sha1(who, ("mimecast.store\n%s\n%s"):format(settings.generation, settings.baseUrl))
  return (digest:sub(1, 8):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return store
