--- Drives Chromium without a window through chromedriver (the WebDriver protocol).
local http = require "socket.http"
local json = require "mimecast.json"
local ltn12 = require "ltn12"
local shell = require "tools.shell"
local socket = require "socket"

local browser = {}
local Browser = {}
Browser.__index = Browser

local element_key = "element-6066-11e4-a52e-4f735466cecf" -- of the protocol

--- Returns why there is no browser; nil if both programs are installed.
---@return string?
function browser.missing()
  for _, name in ipairs { "chromedriver", "chromium" } do
    local _, code = shell.run("command -v " .. name)
    if code ~= 0 then return name .. " is not installed (apt-get install chromium chromium-driver)" end
  end
  return nil
end

local function request(self, method, path, body)
  local pieces, text = {}, body and json.encode(body) or ""
  local ok, status = http.request { url = self.url .. path, method = method, sink = ltn12.sink.table(pieces),
    source = ltn12.source.string(text), headers = { ["content-type"] = "application/json", ["content-length"] = #text } }
  local reply = ok and json.decode(table.concat(pieces))
  if status ~= 200 or not reply then
    error(("%s %s: %s %s"):format(method, path, tostring(status), table.concat(pieces):sub(1, 300)), 3)
  end
  return reply.value
end

local object_mt = json.object {} -- also an empty table is an object

local function open_session(self, words)
  local arguments = json.array { "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900" }
  for _, word in ipairs(words or {}) do arguments[#arguments + 1] = word end
  local value = request(self, "POST", "/session", { capabilities = { alwaysMatch = {
    browserName = "chrome", ["goog:chromeOptions"] = { args = arguments },
  } } })
  self.url = self.url .. "/session/" .. value.sessionId
end

--- Starts a browser. `close` ends it.
---@param words? string[] further arguments of Chromium
function browser.start(words)
  local port = shell.free_port()
  local self = setmetatable({ url = ("http://127.0.0.1:%d"):format(port) }, Browser)
  self.pid = shell.run(("chromedriver --port=%d >/dev/null 2>&1 & echo $!"):format(port)):match "%d+"
  for _ = 1, 200 do
    local client = socket.connect("127.0.0.1", port)
    if client then
      client:close()
      open_session(self, words)
      return self
    end
    socket.sleep(0.05)
  end
  error "chromedriver does not listen"
end

--- Opens a page and waits until it is loaded.
function Browser:open(url) request(self, "POST", "/url", { url = url }) end

--- Runs the body of a function in the page.
---@return any value what it returns; nil for null
function Browser:run(script, ...)
  local value = request(self, "POST", "/execute/sync", { script = script, args = json.array { ... } })
  if value ~= json.null then return value end
end

--- Runs it until it returns a true value, for at most ten seconds.
function Browser:wait(script)
  local ok, value
  for _ = 1, 200 do
    ok, value = pcall(self.run, self, script) -- fails while another page is loaded
    if ok and value then return value end
    socket.sleep(0.05)
  end
  error(("the page does not get there: %s: %s"):format(script, tostring(value)), 2)
end

local function element(self, selector)
  return request(self, "POST", "/element", { using = "css selector", value = selector })[element_key]
end

--- Clicks an element.
function Browser:click(selector)
  request(self, "POST", "/element/" .. element(self, selector) .. "/click", setmetatable({}, object_mt))
end

--- Replaces the text of an input, or chooses an option of a list by its first letters.
function Browser:type(selector, text)
  local path = "/element/" .. element(self, selector)
  if self:run("return document.querySelector(arguments[0]).localName", selector) == "input" then
    request(self, "POST", path .. "/clear", setmetatable({}, object_mt))
  end
  request(self, "POST", path .. "/value", { text = text })
end

--- Presses a key, such as "\u{E004}" (tab), in the focused element.
function Browser:press(key)
  request(self, "POST", "/actions", { actions = json.array { { type = "key", id = "keys", actions = json.array {
    { type = "keyDown", value = key }, { type = "keyUp", value = key } } } } })
end

--- Returns the text of an element as it is shown.
function Browser:text(selector)
  return request(self, "GET", "/element/" .. element(self, selector) .. "/text")
end

--- Runs a command of the Chrome DevTools Protocol.
function Browser:devtools(command, parameters)
  return request(self, "POST", "/goog/cdp/execute", { cmd = command, params = setmetatable(parameters or {}, object_mt) })
end

--- Returns a picture of the window as a PNG file.
function Browser:picture()
  return (require("mime").unb64(request(self, "GET", "/screenshot")))
end

--- Prints the page.
---@return string pdf
function Browser:print()
  return (require("mime").unb64(request(self, "POST", "/print", { background = true })))
end

--- Ends the browser and its driver.
function Browser:close()
  pcall(request, self, "DELETE", "")
  shell.finish(self.pid, "chromedriver")
end

return browser
