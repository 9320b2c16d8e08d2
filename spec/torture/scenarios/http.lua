-- Scenarios: the engine over libcurl.
local shared = ...
local core, url, refused_url, planted = shared.core, shared.url, shared.refused_url, shared.planted
local scenario, same, nothing = shared.scenario, shared.same, shared.nothing

local function new_engine(max)
  return core.engine{ numbers = { { "x-ratelimit-remaining" }, { "x-absent", "x-missing" } }, maxResponseBytes = max }
end

local function submit(engine, path, body, method)
  local id, problem = engine:submit{ url = url .. path, method = method, body = body, timeout = 20,
    headers = { "Content-Type", "application/json", "X-Empty", "", "Authorization", core.secret.new("MC key:signature") } }
  return id or error(problem, 0)
end

-- Steps until all requests are done, and returns the responses by id. Raises an error after four seconds.
local function finish_all(engine)
  local responses, start = {}, os.time()
  local in_flight, ready = engine:step(0)
  while in_flight > 0 or ready > 0 do
    if os.time() > start + 4 then error("stuck: " .. in_flight .. " in flight", 0) end
    for _ = 1, ready do
      local id, response, failure = engine:collect()
      responses[id] = response or failure
    end
    in_flight, ready = engine:step(in_flight > 0 and 0.25 or 0) -- with nothing in flight it would be a sleep
  end
  return responses
end

-- After a failure nothing may be stuck: all requests in flight end, and the engine is empty.
local function drain(engine)
  finish_all(engine)
  local in_flight, ready = engine:step(0)
  same(in_flight, 0, "the number in flight")
  same(ready, 0, "the number to collect")
  same(engine:collect(), nil, "a response from an empty engine")
end

local function succeeded(response)
  if response.curl then error(response.reason, 0) end
  return response
end

local function verify_ok(response, body)
  same(response.status, 200, "status")
  same(response.body, body, "body")
  same(response[1], 49, "the first number")
  same(response[2], false, "the second number")
  same(response.headers["x-request-id"], "r-1", "x-request-id")
  same(response.headers["x-ratelimit-remaining"], "49", "x-ratelimit-remaining")
  same(response.headers["content-type"], "application/json", "content-type")
end

scenario("engine", "lua curl", function()
  local function run()
    local engine = core.engine{ numbers = { { "x-a" } }, caFile = "/nowhere", proxy = "http://127.0.0.1:1" }
    engine:close()
    return engine
  end
  return run, nothing, nothing
end)

scenario("request, new engine", "lua core curl", function()
  local function run()
    local engine = new_engine()
    local id = submit(engine, "/ok", "new")
    return succeeded(finish_all(engine)[id])
  end
  return run, function(response) verify_ok(response, "new") end, nothing
end)

scenario("requests, kept engine", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local one, two = submit(engine, "/ok", "one"), submit(engine, "/ok", core.secret.new("two"))
    local first = finish_all(engine)
    local three = submit(engine, "/ok", nil, "GET") -- over a kept connection
    local second = finish_all(engine)
    return { succeeded(first[one]), succeeded(first[two]), succeeded(second[three]) }
  end
  local function verify(responses)
    verify_ok(responses[1], "one")
    verify_ok(responses[2], "two")
    verify_ok(responses[3], "")
  end
  return run, verify, function() drain(engine) end
end)

-- The prepared request is collected while its requests are in flight.
scenario("requests, prepared", "lua core curl", function()
  local engine = new_engine()
  local function submit_two()
    local prepared, problem = core.prepare{ url = url .. "/ok", late = { "Authorization", "X-Id" },
      headers = { "Content-Type", "application/json" } }
    if not prepared then error(problem, 0) end
    local ids = {}
    for i = 1, 2 do
      ids[i], problem = engine:submit{ prepared = prepared, timeout = 20, body = "prepared", core.secret.new("key"), "id" }
      if not ids[i] then error(problem, 0) end
    end
    same(engine:submit{ prepared = prepared, "a\nb", "id" }, nil, "an invalid value's id")
    return ids
  end
  local function run()
    local ids = submit_two()
    collectgarbage()
    local responses = finish_all(engine)
    return { succeeded(responses[ids[1]]), succeeded(responses[ids[2]]) }
  end
  local function verify(responses)
    for i = 1, 2 do verify_ok(responses[i], "prepared") end
  end
  return run, verify, function() drain(engine) end
end)

