--- `mimecast ensure-group-member` and `ensure-no-group-member`: bring addresses and domains into a profile group, or out of it.
local arguments = require "mimecast.cli.arguments"
local client_factory = require "mimecast.cli.client_factory"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local hint = require "mimecast.cli.hint"
local output = require "mimecast.cli.io.output"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"
local wire_item = require "mimecast.model.wire_item"

local fields = { { name = "member" }, { name = "state" }, { name = "undo" } }

-- Returns the input of the helper for a word: an address or a domain.
local function member_of(id, word)
  local name = word:find("@", 1, true) and "email" or "domain"
  return { id = id, [name] = word }
end

-- Checks all words before anything is sent.
local function check(words)
  local problems = {}
  for i, word in ipairs(words) do
    local _, found = wire_item.prepare(registry.find "add_group_member", member_of("the group's", word), true)
    for _, problem in ipairs(found or {}) do
      problems[#problems + 1] = { field = terminal_text.printable(word), message = problem.message, code = problem.code,
        order = i }
    end
  end
  return #problems > 0 and errors.invalid_input(problems) or nil
end

local function show(context, command, word, changed, group_option)
  local undo = changed and hint.line(context, command.opposite, word, "--group", group_option) or nil
  local state = changed and command.done or "unchanged"
  if context.json then return output.json({ member = word, state = state, undo = undo }, fields) end
  output.write(("%s: %s\n"):format(terminal_text.printable(word), state))
  if undo then output.note("to undo: " .. undo) end
end

local function run(context, command)
  local args, code = context.args, true
  local client, group, message
  local err = check(args.member)
  if err then return errors.result(err) end
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  group, message, err = client:find_group(args.group)
  if not group then return nil, message, err end
  for _, word in ipairs(args.member) do
    local member, changed
    member, changed, err = client[command.helper](client, member_of(group.id, word))
    if member then
      show(context, command, word, changed, args.group)
    elseif #args.member == 1 then
      return nil, changed, err
    else
      err = errors.copy(err)
      err.key = err.key or word
      context.report(err)
      code = code == true and exit_codes.of(err, true) or code
    end
  end
  return code
end

local function new(command)
  command.writes = true
  function command.define(element)
    element:argument "member":args "+":argname "ADDRESS|DOMAIN":description "address or domain; can be repeated"
    arguments.add_option(element, "--group", "NAME", "group", "name, path or id of the group"):count "1"
  end
  command.run = function(context) return run(context, command) end
  return command
end

return {
  ["ensure-group-member"] = new { helper = "ensure_group_member", opposite = "ensure-no-group-member", done = "added",
    summary = "Add addresses to a group, unless they are members",
    example = "  mimecast ensure-group-member ann@example.com --group Leavers" },
  ["ensure-no-group-member"] = new { helper = "ensure_no_group_member", opposite = "ensure-group-member", done = "removed",
    summary = "Remove addresses from a group, if they are members",
    example = "  mimecast ensure-no-group-member ann@example.com --group Finance" },
}
