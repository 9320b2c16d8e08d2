--- `mimecast profiles`: lists the profiles, chooses the default, renames and removes.
local config = require "mimecast.config"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local file_store = require "mimecast.store.file"
local options = require "mimecast.config.options"
local output = require "mimecast.cli.io.output"
local profiles = require "mimecast.config.profiles"
local questions = require "mimecast.cli.io.questions"
local row_options = require "mimecast.cli.io.row_options"
local store = require "mimecast.store"
local terminal_text = require "mimecast.cli.io.terminal_text"

local profiles_command = {
  summary = "List the profiles, choose the default, rename, remove",
  description = "List the profiles of ~/.config/mimecast/profiles.json without their secrets. mimecast login adds one.",
  example = "  mimecast profiles\n  mimecast profiles default work\n  mimecast profiles rename default home\n"
    .. "  mimecast profiles remove work",
}

local actions = { list = {}, default = { "NAME" }, rename = { "OLD", "NEW" }, remove = { "NAME" } }

function profiles_command.define(element)
  element:argument "action":args "?":choices { "list", "default", "rename", "remove" }
    :description "list (default), default NAME, rename OLD NEW, remove NAME"
  element:argument "names":argname "NAME":args "*":description "the names that the action takes"
  row_options.define(element)
  element:flag "--yes":description "remove a profile without a question"
end

local function usage(message, hint)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message, hint = hint })
end

-- ---- list ----

local list_fields = { { name = "profile" }, { name = "default", type = "boolean" }, { name = "api" },
  { name = "gateway" }, { name = "id" },
  { name = "secret" }, { name = "readOnly", type = "boolean" }, { name = "problem" } }

-- Describes a profile without its secrets. An invalid profile has its problem.
local function describe(all, name)
  local row = { profile = name, default = name == profiles.default_name(all) }
  local values, err = profiles.find(all, name)
  local checked
  row.secret = "stored"
  for _, value in pairs(values or {}) do
    if type(value) == "table" then row.secret = "command" end
  end
  if values then values, err = profiles.options(name, values) end
  if values then checked, err = config.new(values) end
  row.problem = err and err.message
  if checked then
    row.api, row.gateway, row.readOnly = checked.generation, checked.baseUrl, checked.readOnly
    row.id = checked.clientId or checked.appId
  end
  return row
end

local function list(context)
  local view, all, err
  view, err = row_options.read(context, list_fields)
  if not view then return errors.result(err) end
  all, err = profiles.read_all()
  if not all then
    if err.code ~= "missing_profile" then return errors.result(err) end
    all = {}
  end
  local names, i = profiles.names(all), 0
  local function next_row()
    i = i + 1
    return names[i] and describe(all, names[i])
  end
  if #names == 0 and not context.json then output.note "mimecast: mimecast login makes a profile" end
  return view:write(context, next_row)
end

-- ---- changes ----

local function must_exist(all, name)
  if type(all[name]) == "table" then return nil end
  local names = profiles.names(all)
  return options.error("missing_profile", ("there is no profile %q"):format(name),
    #names > 0 and "there are: " .. table.concat(names, ", ") or "mimecast login makes one", "profile")
end

local function set_default(all, name)
  local err = must_exist(all, name)
  if err or name == "default" then return err end
  if type(all.default) == "table" then
    return options.error("invalid_profile", 'a profile is called "default", and is the default therefore',
      "mimecast profiles rename default NAME gives it another name", "profile")
  end
  all.default = name
end

local function rename(all, old, new)
  local err = must_exist(all, old)
  if not err and all[new] ~= nil then
    err = options.error("invalid_profile", ("there is a profile %q already"):format(new), nil, "profile")
  end
  local _
  if not err then _, err = options.check("profile", new) end
  if err then return err end
  local is_default = old == profiles.default_name(all)
  all[new], all[old] = all[old], nil
  if is_default and new ~= "default" then all.default = new end
end

-- Deletes the token that the commands keep for a profile.
local function forget_token(name, values)
  local given = profiles.options(name, values)
  local checked = given and config.new(given)
  if checked then file_store.new():delete(store.key(checked) .. ":token") end
end

local function remove(all, name)
  local err = must_exist(all, name)
  if err then return err end
  if profiles.find(all, name) then forget_token(name, all[name]) end
  all[name] = nil
  if all.default == name then all.default = nil end
end

local function confirm_remove(args, name)
  if args.yes then return true end
  local all, err = profiles.read_all()
  err = err or must_exist(all, name)
  if err then error(err, 0) end
  return questions.confirm(("Remove the profile %s with its credentials?"):format(name), "--yes")
end

local changes = {
  default = { run = set_default, done = "%s is the default profile" },
  rename = { run = rename, done = "%s is renamed to %s" },
  remove = { run = remove, done = "%s is removed" },
}

function profiles_command.run(context, args)
  local action, names = args.action or "list", args.names
  local expected = actions[action]
  if #names ~= #expected then
    return usage(("mimecast profiles %s takes %s"):format(action, #expected == 0 and "no name" or table.concat(expected, " ")))
  end
  if action == "list" then return list(context) end
  local change = changes[action]
  if action == "remove" and not confirm_remove(args, names[1]) then return usage "nothing was removed" end
  local path, err = profiles.change(function(all) return change.run(all, names[1], names[2]) end)
  if not path then return errors.result(err) end
  if context.json then
    output.json { path = path, action = action, profile = core.printable(names[2] or names[1]) }
  else
    output.note("mimecast: " .. change.done:format(terminal_text.printable(names[1]), terminal_text.printable(names[2] or "")))
  end
  return true
end

return profiles_command
