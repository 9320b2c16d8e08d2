--- `mimecast help`: describes a function of the module, or a command.
local errors = require "mimecast.errors"
local help = require "mimecast.help"
local output = require "mimecast.cli.io.output"

local help_command = { summary = "Describe a function: its input and its result" }

function help_command.define(element)
  element:argument "name":args "?":description "a function, a family of functions or a command; default: list all functions"
  element._is_help_command = true -- the scripts of argparse complete its argument with the commands
end

function help_command.run(context, args)
  local name, message = args.name, nil
  local page = name and context.parser.command_page(name)
  if not page then page, message = help.page(name and name:gsub("-", "_") or nil) end
  if not page then
    return errors.result(errors.new { category = "usage", code = "invalid_command",
      message = message:gsub("help%(%)", "mimecast help") })
  end
  output.write(page .. "\n")
  return true
end

return help_command
