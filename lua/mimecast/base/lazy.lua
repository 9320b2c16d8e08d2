--- Loads a module when it is first needed, so that one that could not be loaded, for want of a file descriptor for instance,
--- can be loaded the next time. Lua 5.1 and LuaJIT mark a module as being loaded, and leave the mark where loading fails:
--- from then on they take it for a loop.

-- What the mark is: a pointer, in LuaJIT's own way of writing one a number. A module is neither.
local marks = { userdata = true, number = true }

-- The names of the modules that are marked.
local function marked()
  local names = {}
  for name, module in pairs(package.loaded) do
    if marks[type(module)] then names[name] = true end
  end
  return names
end

---@param name string of a module
---@return any module
return function(name)
  local module = package.loaded[name]
  if module ~= nil and not marks[type(module)] then return module end
  local before = marked()
  local ok, loaded = pcall(require, name)
  if ok then return loaded end
  for other in pairs(marked()) do
    if not before[other] then package.loaded[other] = nil end
  end
  error(loaded, 0)
end
