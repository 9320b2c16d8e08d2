--- Names the files of runs, lists the runs of a folder, and removes old ones.
--
-- Each plan of a file gets a name of its own: `leavers.2026-11-30T0812.plan` (UTC) for leavers.csv, and its journal has the
-- same name with another ending. So the same file can be planned again and again.
local core = require "mimecast.core"
local journal = require "mimecast.bulk.journal"
local run_report = require "mimecast.bulk.run_report"
local system = require "mimecast.system"

local runs = {}

local stamp_pattern = "%d%d%d%d%-%d%d%-%d%dT%d%d%d%d"

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local function without_ending(path)
  return (path:gsub("%.[^./]*$", ""))
end

-- Returns the first of base, base-2, base-3 … that is not taken.
local function first_free(base, is_taken)
  local name, number = base, 1
  while is_taken(name) do
    number = number + 1
    name = ("%s-%d"):format(base, number)
  end
  return name
end

--- The path of a new plan of an input file.
---@param input string path of the file
---@param now number seconds since 1970
---@return string
function runs.plan_path(input, now)
  local base = ("%s.%s"):format(without_ending(input), os.date("!%Y-%m-%dT%H%M", math.floor(now)))
  return first_free(base, function(name) return exists(name .. ".plan") or exists(name .. ".journal") end) .. ".plan"
end

--- The path of a plan that replaces an earlier one only if no run of it was started: of `undo`.
---@param path string ends with .plan
---@return string
function runs.unstarted_path(path)
  return first_free(path:gsub("%.plan$", ""), function(name) return exists(name .. ".journal") end) .. ".plan"
end

--- The path of a second journal of a plan.
---@param path string of the first journal
---@return string
function runs.next_journal(path)
  return first_free(path:gsub("%.journal$", ""), function(name) return exists(name .. ".journal") end) .. ".journal"
end

local function split(path)
  local folder, name = path:match "^(.*/)([^/]*)$"
  return folder or "", name or path
end

--- Finds the newest journal of an input file's runs: by the time in its name, else the one without a time.
---@param input string path of the file
---@return string? path
function runs.latest_journal(input)
  local folder, name = split(without_ending(input))
  local best, best_order
  for _, candidate in ipairs(system.list_folder(folder == "" and "." or folder) or {}) do
    if candidate:sub(1, #name + 1) == name .. "." and candidate:find "%.journal$" then
      local stamp, number = candidate:sub(#name + 2):match("^(" .. stamp_pattern .. ")%-?(%d*)%.journal$")
      local order = stamp and ("%s %06d"):format(stamp, tonumber(number) or 1) or candidate == name .. ".journal" and ""
      if order and (not best_order or order > best_order) then best, best_order = folder .. candidate, order end
    end
  end
  return best
end

-- ---- lists ----

local function is_ours(path)
  local file = io.open(path, "rb")
  local start = file and file:seek "end" and file:seek "set" and file:read(11)
  if file then file:close() end
  return start ~= nil and (start:find '^{"plan":' or start:find '^{"journal":') ~= nil
end

-- Returns the names of a folder's plans and journals without their endings, sorted.
local function bases_of(folder)
  local names, message, kind = system.list_folder(folder)
  if not names then return nil, message, kind end
  local found, bases = {}, {}
  for _, name in ipairs(names) do
    local base, ending = name:match "^(.*)%.(%a+)$"
    if (ending == "plan" or ending == "journal") and is_ours(folder .. "/" .. name) then
      if not found[base] then bases[#bases + 1] = base end
      found[base] = found[base] or {}
      found[base][ending] = folder == "." and name or folder .. "/" .. name
    end
  end
  table.sort(bases, core.before)
  return bases, found
end

-- Describes a run by its journal, or a plan without a run.
local function describe(base, files)
  local opened, err = run_report.open(files.journal or files.plan)
  if not opened then return { run = base, state = "unreadable", message = err.message, plan = files.plan,
    journal = files.journal } end
  local counts, header = opened.counts, opened.header
  local row = { run = base, created = tonumber(header.created), operation = header.operation, rows = counts.input,
    tenant = (header.tenant or {}).account, plan = files.plan, journal = files.journal, ok = counts.ok,
    unchanged = counts.unchanged, rejected = counts.rejected, unknown = counts.unknown, skipped = counts.skipped,
    not_sent = counts.not_sent }
  row.state = not files.journal and "planned" or opened.left > 0 and "unfinished" or "finished"
  opened:close()
  return row
end

--- Iterates over the runs of a folder, by name.
---@param folder string
---@return (fun(): table?)? next run, created, state (planned, unfinished, finished, unreadable), operation, tenant, rows and
--- the counts of the states, plan, journal
---@return string? message
function runs.list(folder)
  local bases, found = bases_of(folder)
  if not bases then return nil, found end
  local at = 0
  return function()
    at = at + 1
    return bases[at] and describe(bases[at], found[bases[at]]) or nil
  end
end

--- Removes plans and journals that are older. Keeps unfinished runs, and files that a run has open.
---@param folder string
---@param before number seconds since 1970
---@return table[]? removed those of list
---@return table[]|string kept old runs that were not removed, or a message
function runs.prune(folder, before)
  local next_run, message = runs.list(folder)
  if not next_run then return nil, message end
  local removed, kept = {}, {}
  for run in next_run do
    if run.created and run.created < before then
      local in_use = run.journal and journal.in_use_error(run.journal)
      if run.state == "unfinished" or in_use then
        kept[#kept + 1] = run
      else
        removed[#removed + 1] = run
        for _, path in ipairs { run.plan or false, run.journal or false } do
          if path then os.remove(path) end
        end
      end
    end
  end
  return removed, kept
end

return runs
