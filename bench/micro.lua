--- Measures the parts of a call without the wire, each in its loop. Prints "name<tab>µs", the best of several rounds.
dofile "tools/paths.lua"
local cjson = require "cjson"
local core = require "mimecast.core"
local envelope = require "mimecast.protocol.envelope"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"
local runtime = require "mimecast.config.runtime"
local fixture = require "bench.fixture"
local signature = require "mimecast.credentials.api1_signer"

local rounds, count = 9, 20000

local function measure(name, run)
  local best = math.huge
  for _ = 1, rounds do
    collectgarbage()
    local start = os.clock()
    for _ = 1, count do run() end
    best = math.min(best, os.clock() - start)
  end
  print(("%s\t%.4f"):format(name, best / count * 1e6))
end

local options = fixture.options "1.0"
local date, id, path = "Tue, 24 Nov 2015 12:50:11 UTC", "8578fcfc-a305-4d9a-99cb-f4d5ecefe297", "/api/user/update-user"
local signer = assert(core.signer(options.secretKey, options.appKey))
options.runtime = runtime.new {}
local credentials = assert(signature.new(options))

measure("signature", function() return signer:sign(date, id, path) end)
measure("authorise", function() return credentials:sign { path = path, headers = {} } end)

local operation = registry.find "update_user"
local input, body = fixture.input, fixture.response
local item = assert(operation.input_schema:encode(input))
local object = json.decode(body).data[1]

-- Captures the arguments of the envelope's functions from one call.
local captured = {}
local encode, decode = envelope.encode, envelope.decode
function envelope.encode(...)
  captured.operation, captured.items, captured.page = ...
  return encode(...)
end
function envelope.decode(...)
  captured.response, captured.call = ...
  return decode(...)
end
local transport = {}
function transport.send() return { status = 200, headers = {}, body = body } end
local client = assert(mimecast.new(fixture.options("1.0", "http://127.0.0.1:1", transport)))
assert(client:update_user(input).accountDisabled == true)
local page, response, call = captured.page, captured.response, captured.call
assert(captured.operation == operation and #captured.items == 1)

measure("encode fields", function() return operation.input_schema:encode(input) end)
measure("encode JSON", function() return encode(operation, { item }, page) end)
measure("decode JSON", function() return json.decode(body) end)
measure("decode fields", function() return operation.output_schema:decode(object) end)
measure("all four", function()
  encode(operation, { (operation.input_schema:encode(input)) }, page)
  return decode(response, call)
end)

local plain = { data = { { emailAddress = "user@example.com", accountDisabled = true } } }
measure("cjson encode", function() return cjson.encode(plain) end)
measure("cjson decode", function() return cjson.decode(body) end)
