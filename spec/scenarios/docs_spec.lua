-- Tests the files that `make docs` generates: they are committed and complete, and every definition has its texts.
local catalogue = require "doc.generate.catalogue"
local client = require "mimecast.client"
local helpers = require "mimecast.helpers"
local manual = require "mimecast.help.topics"
local meta = require "doc.generate.meta"
local mimecast = require "mimecast"
local operations = require "mimecast.model.operation"
local reference = require "doc.generate.reference"
local registry = require "mimecast.model.registry"

local load_text = loadstring or load -- luacheck: ignore

local read = require("tools.shell").read

local function count(text, plain)
  local n, at = 0, 1
  while true do
    local from, to = text:find(plain, at, true)
    if not from then return n end
    n, at = n + 1, to + 1
  end
end

local topics = {}
for _, topic in ipairs(manual) do topics[topic.name] = topic end

describe("the generated documents", function()
  for _, document in ipairs { meta, reference, (require "doc.generate.architecture"), (require "doc.generate.files") } do
    for _, page in ipairs(document.pages()) do
      it("are committed as generated: " .. page.path, function()
        assert.is_true(read(page.path) == page.text,
          page.path .. " differs from what it is made of: run make docs, and commit it with the change")
        for _, place in ipairs { "home", "root", "tmp" } do
          assert.is_nil(page.text:find("/" .. place .. "/", 1, true), page.path .. " names a folder in " .. place)
        end
      end)
    end
  end

  it("include every page in doc/reference", function()
    local generated, committed = {}, {}
    for i, page in ipairs(reference.pages()) do generated[i] = page.path end
    local listing = assert(io.popen "ls doc/reference/*.md")
    for path in listing:lines() do committed[#committed + 1] = path end
    listing:close()
    table.sort(generated)
    table.sort(committed)
    assert.same(generated, committed)
  end)
end)

describe("the types for editors", function()
  local text = meta.pages()[1].text

  it("are valid Lua", function()
    assert(load_text(text))
    assert.equal("---@meta mimecast\n", text:sub(1, 18))
  end)

  it("declare each class that they use exactly once", function()
    local declared = { ["mimecast.Secret"] = 0 }
    for class in text:gmatch "%-%-%-@class ([%w_.]+)" do declared[class] = (declared[class] or 0) + 1 end
    for class, times in pairs(declared) do assert.equal(1, times, class) end
    for line in text:gmatch "%-%-%-@%l+ [^\n]+" do
      local used = line:match "^%-%-%-@class [%w_.]+: ([%w_.]+)" or line:match "^%-%-%-@param %S+ (%S+)"
        or line:match "^%-%-%-@field %S+ (%S+)" or line:match "^%-%-%-@return (%S+)"
        or line:match "^%-%-%-@overload (.*)" or ""
      for class in used:gmatch "mimecast%.[%w_.]+" do assert.truthy(declared[class], class .. " in " .. line) end
    end
  end)

  it("declare every function of the module and of a client exactly once", function()
    for _, name in ipairs(registry.names()) do
      assert.equal(1, count(text, ("\nfunction mimecast.%s(input"):format(name)), name)
      assert.equal(1, count(text, ("\nfunction Client:%s(input"):format(name)), name)
    end
    for _, topic in ipairs(manual) do
      local name = topic.name
      assert.equal(topic.of == "client" and 0 or 1, count(text, ("\nfunction mimecast.%s("):format(name)), name)
      assert.equal(topic.of == "module" and 0 or 1, count(text, ("\nfunction Client:%s("):format(name)), name)
    end
  end)

  it("have the types of input and output fields", function()
    local function class(name) return assert(text:match("\n%-%-%-@class " .. name .. "\n(.-)\n\n"), name) .. "\n" end
    local input, output = class "mimecast.update_user.Input", class "mimecast.update_user.Output"
    assert.truthy(input:find("@field email string ", 1, true))
    assert.truthy(input:find("@field password? string|mimecast.Secret ", 1, true))
    assert.truthy(input:find("@field archiveStartDate? string|number ", 1, true))
    assert.truthy(output:find("@field archiveStartDate? string ", 1, true))
    assert.truthy(output:find("@field accountDisabled? boolean ", 1, true))
    assert.is_nil(output:find("@field password?", 1, true))
    assert.truthy(input:find('also allowPop, "Allow POP3"', 1, true))
    assert.truthy(class("mimecast.permit_or_block_sender.Input"):find('@field action "permit"|"block" ', 1, true))
    assert.truthy(class("mimecast.list_impersonation_logs.Input")
      :find('@field actions? ("hold"|"bounce"|"none")[] ', 1, true))
    assert.truthy(class("mimecast.read_user.Output"):find("@field links? mimecast.read_user.Output.links[] ", 1, true))
    assert.truthy(class("mimecast.get_aliases.Row"):find("@field [string] any ", 1, true))
    assert.is_nil(output:find("@field [string]", 1, true))
  end)

  it("have the result types of each kind of function", function()
    local function above(name)
      local before = assert(text:match("^(.*\n)function Client:" .. name .. "%("), name)
      return before:match ".*\n\n(.*)$"
    end
    assert.truthy(above("update_user"):find("@return mimecast.update_user.Output? result\n---@return string? message\n"
      .. "---@return mimecast.Error? err\n", 1, true))
    assert.truthy(above("update_users"):find("@return (mimecast.update_user.Output|false)[] results", 1, true))
    assert.truthy(above("list_users"):find("@return mimecast.list_users.List? rows", 1, true))
    assert.truthy(above("users"):find("@return mimecast.list_users.Iterator? iterator", 1, true))
    assert.truthy(above("list_domains"):find("@return mimecast.list_domains.Row[]? rows", 1, true))
    assert.truthy(above("users"):find("@param input? ", 1, true))
    assert.truthy(above("update_user"):find("@param input mimecast", 1, true))
  end)
end)

describe("the reference", function()
  local pages, all = {}, {} -- pages by name
  for i, page in ipairs(reference.pages()) do
    pages[page.path:match "([%w_]+)%.md$"] = page.text
    all[i] = page.text
  end
  local text = table.concat(all, "\n")

  it("has a page for every family, a section for every function, and a link to each in the index", function()
    local function section_of(page, name)
      assert.truthy(pages[page], page)
      assert.equal(1, count(pages[page], ("\n## %s\n"):format(name)), name)
      assert.equal(1, count(pages.index, ("](%s.md#%s)"):format(page, name)), name)
    end
    for _, family in ipairs(registry.families()) do
      for _, name in ipairs(family.functions) do section_of(family.name, name) end
    end
    for _, topic in ipairs(manual) do section_of("mimecast", topic.name) end
  end)

  it("has no broken links", function()
    for page, of_page in pairs(pages) do
      for target in of_page:gmatch "%]%(([^)]+)%)" do
        local path, section = target:match "^([^#]*)#?(.*)$"
        if path:find("^%.%./") then read("doc/" .. path:sub(4)) else
          local other = path == "" and of_page or pages[path:match "^([%w_]+)%.md$"]
          assert.truthy(other, page .. ": " .. target)
          if section ~= "" then assert.truthy(other:find("\n## " .. section .. "\n", 1, true), page .. ": " .. target) end
        end
      end
    end
  end)

  it("has tables with complete rows", function()
    local columns
    for line in (text .. "\n"):gmatch "([^\n]*)\n" do
      local _, bars = line:gsub("\\|", ""):gsub("|", "")
      if line:sub(1, 1) ~= "|" then columns = nil else
        assert.equal(columns or bars, bars, line)
        columns = bars
      end
    end
  end)

  it("has examples that are valid Lua", function()
    local n = 0
    for code in text:gmatch "```lua\n(.-)\n```" do
      n = n + 1
      assert(load_text(code), code)
    end
    assert.equal(#registry.names() + #manual, n)
  end)

  it("says which responses are not documented", function()
    for _, name in ipairs(registry.names()) do
      local operation = registry.find(name)
      if operation.undocumentedOutput and operation.name == name then
        local section = assert(text:match("\n## " .. name .. "\n(.-)\n```"))
        assert.truthy(section:find("not documented", 1, true) or section:find("Clients of the service read only"), name)
      end
    end
  end)
end)

describe("a definition", function()
  local function operation(more)
    local own = {
      name = "make_thing", path = "/api/thing/make", summary = "Makes it.", product = "Things", permission = "none",
      writes = true, idempotent = false, example = {},
      input = { { name = "label", type = "text", text = "its label" },
        { name = "parts", type = "list", text = "its parts", item = { type = "object", fields = {
          { name = "size", type = "integer", text = "its size" } } } } },
      output = { { name = "id", type = "text", text = "its id" } },
    }
    for key, value in pairs(more or {}) do own[key] = value end
    return operations.define(own)
  end

  local function missing(change)
    local own = operation()
    change(own)
    local ok, message = pcall(catalogue.check, own)
    assert.is_false(ok)
    return message
  end

  it("can be complete", function()
    catalogue.check(operation())
  end)

  it("is required for an operation and for each of its fields", function()
    assert.equal("make_thing: its summary is missing", missing(function(own) own.summary = nil end))
    assert.equal("make_thing: its product is missing", missing(function(own) own.product = "" end))
    assert.equal("make_thing: its permission is missing", missing(function(own) own.permission = nil end))
    assert.equal("make_thing: its example is missing", missing(function(own) own.example = nil end))
    assert.truthy(missing(function(own) own.api = "1.0" end):find("the reason why", 1, true))
    assert.equal("the definition of make_thing in.label is missing",
      missing(function(own) own.input[1].text = nil end))
    assert.equal("the definition of make_thing in.parts[].size is missing",
      missing(function(own) own.input[2].item.fields[1].text = "" end))
    assert.equal("the definition of make_thing out.id is missing", missing(function(own) own.output[1].text = nil end))
  end)

  it("is required for a function without an operation", function()
    for _, topic in ipairs(manual) do catalogue.check_topic(topic) end
    assert.is_false(pcall(catalogue.check_topic, { name = "x", example = "x", returns = {} }))
    assert.is_false(pcall(catalogue.check_topic, { name = "x", summary = "X.", example = "x",
      returns = { { name = "y", lua = "any" } } }))
  end)

  it("exists for every family", function()
    for _, family in ipairs(registry.families()) do
      assert.truthy(family.text, family.name)
    end
  end)

  it("exists for every function without an operation", function()
    for name, value in pairs(mimecast) do
      if type(value) == "function" and not registry.find(name) then assert.truthy(topics[name], name) end
    end
    for name in pairs(helpers) do assert.equal("both", topics[name] and topics[name].of, name) end
    for name in pairs(client) do
      if name ~= "new" then assert.truthy(topics[name], "client." .. name) end
    end
    for _, topic in ipairs(manual) do
      if topic.of ~= "client" then assert.equal("function", type(mimecast[topic.name]), topic.name) end
    end
  end)
end)
