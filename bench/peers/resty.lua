--- A case by lua-resty-http in a worker of nginx, with cjson and nginx's HMAC.
--
-- Each call encodes the body, signs the request and decodes the response.
local cjson = require "cjson"
local ngx = rawget(_G, "ngx")

local resty = {}

local random = math.random

local function uuid()
  return ("%04x%04x-%04x-4%03x-%04x-%04x%04x%04x"):format(random(0, 65535), random(0, 65535), random(0, 65535),
    random(0, 4095), random(32768, 49151), random(0, 65535), random(0, 65535), random(0, 65535))
end

local function headers(self)
  local date, id = ngx.http_time(ngx.time()):gsub("GMT", "UTC"), uuid()
  local text = ("%s:%s:%s:%s"):format(date, id, self.path, self.appKey)
  return {
    ["Content-Type"] = "application/json", ["Accept"] = "application/json", ["User-Agent"] = "peer/1.0",
    ["Authorization"] = ("MC %s:%s"):format(self.accessKey, ngx.encode_base64(ngx.hmac_sha1(self.key, text))),
    ["x-mc-app-id"] = self.appId, ["x-mc-date"] = date, ["x-mc-req-id"] = id,
  }
end

local function call(self, http)
  local response = assert(http.new():request_uri(self.url, { method = "POST", headers = headers(self),
    body = cjson.encode(self.body), keepalive_timeout = 60000, keepalive_pool = 256 }))
  assert(response.status == 200 and cjson.decode(response.body).data[1].accountDisabled == true)
end

local function run(self, http, count, in_flight)
  local left, threads = count, {}
  local function work()
    while left > 0 do
      left = left - 1
      call(self, http)
    end
  end
  for i = 1, in_flight do threads[i] = ngx.thread.spawn(work) end
  for i = 1, in_flight do assert(ngx.thread.wait(threads[i])) end
end

--- Makes calls, and returns seconds on the clock and seconds of CPU.
---@param path string file of bench/request_file.lua
---@param count integer
---@param in_flight integer
---@return string
function resty.measure(path, count, in_flight)
  local http = require "resty.http"
  local file = assert(io.open(path))
  local self = cjson.decode(file:read "*a")
  file:close()
  self.key = ngx.decode_base64(self.secretKey)
  run(self, http, 500, in_flight)
  collectgarbage()
  ngx.update_time()
  local wall, cpu = ngx.now(), os.clock()
  run(self, http, count, in_flight)
  ngx.update_time()
  return ("%.6f %.6f\n"):format(ngx.now() - wall, os.clock() - cpu)
end

return resty
