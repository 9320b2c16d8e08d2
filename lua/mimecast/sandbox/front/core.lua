--- Stands for the C core behind nginx where that is not built for nginx's Lua: what a tenant needs of it, and no more.
--
-- A tenant reads requests leniently anyway, its numbers have few digits, and it folds the case of ASCII letters alone.
-- nginx's Lua is LuaJIT, whose own functions ask no locale.
local core = { fold = string.lower, lower = string.lower, upper = string.upper }

function core.before(a, b) return a < b end

--- lua-cjson alone, without the check in front.
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

return core
