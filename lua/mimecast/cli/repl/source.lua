--- Compiles what is typed at the prompt.
--
-- Each chunk is a function of its own, which would end its locals with the line: `local user = …` at its start sets a global of
-- the prompt instead, so that examples can be pasted line by line. `help users` needs no quotes.
local source = {}

local load_text = rawget(_G, "loadstring") or load

-- Makes the locals that a chunk begins with last.
local function keep_locals(chunk)
  local names, rest = chunk:match "^%s*local%s+([%a_][%w_%s,]*)(=[^=].*)$"
  if names then return names .. rest end
  return (chunk:gsub("^%s*local%s+function%s", "function "))
end

-- Returns the call of help for `help NAME`; nil for other lines.
local function help_call(chunk)
  local name = chunk:match "^%s*help%s+([%a_][%w_:.-]*)%s*;?%s*$"
  return name and ("help %q"):format((name:gsub("-", "_"))) or nil
end

--- Compiles a chunk, as an expression if possible.
---@param chunk string
---@param environment table
---@return function? run
---@return string? reason
---@return boolean is_incomplete more lines may complete it
function source.compile(chunk, environment)
  chunk = help_call(chunk) or keep_locals(chunk)
  local run, reason = load_text("return " .. chunk, "=prompt", "t", environment)
  if not run then run, reason = load_text(chunk, "=prompt", "t", environment) end
  local setfenv = rawget(_G, "setfenv")
  if run and setfenv then setfenv(run, environment) end
  return run, reason, reason ~= nil and reason:find("<eof>", 1, true) ~= nil
end

return source
