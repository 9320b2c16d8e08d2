--- Iterators over paged lists: page after page, fetched when it is needed.
--
-- The service's paging has traps (mimecast-api 4, 11): a token that comes again, an empty page that names a next one (in the
-- middle of a log, or behind its last row), a total that does not fit. An iterator never ends silently early.
local errors = require "mimecast.errors"

local pages = {}

local most_empty = 100 -- pages without a row, one after the other, that an iterator goes through

local Iterator = {}
Iterator.__index = Iterator

local function problem(self, code, message, hint)
  return errors.new {
    category = "protocol", code = code, message = ("%s: %s"):format(self.operation.name, message), hint = hint,
  }
end

-- A cursor is "received:skip:token": rows had in all, rows of the page had, and the page.
local function read_cursor(text)
  if not text then return 0, 0, nil end
  local received, skip, token = text:match("^(%d+):(%d+):(.*)$")
  if not received then return nil end
  return tonumber(received), tonumber(skip), token ~= "" and token or nil
end

--- Makes an iterator.
---@param operation mimecast.Operation
---@param item table wire table
---@param fetch fun(item: table, page: table): table?, mimecast.Error? rows and page info of one page
---@return table? iterator
---@return mimecast.Error? err
function pages.new(operation, item, fetch)
  local limit, size, cursor = item.limit, item.pageSize, item.cursor
  item.limit, item.pageSize, item.cursor = nil, nil, nil
  local received, skip, token = read_cursor(cursor)
  if not received then
    return nil, errors.new { category = "validation", code = "invalid_input", field = "cursor",
      message = "cursor is not one; take it from an iterator's cursor()" }
  end
  local largest = operation.protocol == "rest" and 100 or 500
  return setmetatable({
    operation = operation, item = item, fetch = fetch, limit = limit, size = size or math.min(limit or largest, largest),
    token = token, received = received, skip = skip, delivered = 0, at = 0, rows = {}, started = false,
    mark = token, steps = 0, lap = 1, empty = 0,
  }, Iterator)
end

-- Whether a token was there before. One token is kept as a mark, and moved at every power of two (Brent): a circle of any
-- length is seen, and memory stays flat.
local function comes_again(self, token)
  if token == self.token or token == self.mark then return true end
  self.steps = self.steps + 1
  if self.steps == self.lap then self.mark, self.lap = token, self.lap * 2 end
  return false
end

local function wrong_total(self)
  return problem(self, "wrong_total", ("%d rows came, and the service counts %d"):format(self.received, self.total),
    "rows were added or removed meanwhile, or the service left some out: list them again")
end

-- Whether an empty page can be the last one, although it names a next one. Nil and an error value after too many of them.
local function ends_with_empty(self)
  if not self.following or (self.total and self.received >= self.total) then return true end
  self.empty = self.empty + 1
  if self.empty < most_empty then return false end
  return nil, problem(self, "endless_pages", ("%d pages without a row came, and the last one names another"):format(most_empty),
    "go on later from the iterator's cursor(), or ask for a shorter time")
end

-- Fetches the next page, which can be empty. False where there is none; nil and an error value where something is wrong.
local function turn(self)
  local token = self.token
  if self.started then
    token = self.following
    if not token then return false end
    if comes_again(self, token) then
      return nil, problem(self, "repeated_page", "the service names a page again that was there before",
        "the rows so far are whole; the rest cannot be reached")
    end
    -- A service that does not understand its own token can give the same page for ever, each time under a new one.
    if self.total and self.received >= self.total + self.size then return nil, wrong_total(self) end
  end
  local rows, info = self.fetch(self.item, { size = self.size, token = token })
  if not rows then return nil, info end -- and the cursor stays where it was
  self.token, self.started = token, true
  self.rows, self.at, self.following = rows, self.skip, info.next
  self.skip = 0
  if info.total then self.total = info.total end
  if #rows > 0 then
    self.empty = 0
    return true
  end
  local ends, err = ends_with_empty(self)
  if ends == nil then return nil, err end
  return not ends
end

local function finish(self)
  self.ended = true
  self.rows = {}
  if self.total and self.received ~= self.total then
    return wrong_total(self)
  end
  return nil
end

--- The next row. After the last one nil; where something went wrong `false`, a message and an error value, once.
function Iterator:__call()
  if self.ended or (self.limit and self.delivered >= self.limit) then return nil end
  while self.at >= #self.rows do
    local more, err = turn(self)
    if more == false then err = finish(self) end
    if err then
      self.ended, self.err = true, err
      return false, tostring(err), err
    end
    if not more then return nil end
  end
  self.at = self.at + 1
  self.received, self.delivered = self.received + 1, self.delivered + 1
  return self.rows[self.at]
end

function Iterator:__tostring()
  return ("mimecast.Iterator(%s, %d rows so far)"):format(self.operation.paginator, self.received)
end

--- Where to go on later: the same call with `cursor = …` goes on after the last row that was handed out;
-- with another page size it can repeat rows or leave some out.
---@return string cursor
function Iterator:cursor()
  return ("%d:%d:%s"):format(self.received, self.started and self.at or self.skip, self.token or "")
end

--- Whether there are rows left, as far as is known.
---@return boolean
function Iterator:more()
  return not self.ended and (self.at < #self.rows or not self.started or self.following ~= nil)
end

--- Collects rows into a list, 500 at most unless there is a limit.
---@param iterator table
---@return table? list its `total` is how many rows there are in all, where the service says so; its `cursor` is where to
-- go on, where there are more
---@return mimecast.Error? err
function pages.collect(iterator)
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

return pages
