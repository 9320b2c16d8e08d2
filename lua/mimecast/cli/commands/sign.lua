--- `mimecast sign`: a request as a line for curl, with what authorises it masked: to be shown to others.
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local items = require "mimecast.cli.data_arg"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io"

local sign = {
  summary = "Writes a request as a line for curl, with what authorises it masked.",
  epilog = "Example: mimecast sign /api/user/update-user --data '[{\"emailAddress\":\"ann@example.com\"}]'\nNothing is sent."
    .. " There is no way to have the secrets shown.",
}

function sign.define(element)
  element:argument "path":description "path of the gateway, like /api/user/update-user"
  element:option "--method":argname "WORD":default "POST":overwrite(false):description "HTTP method, POST by default"
    :show_default(false)
  element:option "--data":argname "JSON":overwrite(false):description "items of an envelope, a JSON list"
end

local mask = "***"

-- The headers of API 1.0 as they would be sent: access key and signature are masked.
local function signed(settings, path)
  local headers, message, err = mimecast.sign { accessKey = settings.accessKey, secretKey = settings.secretKey,
    appId = settings.appId, appKey = settings.appKey, path = path }
  if not headers then return nil, message, err end
  headers.Authorization = ("MC %s:%s"):format(mask, mask)
  return headers
end

local function quoted(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function problem_of(args)
  if not args.path:find "^/[^%z\1-\32\127]*$" then
    return errors.invalid_value("path", "must begin with /, like /api/user/update-user, and hold no white space")
  end
  if not args.method:find "^[A-Za-z]+$" then return errors.invalid_value("--method", "is one word, like POST") end
  return select(2, items.from_word(args.data or "[]"))
end

function sign.run(context, args)
  local path, problem, document = args.path, problem_of(args), args.data or "[]"
  if problem then return errors.result(problem) end
  if document:find "^%s*{" then document = "[" .. document .. "]" end
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local headers = { Authorization = "Bearer " .. mask }
  if client.settings.generation == "1.0" then headers, message, err = signed(client.settings, path) end
  if not headers then return nil, message, err end
  headers["Content-Type"] = "application/json"
  local names, parts = {}, { "curl", "--request", quoted(core.upper(args.method)), quoted(client.settings.baseUrl .. path) }
  for name in pairs(headers) do names[#names + 1] = name end
  table.sort(names, core.before)
  for _, name in ipairs(names) do parts[#parts + 1] = "--header " .. quoted(name .. ": " .. headers[name]) end
  if core.upper(args.method) ~= "GET" then parts[#parts + 1] = "--data " .. quoted('{"data":' .. document .. "}") end
  output.write(table.concat(parts, " ") .. "\n")
  return true
end

return sign
