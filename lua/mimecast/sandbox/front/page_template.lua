--- The parts of the sandbox's page.
local page_style = require "mimecast.base.page_style"

local template = {}

template.style = page_style .. [[
fieldset { border: 0; margin: 0; padding: 0; display: contents; }
input[type=number] { width: 5rem; }
label { white-space: nowrap; }
nav { display: flex; gap: 1rem; margin-bottom: 1rem; }
form { margin: .6rem 0; }
a { color: var(--accent); }
.actions { display: flex; flex-wrap: wrap; column-gap: .6rem; }
.unexpected { color: var(--bad); }
]]

template.page = [[
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
$REFRESH<title>Sandbox $CODE</title>
<style nonce="$NONCE">$STYLE</style>
</head>
<body>
<header>
<h1>Sandbox tenant $CODE</h1>
<nav aria-label="Page"><a href="/">Refresh</a> <a href="/?refresh=3">Refresh every 3 seconds</a></nav>
</header>
<main>
$NOTICE<dl class="counts">
$COUNTS</dl>
<h2 id="users">Users</h2>
<form method="get" action="/" role="search" aria-label="Search users">
<label>Address or name <input type="search" name="q" value="$QUERY" autocomplete="off"></label>
<label><input type="checkbox" name="changed" value="1"$CHANGED> changed only</label>
<button>Search</button>
</form>
<div class="table" role="region" aria-labelledby="users" tabindex="0"><table>
<caption>$USERSTATUS</caption>
<thead><tr><th scope="col">Address</th><th scope="col">Name</th><th scope="col">Settings that are on or set</th>
<th scope="col" class="number">Applied</th></tr></thead>
<tbody>
$USERS</tbody>
</table></div>
<div class="columns">
<section>
<h2>Groups</h2>
<table class="small">
<caption>$GROUPSTATUS</caption>
<thead><tr><th scope="col">Group</th><th scope="col">Source</th><th scope="col">Members</th></tr></thead>
<tbody>
$GROUPS</tbody>
</table>
</section>
<section>
<h2>Applied changes</h2>
<table class="small">
<caption>$APPLIEDSTATUS</caption>
<thead><tr><th scope="col">Object</th><th scope="col" class="number">Times</th></tr></thead>
<tbody>
$APPLIED</tbody>
</table>
</section>
</div>
<h2 id="requests">Last requests</h2>
<div class="table" role="region" aria-labelledby="requests" tabindex="0"><table>
<caption>$REQUESTSTATUS</caption>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Request</th><th scope="col" class="number">Status</th>
<th scope="col">Unexpected</th></tr></thead>
<tbody>
$REQUESTS</tbody>
</table></div>
<h2>Faults</h2>
$FAULTS<form method="post" action="/sandbox/page">
<fieldset aria-label="New fault">
<input type="hidden" name="action" value="fault">
<label>Kind <select name="kind">$KINDS</select></label>
<label>Times <input type="number" name="times" min="1" value="$TIMES"></label>
<label>After <input type="number" name="after" min="0" value="$AFTER"></label>
<label>Path <input type="text" name="path" value="$PATH" placeholder="any but /oauth/token" autocomplete="off"></label>
<label>Further fields <input type="text" name="more" value="$MORE" placeholder="seconds=5" autocomplete="off"></label>
<button>Add fault</button>
</fieldset>
</form>
<div class="actions">
$ACTIONS</div>
</main>
</body>
</html>
]]

template.faults = [[
<table class="small">
<caption>Faults to come</caption>
<thead><tr><th scope="col">Kind</th><th scope="col">Requests that it hits</th><th scope="col">Path</th>
<th scope="col">Further fields</th></tr></thead>
<tbody>
$ROWS</tbody>
</table>
]]

template.action = [[
<form method="post" action="/sandbox/page">
<input type="hidden" name="action" value="$NAME"><button>$LABEL</button></form>
]]

return template
