-- What an error means for the rows of its request.
local classify = require "mimecast.bulk.apply.classify"

describe("classify.error", function()
  for _, case in ipairs {
    { { category = "transport", code = "timeout", outcome = "unknown" }, "unknown" },
    { { category = "service", code = "unavailable", status = 503 }, "unknown" },
    { { category = "protocol", code = "not_json", status = 502 }, "unknown" },
    { { category = "protocol", code = "not_json", status = 200 }, "stop" },
    { { category = "transport", code = "connect_failed" }, "retry" },
    { { category = "transport", code = "certificate" }, "stop" },
    { { category = "transport", code = "cancelled" }, "stop" },
    { { category = "rate_limit", code = "rate_limited", status = 429 }, "retry" },
    { { category = "auth", code = "forbidden", status = 403 }, "stop" },
    { { category = "service", code = "not_processed", status = 421 }, "retry" },
    { { category = "protocol", code = "html_response", status = 501 }, "stop" },
    { { category = "protocol", code = "foreign_response", status = 200, outcome = "unknown" }, "unknown" },
    { { category = "usage", code = "read_only" }, "stop" },
    { { category = "service", code = "not_available", status = 404 }, "stop" },
    { { category = "service", code = "unknown_address", status = 200 }, "rejected" },
    { { category = "validation", code = "rejected_field", status = 200 }, "rejected" },
  } do
    local err, expected = case[1], case[2]
    it(("of %s %s, HTTP %s%s"):format(err.category, err.code, err.status or "none",
      err.outcome and ", outcome " .. err.outcome or ""), function() assert.equal(expected, classify.error(err)) end)
  end
end)
