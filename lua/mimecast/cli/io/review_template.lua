--- The parts of the review page: one file, without anything from elsewhere.
local page_style = require "mimecast.base.page_style"

local template = {}

-- The start identifies the file: a review page overwrites only another review page.
template.magic = "<!doctype html>\n<!-- mimecast review page -->\n"

template.head = template.magic .. [[
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-$STYLEHASH';
 script-src 'sha256-$SCRIPTHASH'; base-uri 'none'; form-action 'none'">
<title>$TITLE</title>
<style>$STYLE</style>
<script type="application/json" id="data">
{"labels":$LABELS,"rows":[
]]

template.body = [[
]}
</script>
</head>
<body>
<header>
<h1>$TITLE</h1>
$WARNINGS</header>
<main>
<h2>Rows by state</h2>
<dl class="counts">
$COUNTS</dl>
<div class="columns">
$CHANGES<section>
<h2>$ORIGIN</h2>
<dl class="facts">
$FACTS</dl>
</section>
</div>
<h2 id="list">$LISTTITLE</h2>
<form id="filter" hidden role="search" aria-label="Filter the rows">
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"
 placeholder="address, value, reason"></label>
<label>State <select id="state"><option value="">all states</option>$STATES</select></label>
<label>Setting <select id="setting"><option value="">all settings</option>$SETTINGS</select></label>
<button type="reset">Show all</button>
</form>
<p id="status" role="status">$STATUS</p>
<div class="table" role="region" aria-labelledby="list" tabindex="0">
<table>
<caption>Rejected, unknown and skipped rows first<span class="screen">; a column's title sorts</span></caption>
<thead><tr><th scope="col">$LINE</th><th scope="col">Address or key</th><th scope="col">State</th>
<th scope="col">Change</th><th scope="col">Reason</th></tr></thead>
<tbody id="rows">
$ROWS</tbody>
</table>
</div>
<nav id="pages" hidden aria-label="Pages of rows">
<button type="button" id="first">First</button>
<button type="button" id="previous">Previous</button>
<span id="page"></span>
<button type="button" id="next">Next</button>
<button type="button" id="last">Last</button>
</nav>
$APPROVAL</main>
<script>$SCRIPT</script>
</body>
</html>
]]

template.approval = [[
<section class="approval" aria-label="Approval, on paper">
<p><span>Approved by</span> <span>Date</span> <span>Signature</span></p>
</section>
]]

template.changes = [[
<section>
<h2>What the plan changes</h2>
<table class="small">
<caption>Rows for each setting and change</caption>
<thead><tr><th scope="col">Setting</th><th scope="col">Change</th><th scope="col" class="number">Rows</th></tr></thead>
<tbody>
$ROWS</tbody>
</table>
</section>
]]

