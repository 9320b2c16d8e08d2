--- Requires a module on first use, so that a failed load can be tried again.
--
-- A load can fail for want of a file descriptor, for instance. Lua 5.1 and LuaJIT mark a module that is being loaded, and
-- leave the mark after a failure: the next require reports a loop.

-- Types of the mark: a pointer, which LuaJIT stores as a number. A module is neither.
local mark_types = { userdata = true, number = true }

local function marked_modules()
  local names = {}
  for name, module in pairs(package.loaded) do
    if mark_types[type(module)] then names[name] = true end
  end
  return names
end

---@param name string of a module
---@return any module
return function(name)
  local module = package.loaded[name]
  if module ~= nil and not mark_types[type(module)] then return module end
  local marked_before = marked_modules()
  local ok, loaded = pcall(require, name)
  if ok then return loaded end
  for marked in pairs(marked_modules()) do
    if not marked_before[marked] then package.loaded[marked] = nil end
  end
  error(loaded, 0)
end
