--- The few things that the sandbox asks of a shell: a folder of its own, a process to start and to end.
local shell = {}

--- Quotes a word for sh.
---@param word string
---@return string quoted
function shell.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Runs a script and waits for it. The exit code is written by the shell: Lua 5.1 and 5.4 report it differently.
---@param script string
---@return string output what it wrote to standard output
---@return integer code
function shell.run(script)
  local pipe = assert(io.popen("( " .. script .. "\n) </dev/null; echo \"code:$?\"", "r"))
  local text = pipe:read("*a")
  pipe:close()
  local output, code = text:match("^(.-)\n?code:(%d+)%s*$")
  return output or text, tonumber(code) or 1
end

--- Makes a new folder that only this user can enter.
---@return string? path nil with a message where there is none to be had
---@return string? message
function shell.make_folder()
  local path, code = shell.run("mktemp -d \"${TMPDIR:-/tmp}/mimecast-sandbox.XXXXXX\" 2>&1")
  if code ~= 0 then return nil, "no temporary folder: " .. path end
  return path
end

--- Removes a folder of `make_folder`, and nothing else.
---@param path string
function shell.remove_folder(path)
  if path:find("/mimecast%-sandbox%.%w+$") then shell.run("rm -rf " .. shell.quote(path)) end
end

--- Reads a file.
---@param path string
---@return string? text
function shell.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

--- Writes a file.
---@param path string
---@param text string
function shell.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- A process that ended but that nobody collects (a container without an init) counts as gone. The command line is
-- looked at because a process id may have been given to another process since.
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

--- Ends one process and waits until it is gone.
---@param pid string
---@param mark string what its command line must hold
---@return boolean gone
function shell.finish(pid, mark)
  local _, code = shell.run(ending:format(shell.quote(pid), shell.quote(mark)))
  return code == 0
end

return shell
