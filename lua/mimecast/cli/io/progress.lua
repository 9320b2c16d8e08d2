--- How far a bulk run is: one line that is written over on a terminal, a plain line now and then elsewhere.
local output = require "mimecast.cli.io"
local system = require "mimecast.system"
local text = require "mimecast.cli.io.terminal_text"

local progress = {}

local Progress = {}
Progress.__index = Progress

local often, seldom = 0.1, 10 -- seconds between two lines, on a terminal and elsewhere
local bar_width = 20

--- Makes one.
---@param context table json: nothing is written but on a terminal
---@param monotonic fun(): number
---@return table progress
function progress.new(context, monotonic)
  local is_terminal = system.is_terminal(2)
  return setmetatable({ monotonic = monotonic, is_terminal = is_terminal, quiet = context.json and not is_terminal,
    pause = is_terminal and often or seldom, last = monotonic() }, Progress)
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

--- The state of a run in words.
---@param state table of onProgress: phase, done, and of apply total, ok, unchanged, rejected, unknown, rate, remaining
---@return string
function progress.words(state)
  if not state.total then return ("%s: %d rows read"):format(state.phase, state.done) end
  local words = ("%s %d of %d, %.0f a second"):format(state.phase, state.done, state.total, state.rate)
  if state.remaining and state.done < state.total then words = words .. ", " .. duration(state.remaining) .. " left" end
  words = ("%s: ok %d"):format(words, state.ok)
  for _, name in ipairs { "unchanged", "rejected", "unknown" } do
    if state[name] > 0 then words = ("%s, %s %d"):format(words, name, state[name]) end
  end
  return words
end

--- Takes the state of a run.
---@param state table
function Progress:show(state)
  local now = self.monotonic()
  local is_next = self.is_terminal and state.phase ~= self.phase -- shown at once, or a short run would never be
  if self.quiet or (now - self.last < self.pause and not is_next) then return end
  self.last, self.phase = now, state.phase
  if not self.is_terminal then return output.note(progress.words(state)) end
  local line = (state.total and bar(state.done, state.total) .. " " or "") .. progress.words(state)
  io.stderr:write("\r", text.fit(line, (system.width(2) or 80) - 1))
  self.shown = true
end

--- Takes the line off a terminal.
function Progress:clear()
  if self.shown then io.stderr:write("\r", (" "):rep((system.width(2) or 80) - 1), "\r") end
  self.shown = false
end

return progress
