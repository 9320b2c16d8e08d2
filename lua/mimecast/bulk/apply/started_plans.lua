--- Records on this machine which plans were started, so that no copy of a plan is carried out again.
--
-- A plan's file names the journal of its run, but a copy made before does not. So each started plan is also recorded by
-- its SHA-256, in one file of the state folder: JSON Lines of mode 0600, locked for each change, with about the newest
-- thousand plans. Other machines do not see this file.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local user_folder = require "mimecast.base.user_folder"
local system = require "mimecast.system"

local started_plans = {}

local max_bytes = 262144 -- of the file; then the older half is dropped
local max_tries, pause_seconds = 100, 0.02 -- while another run holds the lock

local entry_mt = json.object { "plan", "journal", "created", "by" }

local function path_of(info)
  local folder = user_folder.make("state", info.stateFolder)
  return folder and folder .. "/started-plans"
end

-- Opens and locks the file; creates it if it does not exist.
local function open(path, sleep)
  local file, reason, kind
  for _ = 1, max_tries do
    file, reason, kind = system.open_append(path, "old")
    if kind == "missing" then file, reason, kind = system.open_append(path, "new") end
    if file or (kind ~= "locked" and kind ~= "exists") then return file, reason end
    sleep(pause_seconds)
  end
  return nil, reason
end

-- Returns the last entry of a plan in the text of the file.
local function find_entry(text, plan)
  local last
  for line in text:gmatch(('{"plan":"%s"[^\n]*'):format(plan)) do last = json.decode(line) or last end
  return type(last) == "table" and last or nil
end

local function started_error(entry)
  local started_by = journal.started_by(entry)
  return errors.new { category = "usage", code = "plan_already_started",
    message = ("a run of this plan or of its original was started with the journal %s%s"):format(
      core.printable(tostring(entry.journal), 200), started_by and ": " .. started_by or ""),
    hint = "resume that run, or make a new plan; again = true carries out this plan a second time" }
end

local function read(path)
  local file = path and io.open(path, "rb")
  if not file then return "" end
  file:seek("set", math.max(0, (file:seek "end" or 0) - 2 * max_bytes)) -- the newest entries are last
  local text = file:read(2 * max_bytes)
  file:close()
  return text or ""
end

--- The error for a plan that was started on this machine; nil if it was not.
---@param info table of client:info()
---@param plan string its SHA-256
---@return mimecast.Error? err code plan_already_started
function started_plans.find(info, plan)
  local entry = find_entry(read(path_of(info)), plan)
  return entry and started_error(entry)
end

-- Appends an entry. Drops the older half of a file that is too large.
local function append(path, file, text, entry)
  local line = json.encode(setmetatable(entry, entry_mt)) .. "\n"
  if #text + #line > max_bytes then
    return system.write_owner_only(path, text:sub(-max_bytes / 2):gsub("^[^\n]*\n", "") .. line)
  end
  if text ~= "" and text:sub(-1) ~= "\n" then line = "\n" .. line end -- a crash left an incomplete line
  local ok, reason = file:write(line)
  if not ok then return nil, reason end
  return file:sync()
end

local function log_unrecorded(log, path, reason)
  if not log then return end
  pcall(log, ("mimecast: the started plan cannot be recorded in %s (%s): a copy of it will not be recognised"):format(
    path or "a state folder", reason or "there is no home folder; set stateFolder or XDG_STATE_HOME"))
end

--- Records that a plan is started, unless it was started before. If the file cannot be written, as in a container without
--- a home folder, the run continues and the log gets a line.
---@param info table of client:info()
---@param entry table plan (SHA-256), journal (its path), created, by
---@param again boolean allows a plan that was started before
---@param mark fun(): boolean?, mimecast.Error? marks the plan's own file; if it fails, nothing is recorded here
---@return boolean? ok
---@return mimecast.Error? err code plan_already_started, and those of mark
function started_plans.claim(info, entry, again, mark)
  local path = path_of(info)
  local file, reason
  if path then file, reason = open(path, info.runtime.sleep) end
  if not file then
    log_unrecorded(info.runtime.log, path, reason)
    return mark()
  end
  local text = read(path)
  local earlier = not again and find_entry(text, entry.plan)
  local ok, err
  if earlier then err = started_error(earlier) else ok, err = mark() end
  if ok then
    local recorded, failure = append(path, file, text, entry)
    if not recorded then log_unrecorded(info.runtime.log, path, failure) end
  end
  file:close()
  return ok, err
end

return started_plans
