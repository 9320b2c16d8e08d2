--- Wraps a transport so that calls in `map` interleave: each request first waits for a round of all others.
return function(inner)
  local self, inside = setmetatable({}, { __index = inner }), false
  function self.send(_, request)
    if inside then coroutine.yield() end
    return inner:send(request)
  end
  function self.wait_until(_, condition)
    while not condition() do coroutine.yield() end
  end
  function self.map(_, count, run)
    local tasks = {}
    for i = 1, count do tasks[i] = coroutine.wrap(function() return run(i) or true end) end
    local left = count
    inside = true
    while left > 0 do
      for i = 1, count do
        if tasks[i] and tasks[i]() then tasks[i], left = false, left - 1 end
      end
    end
    inside = false
  end
  return self
end
