-- The sources of the default client's options: the environment, a profile, or the sandbox.
local run_lua = require "spec.support.run.run_lua"
local options = require "mimecast.config.options"

local function with(base, more)
  local all = {}
  for _, from in ipairs { base, more or {} } do
    for name, value in pairs(from) do all[name] = value end
  end
  return all
end

local folder

local function write(text, mode)
  os.execute(("mkdir -p '%s/mimecast'"):format(folder))
  local path = folder .. "/mimecast/profiles.json"
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  os.execute(("chmod %s '%s'"):format(mode or "600", path))
end

-- Runs code in a process with this environment only; `show` prints a client's configuration or error.
local prelude = [[
local core = require "mimecast.core"
local mimecast = require "mimecast"
local function show(made, message, err)
  if not made then print("error " .. err.code .. ": " .. message) return end
  local config = made.config
  for _, name in ipairs { "generation", "baseUrl", "timeout", "connectTimeout", "attempts", "batchSize", "concurrency",
    "tokenRefreshMargin", "maxResponseBytes", "caFile" } do
    local value = config[name]
    if type(value) == "number" then value = ("%g"):format(value) end
    print(name .. "=" .. tostring(value))
  end
  for _, name in ipairs { "clientId", "clientSecret", "appId", "appKey", "accessKey", "secretKey", "proxy" } do
    if config[name] then print(name .. "=" .. core.secret.reveal(config[name])) end
  end
end
]]

local function run(environment, code)
  local all = { XDG_CONFIG_HOME = folder }
  for name, value in pairs(environment or {}) do all[name] = value end
  return run_lua.run(prelude .. (code or "show(mimecast.default())"), { clean = true, environment = all })
end

local function shows(output, ...)
  for _, line in ipairs { ... } do
    assert.truthy(("\n" .. output):find("\n" .. line .. "\n", 1, true), line .. " is not in:\n" .. output)
  end
end

local function says(output, ...)
  for _, words in ipairs { ... } do
    assert.truthy(output:find(words, 1, true), words .. " is not in:\n" .. output)
  end
end

local env2 = { MIMECAST_CLIENT_ID = "env-id", MIMECAST_CLIENT_SECRET = "env-secret" }
local profile2 = '{"default":{"clientId":"file-id","clientSecret":"file-secret","timeout":7},'
  .. '"old":{"appId":"a","appKey":"b","accessKey":"c","secretKey":"ZA==","region":"za"}}'

