local address = require "mimecast.bulk.reconcile.address"

describe("an address of a roster", function()
  it("has one key in any case and Unicode composition", function()
    assert.equal(address.key "müller@example.com", address.key "MU\204\136LLER@Example.COM")
  end)

  -- The encodings are those of RFC 3492 (section 7.1) and of registered domains.
  it("has one key for the ASCII form and the Unicode form of its domain", function()
    local domains = {
      ["xn--bcher-kva.example"] = "bücher.example", ["mail.xn--mnchen-3ya.de"] = "mail.münchen.de",
      ["xn--fsqu00a.xn--0zwm56d"] = "例子.测试", ["xn--p1ai"] = "рф", ["xn--mgbh0fb.example"] = "مثال.example",
      ["xn--ls8h.la"] = "💩.la", ["XN--STRAE-OQA.de"] = "straße.de",
      ["xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.example"] = "почемужеонинеговорятпорусски.example",
    }
    for ascii, unicode in pairs(domains) do
      assert.same({ address.key("ann@" .. unicode) }, { address.key("Ann@" .. ascii) }, ascii)
    end
  end)

  it("keeps a domain that only looks like Punycode", function()
    for _, domain in ipairs { "xn--", "xn--.com", "xn--a-\1.com", "xn--99999999999.com", "xn--" .. ("z"):rep(59) .. ".com",
      "axn--bcher-kva.com", "xn--bcher-kv.com" .. ("a"):rep(60) } do
      assert.truthy(address.domain(domain):find("xn--", 1, true), domain)
    end
  end)

  it("returns the domain apart, and survives a text without one", function()
    assert.same({ "a@b@example.com", "example.com" }, { address.key "A@b@Example.com" })
    assert.same({ "ann", "" }, { address.key "Ann" })
  end)
end)
