--- Words to put before a command that shall meet a limit: no privilege, a small file system, a full disk.
local shell = require "tools.shell"

local limits = {}

--- Takes root's right to ignore file permissions. "" for an ordinary user.
---@return string words
function limits.without_privilege()
  return shell.output "id -u" == "0" and "setpriv --bounding-set=-dac_override,-dac_read_search" or ""
end

--- Mounts a file system on a folder, for the command alone. nil if this user may not mount.
---@param path string
---@param options string of mount, such as "size=64k"
---@param first? string a command that runs before, in the same namespace
---@return string? words
function limits.mounted(path, options, first)
  if shell.output "unshare -rm true; echo $?" ~= "0" then return nil end
  return ([[unshare -rm sh -c 'mount -t tmpfs -o %s tmpfs %s && %s && exec "$@"' sh]]):format(options, path, first or "true")
end

--- Limits the size of each file: a full disk that needs no privilege.
---@param blocks integer of 512 bytes
---@return string words
function limits.file_size(blocks)
  return ([[sh -c 'trap "" XFSZ; ulimit -f %d; exec "$@"' sh]]):format(blocks)
end

return limits
