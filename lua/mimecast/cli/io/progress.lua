--- Shows the progress of a bulk run: a bar that is redrawn on a terminal, a line every ten seconds elsewhere.
local counted = require "mimecast.base.counted"
local output = require "mimecast.cli.io.output"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local progress = {}

local Progress = {}
Progress.__index = Progress

local terminal_interval, line_interval = 0.1, 10 -- seconds
local bar_width = 20
local min_wait = 2 -- seconds of a pause that is shown

--- Makes a progress display.
---@param context table json: write to a terminal only
---@param monotonic fun(): number seconds
---@return table progress
function progress.new(context, monotonic)
  local is_terminal = system.is_terminal(2)
  return setmetatable({ monotonic = monotonic, is_terminal = is_terminal, quiet = context.json and not is_terminal,
    interval = is_terminal and terminal_interval or line_interval, last = monotonic(), wait_until = 0 }, Progress)
end

local function duration(seconds)
  seconds = math.floor(seconds + 0.5)
  if seconds < 60 then return ("%d s"):format(seconds) end
  if seconds < 3600 then return ("%d:%02d min"):format(math.floor(seconds / 60), seconds % 60) end
  return ("%d:%02d h"):format(math.floor(seconds / 3600), math.floor(seconds % 3600 / 60))
end

local function bar(done, total)
  local full = total > 0 and math.floor(bar_width * done / total) or bar_width
  return "[" .. ("#"):rep(full) .. ("-"):rep(bar_width - full) .. "]"
end

--- Returns the state of a run as text.
---@param state table of onProgress: phase, done; if the number of rows is known also total, rate, remaining; for apply also
--- ok, unchanged, rejected, unknown, skipped
---@param pause? number seconds for which requests wait: the run takes at least as long
---@return string
function progress.text(state, pause)
  if not state.total then return ("%s: %s read"):format(state.phase, counted(state.done, "row")) end
  local text = ("%s %d of %d, %.0f per second"):format(state.phase, state.done, state.total, state.rate)
  if state.remaining and state.done < state.total then
    text = text .. ", " .. duration(math.max(state.remaining, pause or 0)) .. " left"
  end
  if not state.ok then return text end
  text = ("%s: ok %d"):format(text, state.ok)
  for _, name in ipairs { "unchanged", "rejected", "unknown", "skipped" } do
    if state[name] > 0 then text = ("%s, %s %d"):format(text, name, state[name]) end
  end
  return text
end

--- Returns the text of a pause.
---@param seconds number
---@return string
function progress.wait_text(seconds)
  return "waiting for the rate limit, " .. duration(seconds)
end

-- Draws the line of a terminal: the pause, if there is one, and the state of the run.
local function draw(self, state, now)
  local pause = math.max(self.wait_until - now, 0)
  local line = state and (state.total and bar(state.done, state.total) .. " " or "") .. progress.text(state, pause) or ""
  if pause > 0 then line = progress.wait_text(pause) .. (line ~= "" and "  " .. line or "") end
  io.stderr:write("\r", terminal_text.fit(line, (system.width(2) or 80) - 1))
  self.is_shown = true
end

--- Shows the state of a run if the interval has passed or, on a terminal, a new phase begins.
---@param state table
function Progress:show(state)
  local now = self.monotonic()
  local is_new_phase = self.is_terminal and state.phase ~= self.phase -- a short run would show nothing otherwise
  if self.quiet or (now - self.last < self.interval and not is_new_phase) then return end
  self.last, self.phase, self.state = now, state.phase, state
  if not self.is_terminal then return output.note(progress.text(state)) end
  draw(self, state, now)
end

--- Shows that requests wait for the rate limit. Short pauses, which keep the rate, are not shown.
---@param event table of onWait: reason, seconds
function Progress:wait(event)
  if event.reason ~= "rate limit" or event.seconds < min_wait or self.quiet then return end
  local now = self.monotonic()
  if now < self.wait_until then return end -- another request waits already
  self.wait_until = now + event.seconds
  if not self.is_terminal then return output.note(progress.wait_text(event.seconds)) end
  draw(self, self.state, now)
end

--- Erases the bar.
function Progress:clear()
  if self.is_shown then io.stderr:write("\r", (" "):rep((system.width(2) or 80) - 1), "\r") end
  self.is_shown = false
end

return progress
