-- The standing list of protected accounts, from the client's options.
local bulk = require "spec.support.fakes.bulk"
local protect = require "mimecast.bulk.plan.protect"
local tmp = require "spec.support.run.tmp"

local function standing(text, given)
  return protect.standing { protect = given, protectFile = text and tmp.file(text, "protected") or nil }
end

describe("the standing protect list", function()
  teardown(tmp.clean)

  it("is a list, a text with commas, and a file with comments", function()
    assert.same({}, standing())
    assert.same({ "ceo@example.com", "*@board.example.com" }, standing(nil, "ceo@example.com, *@board.example.com"))
    assert.same({ "ceo@example.com", "cfo@example.com", "*@board.example.com" },
      standing("\239\187\191# the board\r\ncfo@example.com # finance\r\n\r\n  *@board.example.com", { "ceo@example.com" }))
    assert.same({}, standing "")
  end)

  it("is an error if an entry can match no address, or if the file cannot be read", function()
    for _, case in ipairs { { "ceo@example.com\nboard\n" }, { "ceo@example.com ann@example.com" }, { nil, "a@b@c.example" },
      { nil, { 7 } } } do
      local list, err = standing(case[1], case[2])
      assert.is_nil(list)
      assert.equal("invalid_setting", err.code)
    end
    local list, err = protect.standing { protectFile = tmp.path "none" }
    assert.is_nil(list)
    assert.truthy(err.message:find("cannot be read", 1, true))
    assert.is_nil((protect.standing { protectFile = tmp.folder() }))
  end)

  it("holds for plan and apply, also if it grew between them", function()
    local path = tmp.file(bulk.email(2) .. "\n", "protected")
    local client, tenant = bulk.client(5, { protect = "*1@example.com", protectFile = path })
    for i = 1, 2 do
      local err = select(3, client:plan { input = { { email = bulk.email(i), accountDisabled = true } } })
      assert.equal("protected", err.code)
    end
    local plan = assert(client:plan { input = { { email = bulk.email(3), accountDisabled = true } },
      protect = { "ceo@example.com" }, file = tmp.path "x.plan" })
    assert.same({ "ceo@example.com", "*1@example.com", bulk.email(2) }, plan.file.header.protect)
    tmp.write(path, bulk.email(3) .. "\n")
    assert.equal("protected", select(3, plan:apply { journal = bulk.journal() }).code)
    os.remove(path)
    assert.equal("invalid_setting", select(3, plan:apply { journal = bulk.journal() }).code)
    assert.equal("invalid_setting", select(3, client:plan { input = bulk.leavers(1) }).code)
    assert.equal(0, tenant:applied())
  end)
end)
