--- Keeps the history of the prompt in a file with mode 0600. Lines that may hold a secret are left out.
local core = require "mimecast.core"
local user_folder = require "mimecast.base.user_folder"
local system = require "mimecast.system"

local history = {}

local History = {}
History.__index = History

local max_lines = 500

-- Names of settings that contain a secret word but hold no secret. Two of them only with a boolean value.
local not_secret = { "passwordneverexpires", "forcepasswordchange", "localpassword%s*=%s*true", "localpassword%s*=%s*false",
  "changepassword%s*=%s*true", "changepassword%s*=%s*false" }
local secret_words = { "password", "passwd", "secret", "appkey", "accesskey", "token", "bearer" }

--- Returns whether a line may hold a secret.
---@param line string
---@return boolean
function history.is_secret(line)
  local bare = core.lower(line):gsub("[_%-]", "")
  for _, word in ipairs(not_secret) do bare = bare:gsub(word, "") end
  for _, word in ipairs(secret_words) do
    if bare:find(word, 1, true) then return true end
  end
  return false
end

--- Opens the history. If there is no home folder, it lasts for this session only.
---@return table history with `lines`
function history.open()
  local folder = user_folder.make "state"
  local path = folder and folder .. "/history"
  local self = setmetatable({ path = path, lines = {} }, History)
  local file = path and io.open(path, "r")
  for line in file and file:lines() or function() end do self.lines[#self.lines + 1] = line end
  if file then file:close() end
  return self
end

--- Adds a line and rewrites the file.
---@param line string
---@return boolean is_added false for an empty line, a repeated line and a secret
function History:add(line)
  if line:find "^%s*$" or line == self.lines[#self.lines] or history.is_secret(line) then return false end
  self.lines[#self.lines + 1] = line
  while #self.lines > max_lines do table.remove(self.lines, 1) end
  if self.path then system.write_owner_only(self.path, table.concat(self.lines, "\n") .. "\n") end
  return true
end

return history
