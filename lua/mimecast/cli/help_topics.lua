--- The help pages of topics: files, runs, output, environment, exit codes.
local argparse = require "argparse"
local help_layout = require "mimecast.cli.help_layout"
local lazy = require "mimecast.base.lazy"

local help_topics = {}

-- Returns the options that a function defines, as argparse lays them out.
local function options_text(define)
  local element = argparse "mimecast":add_help(false):help_max_width(help_layout.columns()):help_description_margin(34)
    :help_vertical_space(0)
  define(element)
  for _, option in ipairs(element._options) do option:hidden(false) end
  return element:get_help():match "\n(Options:.*)$"
end

local topics = {
  { name = "files", summary = "files of rows, and the options that say how they are read",
    text = "Rows come from CSV or JSON Lines, as Excel, directories and HR systems write them; doc/files.md has an example for"
      .. " each. Encoding and separator are recognised, well-known columns need no --map, and the plan says how each column was"
      .. " read. --map Owner=address(email) takes Name <address> apart. --where with a column twice takes either text."
      .. "\n\nExamples:\n"
      .. "  mimecast plan hr.csv --where Status=Terminated --set accountDisabled=true --ignore-other-columns\n"
      .. "  mimecast plan hr.csv --map 'Work Email=email' --columns 'Work Email'\n"
      .. "  mimecast disable --from leavers.csv",
    define = function(element) lazy("mimecast.cli.bulk_options").define_input(element) end },
  { name = "runs", summary = "bulk runs: plan, question, journal, limits",
    text = "A run reads the accounts, shows what would change, asks, and records each row in a journal. doc/bulk.md has the"
      .. " details.\n\nExamples:\n  mimecast plan leavers.csv\n  mimecast apply leavers.plan --verify\n"
      .. "  mimecast bulk leavers.csv --max-disable 20 --protect '*@board.example.com'\n"
      .. "  mimecast undo leavers.journal",
    define = function(element)
      local options = lazy "mimecast.cli.bulk_options"
      options.define_plan(element)
      lazy("mimecast.cli.confirmation").define(element)
      options.define_apply(element)
      options.define_common(element)
    end },
  { name = "output", summary = "formats, fields, filters and order of rows",
    text = "Every command that lists rows has these options. Results go to standard output, messages to standard error."
      .. "\n\nExamples:\n  mimecast users --fields email,username --sort username\n"
      .. "  mimecast users --filter 'email~*@example.com' --output csv --bom >users.csv\n"
      .. "  mimecast groups --json",
    define = function(element) lazy("mimecast.cli.io.row_options").define(element) end },
  { name = "environment", summary = "variables, and the files of the command",
    text = "Credentials come from a profile (mimecast login writes it to ~/.config/mimecast/profiles.json) or from variables:",
    entries = {
      { "MIMECAST_PROFILE", "the profile to use; --profile overrides it" },
      { "MIMECAST_CLIENT_ID", "with MIMECAST_CLIENT_SECRET, MIMECAST_REGION or MIMECAST_BASE_URL: credentials of API 2.0" },
      { "MIMECAST_SANDBOX", "1: an in-memory sandbox that ends with the command" },
      { "MIMECAST_TRACEBACK", "1: a stack trace of internal errors" },
      { "NO_COLOR, COLUMNS", "no colors; width of tables" },
      { "PAGER", "shows long help on a terminal" },
      { "XDG_CONFIG_HOME", "folder of mimecast/profiles.json (default ~/.config)" },
      { "XDG_CACHE_HOME", "folder of shared tokens and rate budgets (default ~/.cache)" },
      { "XDG_STATE_HOME", "folder of the prompt's history and of the list of started plans (default ~/.local/state)" },
    } },
  { name = "exit-codes", summary = "what the exit codes mean",
    text = "The codes do not change their meaning. --json writes errors as JSON to standard error.",
    entries = {
      { "0", "success" }, { "1", "rejected: the service rejects a change, or rows of a plan cannot be changed" },
      { "2", "usage: the command line or the input is invalid; nothing was sent" },
      { "3", "settings or credentials are missing or invalid" },
      { "4", "the service denies access: the credentials or a permission" },
      { "5", "unknown outcome: the response to a change was lost" }, { "6", "stopped by a safety limit" },
      { "7", "the service cannot be reached, or is unavailable" },
      { "8", "journal or plan does not match, or cannot be stored" }, { "130", "interrupted" },
    } },
  { name = "commands", summary = "all commands, with a command for each function of the API" },
}

--- Returns the names of the topics.
---@return string[]
function help_topics.names()
  local names = {}
  for i, topic in ipairs(topics) do names[i] = topic.name end
  return names
end

--- Returns the page of a topic; nil for other names.
---@param name string
---@return string?
function help_topics.page(name)
  for _, topic in ipairs(topics) do
    if topic.name == name and topic.text then
      local lines = { help_layout.wrap(topic.text) }
      if topic.define then lines[#lines + 1] = "\n" .. options_text(topic.define) end
      for i, row in ipairs(topic.entries or {}) do
        lines[#lines + 1] = (i == 1 and "\n" or "") .. help_layout.entry(row[1], row[2])
      end
      return table.concat(lines, "\n")
    end
  end
  return nil
end

return help_topics
