--- `mimecast users`, `groups` and `members`: write lists of any length while the pages arrive.
local arguments = require "mimecast.cli.arguments"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local progress = require "mimecast.cli.io.progress"
local registry = require "mimecast.model.registry"
local row_options = require "mimecast.cli.io.row_options"
local tenant_rows = require "mimecast.cli.tenant_rows"

-- The largest page of the service. Always the same: a cursor of one list would skip rows with another page size.
local page_size = 500

local max_names = 2000 -- of groups, for completion

local function define_common(element)
  row_options.define(element)
  arguments.add_option(element, "--cursor", "TEXT", "cursor", "go on where an earlier list stopped; a note names the cursor")
  tenant_rows.define(element)
end

-- Shows how many accounts were read. A terminal shows the rows.
local function show_progress(context, iterator)
  if output.is_terminal() then return end
  local display = progress.new(context, core.monotonic)
  iterator.on_round = function(rows, is_last)
    display:show { phase = "settings", done = rows }
    if is_last then display:clear() end
  end
end

-- Writes the rows of a function that returns an iterator. `find_input(client)` returns its input; `keep` is a filter.
local function write_rows(context, name, find_input, keep)
  local operation = registry.find(name)
  local settings_row = operation.settings_row
  local view, err = row_options.read(context, context.args.settings and settings_row or operation.output)
  if not view then
    if settings_row and row_options.read(context, settings_row) then
      err.hint = "give --settings, which reads the settings of each account"
    end
    return errors.result(err)
  end
  if keep then view:add_filter(keep) end
  return tenant_rows.write(context, view, function(client)
    local input, message, input_err = find_input(client)
    if not input then return nil, message, input_err end
    input.limit, input.cursor = view:list_limit(), context.args.cursor
    input.pageSize = page_size
    local iterator
    iterator, message, input_err = client[name](client, input)
    if iterator and context.args.settings then show_progress(context, iterator) end
    return iterator, message, input_err
  end, true)
end

local users = { summary = "List the users of a domain or of the tenant" }

function users.define(element)
  arguments.add_option(element, "--domain", "DOMAIN", "domain", "list users of this domain only; required by API 1.0")
  element:flag "--settings":description("read the settings of each account as well (accountDisabled, allowPop3, …); needs the"
    .. " permission Directories | Internal | Edit, see doc/command.md")
  define_common(element)
end

function users.run(context, args)
  return write_rows(context, "users", function() return { domain = args.domain, settings = args.settings } end)
end

local groups = { summary = "List the profile groups" }

function groups.define(element)
  arguments.add_option(element, "--query", "TEXT", "query", "list groups whose name contains TEXT only")
  arguments.add_option(element, "--source", "cloud|ldap", "source", "list groups of this source only")
  define_common(element)
end

-- Returns whether the names of all groups are listed, and may be kept for completion.
local function lists_all_names(args)
  local is_part = args.query or args.source or args.cursor or args.limit or args.allProfiles
  return not is_part and not args.noCache and not client_factory.uses_sandbox()
end

function groups.run(context, args)
  local names, keep = {}, nil
  if lists_all_names(args) then
    function keep(row)
      if #names < max_names then names[#names + 1] = row.name end
      return true
    end
  end
  local done, message, err = write_rows(context, "groups", function() return { query = args.query, source = args.source } end,
    keep)
  local client = done == true and keep and client_factory.new(context)
  if client then lazy("mimecast.cli.completion_values").keep_groups(client, names) end
  return done, message, err
end

local members = { summary = "List the members of a profile group" }

function members.define(element)
  element:mutex(
    arguments.add_option(element, "--group", "NAME", "group", "name or path of the group, or its id"),
    arguments.add_option(element, "--id", "ID", "id", "the group's id"))
  arguments.add_option(element, "--domain", "DOMAIN", "domain", "list members of this domain only")
  define_common(element)
end

local function usage(message, hint)
  return errors.result(errors.new { category = "usage", code = "invalid_request", message = message, hint = hint })
end

local function in_domain(domain)
  domain = core.fold(domain)
  return function(row) return core.fold(row.domain or (row.email or ""):match "@(.*)$" or "") == domain end
end

function members.run(context, args)
  if not args.group and not args.id then return usage("missing group", "give --group NAME or --id ID") end
  if args.id and args.allProfiles then return usage("--id cannot be combined with --all-profiles", "give --group NAME") end
  return write_rows(context, "group_members", function(client)
    if args.id then return { id = args.id } end
    local group, message, err = client:find_group(args.group)
    return group and { id = group.id }, message, err
  end, args.domain and in_domain(args.domain))
end

return { users = users, groups = groups, members = members }
