-- The sandbox's page in Chromium: what a newcomer sees and does, and what another site cannot do.
local browser = require "spec.support.run.browser"
local curl_cli_transport = require "spec.support.http.curl_cli_transport"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

local missing = browser.missing()

describe("the sandbox's page in a browser", function()
  if missing then
    pending("not run: " .. missing)
    return
  end

  local tenant, page

  setup(function()
    tenant = assert(sandbox.start { accountCode = "CUK1A1", transport = curl_cli_transport.new(), users = {
      "ann@example.com", { emailAddress = "eve@example.com", name = "</td><script>document.title = 'run'</script>" } } })
    page = browser.start()
  end)
  teardown(function()
    page:close()
    tenant:stop()
    tmp.clean()
  end)
  before_each(function()
    tenant:reset()
    page:open(tenant.pageUrl)
  end)

  it("shows the tenant and its users, and runs nothing of a name", function()
    assert.equal("Sandbox CUK1A1", page:run "return document.title")
    assert.truthy(page:text("main"):find("</td><script>document.title = 'run'</script>", 1, true))
    assert.equal(0, page:run "return document.scripts.length")
    assert.equal("inline-block", page:run [[
      document.body.insertAdjacentHTML("beforeend", "<span class=badge id=probe>x</span>");
      return getComputedStyle(document.getElementById("probe")).display]]) -- the policy lets the style pass
  end)

  it("adds a fault by its form, reports an invalid fault, and removes all", function()
    page:type("select[name=kind]", "slow")
    page:type("input[name=times]", "3")
    page:type("input[name=more]", "seconds=x")
    page:click "fieldset button"
    page:wait "return document.querySelector('[role=alert]')"
    assert.truthy(page:text("[role=alert]"):find("seconds must be a number", 1, true))
    assert.equal(0, tenant:pending())
    page:type("input[name=more]", "seconds=1")
    page:click "fieldset button"
    page:wait "return location.search === '?done=fault' && document.readyState === 'complete'"
    assert.equal("The fault is added.", page:text "[role=status]")
    assert.equal(3, tenant:pending())
    assert.truthy(page:text("main"):find("slow 3 any but /oauth/token seconds=1", 1, true))
    page:run "document.querySelector('input[value=clear_faults]').form.requestSubmit()"
    page:wait "return location.search === '?done=clear_faults'"
    assert.equal(0, tenant:pending())
  end)

  it("finds a user", function()
    page:type("input[name=q]", "ann")
    page:click "form[role=search] button"
    page:wait "return location.search.startsWith('?q=ann') && document.readyState === 'complete'"
    assert.truthy(page:text("main"):find("1 of 2 users", 1, true))
  end)

  it("accepts no form of another page, and no name of another site for this machine", function()
    local action = tenant.pageUrl .. "sandbox/page"
    local other = tmp.file(('<form method="post" action="%s"><input name="action" value="reset"><button>x</button></form>')
      :format(action), "other.html")
    tenant:add_users { "zoe@example.com" }
    page:open("file://" .. other)
    page:click "button"
    page:wait "return document.body.textContent.includes('own page only')"
    assert.truthy(tenant:user "zoe@example.com")
    local rebound = browser.start { "--host-resolver-rules=MAP evil.example 127.0.0.1" }
    local ok, text = pcall(function()
      rebound:open((tenant.pageUrl:gsub("127%.0%.0%.1", "evil.example")))
      return rebound:text "body"
    end)
    rebound:close()
    assert.is_true(ok, text)
    assert.equal("this page is for 127.0.0.1 and localhost only", text)
  end)
end)