describe("the default client", function()
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir '" .. folder .. "'")
  end)
  after_each(function() os.execute("rm -r '" .. folder .. "'") end)

  it("reads every option from the environment", function()
    local output = run(with(env2, {
      MIMECAST_REGION = "uk", MIMECAST_TIMEOUT = "12.5", MIMECAST_CONNECT_TIMEOUT = "3", MIMECAST_ATTEMPTS = "5",
      MIMECAST_BATCH_SIZE = "2", MIMECAST_CONCURRENCY = "8", MIMECAST_TOKEN_REFRESH_MARGIN = "30",
      MIMECAST_MAX_RESPONSE_BYTES = "1000", MIMECAST_CA_FILE = "/etc/os-release", MIMECAST_PROXY = "http://127.0.0.1:3128",
    }))
    shows(output, "generation=2.0", "baseUrl=https://uk-api.services.mimecast.com", "timeout=12.5", "connectTimeout=3",
      "attempts=5", "batchSize=2", "concurrency=8", "tokenRefreshMargin=30", "maxResponseBytes=1000", "caFile=/etc/os-release",
      "clientId=env-id", "clientSecret=env-secret", "proxy=http://127.0.0.1:3128", "exit 0")
    output = run { MIMECAST_APP_ID = "a", MIMECAST_APP_KEY = "b", MIMECAST_ACCESS_KEY = "c",
      MIMECAST_SECRET_KEY = "ZA==",
      MIMECAST_BASE_URL = "https://jer-api.mimecast.com" }
    shows(output, "generation=1.0", "baseUrl=https://jer-api.mimecast.com", "appId=a", "appKey=b", "accessKey=c",
      "secretKey=ZA==")
  end)

  it("has a variable for each option that is data", function()
    for _, option in ipairs(options.list) do
      if not option.lua then
        local output = run(with(env2, { [option.env] = "\t" }))
        says(output, "error invalid_setting: " .. option.name .. " ", "it is from the variable " .. option.env)
      end
    end
  end)

  it("ignores an empty variable", function()
    shows(run(with(env2, { MIMECAST_TIMEOUT = "", MIMECAST_APP_KEY = "" })), "timeout=30", "generation=2.0")
  end)

  it("reports an invalid number and its source", function()
    says(run(with(env2, { MIMECAST_TIMEOUT = "soon" })), "error invalid_setting: timeout must be a number")
    write '{"default":{"clientId":"i","clientSecret":"s","attempts":"0"}}'
    says(run(), "error invalid_setting: attempts must be a number from 1 to 10", 'it is from the profile "default"')
  end)

  it("names the possible sources if there are no credentials", function()
    says(run(), "error missing_credentials", "MIMECAST_CLIENT_ID", "MIMECAST_SANDBOX=1")
    says(run({}, [[
      print(select("#", mimecast.update_user { email = "a@example.com" }))
      show(mimecast.update_users {})]]),
      "3", "missing_credentials")
  end)

  it("needs a home folder only for a profile", function()
    local output = run_lua.run(prelude .. "show(mimecast.default())", { clean = true, environment = env2 })
    shows(output, "clientId=env-id")
    output = run_lua.run(prelude .. "show(mimecast.new { profile = 'x' })", { clean = true })
    says(output, "error missing_profile: there is no home folder")
  end)

  it("reads the profile default if the environment has no credentials", function()
    write(profile2)
    shows(run { MIMECAST_ATTEMPTS = "2" }, "clientId=file-id", "timeout=7", "attempts=2",
      "baseUrl=https://api.services.mimecast.com")
  end)

  it("ignores the byte order mark that PowerShell writes", function()
    write("\239\187\191" .. profile2)
    shows(run {}, "clientId=file-id", "timeout=7")
  end)

  it("reads the profile that default names, also if MIMECAST_PROFILE names default", function()
    write('{"default":"old",' .. profile2:sub(profile2:find '"old"', -1))
    for _, environment in ipairs { {}, { MIMECAST_PROFILE = "default" } } do
      shows(run(environment), "appId=a", "baseUrl=https://za-api.mimecast.com")
    end
    says(run { MIMECAST_PROFILE = "default", MIMECAST_REGION = "eu" }, 'the profile "old" (named by MIMECAST_PROFILE)')
  end)
  it("finds profiles in the home folder", function()
    os.execute(("mkdir -p '%s/.config'"):format(folder))
    write(profile2)
    os.execute(("mv '%s/mimecast' '%s/.config/mimecast'"):format(folder, folder))
    local output = run_lua.run(prelude .. "show(mimecast.default())", { clean = true, environment = { HOME = folder } })
    shows(output, "clientId=file-id")
  end)

  it("does not open the profiles if the environment has credentials", function()
    write("not JSON", "644")
    shows(run(env2), "clientId=env-id", "timeout=30")
  end)

  it("uses the profile that MIMECAST_PROFILE names; other options of the environment override it", function()
    write(profile2)
    shows(run { MIMECAST_PROFILE = "old", MIMECAST_TIMEOUT = "3", MIMECAST_PROXY = "http://127.0.0.1:3128",
      MIMECAST_CA_FILE = "/etc/os-release" }, "generation=1.0", "timeout=3", "baseUrl=https://za-api.mimecast.com",
      "secretKey=ZA==", "proxy=http://127.0.0.1:3128", "caFile=/etc/os-release")
    says(run { MIMECAST_PROFILE = "none" }, "error missing_profile", '"none"', "it has: default, old")
  end)

  describe("reports credentials and gateway from two sources: a profile and", function()
    local account = { MIMECAST_CLIENT_ID = "env-id", MIMECAST_CLIENT_SECRET = "PlantedSecret", MIMECAST_APP_ID = "a",
      MIMECAST_APP_KEY = "PlantedKey", MIMECAST_ACCESS_KEY = "PlantedAccess", MIMECAST_SECRET_KEY = "UGxhbnRlZA==",
      MIMECAST_EMAIL = "app@example.com", MIMECAST_PASSWORD = "PlantedPassword", MIMECAST_LOGIN_TYPE = "Basic-AD",
      MIMECAST_REGION = "us", MIMECAST_BASE_URL = "https://gateway.example.com" }
    for variable, value in pairs(account) do
      it(variable .. ", with MIMECAST_PROFILE", function()
        write(profile2)
        for _, name in ipairs { "default", "old" } do
          local output = run { MIMECAST_PROFILE = name, [variable] = value }
          says(output, "error mixed_credentials", ('the profile "%s" (named by MIMECAST_PROFILE)'):format(name),
            "in the environment " .. variable, "unset " .. variable, "or unset MIMECAST_PROFILE")
          assert.is_nil(output:find("Planted", 1, true))
        end
      end)
    end
    for _, variable in ipairs { "MIMECAST_REGION", "MIMECAST_BASE_URL", "MIMECAST_EMAIL", "MIMECAST_PASSWORD" } do
      it(variable .. ", without MIMECAST_PROFILE", function()
        write(profile2)
        says(run { [variable] = account[variable] }, "error mixed_credentials",
          'the profile "default", and in the environment ' .. variable,
          "or set all credentials in the environment, so that no profile is read")
      end)
    end

    it("but not a profile without credentials and gateway", function()
      write '{"slow":{"timeout":70}}'
      shows(run(with(env2, { MIMECAST_PROFILE = "slow", MIMECAST_REGION = "uk" })), "clientId=env-id", "timeout=70",
        "baseUrl=https://uk-api.services.mimecast.com")
    end)
  end)

  it("names the source of an invalid value", function()
    says(run(with(env2, { MIMECAST_TIMEOUT = "0" })), "it is from the variable MIMECAST_TIMEOUT")
    write '{"p":{"clientId":"i","clientSecret":"s","timeout":0}}'
    says(run { MIMECAST_PROFILE = "p" }, 'it is from the profile "p"')
    shows(run { MIMECAST_PROFILE = "p", MIMECAST_TIMEOUT = "9" }, "timeout=9")
  end)

  it("gives options precedence over the named profile, and ignores the account of the environment", function()
    write(profile2)
    local output = run(with(env2, { MIMECAST_TIMEOUT = "9", MIMECAST_PROFILE = "old", MIMECAST_REGION = "us" }),
      [[show(mimecast.new { profile = "default", attempts = 2 })
      show(mimecast.new { profile = "default", clientSecret = "own-secret", timeout = 1 })]])
    shows(output, "clientId=file-id", "clientSecret=file-secret", "timeout=7", "attempts=2")
    shows(output, "clientSecret=own-secret", "timeout=1", "baseUrl=https://api.services.mimecast.com")
    assert.is_nil(output:find("env-", 1, true))
    assert.is_nil(output:find("us-api", 1, true))
  end)

  it("gives an explicit region or baseUrl precedence over the profile's region or baseUrl", function()
    write('{"r":{"clientId":"i","clientSecret":"s","region":"uk"},'
      .. '"b":{"clientId":"i","clientSecret":"s","baseUrl":"https://a.example.com"}}')
    local output = run({}, [[for _, name in ipairs { "r", "b" } do
      show(mimecast.new { profile = name, region = "us" })
      show(mimecast.new { profile = name, baseUrl = "https://b.example.com" })
    end]])
    for _, url in ipairs { "https://us-api.services.mimecast.com", "https://b.example.com" } do
      local _, count = output:gsub("baseUrl=" .. url:gsub("[.-]", "%%%0") .. "\n", "")
      assert.equal(2, count)
    end
  end)

  it("ignores the environment for mimecast.new", function()
    write(profile2)
    local output = run(with(env2, { MIMECAST_REGION = "us", MIMECAST_PROFILE = "old" }), [[
      show(mimecast.new { clientId = "own-id", clientSecret = "own-secret" })
      show(mimecast.new {})]])
    shows(output, "clientId=own-id", "baseUrl=https://api.services.mimecast.com")
    says(output, "error missing_credentials")
  end)

  it("is made once; a failure is not kept", function()
    shows(run(env2, "print(mimecast.default() == mimecast.default())"), "true")
    says(run({}, [[show(mimecast.default()) show(mimecast.default())]]), "missing_credentials")
  end)

  describe("reports a profile file that", function()
    local function reports(text, mode, ...)
      write(text, mode)
      says(run { MIMECAST_PROFILE = "default" }, ...)
    end
    it("others can read", function()
      reports(profile2, "644", "error unsafe_profile", "/mimecast/profiles.json")
      reports(profile2, "640", "error unsafe_profile")
      reports(profile2, "606", "error unsafe_profile")
    end)
    it("others can read, also without MIMECAST_PROFILE", function()
      write(profile2, "644")
      says(run(), "error unsafe_profile")
    end)
    it("does not exist, with a hint", function()
      says(run { MIMECAST_PROFILE = "default" }, "error missing_profile")
      says(run({}, [[print(select(3, mimecast.new { profile = "x" }).hint)]]), "mimecast login makes a profile")
    end)
    it("is not JSON", function()
      reports('{"default": PlantedSecret}', "600", "error invalid_profile", "is not a JSON object")
      assert.is_nil(run({ MIMECAST_PROFILE = "default" }):find("Planted", 1, true))
    end)
    it("is not strict JSON, with the position and without the content", function()
      reports('{"default":{"clientId":"x","clientSecret":"PlantedSecret\t"}}', "600", "error invalid_profile",
        "unescaped control character at byte 57")
      assert.is_nil(run({ MIMECAST_PROFILE = "default" }):find("Planted", 1, true))
    end)
    it("names an option twice", function()
      reports('{"default":{"clientId":"x","clientSecret":"PlantedSecret","clientId":"y"}}', "600", "error invalid_profile",
        'duplicate name "clientId"')
      assert.is_nil(run({ MIMECAST_PROFILE = "default" }):find("Planted", 1, true))
    end)
    it("is UTF-16, with a hint", function()
      reports("\255\254{\0}\0", "600", "error invalid_profile", "the text is UTF-16; save it as UTF-8")
    end)
    it("is empty", function() reports("", "600", "error invalid_profile") end)
    it("is a JSON string", function() reports('"x"', "600", "error invalid_profile") end)
    it("has no object under the name", function()
      reports('{"default":5}', "600", "error missing_profile")
    end)
    it("names a default profile that does not exist", function()
      reports('{"default":"x","work":{}}', "600", 'error invalid_profile', 'has no profile "x", which "default" names')
      write('{"default":"x"}')
      says(run(), "error invalid_profile")
    end)
    it("has an unknown option", function()
      reports('{"default":{"clientID":"PlantedId"}}', "600", "error invalid_profile", "unknown option clientID",
        "did you mean clientId?")
      assert.is_nil(run({ MIMECAST_PROFILE = "default" }):find("PlantedId", 1, true))
    end)
    it("sets an option that is not data", function()
      reports('{"default":{"transport":{},"clientId":"x","clientSecret":"y"}}', "600", "unknown option transport")
      reports('{"default":{"profile":"old"}}', "600", "unknown option profile")
    end)
    it("has values of the wrong type", function()
      reports('{"default":{"clientId":7,"clientSecret":"y"}}', "600", "error invalid_setting: clientId must be text")
      reports('{"default":{"clientId":null,"clientSecret":"y"}}', "600", "clientId must be text")
      reports('{"default":{"clientId":"x","clientSecret":["PlantedSecret"]}}', "600", "clientSecret must be text")
    end)
    it("is a folder", function()
      os.execute(("mkdir -p '%s/mimecast/profiles.json'"):format(folder))
      says(run { MIMECAST_PROFILE = "default" }, "error unsafe_profile")
    end)
  end)
end)

describe("MIMECAST_SANDBOX=1", function()
  it("uses a sandbox tenant, without an account", function()
    folder = "/nonexistent"
    shows(run({ MIMECAST_SANDBOX = "1" }, [[
      local user = assert(mimecast.update_user { email = "ann@example.com", accountDisabled = true })
      print(user.username, user.accountDisabled)
      print(mimecast.default().sandbox:user("ann@example.com").accountDisabled)]]), "Ann Example\ttrue", "true",
        "exit 0")
  end)

  it("is off if it is 0 or empty", function()
    folder = "/nonexistent"
    for _, value in ipairs { "0", "" } do
      says(run { MIMECAST_SANDBOX = value }, "error missing_credentials")
    end
  end)

  it("is an error with another value, so that the real tenant is not changed by mistake", function()
    folder = "/nonexistent"
    for _, value in ipairs { "true", "yes", "2" } do
      says(run(with(env2, { MIMECAST_SANDBOX = value })), "error invalid_setting")
    end
  end)

  it("has precedence over credentials", function()
    folder = "/nonexistent"
    shows(run(with(env2, { MIMECAST_SANDBOX = "1" }), "print(mimecast.default().sandbox ~= nil)"), "true")
  end)
end)
