--- `mimecast show`: shows a user's settings, profile, aliases, delegated mailboxes and groups.
local arguments = require "mimecast.cli.arguments"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"

local show = {
  summary = "Show a user: settings, profile, aliases, mailboxes, groups",
  description = "Show a user's settings, profile, aliases, mailboxes with delegated access, and profile groups. Nothing is"
    .. " changed. What the application may not read is said in its section. The service has no list of a user's groups: the"
    .. " members of each group are read.",
  example = "  mimecast show ann@example.com\n  mimecast show ann@example.com --json",
}

function show.define(element)
  element:argument "address":argname "ADDRESS":description "address of the user"
  arguments.add_option(element, "--max-groups", "N", "maxGroups",
    "read the members of at most N groups, a request for each (default 200); 0: none", arguments.number)
end

function show.option_name(field) return field == "maxGroups" and "--max-groups" or "ADDRESS" end

-- ---- text ----

local function value_text(value)
  if type(value) == "number" then return core.format_number(value) end
  return type(value) == "table" and output.encode(value) or terminal_text.printable(tostring(value))
end

-- Returns the lines of a record, in the order of its fields.
local function record_lines(record, fields)
  local lines, width = {}, 0
  for _, field in ipairs(fields) do
    if record[field.name] ~= nil then width = math.max(width, #field.name) end
  end
  for _, field in ipairs(fields) do
    local value = record[field.name]
    local is_empty = value == nil or value == json.null or (type(value) == "table" and next(value) == nil)
    if not is_empty then lines[#lines + 1] = ("  %-" .. width .. "s  %s"):format(field.name, value_text(value)) end
  end
  return lines
end

-- Returns the lines of a list: the given field of each row.
local function list_lines(list, names)
  local lines = {}
  for i, row in ipairs(list) do
    local parts = {}
    for _, name in ipairs(names) do
      if row[name] ~= nil then parts[#parts + 1] = value_text(row[name]) end
    end
    lines[i] = "  " .. table.concat(parts, "  ")
  end
  if #lines == 0 then lines[1] = "  none" end
  return lines
end

local function names_of(...)
  local names = { ... }
  return function(list) return list_lines(list, names) end
end

-- Of the profile, what the settings and the address do not say.
local shown_of_profile = { role = true, admin = true, companyName = true, attributes = true, localPassword = true,
  changePassword = true, external = true, timeZone = true }

local function profile_lines(profile)
  local fields = {}
  for _, field in ipairs(registry.find("read_user").output) do
    if shown_of_profile[field.name] then fields[#fields + 1] = field end
  end
  return record_lines(profile, fields)
end

local sections = {
  { name = "settings", title = "Settings", lines = function(settings)
    return record_lines(settings, registry.find("update_user").output)
  end, operation = "update_user" },
  { name = "profile", title = "Profile", lines = profile_lines, operation = "read_user" },
  { name = "aliases", title = "Aliases", lines = names_of("alias", "emailAddress") },
  { name = "mailboxes", title = "Mailboxes with delegated access", lines = names_of("email", "username") },
  { name = "groups", title = "Groups", lines = names_of("name", "source") },
}

local function write_section(context, overview, section)
  output.write(output.paint(context, section.title, "bold") .. "\n")
  local problem = overview.problems[section.name]
  if problem then
    local hint = problem.hint and "; " .. problem.hint:gsub("maxGroups = ", "--max-groups ") or ""
    return output.write("  not read: " .. terminal_text.message(problem.message .. hint) .. "\n")
  end
  output.write(table.concat(section.lines(overview[section.name]), "\n") .. "\n")
end

-- ---- JSON ----

local function write_json(overview)
  local document, problems = { email = overview.email }, {}
  local fields = { { name = "email" } }
  for _, section in ipairs(sections) do
    local part, problem = overview[section.name], overview.problems[section.name]
    document[section.name] = part and not section.operation and json.array(part) or part
    if problem then problems[section.name] = { code = problem.code, message = problem.message } end
    fields[#fields + 1] = { name = section.name,
      fields = section.operation and registry.find(section.operation).output or nil }
  end
  document.problems, fields[#fields + 1] = problems, { name = "problems" }
  output.json(document, fields)
end

function show.run(context, args)
  local client, overview, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  overview, message, err = client:user_overview(args.address, { maxGroups = args.maxGroups })
  if not overview then return nil, message, err end
  if context.json then
    write_json(overview)
  else
    for _, section in ipairs(sections) do write_section(context, overview, section) end
  end
  return true
end

return show
