--- `mimecast copy-members`: adds the members of a profile group to another one.
local client_factory = require "mimecast.cli.client_factory"
local confirmation = require "mimecast.cli.confirmation"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local hint = require "mimecast.cli.hint"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local questions = require "mimecast.cli.io.questions"
local terminal_text = require "mimecast.cli.io.terminal_text"

local copy_members = {
  summary = "Add the members of a group to another group", writes = true,
  description = "Add the members of a profile group to another one, with their notes. No member is removed. On a terminal the"
    .. " new members are shown first, and the command asks.",
  example = "  mimecast copy-members Finance Leavers",
}

local max_unasked, max_shown = 100, 20

function copy_members.define(element)
  element:argument "from":argname "FROM":description "name, path or id of the group to read"
  element:argument "to":argname "TO":description "name, path or id of the group to add to"
  confirmation.define(element)
end

function copy_members.option_name(field) return field == "from" and "FROM" or "TO" end

-- Asks whether the members are to be added. Raises an error value if there is no terminal to ask on and --yes is needed.
local function is_confirmed(args, added)
  if args.yes or #added == 0 or (not questions.can_ask() and #added <= max_unasked) then return true end
  for i = 1, math.min(#added, max_shown) do output.note("  + " .. terminal_text.printable(added[i])) end
  if #added > max_shown then output.note(("  and %d more"):format(#added - max_shown)) end
  return questions.confirm(("Add %s to %s?"):format(counted(#added, "member"), terminal_text.printable(args.to)), "--yes")
end

-- Returns the command that removes the added members; nil if there are none, or too many for a line.
local function undo_line(context, copied)
  if #copied.added == 0 or #copied.added > max_shown then return nil end
  local words = { "ensure-no-group-member", "--group", context.args.to }
  for _, key in ipairs(copied.added) do words[#words + 1] = key end
  return hint.line(context, words)
end

local function show(context, copied)
  local failed, undo = {}, undo_line(context, copied)
  for key in pairs(copied.failed) do failed[#failed + 1] = key end
  table.sort(failed, core.before)
  if context.json then
    local errors_by_key = {}
    for _, key in ipairs(failed) do
      errors_by_key[key] = { code = copied.failed[key].code, message = copied.failed[key].message }
    end
    output.json({ added = json.array(copied.added), unchanged = json.array(copied.unchanged), failed = errors_by_key,
      undo = undo }, { { name = "added" }, { name = "unchanged" }, { name = "failed" }, { name = "undo" } })
  else
    for _, key in ipairs(copied.added) do output.write("added      " .. terminal_text.printable(key) .. "\n") end
    for _, key in ipairs(copied.unchanged) do output.write("unchanged  " .. terminal_text.printable(key) .. "\n") end
    if undo then output.note("to undo: " .. undo) end
    for _, key in ipairs(failed) do
      output.note(("mimecast: %s: %s"):format(terminal_text.printable(key), copied.failed[key].message))
    end
  end
  return #failed > 0 and exit_codes.rejected or true
end

function copy_members.run(context, args)
  local client, copied, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  copied, message, err = client:copy_members { from = args.from, to = args.to, preview = true }
  if not copied then return nil, message, err end
  if not is_confirmed(args, copied.added) then
    return errors.result(errors.new { category = "usage", code = "not_confirmed",
      message = "the change was not confirmed, and nothing was sent" })
  end
  if #copied.added > 0 then
    copied, message, err = client:copy_members { from = args.from, to = args.to }
    if not copied then return nil, message, err end
  end
  return show(context, copied)
end

return copy_members
