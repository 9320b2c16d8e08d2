std = "min"
max_line_length = 128
exclude_files = { "build", "doc/mimecast.meta.lua" }
-- math.type and its kin are asked for first: Lua 5.1 has none.
files["spec"] = { std = "min+busted", read_globals = { math = { fields = { "type", "maxinteger", "mininteger" }, other_fields = true } } }
-- What runs inside nginx, and nowhere else.
files["lua/mimecast/sandbox/front/nginx_app.lua"] = { read_globals = { "ngx" } }
files["lua/mimecast/transport/cosocket.lua"] = { read_globals = { "ngx" } }
files["lua/mimecast/transport/socket.lua"] = { read_globals = { "ngx", "unpack" } }
files["lua/mimecast/store"] = { read_globals = { "ngx" } }
files["spec/hosts/nginx"] = { read_globals = { "ngx" } }
files["examples/openresty/lua"] = { globals = { "ngx" }, read_globals = { "unpack" } }
