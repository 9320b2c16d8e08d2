local memory = require "mimecast.store.memory"
local store_cases = require "spec.support.asserts.store_cases"

local function new()
  local now = 1000
  local store = memory.new(function() return now end)
  return store, function(seconds) now = now + seconds end
end

local function count(store)
  local n = 0
  for _ in pairs(store.entries) do n = n + 1 end
  return n
end

describe("store.memory", function()
  for _, case in ipairs(store_cases) do
    it(case.title, function()
      local store, pass = new()
      case.run(store, "key", pass)
    end)
  end

  it("expires a key at the exact second", function()
    local store, pass = new()
    store:set("key", "value", 30)
    pass(29)
    local value, seconds = store:get "key"
    assert.same({ "value", 1 }, { value, seconds })
    pass(1)
    assert.is_nil((store:get "key"))
    assert.is_true(store:add("key", "next", 1))
  end)

  it("removes expired keys that are not read again", function()
    local store, pass = new()
    for i = 1, 100000 do
      store[i % 2 == 0 and "set" or "add"](store, "key" .. i, i, 10)
      if i % 100 == 0 then pass(10) end
    end
    assert.is_true(count(store) <= 264, count(store))
    for i = 1, 1000 do
      store:incr("count" .. i, 1, 0, 1)
      pass(1)
    end
    assert.is_true(count(store) <= 129, count(store))
  end)

  it("keeps all keys that have not expired", function()
    local store, pass = new()
    for i = 1, 1000 do
      store:set("long" .. i, i, 1000)
      store:set("short" .. i, i, 0.5)
      pass(0.9)
    end
    for i = 1, 1000 do assert.equal(i, (store:get("long" .. i))) end
  end)

  it("has one entry for a key as long as the key lives", function()
    local store, pass = new()
    assert.is_nil(store.entries.key)
    store:set("key", 1, 10)
    local entry = store.entries.key
    assert.same({ value = 1, expires_at = 1010 }, entry)
    store:incr("key", 2, 0, 10)
    store:set("key", entry.value + 4, 20)
    assert.same({ value = 7, expires_at = 1020 }, entry)
    assert.equal(entry, store.entries.key)
    entry.value = entry.value - 1
    assert.equal(6, (store:get "key"))
    pass(20)
    store:set("key", "other", 10)
    assert.same({ value = 6, expires_at = 1020 }, entry)
  end)

  it("ends the entry of a deleted key", function()
    local store = new()
    store:set("key", 1, 10)
    local entry = store.entries.key
    store:delete("key", 2)
    assert.equal(1010, entry.expires_at)
    store:delete("key", 1)
    assert.equal(-math.huge, entry.expires_at)
    store:set("key", 1, 10)
    assert.equal(-math.huge, entry.expires_at)
  end)
end)
