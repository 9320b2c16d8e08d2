-- The review page in Chromium: filter, sort, pages, print, and names that try to be markup.
local browser = require "spec.support.run.browser"
local bulk = require "spec.support.fakes.bulk"
local review_page = require "mimecast.cli.io.review_page"
local run_report = require "mimecast.bulk.run_report"
local tmp = require "spec.support.run.tmp"

local missing = browser.missing()

local hostile = {
  "</script><script>document.title = 'run'</script>", "<img src=x onerror=\"document.title = 'run'\">", "<!-- <script>",
  "\" autofocus onfocus=\"document.title = 'run'", "&lt;b&gt; & 'single'", "a\226\128\174b", "$TITLE %1",
}

local function write_page(opened)
  local path = tmp.path "review.html"
  assert(review_page.write(path, opened, opened:rows()))
  opened:close()
  return path
end

-- Plans 450 rows: each third gets a name, each tenth is unknown, and the first rows have the hostile names.
local function page_of_plan()
  local client = bulk.client(450)
  local rows = {}
  for i = 1, 450 do
    rows[i] = { email = (i % 10 == 0 and "gone%06d@example.com" or "user%06d@example.com"):format(i), accountDisabled = true,
      username = hostile[i] or (i % 3 == 0 and "Name " .. i or nil) }
  end
  local path = tmp.path "review.plan"
  assert(client:plan { input = rows, file = path }):close()
  return write_page(assert(run_report.open(path)))
end

local keys = "return [...document.querySelectorAll('#rows th')].map(cell => cell.textContent)"

describe("the review page in a browser", function()
  if missing then
    pending("not run: " .. missing)
    return
  end

  local page, path

  setup(function()
    path = page_of_plan()
    page = browser.start()
  end)
  teardown(function()
    page:close()
    tmp.clean()
  end)
  before_each(function()
    page:open("file://" .. path)
    page:wait "return !document.getElementById('filter').hidden"
  end)

  it("shows 200 rows at a time and turns pages", function()
    assert.equal("Rows 1 to 200 of 450.", page:text "#status")
    assert.equal(200, #page:run(keys))
    page:click "#last"
    assert.equal("Rows 401 to 450 of 450.", page:text "#status")
    assert.same({ 50, "gone000450@example.com" }, { #page:run(keys), page:run(keys)[50] })
    page:click "#previous"
    assert.equal("Page 2 of 3", page:text "#page")
  end)

  it("filters by text, by state and by setting", function()
    page:type("#search", "USER00004")
    page:wait "return document.getElementById('status').textContent.startsWith('Rows 1 to 9 of 9 that match; 450 rows')"
    page:click "#filter [type=reset]"
    page:wait "return document.getElementById('status').textContent === 'Rows 1 to 200 of 450.'"
    page:type("#state", "rejected")
    page:wait "return document.getElementById('status').textContent.startsWith('Rows 1 to 45 of 45 that match')"
    assert.equal("gone000010@example.com", page:run(keys)[1])
    assert.truthy(page:text("#rows tr"):find("unknown_address", 1, true))
    page:click "#filter [type=reset]"
    page:type("#setting", "username")
    page:wait "return document.getElementById('status').textContent.startsWith('Rows 1 to 155 of 155')"
    page:type("#search", "no such row")
    page:wait "return document.getElementById('status').textContent === 'No row matches.'"
  end)

  it("sorts by a column in both directions, says so to a screen reader, and works with the keyboard", function()
    page:click "thead th:nth-child(2) button"
    assert.equal("gone000010@example.com", page:run(keys)[1])
    local sorts = "return [...document.querySelectorAll('.table thead th')].map(head => head.getAttribute('aria-sort'))"
    assert.same({ "none", "ascending", "none", "none", "none" }, page:run(sorts))
    page:press "\238\128\135" -- enter, on the focused button
    assert.equal("user000449@example.com", page:run(keys)[1])
    assert.equal("descending", page:run(sorts)[2])
    page:click "thead th:nth-child(1) button"
    assert.equal("user000001@example.com", page:run(keys)[1])
    page:click "thead th:nth-child(3) button"
    assert.truthy(page:run(keys)[1]:find "^gone") -- rejected rows first
  end)

  it("shows hostile names as text, runs nothing of them, and makes hidden characters visible", function()
    assert.truthy(page:run "return document.title":find("update_user, tenant", 1, true))
    assert.equal(2, page:run "return document.scripts.length")
    assert.equal(0, page:run "return document.querySelectorAll('img, #rows script, [onfocus]').length")
    for i, name in ipairs(hostile) do
      local text = page:run("return document.querySelectorAll('#rows tr')[arguments[0]].textContent", i - 1)
      local expected = name:gsub("\226\128\174", "\\xe2\\x80\\xae")
      assert.truthy(text:find('"' .. expected .. '"', 1, true), text)
    end
  end)

  it("lets no script run that is not its own, even if escaping failed", function()
    page:run [[var script = document.createElement("script"); script.textContent = "document.title = 'run'";
      document.body.append(script)]]
    assert.truthy(page:run "return document.title":find("update_user", 1, true))
  end)

  it("prints all rows that match, not the page of the screen, and an approval line", function()
    page:run "window.dispatchEvent(new Event('beforeprint'))"
    assert.equal("Rows 1 to 450 of 450.", page:text "#status")
    assert.equal(450, #page:run(keys))
    page:run "window.dispatchEvent(new Event('afterprint'))"
    assert.equal(200, #page:run(keys))
    page:devtools("Emulation.setEmulatedMedia", { media = "print" })
    local shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert.same({ "none", "none", "block" },
      { page:run(shown, "#filter"), page:run(shown, "#pages"), page:run(shown, ".approval") })
    page:devtools("Emulation.setEmulatedMedia", { media = "" })
    assert.equal("%PDF", page:print():sub(1, 4))
  end)

  it("has a table that a screen reader can name, and a label for each control", function()
    local problems = page:run [[
      var found = [];
      document.querySelectorAll("table").forEach(table => { if (!table.caption.textContent) found.push("caption"); });
      document.querySelectorAll("th").forEach(head => { if (!head.scope) found.push("scope"); });
      document.querySelectorAll("input, select").forEach(input => { if (!input.labels.length) found.push(input.id); });
      var status = document.getElementById("status");
      if (status.getAttribute("role") !== "status") found.push("status");
      if (!document.documentElement.lang) found.push("lang");
      return found]]
    assert.same({}, problems)
  end)

  it("is readable without scripts: counts and the first rows", function()
    page:devtools("Emulation.setScriptExecutionDisabled", { value = true })
    page:open("file://" .. path)
    local text = page:text "body"
    page:devtools("Emulation.setScriptExecutionDisabled", { value = false })
    assert.truthy(text:find("The first 200 of 450 rows.", 1, true), text)
    assert.truthy(text:find("user000199@example.com", 1, true))
    assert.truthy(text:find("rows of the input\n450", 1, true), text)
  end)
end)
