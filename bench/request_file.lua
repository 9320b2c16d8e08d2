--- Writes the request that the module sends for the fixture's call, and what a peer needs to sign and send it itself.
local core = require "mimecast.core"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"
local json = require "mimecast.json"

local request_file = {}

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function text_of(sent)
  local lines = { sent.url }
  for i = 1, #sent.headers, 2 do
    lines[#lines + 1] = sent.headers[i] .. ": " .. core.secret.reveal(sent.headers[i + 1])
  end
  return table.concat(lines, "\n") .. "\n\n" .. sent.body
end

--- Writes the request in the format that bare.c reads: URL, headers, an empty line, body.
---@param url string the server
---@param path string
function request_file.write(url, path)
  local request
  local transport = {}
  function transport.send(_, sent)
    request = text_of(sent)
    return { status = 200, headers = {}, body = fixture.response }
  end
  local client = assert(mimecast.new(fixture.options("1.0", url, transport)))
  assert(client:update_user(fixture.input))
  write_file(path, request)
end

--- Writes, for the peers, a JSON object with url, path, body and the (invented) keys of API 1.0.
---@param url string the server
---@param path string
function request_file.write_peer(url, path)
  local keys, operation_path = fixture.options("1.0", url), "/api/user/update-user"
  write_file(path, json.encode { url = url .. operation_path, path = operation_path, appId = keys.appId, appKey = keys.appKey,
    accessKey = keys.accessKey, secretKey = keys.secretKey,
    body = { data = json.array { { emailAddress = fixture.input.email, accountDisabled = fixture.input.accountDisabled } } } })
end

return request_file
