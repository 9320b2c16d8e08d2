local decode_context = require "mimecast.protocol.decode_context"
local json = require "mimecast.json"
local parser = require "mimecast.protocol.parser"
local registry = require "mimecast.model.registry"

-- Parses a body; `secrets` must not show in an error.
local function parse(body, status, secrets, headers)
  return parser.parse({ status = status or 200, headers = headers or {}, body = body }, secrets or {})
end

describe("a response", function()
  it("is a JSON object or a list, also after a byte order mark", function()
    assert.same({ data = { 1 } }, parse '{"data":[1]}')
    assert.same({ data = { 1 } }, parse '\239\187\191{"data":[1]}')
    assert.same({ 1 }, parse "[1]")
  end)

  it("is parsed for an error status, too: the service says why", function()
    assert.same({ fail = { { code = "token_expired" } } }, parse('{"fail":[{"code":"token_expired"}]}', 401))
  end)

  local cases = {
    { "HTML", "<html><body>Sign in</body></html>", 200, "html_response", "Sign in" },
    { "HTML after white space", "\r\n\t<!DOCTYPE html>", 502, "html_response", "DOCTYPE" },
    { "HTML after a byte order mark", "\239\187\191<html>", 200, "html_response", "html" },
    { "nothing", "", 200, "empty_response" },
    { "text", "GatewayTimeout: slow", 200, "not_json", "GatewayTimeout" },
    { "a JSON text", '"hello"', 200, "not_json", "hello" },
    { "a JSON number", "42", 200, "not_json", "42" },
    { "text with the word end", "weekend at the end", 200, "not_json", "weekend" },
    { "JSON followed by text", '{"data":[]} the end', 200, "not_json", "the end" },
    { "JSON with a number out of range", '{"data":[{"x":-1e999}]}', 200, "not_json", "the number is out of range at byte 15" },
    { "JSON with a duplicate name", '{"data":[{"id":"1"}],"data":[]}', 200, "not_json", 'duplicate name "data" at byte 23' },
    { "JSON that ends in a name", '{"meta":{"sta', 200, "truncated", "sta" },
    { "JSON that ends after a comma", '{"meta":{"status":200},', 200, "truncated", "status" },
    { "JSON that ends in a text", '{"data":[{"emailAddress":"ann@exa', 200, "truncated", "ann@exa" },
    { "a redirect", "", 302, "redirected", "elsewhere" },
    { "a redirect with a JSON body", '{"data":[]}', 301, "redirected", "elsewhere" },
    { "a redirect that keeps the method", "", 307, "redirected", "elsewhere" },
  }
  for _, case in ipairs(cases) do
    it("is an error if it is " .. case[1], function()
      local document, err = parse(case[2], case[3], nil, { location = "https://elsewhere.example.com/" })
      assert.is_nil(document)
      assert.same({ "protocol", case[4], case[3] }, { err.category, err.code, err.status })
      if case[5] then assert.truthy(err.message:find(case[5], 1, true), err.message) end
    end)
  end

  it("that cannot be read leaves the outcome unknown, unless its status tells it", function()
    -- body, status, outcome, retryable
    for i, case in ipairs {
      { "garbage", 200, "unknown", false }, { '{"data":[{"x":-1e999}]}', 200, "unknown", false },
      { '{"data":[],"data":[]}', 200, "unknown", false }, { '{"data":[', 200, "unknown", true },
      { "<html>", 503, "unknown", true }, { "<html>", 403, nil, false },
      { "", 302, "unknown", false }, { "", 307, nil, false },
    } do
      local _, err = parse(case[1], case[2])
      assert.same({ case[3], case[4] }, { err.outcome, err.retryable }, i)
    end
  end)

  it("that is not JSON has the error of its status, and is quoted", function()
    local _, err = parse("GatewayTimeout: Connection to service has timed out", 504)
    assert.equal("unavailable", err.code)
    assert.truthy(err.message:find("GatewayTimeout", 1, true))
    _, err = parse("", 400)
    assert.equal("bad_request", err.code)
    assert.truthy(err.message:find("no body", 1, true))
  end)

  it("of a proxy in HTML has the error of its status, if that needs no body", function()
    for status, code in pairs { [408] = "unavailable", [421] = "not_processed", [425] = "not_processed",
      [429] = "rate_limited" } do
      local _, err = parse("<html>", status)
      assert.equal(code, err.code, status)
    end
  end)

  it("is quoted in the message: the first 200 bytes, made printable", function()
    local _, err = parse("\27[31m\0\255" .. ("x"):rep(5000))
    assert.truthy(err.message:find("\\x1b[31m\\x00\\xff" .. ("x"):rep(193) .. "…", 1, true), err.message)
    assert.is_nil(err.message:find "[%z\1-\31\127]")
    assert.is_true(#err.message < 350)
  end)

  it("may be nested to any depth", function()
    local _, err = parse('{"data":' .. ("["):rep(50000) .. ("]"):rep(50000) .. "}")
    assert.equal("protocol", err.category)
  end)
end)

describe("a password in a response that cannot be read", function()
  local password = "Pa<ss>'w\"o\\r/d&=é+ 42"
  local forms = {
    ["as it is"] = password,
    ["in JSON"] = "Pa<ss>'w\\\"o\\\\r/d&=é+ 42",
    ["in JSON with escaped slashes"] = "Pa<ss>'w\\\"o\\\\r\\/d&=é+ 42",
    ["in JSON as the service writes it"] = "Pa\\u003css\\u003e\\u0027w\\\"o\\\\r/d\\u0026\\u003dé+ 42",
    ["in ASCII JSON"] = "Pa\\u003Css\\u003E'w\\\"o\\\\r/d&=\\u00e9+ 42",
    ["in HTML"] = "Pa&lt;ss&gt;&#39;w&quot;o\\r/d&amp;=é+ 42",
    ["in a form"] = "Pa%3Css%3E%27w%22o%5Cr%2Fd%26%3D%C3%A9%2B+42",
    ["in a URL"] = "Pa%3Css%3E%27w%22o%5Cr%2Fd%26%3D%C3%A9%2B%2042",
  }
  for name, form in pairs(forms) do
    it("is redacted " .. name, function()
      for status, body in pairs { [200] = form, [400] = "no: " .. form, [502] = "<p>" .. form .. "</p>",
        [201] = '{"data":"x","password":"' .. form .. '"} end' } do
        local _, err = parse(body, status, { password })
        local shown = tostring(err)
        assert.truthy(shown:find("***", 1, true), shown)
        assert.is_nil(shown:find("Pa", 1, true), shown)
        assert.is_nil(shown:find("42", 1, true), shown)
      end
    end)
  end

  it("is redacted if the response is truncated within it", function()
    local _, err = parse('{"fail":[{"key":{"password":"Secret-Wor', 200, { "Secret-Word-1" })
    assert.equal("truncated", err.code)
    assert.is_nil(err.message:find("Secret", 1, true), err.message)
  end)

  it("is redacted in the target of a redirect", function()
    local _, err = parse("", 302, { "Secret-Word-1" }, { location = "https://example.com/?password=Secret-Word-1" })
    assert.is_nil(err.message:find("Secret", 1, true), err.message)
  end)

  it("is redacted at every occurrence", function()
    local _, err = parse(("S3"):rep(5000), 200, { "S3" })
    assert.is_nil(err.message:find("S3", 1, true), err.message)
  end)
end)

describe("the errors of a failure", function()
  local names = { emailAddress = "email" }

  it("have their code, message, field by its Lua name, meaning and whether a retry helps", function()
    local list = parser.errors({ errors = { { code = "err_user_not_found", message = "no", field = "emailAddress" },
      { code = "err_odd", message = "later", retryable = true } } }, names, {})
    assert.equal(2, #list)
    assert.same({ "err_user_not_found", "no", "email", "not_found", false },
      { list[1].code, list[1].message, list[1].field, list[1].meaning[2], list[1].retryable })
    assert.same({ code = "err_odd", message = "later", retryable = true }, list[2])
  end)

  it("are one error if the failure has no list, as the gateway's", function()
    assert.same({ { code = "err_odd", message = "no", retryable = false } },
      parser.errors({ code = "err_odd", message = "no" }, names, {}))
  end)

  it("are one error without a code if the failure has another shape", function()
    local empty = { { code = parser.no_code, message = "no message", retryable = false } }
    for i, failure in ipairs { "text", 7, json.null, {}, { errors = {} }, { errors = "no" }, { errors = { json.null } },
      { errors = { { code = 1, message = {}, field = false, retryable = "yes" } } } } do
      assert.same(empty, parser.errors(failure, names, {}), i)
    end
  end)

  it("keep a documented code if the password is a part of it", function()
    for _, case in ipairs {
      { "password", "err_user_password_already_exists", nil },
      { "member", "err_folder_group_member_already_exists", "already_exists" },
      { "not_found", "err_managed_url_not_found", "not_found" },
      { "signature", "err_xdk_invalid_signature", "invalid_signature" },
      { "blank", "err_validation_blank", "rejected_field" },
    } do
      local err = parser.errors({ code = case[2], message = "no " .. case[1] }, names, { case[1] })[1]
      assert.same({ case[2], "no ***", case[3] }, { err.code, err.message, err.meaning and err.meaning[2] })
    end
  end)

  it("redact an undocumented code that contains the password, after its classification", function()
    local err = parser.errors({ code = "err_validation_of_another_kind", message = "no", field = "validation" }, names,
      { "validation" })[1]
    assert.same({ "err_***_of_another_kind", "***", "rejected_field" }, { err.code, err.field, err.meaning[2] })
  end)

  it("are read up to the twentieth; of the others only whether a retry helps", function()
    local failure = { errors = {} }
    for i = 1, 8000 do failure.errors[i] = { code = "err_odd", message = "no" } end
    failure.errors[8000].retryable = true
    local list = parser.errors(failure, names, {})
    assert.same({ 8000, "no" }, { #list, list[20].message })
    assert.same({ { retryable = false }, { retryable = true } }, { list[21], list[8000] })
  end)

  -- Counts Lua instructions. A spec of the core counts the searches in C.
  it("are read in bounded work for any number of errors and any password", function()
    local jit = rawget(_G, "jit")
    if jit then jit.off() end
    local function work(count)
      local failure, password, steps = { errors = {} }, ("a"):rep(200) .. "b", 0
      for i = 1, count do failure.errors[i] = { code = ("a"):rep(2048), message = ("a"):rep(2048) } end
      debug.sethook(function() steps = steps + 1 end, "", 100)
      parser.errors(failure, names, { password })
      debug.sethook()
      return steps * 100
    end
    local few, many = work(30), work(60)
    if jit then jit.on() end
    assert.is_true(many < 10000, many)
    assert.is_true(many < few * 1.5 + 1000, ("%d and %d"):format(few, many))
  end)
end)

describe("a list in a response", function()
  it("is empty if it is missing or null, and nil if it is not a list", function()
    assert.same({}, parser.list({}, "data"))
    assert.same({}, parser.list({ data = json.null }, "data"))
    assert.same({}, parser.list({ data = {} }, "data"))
    assert.same({ 1 }, parser.list({ data = { 1 } }, "data"))
    for _, value in ipairs { "text", 1, true, { a = 1 } } do assert.is_nil(parser.list({ data = value }, "data")) end
  end)

  it("of failures is fail; the document itself if its errors stand at its top", function()
    local failure = { errors = { { code = "err_odd" } }, key = {} }
    assert.same({ failure }, parser.failures(failure))
    assert.same({ failure }, parser.failures { fail = { failure }, errors = { { code = "err_other" } } })
    assert.same({}, parser.failures { errors = {} })
    assert.is_nil(parser.failures { fail = "text" })
  end)
end)

describe("a count in a response", function()
  it("is a whole number from 0, in digits or as text", function()
    for i, case in ipairs { { 0, 0 }, { 7, 7 }, { "7", 7 }, { 2 ^ 53 - 1, 2 ^ 53 - 1 } } do
      assert.equal(case[2], parser.count(case[1]), i)
    end
    if math.type then assert.equal("integer", math.type(parser.count(7.0))) end
    for _, value in ipairs { -1, 2 ^ 53, 0 / 0, math.huge, "many", {}, true } do assert.is_nil(parser.count(value)) end
  end)
end)

describe("a row of the wrong shape", function()
  it("fails the list, and the message names the row and the field", function()
    local operation = registry.find "find_groups"
    local context = decode_context.new(operation, { assert(operation.input_schema:encode {}) })
    local response = { status = 200, headers = {}, body = "" }
    local outcome = parser.decode_rows({ { id = "x" }, { id = "y", userCount = "many" } }, context, response)
    assert.same({ "protocol", "wrong_shape", "unknown" }, { outcome.category, outcome.code, outcome.outcome })
    assert.truthy(outcome.message:find("the response for row 2 has the wrong shape: userCount ", 1, true), outcome.message)
  end)
end)
