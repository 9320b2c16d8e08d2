rockspec_format = "3.0"
package = "mimecast"
version = "0.1.0-1"
source = {
  url = "git+https://github.com/lua-mimecast/lua-mimecast.git",
  tag = "v0.1.0",
}
description = {
  summary = "A client of the Mimecast API, for Lua and OpenResty",
  detailed = "Changes a Mimecast account in one line and trusts the result: a C core (signing, HTTP over libcurl, field "
    .. "marshalling) with Lua on top, for both generations of the API.",
  homepage = "https://github.com/lua-mimecast/lua-mimecast",
  license = "MIT",
}
dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson >= 2.1",
}
external_dependencies = {
  CURL = { header = "curl/curl.h", library = "curl" },
  CRYPTO = { header = "openssl/evp.h", library = "crypto" },
}
build = {
  type = "builtin",
  modules = {
    ["mimecast.core"] = {
      sources = {
        "csrc/compat.c",
        "csrc/core.c",
        "csrc/datetime.c",
        "csrc/field.c",
        "csrc/http.c",
        "csrc/private.c",
        "csrc/secret.c",
        "csrc/shape.c",
        "csrc/signature.c",
        "csrc/text.c",
        "csrc/transfer.c",
      },
      defines = { "_DEFAULT_SOURCE" },
      libraries = { "curl", "crypto" },
      incdirs = { "$(CURL_INCDIR)", "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
    },
    ["mimecast"] = "lua/mimecast/init.lua",
    ["mimecast.client"] = "lua/mimecast/client.lua",
    ["mimecast.credentials"] = "lua/mimecast/credentials/init.lua",
    ["mimecast.credentials.signature"] = "lua/mimecast/credentials/signature.lua",
    ["mimecast.credentials.token"] = "lua/mimecast/credentials/token.lua",
    ["mimecast.envelope"] = "lua/mimecast/envelope.lua",
    ["mimecast.failure"] = "lua/mimecast/failure.lua",
    ["mimecast.gateways"] = "lua/mimecast/gateways.lua",
    ["mimecast.helpers"] = "lua/mimecast/helpers.lua",
    ["mimecast.json"] = "lua/mimecast/json.lua",
    ["mimecast.operations"] = "lua/mimecast/operations/init.lua",
    ["mimecast.operations.user"] = "lua/mimecast/operations/user.lua",
    ["mimecast.redact"] = "lua/mimecast/redact.lua",
    ["mimecast.retry"] = "lua/mimecast/retry.lua",
    ["mimecast.sandbox"] = "lua/mimecast/sandbox/init.lua",
    ["mimecast.sandbox.access"] = "lua/mimecast/sandbox/access.lua",
    ["mimecast.sandbox.answer"] = "lua/mimecast/sandbox/answer.lua",
    ["mimecast.sandbox.calendar"] = "lua/mimecast/sandbox/calendar.lua",
    ["mimecast.sandbox.config"] = "lua/mimecast/sandbox/config.lua",
    ["mimecast.sandbox.control"] = "lua/mimecast/sandbox/control.lua",
    ["mimecast.sandbox.faults"] = "lua/mimecast/sandbox/faults.lua",
    ["mimecast.sandbox.handle"] = "lua/mimecast/sandbox/handle.lua",
    ["mimecast.sandbox.handler"] = "lua/mimecast/sandbox/handler.lua",
    ["mimecast.sandbox.lenient"] = "lua/mimecast/sandbox/lenient.lua",
    ["mimecast.sandbox.nginx"] = "lua/mimecast/sandbox/nginx.lua",
    ["mimecast.sandbox.refusals"] = "lua/mimecast/sandbox/refusals.lua",
    ["mimecast.sandbox.service"] = "lua/mimecast/sandbox/service.lua",
    ["mimecast.sandbox.shell"] = "lua/mimecast/sandbox/shell.lua",
    ["mimecast.sandbox.tenant"] = "lua/mimecast/sandbox/tenant.lua",
    ["mimecast.sandbox.transport"] = "lua/mimecast/sandbox/transport.lua",
    ["mimecast.sandbox.users"] = "lua/mimecast/sandbox/users.lua",
    ["mimecast.settings"] = "lua/mimecast/settings.lua",
    ["mimecast.transport.curl"] = "lua/mimecast/transport/curl.lua",
  },
}
