--- `mimecast completion`: writes a script that completes commands, options and values in bash, zsh or fish.
local client_factory = require "mimecast.cli.client_factory"
local completion_values = require "mimecast.cli.completion_values"
local exit_codes = require "mimecast.cli.exit_codes"
local output = require "mimecast.cli.io.output"

local completion = { summary = "Print a completion script for bash, zsh or fish",
  example = "  source <(mimecast completion bash)                          # in ~/.bashrc\n"
    .. "  mimecast completion zsh >DIR/_mimecast                      # a folder DIR of $fpath\n"
    .. "  mimecast completion fish >~/.config/fish/completions/mimecast.fish" }

completion.epilog = "The scripts complete commands, options, values, profiles, the groups that mimecast groups listed last, and"
  .. " files of the right kind. They request nothing."

function completion.define(element)
  element:require_command(false):command_target "shell"
  -- The scripts of argparse complete subcommands, but not the values of an argument.
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    element:command(shell):add_help(false):summary(("Print the script for %s"):format(shell))
  end
  element:command "values":add_help(false):hidden(true):summary "Print the values that the scripts offer"
    :argument "kind":choices { "profiles", "groups" }
end

function completion.run(context, args)
  if args.shell == "values" then
    local list = completion_values.list(args.kind, function() return (client_factory.new(context)) end)
    for _, word in ipairs(list) do output.write(word .. "\n") end
    return true
  end
  if not args.shell then
    output.note "mimecast: missing shell; give bash, zsh or fish"
    return exit_codes.usage
  end
  output.write(completion_values.script(args.shell, context.parser.build(nil, "completion")))
  return true
end

return completion
