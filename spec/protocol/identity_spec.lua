-- Matching of a response to the items of its request: the test vectors, and rules checked over all small responses.
local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local fixtures = require "spec.support.data.fixtures"
local registry = require "mimecast.model.registry"
local wire_item = require "mimecast.model.wire_item"

local wires = { update_user = { "email", "emailAddress", "@example.com" }, update_group = { "id", "id", "" },
  delete_group = { "id", "id", "" } }

-- Returns the JSON of an item or a result: "ann" is its name, "-" means no name.
local function named(word, operation)
  if word == "-" then return "{}" end
  local wire = wires[operation]
  return ('{"%s":"%s%s"}'):format(wire[2], word, wire[3])
end

-- Returns the JSON of a failure: a name, then "again" if it is retryable, or the rest of its code.
local function failed(words, operation)
  local word, more = words:match "^(%S+) ?(.*)$"
  return ('{%s"errors":[{"code":"err_%s","message":"no","retryable":%s}]}'):format(
    word == "-" and "" or '"key":' .. named(word, operation) .. ",", more ~= "" and more or "x", tostring(more == "again"))
end

local function texts(words, operation, text_of)
  local list = {}
  for i, word in ipairs(words or {}) do list[i] = text_of(word, operation) end
  return table.concat(list, ",")
end

local function call_of(operation, words)
  local items, wire = {}, wires[operation]
  for i, word in ipairs(words) do
    items[i] = assert(wire_item.prepare(registry.find(operation), { [wire[1]] = word .. wire[3] }))
  end
  return decode_context.new(registry.find(operation), items)
end

local function decode(case)
  local operation = case.operation or "update_user"
  local call, status = call_of(operation, case.items), math.floor(case.status or 200)
  local body = ('{"meta":{"status":%d},"data":[%s],"fail":[%s]}'):format(case.meta or status,
    texts(case.data, operation, named), texts(case.fail, operation, failed))
  local outcomes, err = envelope.decode({ status = status, headers = {}, body = body }, call)
  return outcomes, err, call
end

-- Describes an outcome: "ok" and its name, or the error code, "unknown" if so, and "final" if the test expects that word.
local function shown(outcome, expected)
  if errors.is(outcome) then
    return outcome.code .. (outcome.outcome and " " .. outcome.outcome or "")
      .. (tostring(expected):find " final$" and not outcome.retryable and " final" or "")
  end
  local name = outcome.email or outcome.id
  return "ok" .. (name and " " .. name:gsub("@.*", "") or "")
end

describe("matching a response to its items", function()
  for i, case in ipairs(fixtures.load "identity") do
    it(("%d: %s"):format(i, case.name), function()
      local outcomes, err, call = decode(case)
      if type(case.expect) == "string" then
        assert.is_nil(outcomes)
        assert.equal(case.expect, shown(err, case.expect))
      else
        local seen = {}
        for n, outcome in ipairs(assert(outcomes, tostring(err))) do seen[n] = shown(outcome, case.expect[n]) end
        assert.same(case.expect, seen)
      end
      local foreign = call.foreign and {}
      for name in pairs(call.foreign and call.foreign.results or {}) do
        foreign[#foreign + 1] = name:gsub("@.*", "")
      end
      if foreign then table.sort(foreign) end
      assert.same(case.foreign, foreign)
    end)
  end
end)

-- ---- all small responses ----

-- Returns all lists of at most `most` of the words, in every order.
local function lists_of(words, most)
  local lists, from = { {} }, 1
  for _ = 1, most do
    local last = #lists
    for n = from, last do
      for _, word in ipairs(words) do
        local list = { (table.unpack or unpack)(lists[n]) } -- luacheck: ignore
        list[#list + 1] = word
        lists[#lists + 1] = list
      end
    end
    from = last + 1
  end
  return lists
end

local function count(list, word)
  local n = 0
  for _, one in ipairs(list) do
    if one == word then n = n + 1 end
  end
  return n
end

-- Tells whether an item may be reported as successful: by its name, or by order if the response contains no foreign name and
-- no failure without a name.
local function may_be_ok(word, data, fail)
  if count(fail, word) > 0 then return false end
  if count(data, word) > 0 then return true end
  return count(data, "eve") + count(fail, "eve") + count(fail, "-") == 0 and count(data, "-") > 0
end

-- Tells whether an item may be reported as rejected.
local function may_be_rejected(word, data, fail, other, status)
  if count(data, word) > 0 then return false end
  if count(fail, word) > 0 then return true end
  if count(data, "eve") + count(fail, "eve") + count(data, "-") > 0 then return false end
  if status >= 400 then return #data == 0 end
  local open = (count(data, word) == 0 and 1 or 0) + (count(data, other) + count(fail, other) == 0 and 1 or 0)
  return count(fail, "-") > 0 and (#data == 0 or count(fail, "-") >= open)
end

describe("all responses to two items with up to three results and two failures", function()
  for _, status in ipairs { 200, 400 } do
    it(("with status %d report success or rejection only if the response proves it"):format(status), function()
      local counts = { ok = 0, rejected = 0, unknown = 0 }
      for _, data in ipairs(lists_of({ "ann", "bob", "eve", "-" }, 3)) do
        for _, fail in ipairs(lists_of({ "ann", "bob", "eve", "-" }, 2)) do
          local case = { items = { "ann", "bob" }, data = data, fail = fail, status = status }
          local outcomes, err = decode(case)
          for n, word in ipairs(case.items) do
            local outcome = outcomes and outcomes[n] or err
            local where = ("%s: data %s, fail %s"):format(word, table.concat(data, " "), table.concat(fail, " "))
            if not errors.is(outcome) then
              counts.ok = counts.ok + 1
              assert.is_true(status < 400 and may_be_ok(word, data, fail), where)
            elseif outcome.outcome == "unknown" then
              counts.unknown = counts.unknown + 1
            else
              counts.rejected = counts.rejected + 1
              assert.is_true(may_be_rejected(word, data, fail, case.items[3 - n], status), where)
            end
          end
        end
      end
      assert.is_true(counts.rejected > 100 and counts.unknown > 100 and (counts.ok > 100) == (status < 400))
    end)
  end
end)
