--- `mimecast completion`: writes a script that completes commands, options and values in bash, zsh or fish.
local exit_codes = require "mimecast.cli.exit_codes"
local output = require "mimecast.cli.io.output"

local completion = { summary = "Print a completion script for bash, zsh or fish" }

completion.epilog = [[In bash: source <(mimecast completion bash)
In zsh: mimecast completion zsh >DIR/_mimecast, for a folder DIR of $fpath
In fish: mimecast completion fish >~/.config/fish/completions/mimecast.fish]]

function completion.define(element)
  element:require_command(false):command_target "shell"
  -- The scripts of argparse complete subcommands, but not the values of an argument.
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    element:command(shell):add_help(false):summary(("Print the script for %s"):format(shell))
  end
end

function completion.run(context, args)
  if not args.shell then
    output.note "mimecast: missing shell; give bash, zsh or fish"
    return exit_codes.usage
  end
  local root = context.parser.build(nil, "completion")
  output.write(root["get_" .. args.shell .. "_complete"](root))
  return true
end

return completion
