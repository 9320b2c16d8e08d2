--- Attribute operations: data on users besides the settings of their accounts.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

return family.of { product = "User and Group Management" } {
  find_attribute_types = {
    path = "/api/attribute/find-attribute-types",
    summary = "List the types of attributes in the tenant.",
    permission = "Directories | Attributes | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    undocumentedOutput = true,
    source = "DOC2",
    example = {},
  },

  get_attributes = {
    path = "/api/user/get-attributes",
    summary = "List the attributes of a user.",
    permission = "Directories | Internal | Edit",
    writes = false,
    idempotent = true,
    batch = 25,
    resultKey = true,
    undocumentedOutput = true,
    key = "email",
    source = "DOC2",
    input = { fields.email { required = true } },
    example = { email = "ann@example.com" },
  },

  update_attributes = {
    path = "/api/user/update-attributes",
    summary = "Set attributes of a user.",
    permission = "Directories | Internal | Edit",
    writes = true,
    idempotent = true,
    key = "email",
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = {
      fields.email { required = true },
      { name = "attributes", label = "Attributes", type = "list", required = true, min = 1, text = "the attributes to set",
        item = { type = "object", fields = {
          fields.id "the attribute's id, or give its name",
          { name = "name", label = "Name", type = "text", text = "the attribute's name, or give its id" },
          { name = "value", type = "any", required = true, text = "the value, of the attribute's type" },
        } } },
    },
    check = function(item)
      local either = fields.either("id", "name")
      for i, attribute in ipairs(item.attributes) do
        local field, message = either(attribute)
        if field then return ("attributes[%d].%s"):format(i, field), message end
      end
      return nil
    end,
    example = {
      email = "ann@example.com",
      attributes = { { id = fields.sample_id, value = 50 }, { name = "team", value = "b" } },
    },
  },
}