template.style = page_style .. [[
input[type=search] { width: 18rem; max-width: 100%; }
#status, nav { font-variant-numeric: tabular-nums; }
nav { margin: .8rem 0; }
thead button { border: 0; padding: 0; background: none; font-weight: inherit; }
thead button::after { content: " \2195" / ""; color: var(--dim); }
[aria-sort=ascending] button::after { content: " \2191" / ""; color: inherit; }
[aria-sort=descending] button::after { content: " \2193" / ""; color: inherit; }
#rows th { min-width: 16rem; }
#rows td:nth-child(n+4) { min-width: 12rem; }
.old { color: var(--dim); }
.new { font-weight: 600; }
.skipped { color: var(--warn); background: var(--warnback); }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.approval, .paper { display: none; }
@media print {
  :root { color-scheme: light; --text: #000; --back: #fff; --soft: #eee; --line: #999; --dim: #333; --bad: #000;
    --badback: #fff; --warn: #000; --warnback: #fff; --good: #000; --goodback: #fff; }
  @page { margin: 14mm 12mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
  body { max-width: none; padding: 0; font-size: 9pt; }
  form, nav, .screen, thead button { display: none !important; }
  .paper { display: inline; }
  th, td { padding: .15rem .4rem; }
  #rows th { min-width: 54mm; }
  #rows td:nth-child(n+4) { min-width: 38mm; }
  .table { overflow: visible; }
  thead { display: table-header-group; }
  tr, .counts div { break-inside: avoid; }
  h2 { break-after: avoid; }
  .badge { border: 1px solid #999; }
  .approval { display: block; margin-top: 3rem; break-inside: avoid; }
  .approval span { display: inline-block; width: 30%; border-top: 1px solid #000; padding-top: .2rem; margin-right: 2%; }
}
]]

template.script = [==[
(function () {
  "use strict";
  // A row: number, key, state, code, message, changes. A change: setting, old, new; without both, a value that is not shown.
  var NUMBER = 0, KEY = 1, STATE = 2, CODE = 3, MESSAGE = 4, CHANGES = 5;
  var PAGE = 200, PRINTED = 5000;
  var find = function (id) { return document.getElementById(id); };
  var data = JSON.parse(find("data").textContent), rows = data.rows, labels = data.labels;
  var body = find("rows"), heads = body.parentNode.querySelectorAll("thead th");
  var order = Object.keys(labels), shown = rows, page = 0, sorted = { column: -1, up: true }, texts;

  function changeText(change) {
    if (change[1] === null && change[2] === null) return change[0] + ": new value, not shown";
    return change[0] + ": " + (change[1] === null ? "" : change[1] + " \u2192 ") + (change[2] === null ? "" : change[2]);
  }
  function reason(row) { return row[MESSAGE] + (row[CODE] && row[MESSAGE] ? " (" + row[CODE] + ")" : row[CODE]); }
  function changes(row) { return row[CHANGES].map(changeText).join("\n"); }
  var values = [
    function (row) { return row[NUMBER]; }, function (row) { return row[KEY].toLowerCase(); },
    function (row) { return order.indexOf(row[STATE]); }, changes, reason
  ];

  function add(parent, name, text, kind) {
    var node = parent.appendChild(document.createElement(name));
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  }
  function addChange(cell, change) {
    var line = add(cell, "div");
    line.append(change[0] + ": ");
    if (change[1] === null && change[2] === null) return line.append("new value, not shown");
    if (change[1] !== null) add(line, "bdi", change[1], change[2] === null ? "" : "old");
    if (change[1] !== null && change[2] !== null) {
      add(line, "span", " \u2192 ").setAttribute("aria-hidden", "true");
      add(line, "span", " becomes ", "spoken");
    }
    if (change[2] !== null) add(line, "bdi", change[2], "new");
  }
  function addRow(parent, row) {
    var line = add(parent, "tr");
    add(line, "td", row[NUMBER], "number");
    add(line, "th", row[KEY]).scope = "row";
    add(add(line, "td"), "span", labels[row[STATE]], "badge " + row[STATE]);
    var cell = add(line, "td");
    row[CHANGES].forEach(function (change) { addChange(cell, change); });
    add(line, "td", reason(row));
  }
  function number(value) { return value.toLocaleString("en"); }
  function render(from, to) {
    var part = document.createDocumentFragment();
    for (var i = from; i < to; i++) addRow(part, shown[i]);
    body.replaceChildren(part);
  }
  function status(from, to, all) {
    var text = shown.length === 0 ? "No row matches." : "Rows " + number(from + 1) + " to " + number(to) + " of "
      + number(shown.length) + (shown.length < rows.length ? " that match; " + number(rows.length) + " rows in all." : ".");
    if (all && to < shown.length) text += " The other rows are not printed: filter the list to print them.";
    find("status").textContent = text;
  }
  function show() {
    var pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    var from = page * PAGE, to = Math.min(from + PAGE, shown.length);
    render(from, to);
    status(from, to);
    find("page").textContent = "Page " + number(page + 1) + " of " + number(pages);
    find("pages").hidden = pages === 1;
    find("first").disabled = find("previous").disabled = page === 0;
    find("last").disabled = find("next").disabled = page === pages - 1;
  }
  function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }
  function textOf(row) {
    return [row[KEY], labels[row[STATE]], row[CODE], row[MESSAGE], changes(row)].join("\n").toLowerCase();
  }
  function select() {
    var words = find("search").value.trim().toLowerCase(), state = find("state").value, setting = find("setting").value;
    var all = !words && !state && !setting;
    if (words && !texts) texts = rows.map(textOf);
    shown = all ? rows.slice() : rows.filter(function (row, i) {
      return (!state || row[STATE] === state) && (!words || texts[i].indexOf(words) >= 0)
        && (!setting || row[CHANGES].some(function (change) { return change[0] === setting; }));
    });
    if (sorted.column >= 0) {
      var value = values[sorted.column], sign = sorted.up ? 1 : -1;
      shown = shown.map(function (row, i) { return { value: value(row), i: i, row: row }; }).sort(function (a, b) {
        return sign * compare(a.value, b.value) || a.i - b.i;
      }).map(function (entry) { return entry.row; });
    }
    page = 0;
    show();
  }
  function sortBy(column) {
    sorted = { column: column, up: sorted.column !== column || !sorted.up };
    heads.forEach(function (head, i) {
      head.setAttribute("aria-sort", i !== column ? "none" : sorted.up ? "ascending" : "descending");
    });
    select();
  }
  function turn(id, to) {
    find(id).addEventListener("click", function () { page = to(); show(); body.parentNode.scrollIntoView(); });
  }

  heads.forEach(function (head, i) {
    var title = head.textContent;
    head.textContent = "";
    add(head, "span", title, "paper"); // Chromium repeats no buttons on the pages of a print
    var button = add(head, "button", title);
    button.type = "button";
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", function () { sortBy(i); });
  });
  var waiting;
  find("search").addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(select, 120); });
  find("state").addEventListener("change", select);
  find("setting").addEventListener("change", select);
  find("filter").addEventListener("submit", function (event) { event.preventDefault(); select(); });
  find("filter").addEventListener("reset", function () { setTimeout(select, 0); });
  turn("first", function () { return 0; });
  turn("previous", function () { return page - 1; });
  turn("next", function () { return page + 1; });
  turn("last", function () { return Infinity; });
  window.addEventListener("beforeprint", function () {
    var to = Math.min(PRINTED, shown.length);
    render(0, to);
    status(0, to, true);
  });
  window.addEventListener("afterprint", show);
  find("filter").hidden = false;
  show();
})();
]==]

return template
