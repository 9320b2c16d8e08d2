--- `mimecast completion`: a script that completes commands, options and their values in bash, zsh or fish.
local output = require "mimecast.cli.io"
local status = require "mimecast.cli.exit_codes"

local completion = { summary = "Writes a completion script for bash, zsh or fish." }

completion.epilog = [[In bash: source <(mimecast completion bash)
In zsh: mimecast completion zsh > a folder of $fpath, as _mimecast
In fish: mimecast completion fish > ~/.config/fish/completions/mimecast.fish]]

function completion.define(element)
  element:require_command(false):command_target "shell"
  -- Commands rather than an argument: the scripts complete these in every shell.
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    element:command(shell):add_help(false):summary(("Writes the script for %s."):format(shell))
  end
end

function completion.run(_, args)
  if not args.shell then
    output.note "mimecast: completion takes the name of a shell: bash, zsh or fish"
    return status.usage
  end
  local root = require("mimecast.cli.parser").build(nil, true)
  output.write(root["get_" .. args.shell .. "_complete"](root))
  return true
end

return completion
