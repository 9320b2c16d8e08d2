-- Checks that doc/errors.md lists exactly the error codes that the sources can produce.
local read = require("tools.shell").read

local function sources()
  local pipe = assert(io.popen("find lua csrc -name '*.lua' -o -name '*.c' | grep -v '^lua/mimecast/sandbox/'", "r"))
  local texts = {}
  for path in pipe:lines() do texts[path] = read(path) end
  pipe:close()
  return texts
end

local categories = { usage = true, config = true, validation = true, auth = true, service = true, rate_limit = true,
  transport = true, protocol = true }

-- Patterns of the source lines that produce a code; the last capture is the code.
local forms = {
  '%f[%w]code = "(%l[%l_]*)"',
  "err%.category, err%.code[%w_., ]* = \"[%l_]+\", \"([%l_]+)\"",
  '%f[%w]problem%("([%l_]+)"', '%f[%w]problem%(self, "([%l_]+)"',
  'options%.error%("([%l_]+)"', 'options%.error%([%w_ ="]+ and "([%l_]+)" or',
  'options%.error%([%w_ ="]+ and "[%l_]+" or "([%l_]+)"',
  'parser%.protocol_error%(response, "([%l_]+)"',
  '%] = { "([%l_]+)"[, ]',
  'return "([%l_]+)"[,\n ]',
  'and "([%l_]+)" or "connect_timeout"', 'or "(connect_timeout)"',
  'code, message, hint = "([%l_]+)"', 'code, message = "([%l_]+)"', 'code, hint = "([%l_]+)"', 'failed%("([%l_]+)"',
  'or "(no_result)"', 'usage_error%("([%l_]+)"',
  'add_error%([^\n]*"([%l_]+)"%)',
}

local function add_pairs(text, found, path)
  for category, code in text:gmatch '{ "([%l_]+)", "([%l_]+)"' do
    if categories[category] then found[code] = path end
  end
end

local only_in = { ['%] = { "([%l_]+)"[, ]'] = "transport/errors.lua", ['return "([%l_]+)"[,\n ]'] = "transport/errors.lua",
  ['usage_error%("([%l_]+)"'] = "/bulk/" }

local function produced(texts)
  local found = {}
  for path, text in pairs(texts) do
    for _, form in ipairs(forms) do
      if not only_in[form] or path:find(only_in[form], 1, true) then
        for code in text:gmatch(form) do found[code] = path end
      end
    end
    add_pairs(text, found, path)
  end
  for category in pairs(categories) do found[category] = nil end
  return found
end

local function documented()
  local text = read("doc/errors.md"):match "\n## Categories and codes\n(.-)\n## "
  local listed = {}
  for code in text:gmatch "`(%l[%l_]*)`" do
    listed[code] = true
  end
  listed.problems = nil -- a field of the error
  return listed
end

describe("doc/errors.md", function()
  local texts = sources()
  local found, listed = produced(texts), documented()

  it("lists every code of the sources", function()
    for code, path in pairs(found) do assert.is_true(listed[code] == true, code .. " of " .. path) end
  end)

  it("lists no code that is missing in the sources", function()
    for code in pairs(listed) do
      assert.truthy(found[code], code .. " is in no source")
    end
  end)

  it("is compared with codes from every pattern of the sources", function()
    for _, code in ipairs { "not_sent", "redirected", "wrong_host", "wrong_total", "missing_profile", "html_response",
      "unsafe_profile", "not_available", "invalid_app", "resolve_failed", "proxy_denied", "timeout", "connect_timeout",
      "duplicate_field" } do
      assert.truthy(found[code], code)
    end
    local count = 0
    for _ in pairs(found) do count = count + 1 end
    assert.is_true(count >= 50, count)
  end)

  it("lists the codes of errors.codes and of problems", function()
    local codes = {}
    for category, list in pairs(require("mimecast.errors").codes) do
      assert.is_true(categories[category])
      for _, code in ipairs(list) do
        assert.is_nil(codes[code], code)
        codes[code] = true
      end
    end
    for code in pairs(codes) do assert.is_true(listed[code] == true, code) end
    for _, code in ipairs { "unknown_field", "missing_field", "duplicate_field", "duplicate_item", "invalid_value",
      "invalid_row", "too_many_rows" } do codes[code] = true end
    assert.same(listed, codes)
  end)

  it("has a section for every category", function()
    local text = read "doc/errors.md"
    for category in pairs(categories) do assert.truthy(text:find("\n**" .. category .. "**: ", 1, true), category) end
  end)
end)
