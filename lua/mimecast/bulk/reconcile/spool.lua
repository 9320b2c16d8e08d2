--- A list of any length in a temporary file without a name: rows are appended and read again, and memory stays flat.
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local jsonl = require "mimecast.bulk.input.jsonl"

local spool = {}

local Spool = {}
Spool.__index = Spool

-- Raises an error value: the list is used in iterators, which have no other way.
local function check(value, reason)
  if value then return value end
  error(errors.new { category = "usage", code = "unwritable_plan", hint = "check the free disk space of the temporary folder",
    message = "a temporary file cannot be written: " .. tostring(reason) }, 0)
end

--- Makes an empty list. Raises an error value if the disk is full or not writable.
---@return table spool its `count` is the number of rows
function spool.new()
  return setmetatable({ file = check(io.tmpfile()), count = 0 }, Spool)
end

--- Appends a row. Raises an error value if the disk is full.
---@param row table
function Spool:add(row)
  self.file:seek "end"
  check(self.file:write(json.encode(row), "\n"))
  self.count = self.count + 1
end

--- Iterates over the rows, in order. Several iterators can read at a time.
---@return fun(): table? next
function Spool:each()
  local at = 0
  local next_line = jsonl.reader(function(bytes)
    self.file:seek("set", at)
    local piece, reason = self.file:read(math.min(bytes, 4096))
    at = at + #(piece or "")
    return piece, reason
  end)
  return function()
    local line = next_line()
    return line and json.decode(line) or nil
  end
end

function Spool:close()
  if io.type(self.file) == "file" then self.file:close() end
end

return spool
