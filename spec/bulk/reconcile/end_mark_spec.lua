local end_mark = require "mimecast.bulk.reconcile.end_mark"

describe("the end mark of a roster", function()
  local function read(text, size, mark)
    local at, found, parts = 1, {}, {}
    local reader = end_mark.reader(function()
      local piece = text:sub(at, at + size - 1)
      at = at + size
      return piece ~= "" and piece or nil
    end, mark or "END", found)
    for piece in reader, 65536 do
      assert.not_equal("", piece)
      parts[#parts + 1] = piece
    end
    assert.is_nil(reader(65536))
    return table.concat(parts), found
  end

  it("is taken off in pieces of any size", function()
    for _, lines in ipairs { 1, 40, 400 } do
      local rows = ("ann@example.com,Active\n"):rep(lines)
      for _, size in ipairs { 1, 7, 1024, 65536 } do
        for _, last in ipairs { "END", "end,", '"END","3"\r\n', " END;;\n\n\r\n", "END 2026-11-30\n" } do
          local text, found = read(rows .. last, size)
          assert.same({ rows, true }, { text, found.is_there }, last)
        end
      end
    end
  end)

  it("leaves the text as it is if the last line is another one", function()
    for _, text in ipairs { "", "a\n", "END\nann@example.com\n", "endres@example.com", "END-1@example.com\n", "a,END\n",
      ("x"):rep(3000) .. "\nENDE", ("x"):rep(1024) .. "END" } do
      local rest, found = read(text, 100)
      assert.same({ text }, { rest, found.is_there })
    end
  end)

  it("says the number of rows and the date", function()
    local cases = {
      ["END,1203"] = { rows = 1203 }, ["END 2026-11-30 1203 rows"] = { rows = 1203, date = "2026-11-30" },
      ["END;20261130;20"] = { rows = 20, date = "2026-11-30" },
      ["END|2026-11-30T06:00:00Z"] = { date = "2026-11-30T06:00:00Z" },
      ["END,20269999"] = { rows = 20269999 }, ["END,"] = {},
    }
    for line, expected in pairs(cases) do
      local _, found = read("a\n" .. line, 4096)
      expected.is_there = true
      assert.same(expected, found, line)
    end
  end)

  it("returns the reason of a failure", function()
    local reader = end_mark.reader(function() return nil, "it changed meanwhile" end, "END", {})
    assert.same({ nil, "it changed meanwhile" }, { reader(1) })
  end)
end)
