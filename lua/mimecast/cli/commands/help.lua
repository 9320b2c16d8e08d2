--- `mimecast help`: describes a command, a topic, or a function of the module.
local check = require "mimecast.config.check"
local errors = require "mimecast.errors"
local help = require "mimecast.help"
local help_topics = require "mimecast.cli.help_topics"
local pager = require "mimecast.cli.io.pager"

local help_command = {
  summary = "Describe a command, a topic or a function",
  example = "  mimecast help disable\n  mimecast help update-user\n  mimecast help files",
}

function help_command.define(element, purpose)
  element:argument "name":args "?":description(purpose ~= "parse" and "a command, a function of the API, a family of functions,"
    .. " or a topic: " .. table.concat(help_topics.names(), ", ") .. "; default: list all functions" or "")
  element._is_help_command = true -- the scripts of argparse complete its argument with the commands
end

-- Returns the page of a name: of a topic, of a command that is not an operation, or of a function.
local function page_of(parser, name)
  local page = name and (parser.topic_page(name) or parser.command_page(name))
  if page then return page end
  return help.page(name and name:gsub("-", "_") or nil)
end

function help_command.run(context, args)
  local page, message = page_of(context.parser, args.name)
  if not page then
    local topic = args.name and check.suggestion(args.name, context.parser.help_names())
    message = topic and ("unknown command, function or topic %s; %s"):format(args.name, topic) or message
    return errors.result(errors.new { category = "usage", code = "invalid_command",
      message = message:gsub("help%(%)", "mimecast help") })
  end
  pager.show(context, page .. "\n")
  return true
end

return help_command
