--- What the helpers do, described as data.
local user_result = { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" }
local member_result = { name = "member", lua = "mimecast.add_group_member.Output?", text = "as the service names it; group,"
  .. " address and domain where nothing changed" }
local err_result = { name = "err", lua = "mimecast.Error?", text = "what went wrong" }

local function changed_result(text)
  return { name = "changed", lua = "boolean|string|nil", text = "whether " .. text .. "; the message where member is nil" }
end

local function user_setter(name, summary)
  return {
    name = name, of = "both", summary = summary,
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { user_result }, fails = true,
    example = ('local user, message, err = mimecast.%s "ann@example.com"'):format(name),
  }
end

local function member_fields(with_notes)
  return {
    { name = "group", type = "text", text = "the group's name, or give id" },
    { name = "id", type = "text", text = "the group's id, or give group" },
    { name = "email", type = "email", text = "the address, or give domain" },
    { name = "domain", type = "text", text = "the domain, or give email" },
    with_notes and { name = "notes", type = "text", text = "up to 100 characters" } or nil,
  }
end

return {
  {
    name = "user_settings", of = "both",
    summary = "Reads an account's current settings, and changes nothing.",
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" } },
    fails = true,
    example = 'local user, message, err = mimecast.user_settings "ann@example.com"',
  },
  user_setter("disable_user", "Disables an account."),
  user_setter("enable_user", "Enables an account that was disabled."),
  user_setter("lock_user", "Locks an account out."),
  user_setter("unlock_user", "Lets an account in again that was locked out."),
  user_setter("force_password_change", "Makes a user choose a new password at the next sign-in."),
  {
    name = "set_password", of = "both",
    summary = "Sets a user's cloud password, and unlocks the account in the same call.",
    note = "The service refuses the password of a locked account where it is not unlocked with it.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "password", lua = "string|mimecast.Secret", text = "the new password" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.set_password("ann@example.com", mimecast.secret "Correct-Horse-7")',
  },
  {
    name = "reuse_address", of = "both",
    summary = "Gives an address to a new employee: the archive is out of sight up to a date.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "date", lua = "string|number", text = "start of the visible archive: ISO 8601 with a zone, or seconds since"
        .. " 1970" },
      { name = "more?", lua = "table", text = "what else to change, as update_user takes it" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.reuse_address("ann@example.com", "2026-01-15T09:00:00Z",\n'
      .. '  { username = "Ann Smith", forcePasswordChange = true })',
  },
  {
    name = "ensure_user", of = "both",
    summary = "Brings a user's settings into line: reads them, writes only what differs, and says what changed.",
    note = "Dates are compared as moments. A password cannot be read: it counts as a change each time, and does not show.",
    parameters = { { name = "input", lua = "mimecast.update_user.Input", text = "the settings, as update_user takes them" } },
    returns = { user_result,
      { name = "changes", lua = "table<string, { from: any, to: any }|true>|string|nil",
        text = "by field, true for a password; empty where nothing differed; the message where user is nil" }, err_result },
    example = 'local user, changes, err = mimecast.ensure_user {\n  email = "ann@example.com", accountDisabled = true,'
      .. ' allowPop3 = false,\n}',
  },
  {
    name = "ensure_group_member", of = "both",
    summary = "Sees to it that an address or a domain is in a profile group; one that is there already is no failure.",
    parameters = { { name = "input", lua = "mimecast.ensure_group_member.Input", fields = member_fields(true),
      text = "the group and its member" } },
    returns = { member_result, changed_result "it was not there before", err_result },
    example = 'local member, changed, err = mimecast.ensure_group_member { group = "Leavers", email = "ann@example.com" }',
  },
  {
    name = "ensure_no_group_member", of = "both",
    summary = "Sees to it that an address or a domain is not in a profile group; one that is not there is no failure.",
    parameters = { { name = "input", lua = "mimecast.ensure_no_group_member.Input", fields = member_fields(false),
      text = "the group and who must not be in it" } },
    returns = { member_result, changed_result "it was there before", err_result },
    example = 'local member, changed, err = mimecast.ensure_no_group_member { group = "Finance", email = "ann@example.com" }',
  },
  {
    name = "copy_members", of = "both",
    summary = "Adds the members of one profile group to another, with their notes.",
    note = "Nobody is removed from either. Who could not be added is in failed, which has to be looked at.",
    parameters = { { name = "input", lua = "mimecast.copy_members.Input", text = "the two groups", fields = {
      { name = "from", type = "text", required = true, text = "id or name of the group to read" },
      { name = "to", type = "text", required = true, text = "id or name of the group to add to" },
    } } },
    returns = { { name = "result",
      lua = "{ added: string[], unchanged: string[], failed: table<string, mimecast.Error> }?",
      text = "addresses and domains that were added, those that were there, and error values of the others" } },
    fails = true,
    example = 'local result, message, err = mimecast.copy_members { from = "Finance", to = "Leavers" }',
  },
}
