--- The prompt's history: a file that is its owner's alone, without the lines that hold a secret.
local core = require "mimecast.core"
local state_folder = require "mimecast.base.state_folder"
local system = require "mimecast.system"

local history = {}

local History = {}
History.__index = History

local most_lines = 500

-- Words of settings that only sound like a secret; the last two where they are switched on or off.
local harmless = { "passwordneverexpires", "forcepasswordchange", "localpassword%s*=%s*true", "localpassword%s*=%s*false",
  "changepassword%s*=%s*true", "changepassword%s*=%s*false" }
local telling = { "password", "passwd", "secret", "appkey", "accesskey", "token", "bearer" }

--- Whether a line may hold a secret.
---@param line string
---@return boolean
function history.is_secret(line)
  local bare = core.lower(line):gsub("[_%-]", "")
  for _, word in ipairs(harmless) do bare = bare:gsub(word, "") end
  for _, word in ipairs(telling) do
    if bare:find(word, 1, true) then return true end
  end
  return false
end

--- Opens the history; without a home folder it is kept for this session only.
---@return table history with `lines`
function history.open()
  local path = state_folder.path()
  path = path and path .. "/history"
  local self = setmetatable({ path = path, lines = {} }, History)
  local file = path and io.open(path, "r")
  for line in file and file:lines() or function() end do self.lines[#self.lines + 1] = line end
  if file then file:close() end
  return self
end

--- Adds a line, and writes the file anew.
---@param line string
---@return boolean added false for an empty line and for the same one again
function History:add(line)
  if line:find "^%s*$" or line == self.lines[#self.lines] or history.is_secret(line) then return false end
  self.lines[#self.lines + 1] = line
  while #self.lines > most_lines do table.remove(self.lines, 1) end
  if self.path then system.write_owner_only(self.path, table.concat(self.lines, "\n") .. "\n") end
  return true
end

return history
