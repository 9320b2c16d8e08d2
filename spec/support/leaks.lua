-- Looks for planted secrets in all that a value can show: its fields, their names, and what it prints as.
local leaks = {}

local function in_text(text, secrets, path)
  for _, secret in ipairs(secrets) do
    if text:find(secret, 1, true) then return ("%s shows %s: %s"):format(path, secret, text) end
  end
  return nil
end

local function search(value, secrets, path, seen, skip)
  if type(value) == "function" or type(value) == "thread" then return nil end
  local found = in_text(tostring(value), secrets, path)
  if found or type(value) ~= "table" or seen[value] then return found end
  seen[value] = true
  for key, inner in pairs(value) do
    local name = path .. "." .. tostring(key)
    found = in_text(tostring(key), secrets, path)
      or (not skip[key] and search(inner, secrets, name, seen, skip))
    if found then return found end
  end
  return nil
end

--- Where one of the secrets shows, or nil.
---@param value any
---@param secrets string[]
---@param skip? table<string, boolean> names of fields that are not looked into
function leaks.find(value, secrets, skip)
  return search(value, secrets, "value", {}, skip or {}) or nil
end

return leaks
