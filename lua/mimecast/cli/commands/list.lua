--- `mimecast users`, `groups` and `members`: write lists of any length while the pages arrive.
local arguments = require "mimecast.cli.arguments"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local registry = require "mimecast.model.registry"
local printers = require "mimecast.cli.io.printers"

local function define_common(element)
  arguments.add_option(element, "--limit", "N", "limit", "write at most N rows", arguments.whole)
  element:flag "--csv":description "write CSV; --json writes a JSON document for each row"
end

-- Returns an iterator over the rows that the filter keeps, at most `limit` of them.
local function filtered(iterator, keep, limit)
  local count = 0
  return function()
    if count == limit then return nil end
    local row, message, err
    repeat row, message, err = iterator() until not row or keep(row)
    if row then count = count + 1 end
    return row, message, err
  end
end

-- Writes the rows of a function that returns an iterator.
local function write_rows(context, client, name, input, keep)
  local iterator, message, err = client[name](client, input)
  if not iterator then return nil, message, err end
  if keep then iterator = filtered(iterator, keep, context.args.limit) end
  local count
  count, message, err = printers.write(context, registry.find(name).output, iterator, true)
  return count and true, message, err
end

local users = { summary = "List the users of a domain or of the tenant" }

function users.define(element)
  arguments.add_option(element, "--domain", "DOMAIN", "domain", "list users of this domain only; required by API 1.0")
  define_common(element)
end

function users.run(context, args)
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  return write_rows(context, client, "users", { domain = args.domain, limit = args.limit })
end

local groups = { summary = "List the profile groups" }

function groups.define(element)
  arguments.add_option(element, "--query", "TEXT", "query", "list groups whose name contains TEXT only")
  arguments.add_option(element, "--source", "cloud|ldap", "source", "list groups of this source only")
  define_common(element)
end

function groups.run(context, args)
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  return write_rows(context, client, "groups", { query = args.query, source = args.source, limit = args.limit })
end

local members = { summary = "List the members of a profile group" }

function members.define(element)
  element:mutex(
    arguments.add_option(element, "--group", "NAME", "group", "the group's full name"),
    arguments.add_option(element, "--id", "ID", "id", "the group's id"))
  arguments.add_option(element, "--domain", "DOMAIN", "domain", "list members of this domain only")
  define_common(element)
end

local function usage(message, hint)
  return errors.result(errors.new { category = "usage", code = "invalid_request", message = message, hint = hint })
end

-- Returns the id of the group with that name, which must be unique.
local function find_group_id(client, name)
  local ids = {}
  local iterator, message, err = client:groups { query = name }
  if not iterator then return nil, message, err end
  for group, page_message, page_err in iterator do
    if not group then return nil, page_message, page_err end
    if group.name and core.fold(group.name) == core.fold(name) then ids[#ids + 1] = group.id end
  end
  if #ids == 1 then return ids[1] end
  if #ids > 1 then
    return usage(("%d groups are called %s"):format(#ids, name), "use --id with one of " .. table.concat(ids, ", "))
  end
  return errors.result(errors.new { category = "service", code = "not_found", message = ("there is no group %s"):format(name),
    hint = "mimecast groups lists the groups" })
end

local function in_domain(domain)
  domain = core.fold(domain)
  return function(row) return core.fold(row.domain or (row.email or ""):match "@(.*)$" or "") == domain end
end

function members.run(context, args)
  if not args.group and not args.id then return usage("missing group", "give --group NAME or --id ID") end
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  local id = args.id
  if not id then id, message, err = find_group_id(client, args.group) end
  if not id then return nil, message, err end
  local keep = args.domain and in_domain(args.domain)
  return write_rows(context, client, "group_members", { id = id, limit = not keep and args.limit or nil }, keep)
end

return { users = users, groups = groups, members = members }
