--- Iterates over a paged list and fetches each page when it is needed.
--
-- The service's paging is irregular (mimecast-api 4, 11): repeated tokens, empty pages that name a next page (in the middle of
-- a log, or after its last row), wrong totals. An iterator reports all of them and never ends early without an error.
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"

local paginator = {}

local most_empty = 100 -- consecutive pages without a row

local Iterator = {}
Iterator.__index = Iterator

local function problem(self, code, message, hint)
  return errors.new {
    category = "protocol", code = code, message = ("%s: %s"):format(self.name, message), hint = hint,
  }
end

-- A cursor is "received:skip:token": the rows received in all, the rows received of the page, and the page.
local function read_cursor(text)
  if not text then return 0, 0, nil end
  local received, skip, token = text:match("^(%d+):(%d+):(.*)$")
  if not received then return nil end
  return tonumber(received), tonumber(skip), token ~= "" and token or nil
end

--- Makes an iterator.
---@param operation mimecast.Operation
---@param name string of the function that was called, for errors
---@param item table wire table
---@param fetch fun(item: table, page: table): table?, mimecast.Error? rows and page info of one page
---@return table? iterator
---@return mimecast.Error? err
function paginator.new(operation, name, item, fetch)
  local limit, size, cursor = item.limit, item.pageSize, item.cursor
  item.limit, item.pageSize, item.cursor = nil, nil, nil
  local received, skip, token = read_cursor(cursor)
  if not received then
    return nil, errors.new { category = "validation", code = "invalid_input", field = "cursor",
      message = "cursor is invalid; take it from an iterator's cursor()" }
  end
  local largest = operation.protocol == "rest" and 100 or 500
  return setmetatable({
    name = name, item = item, fetch = fetch, limit = limit, size = size or math.min(limit or largest, largest),
    token = token, received = received, skip = skip, delivered = 0, position = 0, rows = {}, started = false,
    checkpoint = token, steps = 0, lap = 1, empty = 0,
  }, Iterator)
end

-- Returns whether a token is repeated. One token is kept and replaced after every power of two of pages (Brent's cycle
-- detection): this finds a cycle of any length with constant memory.
local function is_repeated(self, token)
  if token == self.token or token == self.checkpoint then return true end
  self.steps = self.steps + 1
  if self.steps == self.lap then self.checkpoint, self.lap = token, self.lap * 2 end
  return false
end

local function wrong_total(self)
  return problem(self, "wrong_total", ("received %s, but the service counts %d"):format(counted(self.received, "row"),
    self.total), "rows were added or removed meanwhile, or the service left some out: list again")
end

-- Returns whether an empty page is the last one; nil and an error value after too many empty pages.
local function is_last_empty(self)
  if not self.next_token or (self.total and self.received >= self.total) then return true end
  self.empty = self.empty + 1
  if self.empty < most_empty then return false end
  return nil, problem(self, "endless_pages",
    ("%d consecutive pages have no row, and the last one names a next page"):format(most_empty),
    "continue later from the iterator's cursor(), or list a shorter time")
end

-- Fetches the next page, which can be empty. Returns false after the last page, and nil and an error value on failure.
local function fetch_page(self)
  local token = self.token
  if self.started then
    token = self.next_token
    if not token then return false end
    if is_repeated(self, token) then
      return nil, problem(self, "repeated_page", "the service names an earlier page as the next one",
        "the rows so far are complete; the other rows cannot be reached")
    end
    -- A faulty service can return the same page for ever, each time with a new token.
    if self.total and self.received >= self.total + self.size then return nil, wrong_total(self) end
  end
  local rows, info = self.fetch(self.item, { size = self.size, token = token })
  if not rows then return nil, info end -- the cursor does not move
  self.token, self.started = token, true
  self.rows, self.position, self.next_token = rows, self.skip, info.next
  self.skip = 0
  if info.total then self.total = info.total end
  if #rows > 0 then
    self.empty = 0
    return true
  end
  local is_last, err = is_last_empty(self)
  if is_last == nil then return nil, err end
  return not is_last
end

local function finish(self)
  self.ended = true
  self.rows = {}
  if self.total and self.received ~= self.total then
    return wrong_total(self)
  end
  return nil
end

--- Returns the next row; nil after the last row; `false`, a message and an error value after a failure, once.
function Iterator:__call()
  if self.ended or (self.limit and self.delivered >= self.limit) then return nil end
  while self.position >= #self.rows do
    local more, err = fetch_page(self)
    if more == false then err = finish(self) end
    if err then
      self.ended, self.err = true, err
      return false, tostring(err), err
    end
    if not more then return nil end
  end
  self.position = self.position + 1
  self.received, self.delivered = self.received + 1, self.delivered + 1
  return self.rows[self.position]
end

function Iterator:__tostring()
  return ("mimecast.Iterator(%s, %s so far)"):format(self.name, counted(self.received, "row"))
end

--- Returns a cursor: the same call with `cursor = …` continues after the last row that was returned. With another page
-- size it can repeat or skip rows.
---@return string cursor
function Iterator:cursor()
  return ("%d:%d:%s"):format(self.received, self.started and self.position or self.skip, self.token or "")
end

--- Returns whether the last row that was returned is the last one of its page.
---@return boolean
function Iterator:ends_page()
  return self.position >= #self.rows
end

--- Returns whether the last row that was returned is the last one of its page.
---@return boolean
function Iterator:ends_page()
  return self.position >= #self.rows
end

--- Returns whether there may be more rows.
---@return boolean
function Iterator:more()
  return not self.ended and (self.position < #self.rows or not self.started or self.next_token ~= nil)
end

--- Collects rows into a list, 500 at most unless there is a limit.
---@param iterator table
---@return table? list; its `total` is the number of all rows, if the service tells it; its `cursor` continues the list, if
-- there are more rows
---@return mimecast.Error? err
function paginator.collect(iterator)
  iterator.limit = iterator.limit or 500
  local list = {}
  local row, _, err = iterator()
  while row do
    list[#list + 1] = row
    row, _, err = iterator()
  end
  if err then return nil, err end
  list.total = iterator.total
  if iterator:more() then list.cursor = iterator:cursor() end
  return list
end

return paginator
