local role_address = require "mimecast.model.role_address"

describe("a role address", function()
  it("is one that every domain has", function()
    for text, is_role in pairs { ["Postmaster@example.com"] = true, ["abuse@example.com"] = true,
      ["postmasters@example.com"] = false, ["ann@abuse.com"] = false, ["abuse"] = false } do
      assert.equal(is_role, role_address.matches(text), text)
    end
  end)
end)
