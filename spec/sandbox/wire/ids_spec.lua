local ids = require "mimecast.sandbox.wire.ids"
local json = require "mimecast.json"
local run_lua = require "spec.support.run.run_lua"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local tenant = { account = { accountCode = "CUSA00A000" }, options = {} }
local other = { account = { accountCode = "CUSA00A001" }, options = {} }

-- Another implementation's reading of ids: Python's zlib, where there is a Python.
local function inflate(list)
  local script = [[
import base64, sys, zlib
for line in sys.stdin.read().split():
    text = line.split(":")[-1]
    print(zlib.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode())
]]
  local output, code = shell.run(("printf '%%s\\n' %s | python3 -c %s"):format(shell.quote(table.concat(list, "\n")),
    shell.quote(script)))
  if code == 127 then return nil end
  assert.equal(0, code)
  return output
end

describe("sandbox secure ids", function()
  local kinds = { "folder", "ldapfolder", "folderlink", "domain", "pendingdomain", "policy", "sender", "held", "user" }

  it("give back their number, but not as another kind or in another tenant", function()
    for i, kind in ipairs(kinds) do
      local id = ids.make(tenant, kind, 50000 + i)
      assert.equal(50000 + i, ids.read(tenant, kind, id))
      assert.is_nil(ids.read(other, kind, id))
      for _, another in ipairs(kinds) do
        if another ~= kind then assert.is_nil(ids.read(tenant, another, id)) end
      end
    end
  end)

  it("are rejected if cut anywhere or with any character changed", function()
    local id = ids.make(tenant, "folder", 50094)
    for i = 0, #id - 1 do
      assert.is_nil(ids.read(tenant, "folder", id:sub(1, i)))
      local char = id:sub(i + 1, i + 1) == "A" and "B" or "A"
      assert.is_nil(ids.read(tenant, "folder", id:sub(1, i) .. char .. id:sub(i + 2)))
    end
    for _, text in ipairs{ "", "eNo", "no id", id .. "A", id .. "=", "Finance", ("A"):rep(272), "\255\254" } do
      assert.is_nil(ids.read(tenant, "folder", text))
    end
  end)

  it("differ in each response with the option freshIds, and all of them work", function()
    local fresh = { account = tenant.account, options = { freshIds = true } }
    local rows = { { id = ids.make(fresh, "folder", 7), parentId = ids.make(fresh, "sender", 7), name = "eNo" } }
    local seen = { [rows[1].id] = true }
    for _ = 1, 3 do
      local row = ids.reissue(fresh, rows)[1]
      assert.is_nil(seen[row.id])
      seen[row.id] = true
      assert.same({ 7, 7, "eNo" }, { ids.read(fresh, "folder", row.id), ids.read(fresh, "sender", row.parentId), row.name })
      assert.is_nil(ids.read(fresh, "domain", row.id))
      assert.is_nil(ids.read(fresh, "folder", row.id:sub(1, -2)))
      assert.is_nil(ids.read(tenant, "folder", row.id))
      assert.equal(#rows[1].id, #row.id)
    end
    local token = ids.token(fresh, "listing", 2, 4)
    assert.equal(token, ids.reissue(fresh, token))
    local url = ids.url(fresh, 3)
    local other_url = ids.reissue(fresh, url)
    assert.not_equal(url, other_url)
    assert.is_true(ids.same_url(fresh, url, other_url))
    assert.is_false(ids.same_url(fresh, ids.url(fresh, 4), other_url))
    assert.is_false(ids.same_url(tenant, url, other_url))
    assert.equal(rows, ids.reissue(tenant, rows))
  end)

  it("have the service's form: prefix eNo, base64url without padding, 186 to 304 characters", function()
    for _, kind in ipairs(kinds) do
      local id = ids.make(tenant, kind, 7)
      assert.truthy(id:find(kind == "sender" and "^MTOKEN:eNo[%w_-]+$" or "^eNo[%w_-]+$"))
      assert.is_true(#id >= 186 and #id <= 304)
    end
  end)

  it("are zlib around compact JSON with the recorded keys in their order, as Python reads them", function()
    local list = {}
    for i, kind in ipairs(kinds) do list[i] = ids.make(tenant, kind, 50094) end
    list[#list + 1] = ids.token(tenant, "users", 10, 20)
    local output = inflate(list)
    if not output then return pending("no python3") end
    local seal = '"secureid":"[%w+/\\]+=",'
    local account = '"customercode":"CUSA00A000",'
    local forms = {
      "{" .. seal .. '"ldap":false,' .. account .. '"version":1,"folderid":50094}',
      "{" .. seal .. '"ldap":true,' .. account .. '"version":1,"folderid":50094}',
      "{" .. seal .. account .. '"version":1,"folderlinkid":50094}',
      "{" .. seal .. account .. '"version":1,"domainid":50094}',
      "{" .. seal .. account .. '"version":1,"pendingdomainid":50094}',
      "{" .. seal .. '"policyid":50094,' .. account .. '"version":1,"policyTypeId":10040}',
      "{" .. seal .. account .. '"version":1,"mansendid":50094}',
      "{" .. seal .. '"hldqid":50094,"tmnd":%d+,' .. account .. '"activeid":1,"version":1,"tnde":%d+}',
      "{" .. seal .. account .. '"version":1,"%l+":50094}',
      '{"pagesizeid":10,' .. seal .. account .. '"version":1,"recordstartid":20}',
    }
    local i = 0
    for line in output:gmatch("[^\n]+") do
      i = i + 1
      assert.truthy(line:find("^" .. forms[i] .. "$"), line)
      -- A slash is escaped, as the service's serializer does; 80 bytes are sealed, as in recorded ids.
      assert.is_nil(line:find("[^\\]/"))
      assert.equal(108, #json.decode(line).secureid)
    end
    assert.equal(#forms, i)
  end)

  it("are the same in every run and under every Lua", function()
    local made = run_lua.run([[
      local ids = require "mimecast.sandbox.wire.ids"
      io.write(ids.make({ account = { accountCode = "CUSA00A000" } }, "folder", 50094), "\n")]],
      { abi = shell.abi == "5.4" and "5.1" or "5.4" })
    assert.equal(ids.make(tenant, "folder", 50094), made:match("^[^\n]+"))
    assert.equal(sandbox.new():group("Finance").id, sandbox.new():group("Finance").id)
  end)

  it("of managed URLs are 80 bytes without zlib, the account's bytes first", function()
    local one, two = ids.url(tenant, 1), ids.url(tenant, 2)
    assert.equal(107, #one)
    assert.equal(one:sub(1, 64), two:sub(1, 64))
    assert.not_equal(one, two)
  end)
end)
