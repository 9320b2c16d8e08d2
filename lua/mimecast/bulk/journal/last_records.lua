--- Finds the last record of each row of a journal. Memory holds one number for each row that is not ok.
local journal = require "mimecast.bulk.journal"
local json = require "mimecast.json"

local last_records = {}

local max_line = 1048576 -- bytes, the longest line that a journal holds

local LastRecords = {}
LastRecords.__index = LastRecords

--- Reads a journal. The states are those of this moment: a run may have the journal open.
---@param path string
---@return table? records header, last_started (rows start in order)
---@return mimecast.Error? err those of journal.read
function last_records.read(path)
  local next_record, header, state = journal.read(path)
  if not next_record then return nil, state end
  local self = setmetatable({ path = path, header = header, last_started = 0, offsets = {} }, LastRecords)
  local offset = state.size
  for record, _, err in next_record do
    if not record then return nil, err end
    local row = record.row
    self.last_started = math.max(self.last_started, row)
    self.offsets[row] = record.state ~= "ok" and offset or nil
    offset = state.size
  end
  return self
end

--- Returns the record at an offset of the journal, which `read` has verified.
local function record_at(self, offset)
  self.handle = self.handle or io.open(self.path, "rb")
  if not self.handle then return {} end
  self.handle:seek("set", offset)
  local line = self.handle:read "*l"
  return line and #line <= max_line and json.decode(line) or {}
end

--- The last record of a row: `state`, `code`, `message` and so on; nil if the row was not started. The record of a row that
--- is ok holds only its state.
---@param row integer
---@return table?
function LastRecords:of(row)
  local offset = self.offsets[row]
  if offset then return record_at(self, offset) end
  return row <= self.last_started and { state = "ok" } or nil
end

--- Iterates over the last record of each started row, in the order in which the rows were finished.
---@return fun(): table? next
function LastRecords:all()
  local next_record, _, state = journal.read(self.path)
  local offset = next_record and state.size
  return function()
    while next_record do
      local record, at = next_record(), offset
      offset = state.size
      if not record then return nil end
      if record.state == "ok" or self.offsets[record.row] == at then return record end
    end
    return nil
  end
end

function LastRecords:close()
  if self.handle then self.handle:close() end
  self.handle = nil
end

return last_records
