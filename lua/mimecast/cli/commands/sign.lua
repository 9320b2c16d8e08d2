--- `mimecast sign`: prints a request as a curl command with masked credentials.
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local data_arg = require "mimecast.cli.data_arg"
local errors = require "mimecast.errors"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local sign = {
  summary = "Print a request as a curl command with masked credentials",
  example = "  mimecast sign /api/user/update-user --data '[{\"emailAddress\":\"ann@example.com\"}]'",
  epilog = "Nothing is sent."
    .. " No option shows the credentials.",
}

function sign.define(element)
  element:argument "path":description "path below the gateway, like /api/user/update-user"
  element:option "--method":argname "WORD":default "POST":overwrite(false):description "HTTP method (default POST)"
    :show_default(false)
  element:option "--data":argname "JSON":overwrite(false):description "items of the request's data, a JSON list"
end

local function check(args)
  if not args.path:find "^/[^%z\1-\32\127]*$" then
    return errors.invalid_value("path", "must begin with / and contain no white space, like /api/user/update-user")
  end
  if not args.method:find "^[A-Za-z]+$" then return errors.invalid_value("--method", "must be one word, like POST") end
  return select(2, data_arg.parse_word(args.data or "[]"))
end

local function curl_command(args, base_url, headers)
  local method, document = core.upper(args.method), args.data or "[]"
  if document:find "^%s*{" then document = "[" .. document .. "]" end
  local names = {}
  local words = { "curl", "--request", terminal_text.shell_quote(method), terminal_text.shell_quote(base_url .. args.path) }
  for name in pairs(headers) do names[#names + 1] = name end
  table.sort(names, core.before)
  for _, name in ipairs(names) do
    words[#words + 1] = "--header " .. terminal_text.shell_quote(name .. ": " .. headers[name])
  end
  if method ~= "GET" then words[#words + 1] = "--data " .. terminal_text.shell_quote('{"data":' .. document .. "}") end
  return table.concat(words, " ")
end

function sign.run(context, args)
  local problem = check(args)
  if problem then return errors.result(problem) end
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  local headers
  headers, message, err = client:masked_headers(args.path)
  if not headers then return nil, message, err end
  headers["Content-Type"] = "application/json"
  output.write(curl_command(args, client:info().baseUrl, headers) .. "\n")
  return true
end

return sign
