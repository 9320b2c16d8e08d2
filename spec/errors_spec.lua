local errors = require "mimecast.errors"

describe("an error value", function()
  it("converts to text as its message and hint", function()
    local err = errors.new { category = "auth", code = "invalid_app", message = "no", hint = "look there" }
    assert.equal("no (look there)", tostring(err))
    err.hint = nil
    assert.equal("no", tostring(err))
    assert.is_false(err.retryable)
  end)

  it("is distinguished from other values", function()
    assert.is_true(errors.is(errors.new { message = "" }))
    for _, other in ipairs { {}, "text", 1, false } do assert.is_false(errors.is(other)) end
    assert.is_false(errors.is(nil))
  end)

  it("is returned third, after nil and its text", function()
    local err = errors.new { message = "no", hint = "look there" }
    local nothing, message, same = errors.result(err)
    assert.is_nil(nothing)
    assert.equal("no (look there)", message)
    assert.equal(err, same)
  end)
end)

describe("a transport error", function()
  it("is kept if it is already an error value", function()
    local err = errors.new { message = "no" }
    assert.equal(err, errors.adopt("other", err))
  end)

  it("has an unknown outcome if the service may have applied the request", function()
    assert.is_nil(errors.adopt("m", { category = "transport", code = "connect_failed", sent = false }).outcome)
    assert.equal("unknown", errors.adopt("m", { category = "transport", code = "timeout", sent = true }).outcome)
    assert.equal("unknown", errors.adopt("m", { category = "protocol", code = "truncated" }).outcome)
  end)

  it("has an unknown outcome unless it says that nothing was sent", function()
    assert.equal("unknown", errors.adopt("m", { category = "transport", code = "connection_lost" }).outcome)
  end)

  it("needs nothing but a message", function()
    for _, given in ipairs { false, {}, "text" } do
      local err = errors.adopt("no route", given or nil)
      assert.same({ "transport", "transport_error", "no route", "unknown", true },
        { err.category, err.code, err.message, err.outcome, err.retryable })
    end
    assert.equal("the transport failed without a message", errors.adopt(nil, nil).message)
  end)

  it("keeps its message, category and code, but not its body and sent flag", function()
    local err = errors.adopt("gone", { category = "protocol", code = "truncated", status = 200, sent = true,
      body = "x" })
    assert.equal("gone", err.message)
    assert.equal("protocol", err.category)
    assert.equal("truncated", err.code)
    assert.equal(200, err.status)
    assert.is_nil(err.sent)
    assert.is_nil(err.body)
    assert.is_true(errors.is(err))
  end)
end)

describe("an invalid input", function()
  it("is one error with all problems in field order", function()
    local err = errors.invalid_input({
      { field = "zulu", message = "is not a field", code = "unknown_field", order = 99 },
      { field = "password", message = "is too long", code = "invalid_value", order = 3 },
      { field = "alpha", message = "is not a field", code = "unknown_field", order = 99 },
      { field = "email", message = "is required", code = "missing_field", order = 1 },
    }, "ann@example.com")
    assert.equal("email is required; password is too long; alpha is not a field; zulu is not a field", err.message)
    assert.equal("validation", err.category)
    assert.equal("invalid_input", err.code)
    assert.equal("email", err.field)
    assert.equal("ann@example.com", err.key)
    assert.is_false(err.retryable)
    assert.equal(4, #err.problems)
    assert.same({ field = "email", message = "is required", code = "missing_field" }, err.problems[1])
  end)
end)
