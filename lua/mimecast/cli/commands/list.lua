--- `mimecast users`, `groups` and `members`: write lists of any length while the pages arrive.
local arguments = require "mimecast.cli.arguments"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local registry = require "mimecast.model.registry"
local tenant_rows = require "mimecast.cli.tenant_rows"

local function define_common(element)
  arguments.add_option(element, "--limit", "N", "limit", "write at most N rows (of each profile)", arguments.whole)
  element:flag "--csv":description "write CSV; --json writes a JSON document for each row"
  tenant_rows.define(element)
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
local function write_rows(context, name, read)
  return tenant_rows.write(context, registry.find(name).output, read, true)
end

local users = { summary = "List the users of a domain or of the tenant" }

function users.define(element)
  arguments.add_option(element, "--domain", "DOMAIN", "domain", "list users of this domain only; required by API 1.0")
  define_common(element)
end

function users.run(context, args)
  return write_rows(context, "users", function(client)
    return client:users { domain = args.domain, limit = args.limit }
  end)
end

local groups = { summary = "List the profile groups" }

function groups.define(element)
  arguments.add_option(element, "--query", "TEXT", "query", "list groups whose name contains TEXT only")
  arguments.add_option(element, "--source", "cloud|ldap", "source", "list groups of this source only")
  define_common(element)
end

function groups.run(context, args)
  return write_rows(context, "groups", function(client)
    return client:groups { query = args.query, source = args.source, limit = args.limit }
  end)
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
  if args.id and args.allProfiles then return usage("--id cannot be combined with --all-profiles", "give --group NAME") end
  local keep = args.domain and in_domain(args.domain)
  return write_rows(context, "group_members", function(client)
    local id, message, err = args.id, nil, nil
    if not id then id, message, err = find_group_id(client, args.group) end
    if not id then return nil, message, err end
    if not keep then return client:group_members { id = id, limit = args.limit } end
    local iterator
    iterator, message, err = client:group_members { id = id }
    return iterator and filtered(iterator, keep, args.limit), message, err
  end)
end

return { users = users, groups = groups, members = members }
