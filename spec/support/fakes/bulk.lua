-- Bulk runs on a tenant in this process: plans and journals in a scratch folder.
local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"

local bulk = {}

bulk.path = "/api/user/update-user"

--- A client of a tenant with so many users (user000001@example.com and on), which has no rate limit.
function bulk.client(users, more)
  local options = { tenant = { users = users, rateLimit = false }, stateFolder = tmp.path "state" }
  for name, value in pairs(more or {}) do options[name] = value end
  return clients.new("2.0", options)
end

function bulk.email(i)
  return ("user%06d@example.com"):format(i)
end

--- Rows that disable so many users.
function bulk.leavers(count)
  local rows = {}
  for i = 1, count do rows[i] = { email = bulk.email(i), accountDisabled = true } end
  return rows
end

--- The records of a journal, without its header.
function bulk.records(path)
  local list, header = {}, nil
  for line in io.lines(path) do
    local record = json.decode(line)
    if header then list[#list + 1] = record else header = record end
  end
  return list, header
end

--- The states that a row went through, in one text.
function bulk.states(path, row)
  local states = {}
  for _, record in ipairs(bulk.records(path)) do
    if record.row == row then states[#states + 1] = record.state end
  end
  return table.concat(states, " ")
end

--- A new path for a journal.
function bulk.journal()
  return tmp.path "run.journal"
end

--- The five sums as one text: ok unchanged rejected unknown not_sent.
function bulk.sums(report)
  return ("%d %d %d %d %d"):format(report.ok, report.unchanged, report.rejected, report.unknown, report.not_sent)
end

--- How often each of the first users was changed, by the tenant's own count.
function bulk.applied(tenant, count)
  local list = {}
  for i = 1, count do list[i] = tenant:applied(bulk.email(i)) end
  return table.concat(list, "")
end

return bulk
