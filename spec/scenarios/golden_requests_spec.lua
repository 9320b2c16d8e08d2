-- Runs every operation of the catalogue in each generation of the API that has it, and compares the exact request, the
-- sandbox's response and the output table with a vector. spec/vectors/walk/generate.lua describes and generates the vectors.
local errors = require "mimecast.errors"
local fixtures = require "spec.support.data.fixtures"
local golden_cases = require "spec.support.data.golden_cases"
local mark_given = require "spec.support.data.input_paths"

local all = golden_cases.operations()

-- A number without a fraction is an integer in Lua versions with integers.
local function check_integers(value, path)
  if type(value) == "table" then
    for name, inner in pairs(value) do check_integers(inner, path .. "." .. tostring(name)) end
  elseif type(value) == "number" and math.type and value % 1 == 0 then
    assert.equal("integer", math.type(value), path)
  end
end

local function check(case, seen)
  assert(seen.output ~= nil, seen.message)
  assert.equal(1, seen.count, "requests")
  assert.same(case.request, seen.request)
  assert.same({}, seen.unexpected)
  assert.same(case.response, seen.response)
  assert.same(case.output, seen.output)
  check_integers(seen.output, "output")
end

-- Calls visit(path) for each field, including nested fields.
local function each_path(fields, path, visit)
  for _, field in ipairs(fields) do
    local own = path .. "." .. field.name
    visit(own)
    local inner = field.fields or (field.item and field.item.fields)
    if inner then each_path(inner, own, visit) end
  end
end

describe("golden requests:", function()
  for _, operation in ipairs(all) do
    local name = operation.name
    local vector = fixtures.load("walk/" .. name)
    local present, absent = golden_cases.generations(operation)

    it(name .. " has a case for every field", function()
      local given = {}
      for _, case in ipairs(vector.cases) do mark_given(operation.all_fields, case.input, name, given) end
      each_path(operation.all_fields, name, function(path) assert.is_true(given[path], path .. " is in no case") end)
    end)

    for _, generation in ipairs(present) do
      for i, case in ipairs(vector.cases) do
        local title = ("%s under API %s, %s"):format(name, generation, case.name or "case " .. i)
        it(title, function()
          local seen = golden_cases.run(operation, case, generation)
          check(case, seen)
          assert.equal(case.total, seen.total)
          assert.equal(case.cursor, seen.cursor)
        end)

        if operation.batchName then
          it(title .. ", in a list", function() check(case, golden_cases.run(operation, case, generation, true)) end)
        end
      end
    end

    for _, generation in ipairs(absent) do
      it(("%s under API %s returns an error with the reason, and sends nothing"):format(name, generation), function()
        local client, _, wire = golden_cases.client(generation)
        local made = { [name] = vector.cases[1].input, [operation.paginator or name] = vector.cases[1].input }
        for called, input in pairs(made) do
          local value, message, err = client[called](client, input)
          assert.is_nil(value)
          assert.same({ "usage", "not_in_this_api", operation.unavailableReason, false },
            { err.category, err.code, err.hint, err.retryable })
          assert.truthy(message:find(operation.unavailableReason, 1, true))
        end
        if operation.batchName then
          local results, failures = client[operation.batchName](client, { vector.cases[1].input })
          assert.is_false(results[1])
          assert.is_true(errors.is(failures[1]))
          assert.equal("not_in_this_api", failures[1].code)
        end
        assert.same({}, wire.sent)
      end)
    end
  end

  -- The workflow card "Custom API action": any call.
  for i, case in ipairs(fixtures.load("walk/call").cases) do
    for _, generation in ipairs(case.generations) do
      it(("call under API %s, %s"):format(generation, case.name or "case " .. i), function()
        local seen = golden_cases.run({ name = "call" }, case, generation)
        seen.output = { status = seen.output.status, body = seen.output.body }
        check(case, seen)
        for name, value in pairs(case.headers or {}) do assert.equal(value, seen.headers[name], name) end
      end)
    end
  end

  it("every operation has a vector, and every vector has an operation", function()
    local known = { call = true }
    for _, operation in ipairs(all) do known[operation.name] = true end
    local pipe = assert(io.popen "ls spec/vectors/walk")
    for file in pipe:lines() do
      local name = file:match "^([%l%d_]+)%.json$"
      assert.truthy(file == "generate.lua" or known[name], file)
      if name then known[name] = nil end
    end
    pipe:close()
    assert.same({}, known)
  end)
end)
