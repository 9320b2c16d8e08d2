local core = require "mimecast.core"
local run_lua = require "spec.support.run.run_lua"

local secret = core.secret
local marker = "hunter2-never-shown"

describe("a secret", function()
  it("prints as secret(…)", function()
    assert.equal("secret(\226\128\166)", tostring(secret.new(marker)))
    assert.equal("secret(\226\128\166)", tostring(secret.new("")))
  end)

  it("returns all 256 bytes unchanged", function()
    local bytes = {}
    for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
    local text = table.concat(bytes)
    assert.equal(text, secret.reveal(secret.new(text)))
    assert.equal("", secret.reveal(secret.new("")))
  end)

  it("can be copied from another secret", function()
    local original = secret.new(marker)
    local copy = secret.new(original)
    original = nil -- luacheck: ignore 311 (collected, and wiped)
    collectgarbage()
    collectgarbage()
    assert.equal(marker, secret.reveal(copy))
  end)

  it("cannot be concatenated with a string", function()
    local value = secret.new(marker)
    for _, join in ipairs{
      function() return "Bearer " .. value end,
      function() return value .. "x" end,
      function() return value .. value end,
    } do
      local ok, message = pcall(join)
      assert.is_false(ok)
      assert.is_nil(tostring(message):find(marker, 1, true))
    end
  end)

  it("does not appear in error messages of any function", function()
    local value = secret.new(marker)
    local attempts = {
      { secret.new, { marker } },
      { secret.join, value, {} },
      { secret.join, marker, true },
      { secret.form, marker, value, {} },
      { secret.form, "client_secret", value, "odd" },
      { secret.equal, marker, nil },
      { secret.from_environment, value },
      { core.printable, value },
      { core.read_owner_only, value },
      { core.http_date, value },
      { core.signer, marker, {} },
      { require("mimecast.http").engine, value },
    }
    for number, attempt in ipairs(attempts) do
      local ok, message = pcall(attempt[1], attempt[2], attempt[3], attempt[4])
      assert.is_false(ok, "attempt " .. number)
      assert.is_nil(tostring(message):find(marker, 1, true), "attempt " .. number)
    end
  end)

  it("has no fields, no length and no visible metatable", function()
    local value = secret.new(marker)
    assert.is_false((pcall(function() return value.bytes end)))
    assert.is_false((pcall(function() value.bytes = 1 end)))
    assert.is_false((pcall(function() return #value end)))
    assert.is_false(getmetatable(value))
  end)

  it("is distinguished from other values", function()
    assert.is_true(secret.is(secret.new("x")))
    for _, other in ipairs{ "x", {}, 1, true, io.stdout, print } do assert.is_false(secret.is(other)) end
    assert.is_false(secret.is(nil))
  end)

  it("is equal to a secret or string with the same bytes", function()
    assert.is_true(secret.equal(secret.new("abc"), secret.new("abc")))
    assert.is_true(secret.equal(secret.new("abc"), "abc"))
    assert.is_true(secret.equal(secret.new("a\0c"), "a\0c"))
    assert.is_true(secret.equal("", secret.new("")))
    assert.is_false(secret.equal(secret.new("abc"), "abd"))
    assert.is_false(secret.equal(secret.new("abc"), "ab"))
    assert.is_false(secret.equal(secret.new("a\0c"), "a\0d"))
  end)

  it("has at most 1 MiB", function()
    assert.equal(1048576, #secret.reveal(secret.new(("x"):rep(1048576))))
    local ok, message = pcall(secret.new, ("x"):rep(1048577))
    assert.is_false(ok)
    assert.truthy(message:find("at most 1048576 bytes", 1, true))
  end)

  it("rejects numbers, booleans and tables", function()
    for _, value in ipairs{ 1, true, {} } do
      local ok, message = pcall(secret.new, value)
      assert.is_false(ok)
      assert.truthy(message:find("text or a secret expected", 1, true))
    end
  end)
end)

describe("secret.join", function()
  it("concatenates strings and secrets", function()
    local joined = secret.join("Bearer ", secret.new("abc"), "", secret.new("\0d"))
    assert.is_true(secret.is(joined))
    assert.equal("Bearer abc\0d", secret.reveal(joined))
    assert.equal("", secret.reveal(secret.join()))
  end)
end)

describe("secret.form", function()
  local function form(...)
    local encoded = secret.form(...)
    assert.is_true(secret.is(encoded))
    return secret.reveal(encoded)
  end

  it("writes the token request", function()
    assert.equal("client_id=id&client_secret=s3cret&grant_type=client_credentials",
      form("client_id", "id", "client_secret", secret.new("s3cret"), "grant_type", "client_credentials"))
  end)

  it("escapes all but the unreserved characters, so that no value can add a pair", function()
    assert.equal("a=%26b%3Dc%2B%25%20%2F%3F%23%0D%0A", form("a", "&b=c+% /?#\r\n"))
    assert.equal("-._~=AZaz09-._~", form("-._~", "AZaz09-._~"))
    assert.equal("%C3%A4=%E2%82%AC%00%FF", form("ä", "€\0\255"))
  end)

  it("escapes each of the 256 bytes after RFC 3986", function()
    for byte = 0, 255 do
      local char = string.char(byte)
      local expected = char:find("^[%w%-%._~]$") and byte < 128 and char or ("%%%02X"):format(byte)
      assert.equal("x=" .. expected, form("x", char))
    end
  end)

  it("accepts empty values and no arguments", function()
    assert.equal("a=&=b", form("a", "", "", "b"))
    assert.equal("", form())
  end)

  it("rejects a name without a value", function()
    local ok, message = pcall(secret.form, "a", "b", "c")
    assert.is_false(ok)
    assert.truthy(message:find("a name has no value", 1, true))
  end)
end)

describe("secret.base64", function()
  it("returns base64 as a secret", function()
    -- RFC 4648, section 10, and bytes that are not text.
    local vectors = { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foobar = "Zm9vYmFy", ["\0\255"] = "AP8=" }
    for plain, encoded in pairs(vectors) do
      for _, value in ipairs { plain, secret.new(plain) } do
        local out = secret.base64(value)
        assert.is_true(secret.is(out))
        assert.equal(encoded, secret.reveal(out))
      end
    end
  end)

  it("accepts at most what fits a secret", function()
    assert.equal(1048576, #secret.reveal(secret.base64(("x"):rep(786432))))
    local ok, message = pcall(secret.base64, ("x"):rep(786433))
    assert.is_false(ok)
    assert.truthy(message:find("too long", 1, true))
  end)
end)

describe("secret.from_environment", function()
  it("reads a variable", function()
    assert.equal(os.getenv("PATH"), secret.reveal(secret.from_environment("PATH")))
  end)

  it("returns nil for an unset or empty variable", function()
    assert.is_nil(secret.from_environment("MIMECAST_NO_SUCH_VARIABLE"))
    local output = run_lua.run([[
      local secret = require "mimecast.core".secret
      print(secret.from_environment("EMPTY") == nil, secret.reveal(secret.from_environment("FULL")))
    ]], { environment = { EMPTY = "", FULL = "a=b c" } })
    assert.equal("true\ta=b c\nexit 0\n", output)
  end)
end)
