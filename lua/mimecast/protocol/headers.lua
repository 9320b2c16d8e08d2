--- The service's response headers.
local headers = {}

--- Names of the headers that the client reads, for the transport. The transport adds HTTP's standard ones.
headers.names = {
  "x-mc-req-id", "x-mimecast-ratelimit-reset", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset",
  "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id",
}

return headers
