-- Checks the exit codes of doc/command.md.
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"

local function code_of(category, code, more)
  local err = { category = category, code = code, message = "x" }
  for name, value in pairs(more or {}) do err[name] = value end
  return exit_codes.of(errors.new(err), true)
end

describe("the exit code", function()
  for _, case in ipairs {
    { "service", "unknown_address", 1 }, { "service", "already_exists", 1 }, { "validation", "rejected_field", 1 },
    { "validation", "invalid_input", 2 }, { "usage", "not_in_this_api", 2 }, { "usage", "invalid_request", 2 },
    { "config", "missing_credentials", 3 }, { "config", "unsafe_profile", 3 }, { "config", "wrong_host", 3 },
    { "auth", "forbidden", 4 }, { "auth", "invalid_client", 4 }, { "auth", "binding_expired", 4 },
    { "usage", "read_only", 6 }, { "usage", "not_reversible", 1 },
    { "usage", "change_limit", 6 }, { "usage", "protected", 6 }, { "usage", "failure_ratio", 6 },
    { "usage", "canary_failed", 6 },
    { "transport", "connect_failed", 7 }, { "transport", "certificate", 7 }, { "rate_limit", "rate_limited", 7 },
    { "service", "unavailable", 7 }, { "service", "not_processed", 7 }, { "protocol", "html_response", 7 },
    { "usage", "journal_damaged", 8 }, { "usage", "journal_locked", 8 }, { "usage", "tenant_mismatch", 8 },
    { "usage", "plan_too_old", 8 }, { "usage", "changed_input", 8 }, { "usage", "damaged_plan", 8 },
    { "usage", "incomplete_roster", 8 }, { "usage", "stale_roster", 8 },
    { "usage", "interrupted", 130 }, { "transport", "cancelled", 130 },
  } do
    it(("of %s %s: %d"):format(case[1], case[2], case[3]), function()
      assert.equal(case[3], code_of(case[1], case[2]))
    end)
  end

  it("of a lost response: 5 if the command changes the tenant, else the code of its error", function()
    assert.equal(5, code_of("transport", "timeout", { outcome = "unknown" }))
    assert.equal(5, code_of("service", "unavailable", { outcome = "unknown" }))
    assert.equal(5, code_of("protocol", "foreign_response", { outcome = "unknown" }))
    local read = errors.new { category = "transport", code = "timeout", message = "x", outcome = "unknown" }
    assert.equal(7, exit_codes.of(read, false))
  end)
end)
