--- Makes TLS certificates with the openssl command: a valid certificate and each kind of invalid one.
local shell = require "tools.shell"

local certificates = {}

local script = [[
set -eu
umask 077
cd %s
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
authority() {
  key "$1"
  openssl req -x509 -new -key "$1.key" -out "$1.pem" -days 30 -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}
printf '%%s\n' '[ca]' 'default_ca=test' '[test]' 'database=index' 'serial=serial' 'new_certs_dir=.' \
  'default_md=sha256' 'policy=any' 'copy_extensions=copy' 'unique_subject=no' '[any]' 'commonName=supplied' >ca.conf
: >index
echo 1000 >serial
server() {
  key "$1"
  openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=$2" -addext "subjectAltName=$3" \
    -addext extendedKeyUsage=serverAuth -addext basicConstraints=CA:FALSE
  openssl ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" \
    -startdate "$4" -enddate "$5"
}
begin=$(date -u -d '-1 day' +%%Y%%m%%d%%H%%M%%SZ)
finish=$(date -u -d '+30 days' +%%Y%%m%%d%%H%%M%%SZ)
authority ca "Sandbox Test CA"
authority other "Another Test CA"
server good localhost DNS:localhost,IP:127.0.0.1 "$begin" "$finish"
server wrong elsewhere.example.com DNS:elsewhere.example.com "$begin" "$finish"
server expired localhost DNS:localhost,IP:127.0.0.1 20200101000000Z 20200201000000Z
]]

--- Makes the certificates in an existing folder.
---@param folder string
---@return table files ca and other (CA files), good, wrong (host name) and expired: { certificate, key }
function certificates.make(folder)
  local pipe = assert(io.popen("( " .. script:format(shell.quote(folder)) .. ") 2>&1; echo \"code:$?\"", "r"))
  local text = pipe:read("*a")
  pipe:close()
  assert(text:find("code:0%s*$"), text)
  local files = { ca = folder .. "/ca.pem", other = folder .. "/other.pem" }
  for _, name in ipairs{ "good", "wrong", "expired" } do
    files[name] = { certificate = folder .. "/" .. name .. ".pem", key = folder .. "/" .. name .. ".key" }
  end
  return files
end

return certificates
