--- Asserts that a value shows none of the planted secrets: not in its fields, nor their names, nor its printed form.
local assert = require "luassert"

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

---@param value any
---@param secrets string[]
---@param skip? table<string, boolean> names of fields to leave out
return function(value, secrets, skip)
  assert.is_nil(search(value, secrets, "value", {}, skip or {}))
end
