--- Replaces the C core inside nginx if the core is not built for nginx's Lua: the few functions that a tenant needs.
--
-- It folds the case of ASCII letters only. LuaJIT's string functions do not depend on the locale.
local json_writer = require "mimecast.sandbox.front.json_writer"

local core = { fold = string.lower, lower = string.lower, upper = string.upper }

function core.before(a, b) return a < b end

--- Uses lua-cjson without the core's check.
function core.json_decoder(decode)
  return function(text)
    local ok, value = pcall(decode, text)
    if ok then return value end
    return nil, tostring(value)
  end
end

function core.format_number(value)
  return ("%.14g"):format(value)
end

function core.json_encoder(array_mt)
  return json_writer(core, array_mt)
end

-- Escapes control characters, direction marks and characters without a width. The core's function also escapes what else cannot
-- be seen, and invalid UTF-8.
function core.printable(text)
  local function escape(bytes)
    return (bytes:gsub(".", function(byte) return ("\\x%02x"):format(byte:byte()) end))
  end
  return (text:gsub("[%c\\]", escape):gsub("\194[\128-\159]", escape):gsub("\226\128[\139-\143\168-\174]", escape)
    :gsub("\226\129[\160-\175]", escape):gsub("\239\187\191", escape))
end

--- Suggests nothing: the process of the caller, which has the C core, checks options and faults first.
function core.suggest() return nil end

return core
