-- The file of the review page: its content, its mode, what it replaces. spec/hosts/browser opens it in a browser.
local bulk = require "spec.support.fakes.bulk"
local json = require "mimecast.json"
local review_page = require "mimecast.cli.io.review_page"
local run_cli = require "spec.support.run.run_cli"
local run_report = require "mimecast.bulk.run_report"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

-- Plans 30 rows: one has a password and markup as its name, one is unknown, one is unchanged.
local function planned(options)
  local client, tenant = bulk.client(30)
  local rows = bulk.leavers(30)
  rows[2].email, rows[3].accountDisabled = "nobody@example.com", false
  rows[4].username, rows[4].password = "</script><b>\226\128\174", "Planted-Horse-7"
  options = options or {}
  options.input, options.file = rows, tmp.path "leavers.plan"
  return assert(client:plan(options)), tenant
end

local function page_of(path)
  local opened = assert(run_report.open(path))
  local page = tmp.path "review.html"
  local count = assert(review_page.write(page, opened, opened:rows()))
  opened:close()
  return tmp.read(page), count, page
end

-- Returns the rows that the page's script reads.
local function rows_of(page)
  return assert(json.decode(page:match '<script type="application/json" id="data">(.-)</script>')).rows
end

describe("the review page", function()
  teardown(tmp.clean)

  it("of a plan names tenant, input, hashes, time and person, counts states and changes, and lists all rows", function()
    local plan = planned { protect = { "ceo@example.com" } }
    local page, count = page_of(plan.path)
    assert.equal(30, count)
    for _, text in ipairs {
      "<h1>update_user, tenant CUSA00A000: 28 of 30 would change</h1>", "<dt>Tenant</dt><dd>CUSA00A000</dd>",
      "<dt>Input SHA-256</dt><dd>" .. plan.file.header.input.sha256, "<dt>Plan SHA-256</dt><dd>" .. plan.file.sha256,
      "<dt>Planned</dt><dd>20", "<dt>Planned by</dt><dd>" .. plan.file.header.by.user .. " on ", "<dt>rejected</dt><dd>1</dd>",
      "<dt>unchanged</dt><dd>1</dd>", "<dt>planned to be disabled or locked</dt><dd>28</dd>", "<dd>ceo@example.com</dd>",
      '<th scope="row">accountDisabled</th><td>false → true</td><td class="number">28</td>' } do
      assert.truthy(page:find(text, 1, true), text)
    end
    local rows = rows_of(page)
    assert.equal(30, #rows)
    assert.same({ 1, "user000001@example.com", "not_sent", "", "", { { "accountDisabled", "false", "true" } } }, rows[1])
    assert.same({ { "accountDisabled", json.null, "true" } }, rows[2][6]) -- of an unknown account no value is known
    assert.same({ "unchanged", { { "accountDisabled", "false", json.null } } }, { rows[3][3], rows[3][6] })
  end)

  it("of a run shows the states and reasons of its rows", function()
    local plan, tenant = planned()
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd", message = "<i>no</i>" }
    local journal = bulk.journal()
    local report = assert(plan:apply { journal = journal })
    local page = page_of(journal)
    assert.truthy(page:find(("<dt>ok</dt><dd>%d</dd>"):format(report.ok), 1, true))
    assert.truthy(page:find("<dt>Run started by</dt>", 1, true))
    local states = {}
    for _, row in ipairs(rows_of(page)) do states[row[3]] = (states[row[3]] or 0) + 1 end
    assert.same({ ok = report.ok, rejected = report.rejected, unchanged = report.unchanged }, states)
    assert.truthy(page:find("&lt;i&gt;no&lt;/i&gt;", 1, true))
    assert.is_nil(page:find("<i>", 1, true))
  end)

  it("of a run without its plan says what is missing", function()
    local plan = planned()
    local journal = bulk.journal()
    assert(plan:apply { journal = journal })
    os.remove(plan.path)
    local page = page_of(journal)
    assert.truthy(page:find("The plan of this run is missing", 1, true))
    assert.is_nil(page:find("<h2>What the plan changes", 1, true))
  end)

  it("holds no password, and nothing of a row ends an element", function()
    local page = page_of(planned().path)
    assert.is_nil(page:find("Planted", 1, true))
    assert.truthy(page:find("password: new value, not shown", 1, true))
    assert.is_nil(page:find("<b>", 1, true))
    assert.is_nil(page:find("\226\128\174", 1, true))
    local _, scripts = page:gsub("</script>", "")
    assert.equal(2, scripts)
    local name = rows_of(page)[4][6][2]
    assert.same({ "username", '"User 4"', [["</script><b>\xe2\x80\xae"]] }, name)
  end)

  it("allows only its own script and style, by their hashes, and no connection", function()
    local page = page_of(planned().path)
    local policy = page:match 'Content%-Security%-Policy" content="([^"]+)"'
    assert.truthy(policy:find("default-src 'none'", 1, true))
    for kind, element in pairs { ["style"] = "<style>(.-)</style>", ["script"] = "<script>(.-)</script>" } do
      local text = tmp.file(page:match(element), kind)
      local hash = shell.output(("openssl dgst -sha256 -binary %s | openssl base64"):format(shell.quote(text)))
      assert.truthy(policy:find(("%s-src 'sha256-%s'"):format(kind, hash), 1, true), policy)
    end
    assert.is_nil(page:find("https?://[^<]*['\"]>"))
  end)

  it("is a file of mode 0600, replaces another review page, and no other file", function()
    local plan = planned()
    local _, _, path = page_of(plan.path)
    local opened = assert(run_report.open(plan.path))
    assert.equal("600", shell.output("stat -c %a " .. shell.quote(path)))
    assert(review_page.write(path, opened, opened:rows()))
    local other = tmp.file("notes", "notes.html")
    local count, err = review_page.write(other, opened, opened:rows())
    assert.same({ nil, "unwritable_report" }, { count, err.code })
    assert.equal("notes", tmp.read(other))
    count, err = review_page.write("/nonexistent/review.html", opened, opened:rows())
    assert.same({ nil, "unwritable_report" }, { count, err.code })
    opened:close()
  end)

  it("is written by `mimecast report --html`, problem rows first", function()
    local folder = tmp.folder()
    tmp.write(folder .. "/in.csv", "email,accountDisabled\nann@example.com,true\nnobody@example.com,true\n")
    assert.equal(1, run_cli.run({ "plan", folder .. "/in.csv", "--out", folder .. "/in.plan" }).code)
    local result = run_cli.run { "report", folder .. "/in.plan", "--html", folder .. "/review.html" }
    assert.same({ 0, folder .. "/review.html: 2 rows\n" }, { result.code, result.out })
    local rows = rows_of(tmp.read(folder .. "/review.html"))
    assert.same({ 3, "nobody@example.com", 2, "ann@example.com" }, { rows[1][1], rows[1][2], rows[2][1], rows[2][2] })
    result = run_cli.run { "report", folder .. "/in.plan", "--html", folder .. "/review.html", "--state", "rejected", "--json" }
    assert.same({ page = folder .. "/review.html", rows = 1 }, json.decode(result.out))
    assert.truthy(tmp.read(folder .. "/review.html"):find("This page lists 1 of 2 rows.", 1, true))
    result = run_cli.run { "report", folder .. "/in.plan", "--html", folder .. "/review.html", "--filter", "key~ann" }
    assert.equal(folder .. "/review.html: 1 row\n", result.out)
    result = run_cli.run { "report", folder .. "/in.plan", "--html", folder .. "/review.html", "--csv" }
    assert.equal(2, result.code)
    assert.truthy(result.err:find("--html cannot be combined with --csv", 1, true), result.err)
    result = run_cli.run { "report", folder .. "/in.plan", "--html", folder .. "/in.csv" }
    assert.equal(70, result.code)
    assert.truthy(result.err:find("the file exists and is not a review page", 1, true), result.err)
  end)
end)
