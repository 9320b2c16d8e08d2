--- Writes the request that the module sends for the fixture's call: URL, headers, an empty line, body.
local core = require "mimecast.core"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"

local request_file = {}

local function text_of(sent)
  local lines = { sent.url }
  for i = 1, #sent.headers, 2 do
    lines[#lines + 1] = sent.headers[i] .. ": " .. core.secret.reveal(sent.headers[i + 1])
  end
  return table.concat(lines, "\n") .. "\n\n" .. sent.body
end

--- Writes the request in the format that bare.c reads.
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
  local file = assert(io.open(path, "wb"))
  file:write(request)
  file:close()
end

return request_file
