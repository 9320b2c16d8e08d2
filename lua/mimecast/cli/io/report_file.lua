--- Writes the report of a bulk run as CSV. It overwrites an earlier report, but no file of another kind.
local errors = require "mimecast.errors"
local system = require "mimecast.system"

local report_file = {}

local ENOENT = 2
local first_bytes = "row,key,state,"

--- Returns why a report cannot be written; nil if it can. A device like /dev/stdout has no content to lose.
---@param path string
---@return string?
function report_file.problem(path)
  local file, reason, code = io.open(path, "r+b")
  if not file and code == ENOENT then
    file, reason = system.open_append(path, "new")
    if file then os.remove(path) end
  elseif file and (file:seek "end" or 0) > 0 then
    file:seek "set"
    if file:read(#first_bytes) ~= first_bytes then reason = "the file exists and is not a report" end
  end
  if file then file:close() end
  return reason and ("--report: %s cannot be written: %s"):format(path, (reason:gsub("^.*: ", "")))
end

--- Writes a report. Checks the path again, because the run may have written its journal there.
---@param report mimecast.Report
---@param path string
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function report_file.write(report, path)
  local problem = report_file.problem(path)
  if not problem then return report:csv(path) end
  return errors.result(errors.new { category = "usage", code = "unwritable_report", message = problem })
end

return report_file
