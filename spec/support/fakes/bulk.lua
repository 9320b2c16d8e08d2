--- Helpers for bulk runs on a tenant in this process, with plans and journals in a temporary folder.
local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"

local bulk = {}

bulk.path = "/api/user/update-user"

--- Makes a client of a tenant without a rate limit and with that many users, from user000001@example.com.
function bulk.client(users, more)
  local options = { tenant = { users = users, rateLimit = false }, stateFolder = tmp.path "state" }
  for name, value in pairs(more or {}) do options[name] = value end
  return clients.new("2.0", options)
end

function bulk.email(i)
  return ("user%06d@example.com"):format(i)
end

--- Returns rows that disable that many users.
function bulk.leavers(count)
  local rows = {}
  for i = 1, count do rows[i] = { email = bulk.email(i), accountDisabled = true } end
  return rows
end

--- Returns the records of a journal without the header.
function bulk.records(path)
  local list, header = {}, nil
  for line in io.lines(path) do
    local record = json.decode(line)
    if header then list[#list + 1] = record else header = record end
  end
  return list, header
end

--- Returns the states of a row in sequence, as one text.
function bulk.states(path, row)
  local states = {}
  for _, record in ipairs(bulk.records(path)) do
    if record.row == row then states[#states + 1] = record.state end
  end
  return table.concat(states, " ")
end

--- Returns a path for a journal.
function bulk.journal()
  return tmp.path "run.journal"
end

--- Returns the totals of a run without skipped rows as one text: ok unchanged rejected unknown not_sent.
function bulk.sums(report)
  assert(report.skipped == 0, "the run skipped rows")
  return ("%d %d %d %d %d"):format(report.ok, report.unchanged, report.rejected, report.unknown, report.not_sent)
end

--- Returns the tenant's count of changes of each of the first users, as one text.
function bulk.applied(tenant, count)
  local list = {}
  for i = 1, count do list[i] = tenant:applied(bulk.email(i)) end
  return table.concat(list, "")
end

return bulk
