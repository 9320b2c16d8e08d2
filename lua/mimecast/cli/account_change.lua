--- Changes one account, shows what changed, and names the command that undoes it.
local administrators = require "mimecast.bulk.apply.administrators"
local bulk_options = require "mimecast.cli.bulk_options"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local hint = require "mimecast.cli.hint"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local protect = require "mimecast.bulk.plan.protect"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"
local wire_item = require "mimecast.model.wire_item"

local account_change = {}

-- The verbs of fields that have two.
local verbs = {
  accountDisabled = { [true] = "disable", [false] = "enable" },
  accountLocked = { [true] = "lock", [false] = "unlock" },
}

-- Returns the names of the changed fields, in the order of the operation.
local function changed_fields(changes)
  local names = {}
  for _, field in ipairs(registry.find("update_user").input) do
    if changes[field.name] then names[#names + 1] = field.name end
  end
  return names
end

-- Returns the words of the command that restores the settings, nil if nothing can be restored; and the fields that it cannot
-- restore: a password, and a setting that the account did not have.
local function undo_words(email, names, changes)
  local words, lost = { "ensure-user", email }, {}
  for _, name in ipairs(names) do
    local from = type(changes[name]) == "table" and changes[name].from
    if from == nil or from == json.null or changes[name] == true then
      lost[#lost + 1] = name
    else
      words[#words + 1] = "--" .. terminal_text.kebab(name) .. "=" .. tostring(from)
    end
  end
  if #words == 2 then return nil, lost end
  local verb = #names == 1 and verbs[names[1]] and verbs[names[1]][changes[names[1]].from]
  return verb and { verb, email } or words, lost
end

local function value_text(value)
  if value == nil or value == json.null then return "not set" end
  return terminal_text.printable(type(value) == "number" and core.format_number(value) or tostring(value))
end

-- Returns the settings that were there already, as text.
local function unchanged_text(user, values)
  local parts = {}
  for _, field in ipairs(registry.find("update_user").input) do
    if values[field.name] ~= nil and field.name ~= "email" then
      parts[#parts + 1] = ("%s is %s"):format(field.name, value_text(user[field.name]))
    end
  end
  return table.concat(parts, ", ")
end

-- A new employee cannot use an address whose account was disabled with its former owner.
local function note_disabled(context, user, values)
  if values.archiveStartDate == nil or user.accountDisabled ~= true then return end
  output.note("the account is disabled; to enable it: " .. hint.line(context, { "enable", user.email or values.email }))
end

local function show_text(context, email, user, values, changes, undo, lost)
  local names = changed_fields(changes)
  if #names == 0 then return output.write(("%s: unchanged: %s\n"):format(email, unchanged_text(user, values))) end
  for _, name in ipairs(names) do
    local change = changes[name]
    output.write(change == true and ("%s: %s set\n"):format(email, name)
      or ("%s: %s %s → %s\n"):format(email, name, value_text(change.from), value_text(change.to)))
  end
  if undo then output.note("to undo: " .. hint.line(context, undo)) end
  if #lost > 0 then output.note("cannot be undone: " .. table.concat(lost, ", ")) end
end

local function show(context, user, values, changes)
  local email, names = terminal_text.printable(user.email or values.email), changed_fields(changes)
  local undo, lost = undo_words(user.email or values.email, names, changes)
  if not context.json then
    show_text(context, email, user, values, changes, undo, lost)
    return note_disabled(context, user, values)
  end
  output.json({ email = user.email or values.email, state = #names == 0 and "unchanged" or "ok", changes = changes,
    undo = undo and hint.line(context, undo) or nil, cannot_be_undone = #lost > 0 and json.array(lost) or nil },
    { { name = "email" }, { name = "state" }, { name = "changes" }, { name = "undo" }, { name = "cannot_be_undone" } })
end

-- Returns an error if the profile protects the account, also under its primary address.
local function protection_error(client, values)
  if not protect.disables(values) then return nil end
  local list, err = protect.standing(client:info())
  if not list or #list == 0 then return err end
  local user, _
  user, _, err = client:user_settings(values.email)
  if not user then return err end
  local checker = protect.checker(list, 1)
  checker:add { key = values.email, account = user.email, set = values }
  err = checker:error()
  if err then
    err.message = ("%s is protected by the profile"):format(terminal_text.printable(values.email))
    err.hint = "remove the address from protect or protectFile of the profile"
  end
  return err
end

-- Returns an error for an administrator: a run refuses to disable or lock one as well.
local function administrator_error(context, client, values)
  local args, row = context.args, { key = values.email }
  if args.noAdminCheck or not protect.disables(values) then return nil end
  local err = administrators.find(client, function()
    local next_row = row
    row = nil
    return next_row
  end, { allowAdmin = args.allowAdmin })
  if err and err.code == "administrator" then
    err.message = ("%s is an administrator (%s)"):format(terminal_text.printable(values.email), err.problems[1].role)
    err.hint = "to disable or lock this account anyway: --allow-admin " .. terminal_text.shell_quote(values.email)
  elseif err then
    bulk_options.rename_in_hint(err)
  end
  return err
end

--- Brings an account into a state.
---@param context table
---@param values table email and settings, as ensure_user takes them; dates as text
---@return true? ok
---@return string? message
---@return mimecast.Error? err
function account_change.run(context, values)
  -- Checked as text: the client would accept a bare number as a date.
  local item, problems = wire_item.prepare(registry.find "update_user", values, true)
  if not item then return errors.result(errors.invalid_input(problems)) end
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  err = protection_error(client, values) or administrator_error(context, client, values)
  if err then return errors.result(err) end
  local user, changes
  user, changes, err = client:ensure_user(values)
  if not user then return nil, changes, err end
  show(context, user, values, changes)
  return true
end

return account_change
