-- Tests doc/adding-an-operation.md: a single table adds an operation.
local run_lua = require "spec.support.run.run_lua"

local read = require("tools.shell").read

local page = read "doc/adding-an-operation.md"
local blocks = {}
for code in page:gmatch "```lua\n(.-)\n```" do blocks[#blocks + 1] = code end

describe("adding an operation", function()
  it("from a program works as in the example", function()
    local example = read "examples/own_operation.lua"
    assert.equal(3, #blocks)
    for i = 1, 2 do assert.truthy(example:find(blocks[i], 1, true), blocks[i]) end
    local output = run_lua.run('dofile "examples/own_operation.lua"', { clean = true })
    assert.truthy(output:find '^senderAddress +"ann@example.com"\nrecipientAddress +"bob@example.net"\n', output)
    assert.truthy(output:find('"carol@example.net"', 1, true), output)
    assert.truthy(output:find('\n[1] { senderAddress = "ann@example.com", recipientAddress = ', 1, true), output)
    assert.truthy(output:find("\nquery is required with searchField\n", 1, true), output)
    assert.truthy(output:find("\nroutes[1] must be one of: inbound, outbound, internal; strat is not a field; "
      .. "did you mean start?\n", 1, true), output)
    assert.truthy(output:find("\nlist_dlp_logs: List the messages that matched a data leak policy.\n", 1, true))
    assert.truthy(output:find "exit 0\n$")
  end)

  it("to the module takes a single table in the file of its family", function()
    local family = read "lua/mimecast/operations/ttp_log.lua"
    local longer, times = family:gsub("\n}%s*$", function() return "\n\n" .. blocks[3] .. "\n}\n" end)
    assert.equal(1, times)
    local output = run_lua.run(([[
      package.preload["mimecast.operations.ttp_log"] = (loadstring or load)(%q)
      local mimecast = require "mimecast"
      print(type(mimecast.list_dlp_logs), type(mimecast.dlp_logs), type(mimecast.list_url_logs))
      print((require("mimecast.help").text "dlp_logs":match "^[^\n]+"))
      for _, name in ipairs { "meta", "reference" } do
        for _, page in ipairs(require("doc.generate." .. name).pages()) do
          local file = assert(io.open(page.path, "rb"))
          local committed = file:read "*a"
          file:close()
          if page.text ~= committed then print(page.path, page.text:find("list_dlp_logs", 1, true) ~= nil) end
        end
      end]]):format(longer), { clean = true })
    assert.equal("function\tfunction\tfunction\nlist_dlp_logs for all pages, row by row.\n"
      .. "doc/mimecast.meta.lua\ttrue\ndoc/reference/index.md\ttrue\ndoc/reference/ttp_log.md\ttrue\nexit 0\n",
      (output:gsub("dlp_logs: ", "", 1)))
  end)

  it("rejects names that are taken, wrong tables and unknown keys", function()
    local output = run_lua.run([[
      local mimecast = require "mimecast"
      local function try(operation) print((select(2, pcall(mimecast.operation, operation)):gsub("^%S+:%d+: ", ""))) end
      try { name = "update_user", path = "/api/x" }
      try { name = "map", path = "/api/x" }
      try { name = "own_thing", path = "/api/x", batchName = "user_settings" }
      try { name = "OwnThing", path = "/api/x" }
      try "own_thing"
      try { name = "own_thing", path = "api/x" }
      try { name = "own_thing", path = "/api/x", input = { { name = "x", type = "texts" } } }
      try { name = "own_thing", path = "/api/x", transport = "rest" }
      try { name = "own_thing", path = "/api/x", outputs = {} }
      try { name = "own_thing", path = "/api/x", input = { { name = "x", type = "text", late = false } } }
      try { name = "own_thing", path = "/api/x", output = { { name = "x", type = "list", item = { typ = "text" } } } }
      print(type(mimecast.own_thing))
      mimecast.operation { name = "own_thing", path = "/api/x" }
      print(type(mimecast.own_thing))]], { clean = true })
    local lines = {}
    for line in output:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal("mimecast.operation: there is an operation update_user already", lines[1])
    assert.equal("mimecast.operation: there is a function map already", lines[2])
    assert.equal("mimecast.operation: there is a function user_settings already", lines[3])
    assert.equal("mimecast.operation: an operation's name is in snake_case", lines[4])
    assert.truthy(lines[5]:find("mimecast.operation takes a table", 1, true))
    assert.equal("mimecast.operation: own_thing: path must look like /api/user/update-user", lines[6])
    assert.equal("mimecast.operation: field 1 has an unknown type", lines[7])
    assert.equal("mimecast.operation: own_thing: unknown key transport; see doc/adding-an-operation.md", lines[8])
    assert.equal("mimecast.operation: own_thing: unknown key outputs; did you mean output?", lines[9])
    assert.equal("mimecast.operation: own_thing input.x: unknown key late; see doc/adding-an-operation.md", lines[10])
    assert.equal("mimecast.operation: own_thing output.x[]: unknown key typ; did you mean type?", lines[11])
    assert.same({ "nil", "function", "exit 0" }, { lines[12], lines[13], lines[14] })
  end)
end)
