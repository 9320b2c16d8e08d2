--- Transport that runs the curl command: specs of the sandbox's HTTP front do not depend on the client.
local shell = require "tools.shell"

local curl_cli_transport = {}
local Transport = {}
Transport.__index = Transport

local codes = { ["7"] = "connect_failed", ["28"] = "timeout", ["52"] = "connection_lost", ["56"] = "connection_lost" }

local read = shell.read

local function read_headers(text)
  local headers = {}
  for name, value in text:gmatch("\r\n([^:\r\n]+): *([^\r\n]*)") do headers[name:lower()] = value end
  return headers
end

--- Sends one request.
function Transport:send(request)
  local body, head, sent = os.tmpname(), os.tmpname(), os.tmpname()
  local file = assert(io.open(sent, "wb"))
  file:write(request.body or "")
  file:close()
  local words = { "curl -s -o", body, "-D", head, "-w '%{http_code}' -X", request.method or "POST",
    "--max-time", tostring(request.timeout or 10), "-H 'Expect:'", "--noproxy '*'", table.concat(self.options, " ") }
  if request.body then words[#words + 1] = "--data-binary @" .. sent end
  for i = 1, #(request.headers or {}), 2 do
    words[#words + 1] = "-H " .. shell.quote(request.headers[i] .. ": " .. request.headers[i + 1])
  end
  words[#words + 1] = shell.quote(request.url) .. "; echo \" $?\""
  local pipe = assert(io.popen(table.concat(words, " "), "r"))
  local status, code = pipe:read("*a"):match("(%d+) (%d+)%s*$")
  pipe:close()
  local response = { status = tonumber(status), headers = read_headers(read(head)), body = read(body) }
  for _, path in ipairs{ body, head, sent } do os.remove(path) end
  if code == "0" then return response end
  return nil, "curl: exit status " .. code, { code = codes[code] or code, status = response.status, body = response.body }
end

--- Makes a transport.
---@param ... string further options of curl
function curl_cli_transport.new(...)
  return setmetatable({ options = { ... } }, Transport)
end

return curl_cli_transport
