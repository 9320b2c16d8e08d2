--- The rooms of lua/mimecast and their ranks. `make lint` runs this file: it prints the require graph by room, and fails if a
--- room requires a room of its own rank or above, or if the modules of a room form a cycle.
--
-- An edge is a module's name as a quoted string in another module: required at the top, lazily, within pcall, or kept in a
-- table. A computed require needs a literal folder prefix and counts as all modules of that folder.
local layers = {}

-- From the bottom up; rooms of one line are equal. A room is a folder, or a file at the root.
local ranks = {
  { "core", "http", "system" }, -- csrc
  { "base" },
  { "errors", "json" },
  { "config" },
  { "loop" },
  { "transport", "store" },
  { "operations" },
  { "model" },
  { "protocol" },
  { "credentials" },
  { "request" },
  { "bulk", "helpers", "sandbox", "help" },
  { "client" },
  { "init" },
  { "cli" },
}

-- Edges that the ranks alone would allow.
local forbidden = {
  { to = "http", except = "transport", reason = "only transport requires mimecast.http" },
  { from = "sandbox", to = "request", reason = "the sandbox never requires what a call goes through" },
  { from = "sandbox", to = "credentials", reason = "the sandbox never requires what a call goes through" },
  { from = "sandbox", to = "protocol", reason = "the sandbox never requires what a call goes through" },
}

local rank_of = {}
for rank, rooms in ipairs(ranks) do
  for _, room in ipairs(rooms) do rank_of[room] = rank end
end

--- The room of a module: its folder below lua/mimecast, or its own name.
---@param module string like "mimecast.request.send"
---@return string
function layers.room(module)
  return module:match "^mimecast%.([%w_]+)" or "init"
end

