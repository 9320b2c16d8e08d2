local codec = require "spec.fuzz.codec"
local decode_context = require "mimecast.protocol.decode_context"
local json = require "mimecast.json"
local locale = require "spec.support.run.locale"
local registry = require "mimecast.model.registry"

-- make fuzz runs a million of these cases.
describe("JSON in C and the general way", function()
  it("give the same requests, outcomes and errors", function()
    local counts = codec.run(20000, 1)
    assert.is_true(counts.short > counts.responses / 2)
    assert.is_true(counts.written > counts.requests / 2)
  end)

  it("give the same in a locale with a decimal comma", function()
    assert.equal("de_DE.UTF-8\ntrue\nexit 0\n", locale.run("de_DE.UTF-8", [[
      print((os.setlocale(nil, "numeric")))
      local counts = require "spec.fuzz.codec".run(5000, 1)
      print(counts.short > counts.responses / 2)]]))
  end)
end)

it("json.object writes a slash in a name without a backslash, as in any text", function()
  local item = setmetatable({ ["a/b"] = 1 }, json.object { "a/b" })
  assert.equal('{"a/b":1}', json.encode(item))
end)

for _, name in ipairs { "envelope", "rest" } do
  it(name .. ".decode redacts the secrets of the request in the id that the service returns", function()
    local protocol = require("mimecast.protocol." .. name)
    local operation = registry.find "update_user"
    local context = decode_context.new(operation, {
      assert(operation.input_schema:encode { email = "ann@example.com", password = "Correct-Horse-7" }),
    })
    local response = { status = 500, headers = { ["x-request-id"] = "id Correct-Horse-7" }, body = "{}" }
    local _, err = protocol.decode(response, context)
    assert.equal("id ***", err.requestId)
  end)
end
