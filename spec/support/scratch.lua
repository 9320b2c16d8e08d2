-- Folders and files of a spec's own, gone when `clean` was called.
local shell = require "mimecast.sandbox.front.process"

local scratch = {}

local folders, count = {}, 0

--- A new folder.
function scratch.folder()
  local folder = assert(shell.make_folder())
  folders[#folders + 1] = folder
  return folder
end

--- A path in a folder of one's own that is not there yet.
function scratch.path(name)
  if not folders[1] then scratch.folder() end
  count = count + 1
  return ("%s/%d-%s"):format(folders[1], count, name or "file")
end

--- A file with that text.
function scratch.file(text, name)
  local path = scratch.path(name)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

--- The text of a file.
function scratch.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Removes all of them.
function scratch.clean()
  for _, folder in ipairs(folders) do shell.remove_folder(folder) end
  folders = {}
end

return scratch
