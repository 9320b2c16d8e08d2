--- `mimecast users`, `groups` and `members`: lists that are written while they come, whatever their length.
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local registry = require "mimecast.model.registry"
local rows = require "mimecast.cli.io.printers"

local function whole(word)
  local number = core.parse_number(word)
  if number and number >= 1 and number % 1 == 0 then return number end
  return nil, ("%s is not a number of rows"):format(word)
end

local function define_output(element)
  element:option "--limit":argname "N":convert(whole):overwrite(false):description "so many rows at most"
  element:flag "--csv":description "write CSV; with --json a document for each row"
end

-- Writes the rows of an iterator, those that a filter lets through.
local function write(context, name, input, keep)
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  input, message, err = input(client)
  if not input then return nil, message, err end
  local iterator
  iterator, message, err = client[name](client, input)
  if not iterator then return nil, message, err end
  local left = keep and context.args.limit
  local function next_row()
    if left == 0 then return nil end
    local row, text, problem
    repeat row, text, problem = iterator() until not row or not keep or keep(row)
    if left and row then left = left - 1 end
    return row, text, problem
  end
  local count
  count, message, err = rows.write(context, registry.find(name).output, next_row, true)
  return count and true, message, err
end

local users = { summary = "Writes the users of a domain or of all, row by row." }

function users.define(element)
  element:option "--domain":argname "DOMAIN":overwrite(false):description "only users of this domain; API 1.0 wants one"
  define_output(element)
end

function users.run(context, args)
  return write(context, "users", function() return { domain = args.domain, limit = args.limit } end)
end

local groups = { summary = "Writes the profile groups, row by row." }

function groups.define(element)
  element:option "--query":argname "TEXT":overwrite(false):description "part of the group's name"
  element:option "--source":argname "cloud|ldap":overwrite(false):description "only groups from there"
  define_output(element)
end

function groups.run(context, args)
  return write(context, "groups", function()
    return { query = args.query, source = args.source, limit = args.limit }
  end)
end

local members = { summary = "Writes the members of a profile group, row by row." }

function members.define(element)
  element:mutex(
    element:option "--group":argname "NAME":overwrite(false):description "the group's whole name",
    element:option "--id":argname "ID":overwrite(false):description "the group's id")
  element:option "--domain":argname "DOMAIN":overwrite(false):description "only members of this domain"
  define_output(element)
end

local function problem(code, message, hint)
  return errors.result(errors.new { category = code == "not_found" and "service" or "usage", code = code,
    message = message, hint = hint })
end

-- The id of the only group of that name.
local function id_of(client, name)
  local found = {}
  local iterator, message, err = client:groups { query = name }
  if not iterator then return nil, message, err end
  for group, text, reason in iterator do
    if not group then return nil, text, reason end
    if group.name and core.fold(group.name) == core.fold(name) then found[#found + 1] = group.id end
  end
  if #found == 1 then return found[1] end
  if #found == 0 then return problem("not_found", ("there is no group %s"):format(name), "mimecast groups lists them") end
  return problem("invalid_request", ("%d groups are called %s"):format(#found, name), "name one by its id: "
    .. table.concat(found, ", "))
end

function members.run(context, args)
  if not args.group and not args.id then
    return problem("invalid_request", "whose members?", "give --group NAME or --id ID")
  end
  local domain = args.domain and core.fold(args.domain)
  local keep = domain and function(row)
    return core.fold(row.domain or (row.email or ""):match "@(.*)$" or "") == domain
  end
  return write(context, "group_members", function(client)
    local id, message, err = args.id, nil, nil
    if not id then id, message, err = id_of(client, args.group) end
    if not id then return nil, message, err end
    return { id = id, limit = not keep and args.limit or nil }
  end, keep)
end

return { users = users, groups = groups, members = members }
