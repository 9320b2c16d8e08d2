-- Names that were given up before 0.1.0 do not come back: spec/vectors/old_names.json lists files and identifiers.
local json = require "mimecast.json"

local function lines_of(command)
  local list = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do list[#list + 1] = line end
  pipe:close()
  return list
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

describe("old names", function()
  local old = json.decode(read "spec/vectors/old_names.json")

  it("are the names of no file", function()
    for _, path in ipairs(old.files) do
      local file = io.open(path)
      assert.is_nil(file, path)
    end
  end)

  it("are in no source", function()
    local wanted, found = {}, {}
    for _, name in ipairs(old.identifiers) do wanted[name] = true end
    for _, path in ipairs(lines_of "find lua csrc bench examples tools bin -type f") do
      for word in read(path):gmatch "[%a_][%w_]*" do
        if wanted[word] then found[#found + 1] = path .. ": " .. word end
      end
    end
    assert.same({}, found)
  end)
end)
