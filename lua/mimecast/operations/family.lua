--- Keys that all operations of a family share stand once, above its operations.
local family = {}

--- Completes the operations of a family: `return family.of { product = "Domain Management" } { list_domains = { … }, … }`.
---@param defaults table keys of an operation, for each operation that does not have them
---@return fun(operations: table<string, table>): table<string, table>
function family.of(defaults)
  return function(operations)
    for _, operation in pairs(operations) do
      for key, value in pairs(defaults) do
        if operation[key] == nil then operation[key] = value end
      end
    end
    return operations
  end
end

--- The same for a REST family, which only API 2.0 has.
---@param product string
---@return fun(operations: table<string, table>): table<string, table>
function family.rest(product)
  return family.of { protocol = "rest", api = "2.0", product = product }
end

--- The reason why API 1.0 lacks an operation of a REST family, with what to use instead.
---@param instead string
---@return string
function family.only_rest(instead)
  return "it belongs to the REST families, which only API 2.0 has; " .. instead
end

--- The same, with an operation of API 1.0 to use instead.
---@param name string
---@return string
function family.use(name)
  return family.only_rest(("use %s under API 1.0"):format(name))
end

return family
