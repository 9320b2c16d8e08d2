--- Counts things in words: `counted(1, "row")` is "1 row", `counted(2, "row")` is "2 rows".
---@param count integer
---@param noun string whose plural ends with s
---@return string
return function(count, noun)
  return ("%d %s%s"):format(count, noun, count == 1 and "" or "s")
end
