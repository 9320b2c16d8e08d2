--- The request that the module sends for the sample call, caught on its way out: URL, headers, an empty line, body.
local core = require "mimecast.core"
local mimecast = require "mimecast"
local sample = require "bench.sample"

local request = {}

local function text_of(sent)
  local lines = { sent.url }
  for i = 1, #sent.headers, 2 do
    lines[#lines + 1] = sent.headers[i] .. ": " .. core.secret.reveal(sent.headers[i + 1])
  end
  return table.concat(lines, "\n") .. "\n\n" .. sent.body
end

--- Writes the request as bare.c reads it.
---@param url string the server
---@param path string
function request.write(url, path)
  local caught
  local transport = {}
  function transport.send(_, sent)
    caught = text_of(sent)
    return { status = 200, headers = {}, body = sample.answer }
  end
  local client = assert(mimecast.new(sample.options("1.0", url, transport)))
  assert(client:update_user(sample.input))
  local file = assert(io.open(path, "wb"))
  file:write(caught)
  file:close()
end

return request
