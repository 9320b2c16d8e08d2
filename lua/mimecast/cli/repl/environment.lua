--- Makes the globals of the prompt: the client's functions, the module over the same client, and Lua's globals.
local check = require "mimecast.config.check"
local completion = require "mimecast.cli.repl.completion"
local core = require "mimecast.core"
local help = require "mimecast.help"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io.output"
local secrets = require "mimecast.cli.io.secrets"

local environment = {}

environment.quit = {} -- raised by exit

local plain_require = require

local function ask(name)
  local secret, message = secrets.read(name or "Secret", true)
  if not secret then error("ask: the secret " .. message, 0) end
  return secret
end

local help_global = setmetatable({}, {
  __call = function(_, name) output.write(help.text(name) .. "\n") end,
  __tostring = function() return help.text() end,
})

local exit_global = setmetatable({}, {
  __call = function() error(environment.quit, 0) end,
  __tostring = function() error(environment.quit, 0) end,
})

-- Returns the module as the prompt has it: its functions use the prompt's client, not a default client of another tenant.
local function make_module(client)
  local module = { default = function() return client end, help = help_global }
  return setmetatable(module, { __index = function(_, name)
    local value, method = mimecast[name], type(name) == "string" and client[name]
    if type(value) ~= "function" or type(method) ~= "function" then return value end
    local function call(...) return method(client, ...) end
    rawset(module, name, call)
    return call
  end })
end

--- Makes the globals.
---@param client table
---@return table
function environment.new(client)
  local module = make_module(client)
  local globals = { client = client, mimecast = module, ask = ask, help = help_global, exit = exit_global,
    require = function(name)
      if name == "mimecast" then return module end
      return plain_require(name)
    end }
  return setmetatable(globals, { __index = function(_, name)
    local method = type(name) == "string" and client[name]
    if type(method) ~= "function" then return rawget(_G, name) end
    local function call(...) return method(client, ...) end
    rawset(globals, name, call)
    return call
  end })
end

--- Returns the function that a mistyped name may mean, as a question; nil if no name is near.
---@param name string
---@return string?
function environment.suggestion(name)
  return check.suggestion(core.lower(name), completion.names())
end

return environment
