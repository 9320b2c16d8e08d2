local json = require "mimecast.json"
local lenient_json = require "mimecast.sandbox.wire.lenient_json"

describe("sandbox lenient JSON", function()
  it("accepts what the service's Python samples send", function()
    local value = lenient_json.decode("{'data': [{'emailAddress': 'ann@example.com', 'accountLocked': True, 'name': None}]}")
    assert.equal("ann@example.com", value.data[1].emailAddress)
    assert.is_true(value.data[1].accountLocked)
    assert.equal(json.null, value.data[1].name)
  end)

  it("accepts the bare token that a published client sends", function()
    assert.is_false(lenient_json.decode('{"accountLocked":FALSE}').accountLocked)
  end)

  it("does not change text inside strings", function()
    local value = lenient_json.decode([[{'a': "it's True", 'b': 'say "None"', 'c': 'it\'s \\ \n'}]])
    assert.equal("it's True", value.a)
    assert.equal('say "None"', value.b)
    assert.equal("it's \\ \n", value.c)
  end)

  for _, text in ipairs{ "", "{", "{'a", "{'a':Maybe}", "{a:1}", "'\\" } do
    it("rejects " .. text, function() assert.is_nil(lenient_json.decode(text)) end)
  end
end)
