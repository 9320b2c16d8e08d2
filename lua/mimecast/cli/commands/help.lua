--- `mimecast help`: what a function of the module or a command takes and returns.
local commands = require "mimecast.cli.commands"
local errors = require "mimecast.errors"
local help = require "mimecast.help"
local output = require "mimecast.cli.io"

local manual = { summary = "Tells what a function takes and returns, or lists all of them." }

function manual.define(element)
  element:argument "name":args "?":description "a function, a family of functions or a command"
  element._is_help_command = true -- argparse's scripts then complete its argument with the commands
end

-- Commands that are no operations have a page of their own.
local function page_of(name)
  local command = name and commands.find(name)
  if command and not command.operation then return require("mimecast.cli.parser").page(name) end
  return help.text(name and name:gsub("-", "_") or nil)
end

function manual.run(_, args)
  local page = page_of(args.name)
  if page:find "^There is no function" then
    return errors.result(errors.new { category = "usage", code = "invalid_command",
      message = page:gsub("help%(%)", "mimecast help") })
  end
  output.write(page .. "\n")
  return true
end

return manual