-- Each request uses a new connection: the kept connection has unread input, or is retired.
scenario("kept connections not usable", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local ids, responses = {}, {}
    for i, path in ipairs{ "/stray", "/ok", "/ok" } do
      ids[i] = submit(engine, path, path)
      responses[i] = succeeded(finish_all(engine)[ids[i]])
      if i > 1 then engine:reset_connections() end
    end
    return responses
  end
  local function verify(responses)
    same(responses[1].body, "real", "body")
    verify_ok(responses[2], "/ok")
    verify_ok(responses[3], "/ok")
  end
  return run, verify, function() drain(engine) end
end)

scenario("trailer", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local id = submit(engine, "/trailer", "body")
    return succeeded(finish_all(engine)[id])
  end
  local function verify(response)
    same(response.body, "ok", "body")
    same(response.status, 200, "status")
    same(response.headers["x-request-id"], "r-1", "x-request-id")
  end
  return run, verify, function() drain(engine) end
end)

-- libcurl reports a large head as a lack of memory; if the module lacks memory, too, it is one.
scenario("head too large", "core curl", function()
  local engine = new_engine()
  local function run()
    local id = submit(engine, "/line", "body")
    local response = finish_all(engine)[id]
    return response.tooLarge and response or error(response.reason, 0)
  end
  local function verify(response)
    same(response.tooLarge, "head", "tooLarge")
    same(response.sent, true, "sent")
  end
  return run, verify, function() drain(engine) end
end)

