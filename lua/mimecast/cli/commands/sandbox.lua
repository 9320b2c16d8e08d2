--- `mimecast sandbox`: runs a sandbox tenant on the loopback interface.
local core = require "mimecast.core"
local exit_codes = require "mimecast.cli.exit_codes"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"

local sandbox = {
  summary = "Run a sandbox tenant on this machine until Ctrl-C",
  example = "  mimecast sandbox users=1000 rateLimit=false\n  mimecast sandbox accountCode=CUK1A1"
    .. " users=@people.txt groups=Leavers,Finance",
  epilog = "It prints the address of the tenant's page, and shell commands that export the tenant's gateway and credentials."
    .. " A value is text, a number, true, false, JSON, or @FILE: a file of JSON, or with an entry on each line."
    .. " doc/sandbox.md lists the options.",
}

function sandbox.define(element)
  element:argument "option":args "*":argname "NAME=VALUE":description "an option of the tenant, like users=1000"
end

local booleans = { ["true"] = true, ["false"] = false }

local function report(message)
  output.note("mimecast: " .. message)
  return exit_codes.usage
end

-- Options that are lists: their values may be entries between commas, or on the lines of a file.
local is_list = { users = true, groups = true, permissions = true }

local function entries(text, separator)
  local list = {}
  for entry in (text .. separator):gmatch("%s*(.-)%s*" .. separator) do
    if entry ~= "" then list[#list + 1] = entry end
  end
  return list
end

-- Converts the text of a value. Returns nil and what is wrong with it.
local function read_value(name, text)
  if booleans[text] ~= nil then return booleans[text] end
  local path, separator = text:match "^@(.+)$", ","
  if path then
    local file, reason = io.open(path, "rb")
    text, reason = file and file:read "*a", reason or "it is not a file"
    if file then file:close() end
    if not text then return nil, ("%s: cannot be read: %s"):format(name, (reason:gsub("^.*: ", ""))) end
    separator = "\n"
  end
  if text:find "^%s*[%[{]" then
    local value, reason = json.decode(text)
    if value == nil then return nil, ("%s: is not JSON: %s"):format(name, tostring(reason)) end
    return value
  end
  return core.parse_number(text) or is_list[name] and entries(text, separator) or text
end

function sandbox.run(_, args)
  local options = {}
  for _, word in ipairs(args.option) do
    local name, text = word:match "^(%w+)=(.*)$"
    if not name then return report(("%s must be NAME=VALUE, like users=1000"):format(word)) end
    local problem
    options[name], problem = read_value(name, text)
    if problem then return report(problem) end
  end
  local returned, ok, message = pcall(require("mimecast.sandbox").run, options)
  if returned and ok then return true end
  message = tostring(returned and message or ok)
  if message:find("interrupted!", 1, true) then return true end
  report((message:gsub("^[^:]*:%d+: ", "")))
  return returned and exit_codes.internal or exit_codes.usage
end

return sandbox
