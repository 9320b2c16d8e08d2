-- Bounds what is stored of a response: no text of the service ends a run or makes an unreadable file.
local bulk = require "spec.support.fakes.bulk"
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"

-- Responds to the next request that changes an account with the given number of errors for its first item.
local function fail_with(wire, count)
  local send = wire.send
  function wire.send(self, request)
    local body = request.url:find(bulk.path, 1, true) and json.decode(request.body)
    if not body or body.data[1].accountDisabled == nil then return send(self, request) end
    wire.send = nil
    local errors = {}
    for i = 1, count do errors[i] = { code = "err_odd_" .. i, message = ("m"):rep(190), retryable = false } end
    local results = {}
    for i = 2, #body.data do results[i - 1] = { emailAddress = body.data[i].emailAddress } end
    return { status = 200, headers = { ["content-type"] = "application/json" }, body = json.encode { meta = { status = 200 },
      data = json.array(results), fail = { { key = { emailAddress = body.data[1].emailAddress }, errors = errors } } } }
  end
end

describe("stored text", function()
  teardown(tmp.clean)

  it("of a failure with 8,000 errors is cut, and the run ends normally", function()
    local client, tenant, wire = bulk.client(7)
    local journal = bulk.journal()
    local plan = assert(client:plan { input = bulk.leavers(7) })
    fail_with(wire, 8000)
    local report = assert(plan:apply { journal = journal, concurrency = 1 })
    assert.is_nil(report.stopped)
    assert.equal("6 0 1 0 0", bulk.sums(report))
    for line in io.lines(journal) do assert.is_true(#line < 5000) end
    for row in report:rows() do assert.is_true(#(row.message or "") < 5000) end
    assert(report:csv(tmp.path "out.csv"))
    report = assert(plan:apply { journal = journal, onlyFailed = true })
    assert.equal("7 0 0 0 0", bulk.sums(report))
    assert.equal(1, tenant:applied(bulk.email(1)))
  end)

  it("omits an old value that no operation accepts, and undo lists it as irreversible",
    function()
      for _, size in ipairs { 20000, 3000000 } do
        local client, tenant = bulk.client(2)
        tenant.tenant:user(bulk.email(1)).name = ("\1"):rep(size) -- each is \u0001 in JSON
        local path, journal = tmp.path "x.plan", bulk.journal()
        assert(client:plan { input = { { email = bulk.email(1), username = "Ann", accountDisabled = true } }, file = path })
        local plan = assert(client:plan(path))
        assert.same({ accountDisabled = false }, plan:rows()().old)
        assert.equal("1 0 0 0 0", bulk.sums(assert(plan:apply { journal = journal, input = {
          { email = bulk.email(1), username = "Ann", accountDisabled = true } } })))
        assert.equal("Ann", tenant:user(bulk.email(1)).name)
        local back = assert(client:undo { journal = journal })
        assert.same({ count = 1, unknown = 0, { row = 1, key = bulk.email(1), fields = { "username" } } }, back.irreversible)
        assert.same({ accountDisabled = false }, back:rows()().set)
      end
    end)

  it("omits an account code that is not a code", function()
    local client, tenant = bulk.client(1)
    tenant.tenant.account.accountCode = ("C"):rep(2000000)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(1), file = path })
    local plan = assert(client:plan(path))
    assert.is_nil(plan.tenant.account)
    assert.equal("1 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal(), input = bulk.leavers(1) })))
  end)

  it("includes all of a long protect list", function()
    local client, protect = bulk.client(1), {}
    for i = 1, 60000 do protect[i] = ("somebody.with.a.long.name.%05d@example.com"):format(i) end
    protect[60001] = bulk.email(1)
    local path = tmp.path "x.plan"
    assert(client:plan { input = { { email = bulk.email(1), username = "x" } }, file = path, protect = protect })
    assert.equal(60001, #assert(client:plan(path)).file.header.protect)
  end)
end)
