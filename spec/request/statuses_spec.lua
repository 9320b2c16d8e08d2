-- Every HTTP status: the error, the number of requests, and the row state in a bulk run. In the vectors, `update` and
-- `create` are the numbers of requests with three attempts: update_user is idempotent, create_user is not.
local clients = require "spec.support.fakes.clients"
local recording = require "spec.support.fakes.recording"
local fixtures = require "spec.support.data.fixtures"
local classify = require "mimecast.bulk.apply.classify"

local statuses = fixtures.load "statuses"

local calls = {
  update = function(client) return client:update_user { email = "ann@example.com", accountDisabled = true } end,
  create = function(client) return client:create_user { email = "dora@example.com" } end,
}

-- Response bodies that say nothing about the items.
local forms = {
  ["no body"] = "",
  ["HTML"] = "<html><body>No</body></html>",
  ["text"] = "GatewayTimeout",
  ["an empty envelope"] = '{"meta":{},"data":[],"fail":[]}',
  ["a flat failure"] = '{"fail":[{"code":"odd_code","message":"no"}]}',
}

-- An HTML body of an error status gives html_response, unless the status is more specific.
local function code_of(case, form)
  local kept = { [401] = true, [408] = true, [421] = true, [425] = true, [429] = true }
  return form == "HTML" and case.status >= 400 and not kept[case.status] and "html_response" or case.code
end

describe("a response with HTTP status", function()
  for _, case in ipairs(statuses) do
    local status = math.floor(case.status)
    for form, body in pairs(forms) do
      for name, call in pairs(calls) do
        it(("%d and %s: %s is sent %d times"):format(status, form, name, case[name]), function()
          local client, _, wire = clients.new("2.0", { attempts = 3, timeout = 60, respond = function(request)
            if request.url:find("/api/user/", 1, true) then return recording.json(body, status) end
          end })
          local value, _, err = call(client)
          assert.is_nil(value)
          assert.same({ code_of(case, form), case.outcome or "none", status },
            { err.code, err.outcome or "none", err.status })
          assert.equal(case[name], #wire.sent - 1) -- without the token request
          assert.equal(case.reset and case[name] or 0, #wire.resets)
          if case.reset and case[name] > 1 then assert.equal(3, wire.resets[1]) end -- before the second attempt
        end)
      end
    end

    it(("%d: a bulk run classifies the row as %s"):format(status, case.bulk), function()
      local client = clients.new("2.0", { attempts = 1, respond = function(request)
        if request.url:find("/api/user/", 1, true) then return recording.json("", status) end
      end })
      local _, _, err = calls.update(client)
      assert.equal(case.bulk, classify.error(err))
    end)
  end

  it("408, then 400: the outcome stays unknown", function()
    local list = { 408, 400 }
    local client = clients.new("2.0", { attempts = 3, respond = function(request)
      if request.url:find("/api/user/", 1, true) then return recording.json("", table.remove(list, 1)) end
    end })
    local _, _, err = calls.update(client)
    assert.same({ "bad_request", "unknown", 2 }, { err.code, err.outcome, err.attempts })
  end)

  it("421: create is retried on a new connection", function()
    local first = true
    local client, tenant, wire = clients.new("2.0", { respond = function(request)
      if first and request.url:find("/api/user/", 1, true) then
        first = false
        return recording.json("", 421)
      end
    end })
    assert(calls.create(client))
    assert.equal(1, tenant:applied "dora@example.com")
    assert.same({ 3 }, wire.resets)
  end)

  it("matches the table in doc/errors.md", function()
    local file = assert(io.open "doc/errors.md")
    local text = file:read "*a"
    file:close()
    local rows = {}
    for codes, outcome, update, create in text:gmatch "\n| ([%d, %-]+) | `[%l_]+` | ([^|]-) | ([^|]-) | ([^|]-) |" do
      for from, to in codes:gmatch "(%d%d%d)%-?(%d*)" do
        for status = tonumber(from), tonumber(to) or tonumber(from) do rows[status] = { outcome, update, create } end
      end
    end
    for _, case in ipairs(statuses) do
      assert.same({ case.outcome or "", case.update > 1 and "yes" or "no", case.create > 1 and "yes" or "no" },
        rows[case.status], tostring(case.status))
    end
  end)
end)
