local json = require "mimecast.json"
local lenient = require "mimecast.sandbox.wire.lenient_json"

describe("the sandbox's reading of JSON", function()
  it("takes what the service's own Python samples post", function()
    local value = lenient.decode("{'data': [{'emailAddress': 'ann@example.com', 'accountLocked': True, 'name': None}]}")
    assert.equal("ann@example.com", value.data[1].emailAddress)
    assert.is_true(value.data[1].accountLocked)
    assert.equal(json.null, value.data[1].name)
  end)

  it("takes the bare token that a published client sends", function()
    assert.is_false(lenient.decode('{"accountLocked":FALSE}').accountLocked)
  end)

  it("leaves the text inside of strings alone", function()
    local value = lenient.decode([[{'a': "it's True", 'b': 'say "None"', 'c': 'it\'s \\ \n'}]])
    assert.equal("it's True", value.a)
    assert.equal('say "None"', value.b)
    assert.equal("it's \\ \n", value.c)
  end)

  for _, text in ipairs{ "", "{", "{'a", "{'a':Maybe}", "{a:1}", "'\\" } do
    it("refuses " .. text, function() assert.is_nil(lenient.decode(text)) end)
  end
end)
