local hash_chain = require "mimecast.bulk.journal.hash_chain"

-- Reads a text in pieces of the given size. Returns the objects, the end, the state and the number of bytes read.
local function read_all(text, piece)
  local at = 0
  local next_object, state = hash_chain.reader(function(bytes)
    local part = text:sub(at + 1, at + math.min(piece, bytes))
    at = at + #part
    return part
  end)
  local list = {}
  while true do
    local object, line = next_object()
    if not object then return list, object, line, state, at end
    list[#list + 1] = object
  end
end

local function sealed(count)
  local lines, check = {}, ""
  for i = 1, count do lines[i], check = hash_chain.link(check, ('{"n":%d'):format(i)) end
  return table.concat(lines, "\n") .. "\n", check
end

describe("hash_chain", function()
  it("reads the same objects in pieces of any size", function()
    local text, check = sealed(20)
    for piece = 1, #text + 1, 7 do
      local list, ending, _, state = read_all(text, piece)
      assert.equal(20, #list)
      assert.equal(20, list[20].n)
      assert.is_nil(ending)
      assert.equal(check, state.check)
      assert.equal(#text, state.size)
      assert.is_false(state.torn)
    end
  end)

  it("distinguishes an incomplete end from damage, in pieces of any size", function()
    local text = sealed(3)
    for piece = 1, #text + 1, 7 do
      local list, ending, _, state = read_all(text .. '{"n":4', piece)
      assert.equal(3, #list)
      assert.is_nil(ending)
      assert.is_true(state.torn)
      assert.equal(#text, state.size)
      local _, damage, line = read_all(text .. '{"n":4}\n' .. text, piece)
      assert.is_false(damage)
      assert.equal(4, line)
    end
  end)

  it("treats zeros at the end as incomplete, and zeros in the middle as damage", function()
    local text = sealed(3)
    local zeros = ("\0"):rep(3 * hash_chain.max_line)
    local broken = sealed(4):match "[^\n]+\n$":gsub('"n":4', "\0\0\0\0\0")
    for _, rest in ipairs { "\0", zeros, '{"n":4' .. zeros, broken, broken .. zeros, '{"n"\n' .. zeros,
      zeros:sub(1, 4096) .. "\n" } do
      for _, piece in ipairs { 4095, 65536 } do
        local list, ending, _, state, bytes = read_all(text .. rest, piece)
        assert.equal(3, #list)
        assert.is_nil(ending)
        assert.is_true(state.torn)
        assert.equal(#text, state.size)
        assert.equal(#text + #rest, bytes)
      end
    end
    for _, rest in ipairs { zeros .. "x", zeros .. "\n" .. text, broken .. text, broken .. zeros .. "x" } do
      local list, ending, line = read_all(text .. rest, 65536)
      assert.equal(3, #list)
      assert.is_false(ending)
      assert.equal(4, line)
    end
  end)

  it("rejects a line that is too long without reading all of it", function()
    local list, ending, line, _, bytes = read_all(sealed(1) .. ("x"):rep(8 * hash_chain.max_line), 65536)
    assert.equal(1, #list)
    assert.is_false(ending)
    assert.equal(2, line)
    assert.is_true(bytes <= hash_chain.max_line + 2 * 65536, bytes)
  end)
end)
