-- Checks that names dropped before 0.1.0 are not used again. spec/vectors/old_names.json lists the files and identifiers.
local json = require "mimecast.json"

local function lines_of(command)
  local list = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do list[#list + 1] = line end
  pipe:close()
  return list
end

local read = require("tools.shell").read

describe("old names", function()
  local old = json.decode(read "spec/vectors/old_names.json")

  it("are not used as file names", function()
    for _, path in ipairs(old.files) do
      local file = io.open(path)
      assert.is_nil(file, path)
    end
  end)

  it("are not used in the sources", function()
    local wanted, found = {}, {}
    for _, name in ipairs(old.identifiers) do wanted[name] = true end
    for _, path in ipairs(lines_of "find lua csrc bench examples tools bin spec -type f ! -name old_names.json") do
      for word in read(path):gmatch "[%a_][%w_]*" do
        if wanted[word] then found[#found + 1] = path .. ": " .. word end
      end
    end
    assert.same({}, found)
  end)
end)
