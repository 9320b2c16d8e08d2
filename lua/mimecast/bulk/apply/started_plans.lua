--- The plans with which a run was begun on this machine: a copy of a plan is not carried out once more.
--
-- A plan's own file names the journal of its run, and a copy that was made before does not. So each plan is noted here as
-- well, by its SHA-256: in one file of the state folder, JSON Lines of mode 0600, locked while it is changed. It keeps the
-- newest thousand or so. Another machine has a folder of its own and knows nothing of these runs.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local state_folder = require "mimecast.base.state_folder"
local system = require "mimecast.system"

local begun = {}

local largest = 262144 -- bytes; then the older half goes
local tries, pause_seconds = 100, 0.02 -- while another run holds the file

local entry_mt = json.object { "plan", "journal", "created", "by" }

local function path_in(settings)
  local folder = state_folder.path(settings.stateFolder)
  return folder and folder .. "/begun-plans"
end

-- Opens the file for this run alone, and makes it where it is not there.
local function open(path, sleep)
  local file, reason, kind
  for _ = 1, tries do
    file, reason, kind = system.open_append(path, "old")
    if kind == "missing" then file, reason, kind = system.open_append(path, "new") end
    if file or (kind ~= "locked" and kind ~= "exists") then return file, reason end
    sleep(pause_seconds)
  end
  return nil, reason
end

-- The last entry of a plan in the file's text.
local function entry_of(text, plan)
  local found
  for line in text:gmatch(('{"plan":"%s"[^\n]*'):format(plan)) do found = json.decode(line) or found end
  return type(found) == "table" and found or nil
end

local function refusal(entry)
  local by = journals.begun_by(entry)
  return errors.new { category = "usage", code = "plan_already_started",
    message = ("the plan, or the one that it is a copy of, was begun with %s%s"):format(
      core.printable(tostring(entry.journal), 200), by and ": " .. by or ""),
    hint = "resume that run, or make a new plan; again = true carries this one out once more" }
end

local function read(path)
  local file = path and io.open(path, "rb")
  if not file then return "" end
  file:seek("set", math.max(0, (file:seek "end" or 0) - 2 * largest)) -- the newest stand last
  local text = file:read(2 * largest)
  file:close()
  return text or ""
end

--- Why a plan is not carried out: a run was begun with it on this machine.
---@param settings table of client:info()
---@param plan string its SHA-256
---@return mimecast.Error? err code plan_already_started
function begun.find(settings, plan)
  local entry = entry_of(read(path_in(settings)), plan)
  return entry and refusal(entry)
end

-- Writes an entry behind the others; where they are too many, the older half goes.
local function write(path, file, text, entry)
  local line = json.encode(setmetatable(entry, entry_mt)) .. "\n"
  if #text + #line > largest then
    return system.write_owner_only(path, text:sub(-largest / 2):gsub("^[^\n]*\n", "") .. line)
  end
  if text ~= "" and text:sub(-1) ~= "\n" then line = "\n" .. line end -- behind what a crash has torn
  local ok, reason = file:write(line)
  if not ok then return nil, reason end
  return file:sync()
end

local function tell(settings, path, reason)
  if not settings.runtime.log then return end
  pcall(settings.runtime.log, ("mimecast: that a plan is begun cannot be noted in %s (%s): a copy of it is not recognised")
    :format(
    path or "a state folder", reason or "there is no home folder; set stateFolder or XDG_STATE_HOME"))
end

--- Notes that a run is begun with a plan, unless one was before. Where the file cannot be kept, in a container without a
--- home folder for instance, the run goes on without it, and the log says so.
---@param settings table of client:info()
---@param entry table plan (SHA-256), journal (its path), created, by
---@param again boolean also where a run was begun with the plan before
---@param mark fun(): boolean?, mimecast.Error? notes it in the plan's own file; with an error value nothing is noted here
---@return boolean? ok
---@return mimecast.Error? err code plan_already_started, and those of mark
function begun.claim(settings, entry, again, mark)
  local path = path_in(settings)
  local file, reason
  if path then file, reason = open(path, settings.runtime.sleep) end
  if not file then
    tell(settings, path, reason)
    return mark()
  end
  local text = read(path)
  local earlier = not again and entry_of(text, entry.plan)
  local ok, err
  if earlier then err = refusal(earlier) else ok, err = mark() end
  if ok then
    local noted, why = write(path, file, text, entry)
    if not noted then tell(settings, path, why) end
  end
  file:close()
  return ok, err
end

return begun
