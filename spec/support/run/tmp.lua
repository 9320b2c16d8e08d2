--- Temporary folders and files of a spec. `tmp.clean` removes them.
local shell = require "tools.shell"

local tmp = {}

local folders, count = {}, 0

--- Makes a folder.
---@return string path
function tmp.folder()
  local folder = assert(shell.make_folder())
  folders[#folders + 1] = folder
  return folder
end

--- Returns a path at which there is no file, in a temporary folder.
---@param name? string the end of the file's name
---@return string path
function tmp.path(name)
  if not folders[1] then tmp.folder() end
  count = count + 1
  return ("%s/%d-%s"):format(folders[1], count, name or "file")
end

--- Writes a file that only its owner can read.
---@param path string
---@param text string
---@return string path
function tmp.write(path, text)
  shell.write(path, text)
  shell.run("chmod 600 " .. shell.quote(path))
  return path
end

--- Writes a file with that text in a temporary folder.
---@param text string
---@param name? string the end of its name
---@return string path
function tmp.file(text, name)
  local path = tmp.path(name)
  shell.write(path, text)
  return path
end

--- Reads a file. Raises if there is none.
---@param path string
---@return string text
function tmp.read(path)
  return assert(shell.read(path), path)
end

--- Removes one folder of `tmp.folder`.
---@param folder string
function tmp.remove(folder)
  shell.remove_folder(folder)
  for i, path in ipairs(folders) do
    if path == folder then return table.remove(folders, i) end
  end
end

--- Removes all temporary folders.
function tmp.clean()
  for _, folder in ipairs(folders) do shell.remove_folder(folder) end
  folders = {}
end

return tmp