--- Module names by path, the C modules included.
---@param paths string[] below lua/
---@return table<string, string> name to path; "csrc" for a C module
function layers.modules(paths)
  local modules = { ["mimecast.core"] = "csrc", ["mimecast.http"] = "csrc", ["mimecast.system"] = "csrc" }
  for _, path in ipairs(paths) do
    modules[path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")] = path
  end
  return modules
end

-- The modules that a source requires, and the requires that cannot be followed.
local function requires_of(source, modules)
  local required, unclear = {}, {}
  source = source:gsub("%-%-[^\n]*", "") -- comments
  for name in source:gmatch "[\"'](mimecast[%w_.]*)[\"']" do
    if modules[name] then required[name] = true end
  end
  for prefix in source:gmatch "[\"'](mimecast%.[%w_.]*%.)[\"']%s*%.%." do
    for name in pairs(modules) do
      if name:sub(1, #prefix) == prefix then required[name] = true end
    end
  end
  for argument in source:gmatch "%f[%w_]require%s*%(([^)\n]*)" do
    if not argument:find "^%s*[\"']" and not argument:find "^%s*modules%[" then unclear[#unclear + 1] = argument end
  end
  return required, unclear
end

--- The static edges of the tree.
---@param modules table<string, string>
---@param read fun(path: string): string
---@return table<string, table<string, boolean>> edges by module
---@return string[] problems computed requires without a literal prefix
function layers.edges(modules, read)
  local edges, problems = {}, {}
  for name, path in pairs(modules) do
    if path ~= "csrc" then
      local required, unclear = requires_of(read(path), modules)
      required[name] = nil
      edges[name] = required
      for _, argument in ipairs(unclear) do
        problems[#problems + 1] = ("%s: a computed require without a literal prefix: %s"):format(path, argument)
      end
    end
  end
  table.sort(problems)
  return edges, problems
end

local function check_edge(from, to, problems)
  local upper, lower = layers.room(from), layers.room(to)
  if upper == lower then return end
  if not rank_of[upper] or not rank_of[lower] then
    problems[#problems + 1] = ("%s has no rank in tools/layers.lua"):format(rank_of[upper] and lower or upper)
  elseif rank_of[lower] >= rank_of[upper] then
    problems[#problems + 1] = ("%s requires %s: %s is not below %s"):format(from, to, lower, upper)
  end
  for _, rule in ipairs(forbidden) do
    local applies = upper ~= rule.except and (not rule.from or upper == rule.from)
    if lower == rule.to and applies then problems[#problems + 1] = from .. ": " .. rule.reason end
  end
end

-- A cycle within the room of a module, as text; nil if there is none.
local function cycle_from(name, edges, state, trail)
  state[name], trail[#trail + 1] = "open", name
  for to in pairs(edges[name] or {}) do
    if layers.room(to) == layers.room(name) then
      if state[to] == "open" then return table.concat(trail, " -> ") .. " -> " .. to end
      local cycle = not state[to] and cycle_from(to, edges, state, trail)
      if cycle then return cycle end
    end
  end
  state[name], trail[#trail] = "done", nil
  return nil
end

local function sorted_keys(map)
  local list = {}
  for key in pairs(map) do list[#list + 1] = key end
  table.sort(list)
  return list
end

--- Upward requires, requires between equal ranks, and cycles.
---@param edges table<string, table<string, boolean>>
---@return string[] problems
function layers.problems(edges)
  local problems, state = {}, {}
  for _, from in ipairs(sorted_keys(edges)) do
    for _, to in ipairs(sorted_keys(edges[from])) do check_edge(from, to, problems) end
    local cycle = not state[from] and cycle_from(from, edges, state, {})
    if cycle then problems[#problems + 1] = "a cycle: " .. cycle end
  end
  return problems
end

local function room_targets(edges)
  local targets = {}
  for from, list in pairs(edges) do
    local room = layers.room(from)
    targets[room] = targets[room] or {}
    for to in pairs(list) do
      local target = layers.room(to)
      if target ~= room then targets[room][target] = (targets[room][target] or 0) + 1 end
    end
  end
  return targets
end

--- The graph by room, from the top, as text.
---@param modules table<string, string>
---@param edges table<string, table<string, boolean>>
---@return string
function layers.text(modules, edges)
  local counts, targets, lines = {}, room_targets(edges), {}
  for name, path in pairs(modules) do
    if path ~= "csrc" then counts[layers.room(name)] = (counts[layers.room(name)] or 0) + 1 end
  end
  for rank = #ranks, 1, -1 do
    for _, room in ipairs(ranks[rank]) do
      local parts = {}
      for _, target in ipairs(sorted_keys(targets[room] or {})) do
        parts[#parts + 1] = ("%s %d"):format(target, targets[room][target])
      end
      if counts[room] then
        local line = ("%4d  %-12s %7d  %s"):format(rank, room, counts[room], table.concat(parts, ", "))
        lines[#lines + 1] = (line:gsub(" +$", ""))
      end
    end
  end
  return "rank  room         modules  requires, by room\n" .. table.concat(lines, "\n")
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Modules, edges and problems of the checkout in the working directory.
---@return table<string, string> modules
---@return table<string, table<string, boolean>> edges
---@return string[] problems
function layers.of_checkout()
  local paths = {}
  local list = assert(io.popen "find lua -name '*.lua' | LC_ALL=C sort")
  for path in list:lines() do paths[#paths + 1] = path end
  list:close()
  local modules = layers.modules(paths)
  local edges, problems = layers.edges(modules, read)
  for _, problem in ipairs(layers.problems(edges)) do problems[#problems + 1] = problem end
  return modules, edges, problems
end

if arg and arg[0] and arg[0]:find "layers%.lua$" then
  local modules, edges, problems = layers.of_checkout()
  print(layers.text(modules, edges))
  print(("%d modules, %d problems"):format(#sorted_keys(edges), #problems))
  for _, problem in ipairs(problems) do print("  " .. problem) end
  os.exit(#problems == 0)
end

return layers
