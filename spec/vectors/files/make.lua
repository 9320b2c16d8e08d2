--- Writes the files of doc/files.md to a folder: lua5.4 spec/vectors/files/make.lua FOLDER
package.path = "./?.lua;" .. package.path

local folder = assert(arg[1], "usage: lua5.4 spec/vectors/files/make.lua FOLDER")

for _, case in ipairs(require "spec.vectors.files.cases") do
  local file = assert(io.open(folder .. "/" .. case.file, "wb"))
  assert(file:write(case.bytes))
  assert(file:close())
end
