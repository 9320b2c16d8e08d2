--- The contract of a store, as cases for all stores, also inside nginx. A case has a title and a function of the store, an
--- unused key, and `pass(seconds)`, which waits.
local store_cases = {}

local function case(title, run) store_cases[#store_cases + 1] = { title = title, run = run } end

local function same(found, expected, what)
  if found ~= expected or type(found) ~= type(expected) then
    error(("%s: %s (%s), not %s"):format(what or "found", tostring(found), type(found), tostring(expected)), 2)
  end
end

case("get returns nil for a key that was never set", function(store, key)
  local value, seconds = store:get(key)
  same(value, nil)
  same(seconds, nil)
  store:delete(key)
  store:delete(key, "value")
end)

case("get returns the value and its remaining life", function(store, key, pass)
  store:set(key, "value", 10)
  local value, seconds = store:get(key)
  same(value, "value")
  assert(seconds > 9 and seconds <= 10, seconds)
  pass(0.05)
  value, seconds = store:get(key)
  same(value, "value")
  assert(seconds > 9 and seconds <= 9.96, seconds)
end)

case("keeps text and numbers exactly", function(store, key)
  local bytes = {}
  for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
  for _, text in ipairs { table.concat(bytes), "", "12", "n12", ("x"):rep(5000) } do
    store:set(key, text, 10)
    same(store:get(key), text)
  end
  for _, number in ipairs { 0.5, -1.25, 0.1, 1e-9, 1700000000.123456, 9007199254740991, 1e300 } do
    store:set(key, number, 10)
    local found = store:get(key)
    assert(type(found) == "number" and found == number, tostring(found))
  end
end)

case("set replaces the value and its life", function(store, key, pass)
  store:set(key, "one", 0.04)
  store:set(key, "two", 10)
  pass(0.06)
  same(store:get(key), "two")
  store:set(key, "three", 0.04)
  pass(0.06)
  same(store:get(key), nil)
end)

case("get returns nil after the life of a value", function(store, key, pass)
  store:set(key, "value", 0.05)
  same(store:get(key), "value")
  pass(0.07)
  local value, seconds = store:get(key)
  same(value, nil)
  same(seconds, nil)
end)

case("add stores only if there is no live value", function(store, key, pass)
  same(store:add(key, "first", 0.05), true)
  same(store:add(key, "second", 10), false)
  same(store:get(key), "first")
  pass(0.07)
  same(store:add(key, "third", 10), true)
  same(store:get(key), "third")
  store:delete(key)
  same(store:add(key, "fourth", 10), true)
end)

case("delete with a value deletes only that value", function(store, key)
  store:add(key, "mine", 10)
  store:delete(key, "another's")
  same(store:get(key), "mine")
  store:delete(key, "min")
  same(store:get(key), "mine")
  store:delete(key, "mine")
  same(store:get(key), nil)
  store:set(key, 7, 10)
  store:delete(key, "7")
  same(store:get(key), 7)
  store:delete(key, 7)
  same(store:get(key), nil)
  store:set(key, "anything", 10)
  store:delete(key)
  same(store:get(key), nil)
end)

case("incr counts up and down from the initial value, also in fractions", function(store, key)
  local function sum(n, expected)
    local found = store:incr(key, n, 100, 10)
    assert(type(found) == "number" and found == expected, tostring(found))
  end
  sum(1, 101)
  sum(-2, 99)
  sum(0.25, 99.25)
  sum(-200, -100.75)
  assert(store:get(key) == -100.75)
end)

case("incr does not extend the life of a count", function(store, key, pass)
  store:incr(key, 1, 0, 0.08)
  pass(0.04)
  assert(store:incr(key, 1, 0, 0.08) == 2)
  local _, seconds = store:get(key)
  assert(seconds <= 0.05, seconds)
  pass(0.06)
  assert(store:incr(key, 1, 10, 10) == 11)
end)

case("incr continues from a stored number, and starts again from text", function(store, key)
  store:set(key, 5, 10)
  assert(store:incr(key, 1, 0, 10) == 6)
  store:set(key, "text", 10)
  assert(store:incr(key, 1, 40, 10) == 41)
  assert(store:incr(key, 1, 40, 10) == 42)
end)

case("keeps keys separate", function(store, key)
  store:set(key .. ":a", "a", 10)
  store:set(key .. ":b", "b", 10)
  store:delete(key .. ":a")
  same(store:get(key .. ":a"), nil)
  same(store:get(key .. ":b"), "b")
  same(store:get(key), nil)
end)

return store_cases
