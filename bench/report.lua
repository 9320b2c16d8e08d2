--- Prints the tables of `make bench`.
local cases = require "bench.cases"

local report = {}

local function verdict(row)
  if not row.aim then return "" end
  return row.met and "met" or "MISSED"
end

local widths = { -57, 9, 8, 7, 13, 7, -6 }

-- Pads by characters: "µ" is two bytes.
local function print_line(...)
  local parts = {}
  for i, width in ipairs(widths) do
    local text = tostring((select(i, ...)) or "")
    local pad = (" "):rep(math.abs(width) - #text:gsub("[\128-\191]", ""))
    parts[i] = width < 0 and text .. pad or pad .. text
  end
  print((table.concat(parts, " "):gsub("%s+$", "")))
end

local function fixed(digits, number)
  return number and ("%." .. digits .. "f"):format(number)
end

local function range(ratio)
  return ratio and ("%.2f to %.2f"):format(ratio.min, ratio.max)
end

--- Prints the cases over the wire.
function report.wire(list)
  print_line("over loopback", "calls/s", "CPU µs", "ratio", "min to max", "target")
  for _, row in ipairs(list) do
    if row.rates then
      print_line(row.label, fixed(0, row.rate), fixed(1, row.cpu), fixed(2, row.ratio and row.ratio.median), range(row.ratio),
        fixed(2, row.aim), verdict(row))
    else
      print_line(row.label, "not installed")
    end
  end
end

--- Prints how the module compares with each peer and with the base.
function report.comparisons(title, comparisons)
  local line = { ("\n%-40s"):format(title) }
  for _, variant in ipairs(cases.variants) do line[#line + 1] = ("%-20s"):format(variant) end
  print((table.concat(line, " "):gsub("%s+$", "")))
  for _, row in ipairs(comparisons) do
    line = { ("%-39s"):format(row.label) }
    for _, ratio in ipairs(row.variants) do
      local mark = row.aim and not ratio.met and "-" or ""
      line[#line + 1] = ("%-20s"):format(("%.2f (%s)%s"):format(ratio.median, range(ratio), mark))
    end
    print((table.concat(line, " "):gsub("%s+$", "")))
  end
end

--- Prints times under a title.
function report.parts(title, list)
  print()
  print_line(title, "", "µs", "", "", "target")
  for _, row in ipairs(list) do
    print_line(row.label, "", fixed(2, row.microseconds), "", "", fixed(1, row.aim), verdict(row))
  end
end

--- Prints the resident size.
function report.resident(row)
  print()
  print_line("memory", "calls", "KiB", "growth", "", "target")
  local first, last = row.marks[1], row.marks[#row.marks]
  print_line(row.label, first.calls, first.kib)
  print_line(row.label, last.calls, last.kib, last.kib - first.kib, "", row.aim, verdict(row))
end

return report
