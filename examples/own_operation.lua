--- Adds an operation for an endpoint that the module does not have: one table makes it a function like the others.
--
--     make build && lua5.4 examples/own_operation.lua
--
-- It runs on a tenant in the process. The tenant does not have the endpoint either: the example sets its responses.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/" .. _VERSION:match "%d%.%d" .. "/?.so;" .. package.cpath

local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

mimecast.operation {
  name = "list_dlp_logs",
  path = "/api/dlp/get-logs",
  summary = "List the messages that matched a data leak policy.",
  product = "Security Events",
  permission = "Monitoring | Data Leak Prevention | Read",
  writes = false,
  idempotent = true,
  resultKey = "dlpLogs",
  paginator = "dlp_logs",
  input = {
    { name = "start", wire = "from", type = "datetime", text = "start of the period" },
    { name = "finish", wire = "to", type = "datetime", text = "end of the period" },
    { name = "oldestFirst", type = "boolean", text = "true: oldest first; false (default): newest first" },
    { name = "routes", type = "list", text = "only messages in these directions",
      item = { type = "enum", values = { "inbound", "outbound", "internal" } } },
    { name = "query", label = "Query", type = "text", text = "only messages with this text in searchField" },
    { name = "searchField", type = "enum", values = { "all", "senderAddress", "recipientAddress", "subject", "policy" },
      text = "field to search for query; all by default" },
  },
  output = {
    { name = "senderAddress", type = "email", text = "address of the sender" },
    { name = "recipientAddress", type = "email", text = "address of the recipient" },
    { name = "subject", type = "text", text = "the message's subject" },
    { name = "eventTime", type = "datetime", text = "time of the event" },
    { name = "route", type = "text", text = "direction of the message: inbound, outbound or internal" },
    { name = "policy", type = "text", text = "the matching policy" },
    { name = "action", type = "text", text = "action" },
    { name = "messageId", type = "text", text = "Message-ID from the mail's header" },
  },
  check = function(item)
    if item.searchField and not item.query then return "query", "is required with searchField" end
    return nil
  end,
  example = {
    start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", oldestFirst = true,
    routes = { "outbound" }, query = "example.net", searchField = "recipientAddress",
  },
}

local tenant = sandbox.new()
local keys = tenant.credentials.v2
local client = assert(mimecast.new {
  clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport,
})

-- Two pages of the service.
local page = [[{"meta":{"status":200,"pagination":{"pageSize":1,"totalCount":2%s}},"fail":[],"data":[{"dlpLogs":[
  {"senderAddress":"ann@example.com","recipientAddress":"%s","subject":"Offer","eventTime":"2026-01-15T09:30:00+0000",
   "route":"outbound","policy":"Numbers of credit cards","action":"hold","messageId":"<1@example.com>"}]}]}]]
local function script_response(body)
  tenant:fault { kind = "status", status = 200, type = "application/json", path = "/api/dlp/get-logs", body = body }
end

script_response(page:format(',"next":"page 2"', "bob@example.net"))
script_response(page:format("", "carol@example.net"))
for entry, message in assert(client:dlp_logs { routes = { "outbound" }, pageSize = 1 }) do
  assert(entry, message)
  print(entry)
  print()
end

script_response(page:format("", "bob@example.net"))
print(assert(client:list_dlp_logs { limit = 1 }))

-- An invalid input is an error, and nothing is sent.
local _, message = client:list_dlp_logs { searchField = "subject" }
print(message)
_, message = client:list_dlp_logs { routes = { "sideways" }, strat = 0 }
print(message)
print()
mimecast.help "list_dlp_logs"
