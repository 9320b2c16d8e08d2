-- Parses responses of the real service. The vectors have the shapes of responses that were recorded (LIVE), that a vendor's
-- client keeps for its tests (FIXTURE), that the documentation shows (DOC, DOC2), that clients read (CLIENT) or that people
-- noted (NOTES). Their ids and addresses are invented, in the service's form.
local clients = require "spec.support.fakes.clients"
local errors = require "mimecast.errors"
local fixtures = require "spec.support.data.fixtures"
local recording = require "spec.support.fakes.recording"

local families = { "account", "groups", "logs", "members", "senders", "statuses", "urls", "users" }

local function rows_of(list)
  local rows = {}
  for i, row in ipairs(list) do rows[i] = row end
  return rows
end

local function check_output(case, output, message)
  assert(output, message)
  assert.same(case.output, #output > 0 and rows_of(output) or output)
  assert.equal(case.total, output.total)
  assert.equal(case.cursor, output.cursor)
end

local function check_failure(case, output, message, err)
  assert.is_nil(output)
  assert.is_true(errors.is(err))
  assert.equal(tostring(err), message)
  for name, value in pairs(case.failure) do assert.equal(value, err[name], name) end
end

for _, family in ipairs(families) do
  describe("recorded responses, " .. family .. ":", function()
    for _, case in ipairs(fixtures.load("recorded/" .. family)) do
      for _, generation in ipairs(case.generations or { "1.0", "2.0" }) do
        it(("%s (%s, API %s)"):format(case.name, case.call, generation), function()
          local client, _, wire = clients.new(generation, { respond = recording.with_token(function()
            return recording.json(case.body, math.floor(case.status))
          end) })
          local output, message, err = client[case.call](client, case.input)
          if case.failure then
            check_failure(case, output, message, err)
          else
            check_output(case, output, message)
          end
          if case.requests then assert.equal(case.requests, #wire.sent - (generation == "2.0" and 1 or 0)) end
        end)
      end
    end
  end)
end
