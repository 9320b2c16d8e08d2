-- The options that say how an input is read.
local bulk = require "spec.support.fakes.bulk"
local reading = require "mimecast.bulk.input.reading"
local registry = require "mimecast.model.registry"
local tmp = require "spec.support.run.tmp"

local update = registry.find "update_user"

local invalid = { -- options, field, words of the message
  { { map = { Mail = "emial" } }, "map", "names emial, which is not a field of update_user; did you mean email?" },
  { { map = { Mail = "address(username)" } }, "map", "takes an address for username, which is none" },
  { { map = { Mail = "email", mail = "email" } }, "map", "has the column mail twice" },
  { { map = { Mail = 1 } }, "map", "must be like" },
  { { columns = {} }, "columns", "must name a column" },
  { { columns = { 1 } }, "columns", "must be a list of names" },
  { { where = { Status = {} } }, "where", "must be like" },
  { { set = { acountDisabled = true } }, "set", "names acountDisabled, which is not a field of update_user; did you mean" },
  { { set = { accountDisabled = "maybe" } }, "set", "has an invalid value: accountDisabled must be true or false" },
  { { set = { archiveStartDate = "46387" } }, "set", "is a bare number" },
  { { set = { password = "Planted-Secret-77" } }, "set", "must not hold password: a plan would store it" },
  { { trueWords = { "yes" }, falseWords = { "Yes" } }, nil, "must not hold" },
  { { trueWords = { "False" } }, "trueWords", "must not hold False, which means false" },
  { { falseWords = { "" } }, "falseWords", "must not hold an empty word" },
  { { dateFormat = "dd/mm/yyyy" }, "dateFormat", "needs the option timezone" },
  { { timezone = "Europe/Londn" }, "timezone", "did you mean Europe/London?" },
  { { mapFile = "/nonexistent/map" }, "mapFile", "cannot be read" },
}

describe("an option of an input", function()
  teardown(tmp.clean)

  for _, case in ipairs(invalid) do
    it("is invalid: " .. case[3], function()
      local prepared, err = reading.prepare(update, case[1])
      assert.is_nil(prepared)
      assert.equal("usage", err.category)
      assert.equal("invalid_request", err.code)
      if case[2] then assert.equal(case[2], err.field) end
      assert.truthy(err.message:find(case[3], 1, true), err.message)
      assert.is_nil(tostring(err):find("Planted", 1, true))
    end)
  end

  it("is converted as a cell is", function()
    local prepared = assert(reading.prepare(update, { set = { ["Account Disabled"] = "WAHR", archiveStartDate = "1/7/2026" },
      trueWords = { "wahr" }, dateFormat = "dd/mm/yyyy", timezone = "Europe/London" }))
    assert.same({ accountDisabled = true, archiveStartDate = "2026-06-30T23:00:00Z" }, prepared.set)
  end)

  it("maps columns by the lines of a file, to which map adds", function()
    local path = tmp.file "\239\187\191# HR\r\nWork Email=email\r\n\r\nA=B=username\r\n"
    local prepared = assert(reading.prepare(update, { mapFile = path, map = { Left = "accountDisabled" } }))
    assert.same({ ["Work Email"] = "email", ["A=B"] = "username", Left = "accountDisabled" }, prepared.merged_map)
    for text, words in pairs { ["Work Email\n"] = "line 1 is not COLUMN=FIELD",
      ["A=email\nA=email\n"] = "line 2 repeats a column" } do
      local _, err = reading.prepare(update, { mapFile = tmp.file(text) })
      assert.truthy(err.message:find(words, 1, true), err.message)
    end
  end)

  it("of another name or type raises where the program calls", function()
    local client = bulk.client(1)
    for _, options in ipairs { { whre = {} }, { where = "Status" }, { emptyIsEmpty = 1 }, { separator = ";;" } } do
      options.input = {}
      local ok, message = pcall(client.plan, client, options)
      assert.is_false(ok)
      assert.truthy(message:find("mimecast.plan: ", 1, true), message)
    end
  end)
end)
