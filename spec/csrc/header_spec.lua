local core = require "mimecast.core"

describe("the check of headers", function()
  local function rejects(list, message)
    assert.equal(message, core.headers_error(list))
  end

  it("accepts names that are tokens, values of text, and secrets", function()
    assert.is_nil(core.headers_error {})
    assert.is_nil(core.headers_error { "!#$%&'*+-.^_`|~09AZaz", "a value", "X-Empty", "", "X-Secret", core.secret.new "key",
      "X-Latin", "\228\195\164" })
  end)

  it("rejects a name that is not a token", function()
    for byte = 0, 255 do
      local name = "X" .. string.char(byte)
      local is_token = byte < 128 and name:find "^X[%w!#$%%&'*+.^_`|~-]$"
      assert.equal(not is_token and "a header's name must be a token" or nil, core.headers_error { name, "value" })
    end
    rejects({ "", "value" }, "a header's name must be a token")
  end)

  it("rejects a value with a control character, in a secret, too", function()
    for byte = 0, 255 do
      local value = "a" .. string.char(byte) .. "b"
      local expected = (byte < 32 or byte == 127) and "a header's value holds a control character" or nil
      assert.equal(expected, core.headers_error { "X-A", "fine", "X-B", value })
      assert.equal(expected, core.headers_error { "X-A", core.secret.new(value) })
    end
  end)

  it("rejects a line over 8 KiB, with the colon, the space and the end counted", function()
    assert.is_nil(core.headers_error { "X-A", ("x"):rep(8186) })
    rejects({ "X-A", ("x"):rep(8187) }, "a header is too long")
  end)

  it("rejects a name that is not text, and a value that is neither text nor a secret", function()
    for _, list in ipairs { { "X-A", 5 }, { 5, "1" }, { core.secret.new "X-A", "1" }, { "X-A", {} }, { "X-A", io.stdout } } do
      rejects(list, "a header is neither text nor a secret")
    end
  end)

  it("rejects what is not a list of at most 100 pairs", function()
    local list = {}
    for i = 1, 200 do list[i] = "x" end
    assert.is_nil(core.headers_error(list))
    local message = "headers must be a list {name, value, …} of at most 100 pairs"
    list[201] = "x"
    rejects(list, message)
    list[202] = "x"
    rejects(list, message)
    for _, value in ipairs { "X-A: 1", { "X-A" }, 5, true } do rejects(value, message) end
    rejects(nil, message)
  end)
end)

describe("the check of a method", function()
  it("accepts a token", function()
    for _, method in ipairs { "GET", "POST", "M-SEARCH", "x" } do assert.is_nil(core.method_error(method)) end
  end)

  it("rejects all else, which could contain a second request", function()
    for _, method in ipairs { "", "GET /other HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET", "GET\n", "PO ST", "GET\0", "G\195\132T" } do
      assert.equal("the method must be a token", core.method_error(method))
    end
  end)
end)
