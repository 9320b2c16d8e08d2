--- The families of operations, those that are used most first. Each is a file beside this one.
return {
  "user", "group", "alias", "domain", "account", "delegate", "attribute", "import", "directory", "audit", "role", "sender",
  "managed_url", "held_message", "message", "ttp_log", "rest_users_groups", "rest_domains",
}
