--- Runs shell commands, makes temporary folders, reads and writes files, and ends processes.
local process = {}

--- Quotes a word for sh.
---@param word string
---@return string quoted
function process.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Runs a script and waits for it. The exit code is written by the shell: Lua 5.1 and 5.4 report it differently.
---@param script string
---@return string output of the script
---@return integer code
function process.run(script)
  local pipe = assert(io.popen("( " .. script .. "\n) </dev/null; echo \"code:$?\"", "r"))
  local text = pipe:read("*a")
  pipe:close()
  local output, code = text:match("^(.-)\n?code:(%d+)%s*$")
  return output or text, tonumber(code) or 1
end

--- Makes a new folder that only this user can enter.
---@return string? path nil with a message if it cannot be made
---@return string? message
function process.make_folder()
  local path, code = process.run("mktemp -d \"${TMPDIR:-/tmp}/mimecast-sandbox.XXXXXX\" 2>&1")
  if code ~= 0 then return nil, "no temporary folder: " .. path end
  return path
end

--- Removes a folder of `make_folder`. Ignores all other paths.
---@param path string
function process.remove_folder(path)
  if path:find("/mimecast%-sandbox%.%w+$") then process.run("rm -rf " .. process.quote(path)) end
end

--- Reads a file.
---@param path string
---@return string? text
function process.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

--- Writes a file.
---@param path string
---@param text string
function process.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- A zombie counts as ended: a container without an init does not reap it. The command line is checked because the system may
-- have given the process id to another process.
local ending = [[
pid=%s; mark=%s
running() { kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; }
if [ -r "/proc/$pid/cmdline" ] && ! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$mark"; then exit 0; fi
kill "$pid" 2>/dev/null
n=0
while running; do
  n=$((n + 1))
  [ "$n" -eq 250 ] && kill -9 "$pid" 2>/dev/null
  [ "$n" -gt 500 ] && exit 1
  sleep 0.02
done
exit 0]]

--- Ends a process and waits for its end.
---@param pid string
---@param mark string text in its command line
---@return boolean ended
function process.finish(pid, mark)
  local _, code = process.run(ending:format(process.quote(pid), process.quote(mark)))
  return code == 0
end

return process
