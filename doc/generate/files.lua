--- doc/files.md: everything is written by hand but the table of files, from spec/vectors/files/cases.lua.
local cases = require "spec.vectors.files.cases"

local files = {}

local read = require("tools.shell").read

local function code(text)
  return "`" .. text:gsub("|", "\\|") .. "`"
end

local function row(case)
  local options = case.options and code(case.options) or case.rows and "none" or "none: no option reads it"
  local said = case.without or case.remedy
  return ("| %s | %s | %s | %s |"):format(case.program, code(case.file), options, said and code(said) or "it is planned")
end

--- The page with the table as it is.
---@return table[] pages path, text
function files.pages()
  local path, list = "doc/files.md", { "| program | file | options | what is said without options |", "|---|---|---|---|" }
  for _, case in ipairs(cases) do list[#list + 1] = row(case) end
  local before, after = read(path):match "^(.-\n)| program |.-(\n\n.*)$"
  return { { path = path, text = before .. table.concat(list, "\n") .. after } }
end

return files
