local json = require "mimecast.json"

describe("json.encode", function()
  it("writes an array that is empty as an array, because it says so", function()
    assert.equal("[]", json.encode(json.array()))
    assert.equal('{"data":[]}', json.encode{ data = json.array{} })
    assert.equal("{}", json.encode{})
    assert.equal('["a",true,[]]', json.encode{ "a", true, json.array() })
  end)

  it("writes an object's keys in the order of its model, then the rest sorted", function()
    local mt = json.object{ "meta", "data", "fail" }
    local value = setmetatable({ zeta = 1, fail = json.array(), alpha = 2, meta = { status = 200 } }, mt)
    assert.equal('{"meta":{"status":200},"fail":[],"alpha":2,"zeta":1}', json.encode(value))
    assert.equal("{}", json.encode(setmetatable({}, mt)))
    assert.equal('{"b":1}', json.encode(setmetatable({ b = 1 }, mt)))
  end)

  it("writes the keys of other objects sorted, so that equal values give equal bytes", function()
    local one, two = {}, {}
    for number = 1, 50 do one["key" .. number] = number end
    for number = 50, 1, -1 do two["key" .. number] = number end
    assert.equal(json.encode(one), json.encode(two))
    assert.equal('{"a":1,"b":{"c":2,"d":3}}', json.encode{ b = { d = 3, c = 2 }, a = 1 })
  end)

  it("writes false and null, which are values", function()
    local mt = json.object{ "a", "b" }
    assert.equal('{"a":false,"b":null}', json.encode(setmetatable({ a = false, b = json.null }, mt)))
    assert.equal('{"a":false}', json.encode{ a = false })
  end)

  it("writes whole numbers without a fraction and without an exponent", function()
    assert.equal("[0,1,-1,500,1447685358000,9007199254740991,-9007199254740991]",
      json.encode{ 0, 1.0, -1, 500, 1447685358000, 9007199254740991, -9007199254740991 })
    assert.equal("[0.5,-2.25]", json.encode{ 0.5, -2.25 })
  end)

  it("writes its own text although a finalizer writes another one meanwhile", function()
    local newproxy = rawget(_G, "newproxy") -- Lua 5.1 finalizes no tables
    local made = 0
    local function finalizer()
      made = made + 1
      json.encode { email = "bob@example.com", n = made }
    end
    for round = 1, 1000 do
      if newproxy then getmetatable(newproxy(true)).__gc = finalizer else setmetatable({}, { __gc = finalizer }) end
      local list = {}
      for number = 1, 100 do list[number] = ("ann%d.%d@example.com"):format(round, number) end
      assert.equal('["' .. table.concat(list, '","') .. '"]', json.encode(json.array(list)))
    end
    assert.is_true(made > 100, made)
  end)

  it("escapes what JSON asks for and leaves slashes and UTF-8 alone", function()
    assert.equal([["a\"b\\c\n\t\u0000\u001f"]], json.encode("a\"b\\c\n\t\0\31"))
    assert.equal('"/api/user/update-user"', json.encode("/api/user/update-user"))
    assert.equal([["a\\/b\\\\/"]], json.encode("a\\/b\\\\/"))
    assert.equal('"é😀"', json.encode("é😀"))
    assert.equal([[{"a\"/b":1}]], json.encode{ ['a"/b'] = 1 })
  end)

  it("escapes the keys of a model, too", function()
    assert.equal([[{"a\"b":1}]], json.encode(setmetatable({ ['a"b'] = 1 }, json.object{ 'a"b' })))
  end)

  it("gives back what was encoded, for each ASCII character", function()
    for byte = 0, 127 do
      local text = "x" .. string.char(byte) .. "/y"
      assert.equal(text, json.decode(json.encode{ text })[1])
    end
  end)

  it("raises for what JSON cannot hold", function()
    for _, value in ipairs{ print, 0 / 0, 1 / 0, -1 / 0, io.stdout } do
      assert.is_false((pcall(json.encode, { value })))
    end
  end)

  it("raises for a table that holds itself instead of going on for ever", function()
    local loop = {}
    loop.loop = loop
    assert.is_false((pcall(json.encode, loop)))
  end)

  it("does not change the lua-cjson that the program uses itself", function()
    local cjson = require "cjson"
    assert.is_true((pcall(cjson.decode, "[NaN]")))
    assert.is_nil((json.decode("[NaN]")))
    assert.same({ nil, "there is a NUL character in it" }, { json.decode '{"a":1}\0{"b":2}' })
  end)
end)

describe("json.decode", function()
  it("reads what the service writes", function()
    local value = json.decode([[{"meta":{"status":200},"data":[{"a":null,"b":"\u003c\u00e9"}],"fail":[]}]])
    assert.equal(200, value.meta.status)
    assert.equal(json.null, value.data[1].a)
    assert.equal("<é", value.data[1].b)
    assert.same({}, value.fail)
  end)

  it("gives a message, and raises nothing, for what is not JSON", function()
    for _, text in ipairs{ "", " ", "<html>", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "[1] x", "tru", "\"a", "\"\\x\"",
      "[NaN]", "[Infinity]", "[0x10]", "[-Infinity]", "{\"a\" 1}", ("["):rep(100000), "{}\0", "\0" } do
      local value, message = json.decode(text)
      assert.is_nil(value, text:sub(1, 20))
      assert.is_string(message)
    end
  end)

  it("refuses an answer nested deeper than any of the service's", function()
    local function nested(depth) return ("["):rep(depth) .. ("]"):rep(depth) end
    assert.is_table(json.decode(nested(60)))
    local value, message = json.decode(nested(70))
    assert.is_nil(value)
    assert.truthy(message:find("nested", 1, true), message)
  end)
end)