scenario("large both ways", "lua core curl", function()
  local engine, body = new_engine(), ("b"):rep(200000)
  local function run()
    local id = submit(engine, "/big", body)
    return succeeded(finish_all(engine)[id])
  end
  return run, function(response) same(#response.body, 300000, "the body's length") end, function() drain(engine) end
end)

scenario("response too large", "core curl", function()
  local engine = new_engine(1000)
  local function run()
    local id = submit(engine, "/big")
    local response = finish_all(engine)[id]
    return response.tooLarge and response or error(response.reason, 0)
  end
  return run, function(response) same(response.sent, true, "sent") end, function() drain(engine) end
end)

scenario("connection refused", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local id, problem = engine:submit{ url = refused_url, timeout = 20 }
    local response = finish_all(engine)[id or error(problem, 0)]
    return response.curl == 7 and response or error(response.reason, 0)
  end
  local function verify(response)
    same(response.sent, false, "sent")
    same(response.status, 0, "status")
  end
  return run, verify, function() drain(engine) end
end)

-- libcurl would resend the request over a new connection: the engine prevents that.
scenario("kept connection dies", "core curl", function()
  local engine = new_engine()
  local function run()
    submit(engine, "/ok")
    for _, response in pairs(finish_all(engine)) do succeeded(response) end
    local id = submit(engine, "/drop", "once")
    local response = finish_all(engine)[id]
    return response.curl == 42 and response or error(response.reason, 0)
  end
  return run, function(response) same(response.sent, true, "sent") end, function() drain(engine) end
end)

scenario("rejected inputs", "lua", function()
  local engine = new_engine()
  local function run()
    local out = {}
    for i, request in ipairs{ { url = "http://example.com/" }, { url = url, headers = { "a b", "x" } },
      { url = url, headers = { "a", "x", "b", "line\nline" } }, { url = url, late = { "a b" } } } do
      local id, problem = engine:submit(request)
      same(id, nil, "id")
      out[i] = problem == "no memory" and error(problem, 0) or problem
    end
    return out
  end
  return run, function(out) same(#out, 4, "the number of errors") end, function() drain(engine) end
end)

scenario("cancel", "lua core curl", function()
  local engine, id = new_engine(), nil
  local function run()
    id = submit(engine, "/hang", "body")
    local completed = submit(engine, "/ok", "body")
    engine:step(0)
    same(engine:cancel(id), true, "cancel")
    same(engine:cancel(id), false, "cancel again")
    return succeeded(finish_all(engine)[completed])
  end
  local function recover()
    engine:cancel(id or 0)
    if planted == "stuck" then submit(engine, "/hang") end
    drain(engine)
  end
  return run, function(response) verify_ok(response, "body") end, recover
end)

-- A response that could not be pushed without memory can be collected later.
scenario("collect", "lua", function()
  local engine, id = new_engine(), nil
  local function fetch()
    id = submit(engine, "/ok", "kept")
    while engine:step(1) > 0 do nothing() end
  end
  local function run()
    local found, response = engine:collect()
    same(found, id, "id")
    return response
  end
  local function recover(outcome)
    local _, ready = engine:step(0)
    same(ready, outcome and 0 or 1, "the number to collect")
    if outcome then fetch() end
  end
  fetch()
  return run, function(response) verify_ok(response, "kept") end, recover
end)

scenario("collect a failure", "lua", function()
  local engine = new_engine()
  local function fetch()
    engine:submit{ url = refused_url, timeout = 20 }
    while engine:step(1) > 0 do nothing() end
  end
  local function run()
    local _, response, failure = engine:collect()
    same(response, nil, "the response")
    return failure
  end
  local function recover(outcome)
    local _, ready = engine:step(0)
    same(ready, outcome and 0 or 1, "the number to collect")
    if outcome then fetch() end
  end
  fetch()
  return run, function(failure) same(failure.curl, 7, "curl") end, recover
end)

-- Closes engines with a request in flight, a response to collect and a request that has not started; the same by the collector.
scenario("close in flight", "lua core curl", function()
  local function run()
    for i = 1, 2 do
      local engine = new_engine()
      submit(engine, "/hang", "body")
      submit(engine, "/ok", "body")
      local _, ready
      repeat
        _, ready = engine:step(1)
      until ready > 0
      submit(engine, "/ok", "late")
      if i == 1 then
        engine:close()
        same(pcall(engine.step, engine), false, "a step of a closed engine")
      end
    end
    return true
  end
  return run, nothing, nothing
end)

-- libcurl 7.88 writes through a dangling pointer to the last header of the handle's previous response (curl issue 11101): the
-- engine rejects such a response of a server or a proxy. Later versions reject it themselves, or accept it.
scenario("folded first header", "lua core curl", function()
  local engine = core.engine{ proxy = url }
  local function run()
    local results = {}
    for i, path in ipairs{ "/ok", "/fold", "/ok", "/interim", "/ok", "https://fold.example.com/" } do
      local id, problem = engine:submit{ url = path:find("^/") and url .. path or path, body = "body", timeout = 20 }
      results[i] = finish_all(engine)[id or error(problem, 0)]
      local curl = results[i].curl
      if i < 6 and curl and curl ~= 8 and curl ~= 43 then error(results[i].reason, 0) end
    end
    return results
  end
  local function verify(results)
    for i = 1, 5, 2 do same(succeeded(results[i]).body, "body", "the body") end
    for i = 2, 4, 2 do
      if results[i].curl == 8 then same(results[i].reason, "the response begins with a folded header", "the reason") end
    end
    same(results[6].sent, false, "sent to a proxy")
  end
  return run, verify, function() drain(engine) end
end)

-- A finalizer may close the engine while its response is being pushed.
local function finalized(finalizer)
  local newproxy = rawget(_G, "newproxy") -- Lua 5.1 finalizes no tables
  if newproxy then
    getmetatable(newproxy(true)).__gc = finalizer
  else
    setmetatable({}, { __gc = finalizer })
  end
end

scenario("closed by a finalizer", "lua", function()
  local function run()
    for i = 1, 2 do
      local engine = new_engine()
      local id = submit(engine, "/big")
      while engine:step(1) > 0 do nothing() end
      collectgarbage()
      finalized(function() return i == 1 and engine:close() or pcall(engine.collect, engine) end)
      local ok, found, response = pcall(engine.collect, engine)
      if ok and found then -- the finalizer can also come first
        same(found, id, "id")
        same(#response.body, 300000, "the body's length")
      elseif not ok and not found:find("closed", 1, true) then
        error(found, 0)
      end
      engine:close()
    end
    return true
  end
  return run, nothing, nothing
end)

-- Mutated responses: the transfer always ends.
scenario("noise", "core", function()
  local engine = new_engine()
  local function run()
    for _ = 1, 20 do
      engine:submit{ url = url .. "/noise", timeout = 0.05, headers = { "a", "b" } }
      finish_all(engine)
    end
    return true
  end
  return run, nothing, function() drain(engine) end
end)
