--- A folder of a spec's own, and what the shell is asked about it.
local folder = {}

--- What the command prints, without its last line end.
---@param command string
---@return string
function folder.shell(command)
  local pipe = assert(io.popen(command .. " 2>&1", "r"))
  local text = pipe:read("*a"):gsub("\n$", "")
  pipe:close()
  return text
end

--- Makes one. `folder.remove` takes it away.
---@return string path
function folder.make()
  return folder.shell("mktemp -d")
end

function folder.remove(path)
  folder.shell("rm -rf '" .. path .. "'")
end

function folder.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

--- Writes a file that only its owner can read.
function folder.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  folder.shell("chmod 600 '" .. path .. "'")
  return path
end

--- Words to put before a command so that root, too, meets the permissions that others meet; "" for an ordinary user.
function folder.without_privilege()
  return folder.shell("id -u") == "0" and "setpriv --bounding-set=-dac_override,-dac_read_search" or ""
end

--- Words that put a small file system of its own under a folder for one command; nil where this user may not.
---@param path string
---@param options string of mount, such as "size=64k"
---@param first? string a command that is run before, in the same namespace
function folder.mounted(path, options, first)
  if folder.shell("unshare -rm true; echo $?") ~= "0" then return nil end
  return ([[unshare -rm sh -c 'mount -t tmpfs -o %s tmpfs %s && %s && exec "$@"' sh]]):format(options, path, first or "true")
end

--- Words before a command whose files may have that many blocks of 512 bytes: a full disk that needs no privilege.
function folder.limited(blocks)
  return ([[sh -c 'trap "" XFSZ; ulimit -f %d; exec "$@"' sh]]):format(blocks)
end

return folder
