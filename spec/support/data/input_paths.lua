-- Marks the paths of the fields that an input gives, those within others too.
local function mark_given(fields, value, path, given)
  for _, field in ipairs(fields) do
    local own, inner = path .. "." .. field.name, value[field.name]
    if inner ~= nil then
      given[own] = true
      if field.fields then mark_given(field.fields, inner, own, given) end
      if field.item and field.item.fields then
        for _, item in ipairs(inner) do mark_given(field.item.fields, item, own, given) end
      end
    end
  end
end

return mark_given
