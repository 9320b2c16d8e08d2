---@meta mimecast
-- `make docs` generates this file from the operations' tables: do not edit it. Add its folder as a library of your
-- editor's Lua server.

---A text that is never printed and that is wiped when it is garbage-collected. mimecast.secret creates it.
---@class mimecast.Secret: userdata

---The keys that mimecast.login returns.
---@class mimecast.Keys
---@field accessKey mimecast.Secret
---@field secretKey mimecast.Secret
---@field duration? number seconds until the binding expires
---@field bindingType? string
---@field extendOnValidate boolean whether each use extends the binding
---@field username? string
---@field baseUrl string the gateway of the account

---The response that mimecast.call returns.
---@class mimecast.Response
---@field status integer
---@field headers table<string, string> by lower-case name
---@field body string

---A plan of mimecast.plan. See doc/bulk.md.
---@class mimecast.Findings
---@field counts table<string, integer> findings by kind, and accounts, aliases, roles, directory, disabled_orphans
---@field roster table domain, people, leavers, foreign, roles, repeated, date, last, recorded
---@field groups table[] each: group, id, missing, extra
local Findings = {}

--- All differences, or those of a kind: finding, email, name, line, group, action, reason.
---@param kind? string
---@return fun(): table?
function Findings:rows(kind) end

--- The changes of a group's members, as sync_group takes them: email, member.
---@param group string
---@return fun(): table?
function Findings:members(group) end

---@class mimecast.Plan
---@field operation string
---@field counts table rows, change, unchanged, rejected, skipped, disables, secrets, fields
---@field tenant table account, credentials
---@field created number seconds since 1970
---@field path? string the plan's file
---@field reading table how the input was read: encoding, separator, columns, passed, where, set, rows, taken (doc/files.md)
---@field irreversible? table of mimecast.undo: changes that cannot be undone
---@field findings? mimecast.Findings of mimecast.reconcile: all differences
local Plan = {}

---All rows, in order: row, key, action, set, old, secrets.
---@return fun(): table?
function Plan:rows() end

---Applies the plan.
---@param options? table
---@return mimecast.Report? report
---@return string? message
---@return mimecast.Error? err
function Plan:apply(options) end

---Closes the plan's files.
function Plan:close() end

---The outcome of a run: input = ok + unchanged + rejected + unknown + skipped + not_sent.
---@class mimecast.Report
---@field input integer rows
---@field ok integer
---@field unchanged integer
---@field rejected integer
---@field unknown integer
---@field skipped integer decided not to send
---@field not_sent integer
---@field codes table<string, integer> error codes of rejected, unknown and skipped rows
---@field sent integer rows that this run sent
---@field duration number seconds
---@field rate number rows a second
---@field stopped? mimecast.Error why the run ended before the last row
---@field verified? table read, equal, different, unreadable, rows
---@field journal string its path
---@field problems table[] the first hundred rejected, unknown and skipped rows
---@field reversible boolean the old values are known, for undo
---@field startedBy? string user, host, process and time of the start, from the journal
local Report = {}

---Each row with its outcome, in order: row, line, key, state, code, message, old, set, secrets.
---@return (fun(): table?)? next
---@return string? message
---@return mimecast.Error? err
function Report:rows() end

---Writes each row with its outcome as CSV.
---@param path string
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function Report:csv(path) end

---The summary as lines of text.
---@return string[]
function Report:lines() end

---The rows of a plan or of a journal with their states. See doc/bulk.md.
---@class mimecast.RunReport
---@field kind "plan"|"journal"
---@field path string
---@field header table of the plan or of the journal
---@field counts table input, ok, unchanged, rejected, unknown, skipped, not_sent
local RunReport = {}

---The rows, in order: row, line, key, state, code, message, old, set, secrets (their names).
---@param states? string[] only rows of these states
---@return fun(): table?
function RunReport:rows(states) end

---Closes the files.
function RunReport:close() end

---Iterates over the rows of all pages. Returns nil after the last row. If a page fails, it returns false, a message and
---an error value, once.
---@class mimecast.Iterator
local Iterator = {}

---The position of the iterator: the same call with `cursor = …` continues after the last row.
---@return string cursor
function Iterator:cursor() end

---Whether rows are left.
---@return boolean
function Iterator:more() end

---@class mimecast.Error
---@field category "usage"|"config"|"auth"|"validation"|"service"|"rate_limit"|"transport"|"protocol"
---@field code string what happened, from the list in doc/errors.md
---@field message string one sentence for people
---@field hint? string what to do about it
---@field serviceCode? string Mimecast's own code, such as err_xdk_invalid_signature
---@field status? integer HTTP status of the response
---@field field? string the invalid field, by its Lua name
---@field key? string the item of the call: its e-mail address
---@field problems? table[] all problems, each with field, code and message
---@field problemCount? integer number of problems, if `problems` has only the first of them
---@field requestId? string the request's id, for Mimecast's support
---@field retryable boolean whether the same call can succeed later
---@field retryAfter? number seconds to wait before a retry
---@field attempts? integer number of attempts, a retry with renewed credentials included
---@field outcome? "unknown" set if the service may have carried out the call although no response says so

---@class mimecast.Field
---@field name string name in Lua, in camelCase
---@field wire? string name in the API, if it differs
---@field label? string name on the workflow card
---@field type "text"|"email"|"boolean"|"datetime"|"integer"|"enum"|"list"|"object"|"any"
---@field text string definition
---@field required? boolean the input must have it
---@field secret? boolean a password or the like: never shown
---@field replayUnsafe? boolean a call with it is not retried long after a lost response: that could undo a later change
---@field min? number of characters, of items, or of the number itself
---@field max? number
---@field values? string[] values of an enum
---@field item? mimecast.Field item of a list, without a name
---@field fields? mimecast.Field[] fields of an object
---@field id? boolean an id of the service, which can write the id of the same object in another way
---@field group? boolean an input field that takes the id of a profile group; the command accepts a name instead
---@field location? "path"|"query"|"body"|"header" part of the request, for the protocols rest and upload

---@class mimecast.Operation
---@field name string the function's name
---@field path string with the names of path fields in braces under the protocol "rest"
---@field method? string default POST
---@field protocol? "envelope"|"rest"|"upload" items in data[] (default), plain JSON with path and query, or a file
---@field api? "1.0"|"2.0" the only generation that has it
---@field unavailableReason? string why the other generation lacks it, and what to use instead
---@field summary string
---@field note? string further facts that a user needs
---@field card? string label of the workflow card
---@field source? string where its facts come from, see doc/adding-an-operation.md
---@field product string Mimecast's product that an application needs under API 2.0
---@field permission string the permission that the role needs
---@field writes boolean whether it changes anything
---@field idempotent boolean whether a repeated call has the same effect
---@field batch? integer largest number of items in a request, default 1
---@field batchName? string name of the function that takes a list
---@field key? string the field that identifies an item, in the service's failures and in its results
---@field keys? string[] the fields that identify an item, if the results do not have them
---@field readWhenOnlyKey? boolean an item with only its key reads the settings and changes nothing
---@field resultKey? string|true the response is a list: under this name, or data[] itself (true)
---@field nested? string with resultKey = true: an entry of data[] that holds a list under this name is that list
---@field paginator? string name of the function that iterates over all pages
---@field settingsOutput? mimecast.Field[] further fields of a row, if the input `settings` asks for each account's settings
---@field undocumentedOutput? boolean the response is not documented: its fields keep their wire names
---@field input? mimecast.Field[] input fields
---@field output? mimecast.Field[] output fields; of a row, if the response is a list
---@field check? fun(item: table): string?, string? a rule between fields of the wire item: returns field and message
---@field add_hint? fun(item: table, err: mimecast.Error) adds a hint that needs the wire item
---@field example? table an input
---@field examples? table[] inputs, if fields exclude each other

---@class mimecast.Stats
---@field calls integer requests without their retries
---@field items integer accounts, groups and so on in the calls
---@field failures table<string, integer> calls that failed as a whole, by code
---@field requests integer requests with their retries
---@field retries integer
---@field waits integer pauses, before a retry or for the rate limit
---@field waited number seconds of the pauses
---@field tokens integer access tokens and bindings fetched
---@field sent integer bytes of request bodies
---@field received integer bytes of response bodies
---@field latency table count, sum (seconds) and buckets { bound (seconds), count (above the previous bound) } of the
local Stats = {}

---The counters in Prometheus' text format.
---@param labels? table<string, string> added to each line
---@return string text
function Stats:prometheus(labels) end

---@class mimecast.Runtime
---@field clock fun(): number seconds since 1970
---@field monotonic fun(): number seconds that never go back: measures durations, since the wall clock can be set
---@field sleep? fun(seconds: number): boolean? false if the wait was broken off
---@field random fun(): number from 0 to below 1
---@field uuid fun(): string a fresh request id
---@field log? fun(line: string)

---@class mimecast.ClientInfo
---@field generation "1.0"|"2.0" of the API
---@field baseUrl string the gateway
---@field fingerprint string identifies generation, gateway and credentials; no secret can be derived from it
---@field readOnly? boolean
---@field batchSize? number
---@field timeout number seconds
---@field passwordRetryWindow number seconds
---@field stateFolder? string
---@field protect? string|string[]
---@field protectFile? string
---@field runtime mimecast.Runtime clock, monotonic, sleep, random, uuid, log

---@class mimecast.Options
---@field clientId? string API 2.0: client id of the application
---@field clientSecret? string|mimecast.Secret|(fun(): string|mimecast.Secret|nil, string?) API 2.0: client secret of the application
---@field appId? string API 1.0: application id
---@field appKey? string|mimecast.Secret|(fun(): string|mimecast.Secret|nil, string?) API 1.0: application key
---@field accessKey? string|mimecast.Secret API 1.0: access key of the application's user
---@field secretKey? string|mimecast.Secret|(fun(): string|mimecast.Secret|nil, string?) API 1.0: secret key of the application's user, base64
---@field email? string API 1.0: address of the application's user, to log in at the first call or when the access key has expired
---@field password? string|mimecast.Secret|(fun(): string|mimecast.Secret|nil, string?) API 1.0: password of that user
---@field loginType? string API 1.0: Basic-Cloud for a Mimecast password, Basic-AD for a domain password; Basic-Cloud by default
---@field region? string API 1.0: eu, de, us, usb, uspcom, ca, za, au, je, sandbox; API 2.0: global (default), uk, us
---@field baseUrl? string address of the gateway, instead of a region: https://host
---@field timeout? number seconds for a call with all its attempts and pauses; 30 by default
---@field attemptTimeout? number seconds for one attempt of a call that may be retried, so that a gateway that hangs leaves time for a retry; default: the rest of timeout
---@field connectTimeout? number seconds to connect; 10 by default
---@field attempts? number maximum number of attempts of a call; 3 by default
---@field caFile? string file of trusted certificate authorities; default: the system's
---@field proxy? string|mimecast.Secret http://host:port, regardless of no_proxy; default: the variables https_proxy and no_proxy
---@field maxResponseBytes? number a larger response is an error; 10485760 by default
---@field batchSize? number items in a request; default: the operation's limit
---@field concurrency? number requests in flight of one call for many items; 4 by default
---@field maxInFlight? number maximum number of requests in flight of the client
---@field callsPerSecond? number maximum number of requests a second of the client; default: the service's limit
---@field readOnly? boolean true: calls that change something return an error
---@field tokenRefreshMargin? number API 2.0: seconds before its expiry at which a token is renewed; 60 by default
---@field authFailureCooldown? number seconds for which denied credentials are not sent again; 60 by default
---@field passwordRetryWindow? number seconds after which a call that sets a password is not retried, if its response was lost; 60 by default
---@field retryUnknown? boolean false: a call whose response was lost is not retried, even if the operation is idempotent; true by default
---@field profile? string name of a profile in ~/.config/mimecast/profiles.json
---@field stateFolder? string folder for the marks of started plans; default: mimecast in $XDG_STATE_HOME or ~/.local/state
---@field protect? string addresses and patterns like *@board.example.com that no bulk run disables or locks: a list, or a text with commas
---@field protectFile? string file of such addresses and patterns, one a line
---@field transport? "curl"|"resty"|table curl (libcurl), resty (lua-resty-http, inside nginx), or a table with your functions; default: resty inside nginx if it is installed, else curl
---@field store? table keeps tokens and rate budgets; default: inside nginx the dictionary mimecast if it is declared, else the process
---@field clock? function returns seconds since 1970
---@field monotonic? function returns seconds of a clock that only goes forward, for deadlines and pauses; default: clock if it is given, else the system's
---@field sleep? function waits for the given seconds; with the function of an event loop (copas.sleep, cqueues.sleep) a waiting call does not block the loop
---@field random? function returns a number from 0 to below 1
---@field uuid? function returns a fresh request id
---@field log? function receives a line about each retry, and about each failure that is not retried; it contains no secret
---@field onRequest? function receives a table about a request before it is sent
---@field onResponse? function receives a table about the response or the failure
---@field onRetry? function receives a table about a retry
---@field onWait? function receives a table about a pause

---@class mimecast.sign.Input
---@field accessKey string|mimecast.Secret access key of the application's user
---@field secretKey string|mimecast.Secret secret key of the application's user, base64
---@field appId string application id
---@field appKey string|mimecast.Secret application key
---@field path string path of the request, like /api/user/update-user
---@field date? any seconds since 1970, or the text of the header x-mc-date; now by default
---@field requestId? string id of the request; a new UUID by default

---@class mimecast.discover.Input
---@field email string address of the application's user, to log in at the first call or when the access key has expired
---@field appId string application id
---@field baseUrl? string address of the gateway, instead of a region: https://host
---@field timeout? number seconds for a call with all its attempts and pauses; 30 by default
---@field connectTimeout? number seconds to connect; 10 by default
---@field caFile? string file of trusted certificate authorities; default: the system's
---@field proxy? string|mimecast.Secret http://host:port, regardless of no_proxy; default: the variables https_proxy and no_proxy
---@field maxResponseBytes? number a larger response is an error; 10485760 by default
---@field transport? "curl"|"resty"|table curl (libcurl), resty (lua-resty-http, inside nginx), or a table with your functions; default: resty inside nginx if it is installed, else curl
---@field clock? function returns seconds since 1970
---@field monotonic? function returns seconds of a clock that only goes forward, for deadlines and pauses; default: clock if it is given, else the system's
---@field uuid? function returns a fresh request id

---@class mimecast.login.Input
---@field email string address of the application's user, to log in at the first call or when the access key has expired
---@field password string|mimecast.Secret password of that user
---@field appId string application id
---@field region? string eu, de, us, usb, uspcom, ca, za, au, je, sandbox; API 2.0: global (default), uk, us
---@field baseUrl? string address of the gateway, instead of a region: https://host
---@field loginType? string Basic-Cloud for a Mimecast password, Basic-AD for a domain password; Basic-Cloud by default
---@field accessKey? string|mimecast.Secret access key of the application's user
---@field secretKey? string|mimecast.Secret secret key of the application's user, base64
---@field timeout? number seconds for a call with all its attempts and pauses; 30 by default
---@field connectTimeout? number seconds to connect; 10 by default
---@field caFile? string file of trusted certificate authorities; default: the system's
---@field proxy? string|mimecast.Secret http://host:port, regardless of no_proxy; default: the variables https_proxy and no_proxy
---@field maxResponseBytes? number a larger response is an error; 10485760 by default
---@field transport? "curl"|"resty"|table curl (libcurl), resty (lua-resty-http, inside nginx), or a table with your functions; default: resty inside nginx if it is installed, else curl
---@field clock? function returns seconds since 1970
---@field monotonic? function returns seconds of a clock that only goes forward, for deadlines and pauses; default: clock if it is given, else the system's
---@field uuid? function returns a fresh request id

---@class mimecast.call.Input
---@field method? string HTTP method; POST by default
---@field path string path below the gateway, without ? and #; not a URL
---@field query? table query parameters by name; a list repeats a parameter
---@field headers? table further headers by name; not one that authorises or frames the request
---@field body? any text, a secret, or a table to send as JSON
---@field data? table items to send as {"data":[…]}, instead of body
---@field idempotent? boolean true: retry after a lost response; true by default for GET

---@class mimecast.ensure_group_member.Input
---@field group? string name or path of the group, or its id; or give id
---@field id? string id of the group; or give group
---@field email? string address of the member; or give domain
---@field domain? string domain of the member; or give email
---@field notes? string up to 100 characters

---@class mimecast.ensure_no_group_member.Input
---@field group? string name or path of the group, or its id; or give id
---@field id? string id of the group; or give group
---@field email? string address of the member; or give domain
---@field domain? string domain of the member; or give email

---@class mimecast.copy_members.Input
---@field from string id, name or path of the group to read
---@field to string id, name or path of the group to add to
---@field preview? boolean true: change nothing, and return as added what would be added

---@class mimecast.plan.Input|string
---@field input any path of a CSV or JSON Lines file, list of rows, iterator, or open file
---@field operation? string any operation that writes; update_user by default
---@field file? string file of the plan; without it the plan ends with the process
---@field read? boolean false: do not read the current settings; true by default
---@field protect? table addresses and patterns like *@board.example.com to never disable or lock
---@field concurrency? number requests in flight; 8 by default
---@field format? string csv or jsonl; detected from the file by default
---@field separator? string separator of CSV cells; told from the header by default
---@field encoding? string character encoding, such as windows-1252; by default UTF-8, or as the byte order mark tells
---@field map? table fields by column, like { ["User Principal Name"] = "email" }; address(email) takes Name <address> apart
---@field mapFile? string path of a file of lines COLUMN=FIELD
---@field columns? table names of the columns to read; other columns are ignored
---@field ignoreOtherColumns? boolean true: ignore columns that are no field
---@field where? table texts by column: only rows with these texts are taken
---@field set? table values of fields for all rows
---@field trueWords? table words for true besides true
---@field falseWords? table words for false besides false
---@field dateFormat? string form of dates, like dd/mm/yyyy hh:mm; needs timezone
---@field timezone? string zone of dates without a zone, like Europe/London
---@field emptyIsEmpty? boolean true: a quoted empty cell is an empty text
---@field onProgress? function is called with a table of counts

---@class mimecast.bulk.Input
---@field input any as for plan, like its other options
---@field journal string path of the journal; the plan is stored next to it
---@field resume? boolean true: go on where the run of the journal stopped

---@class mimecast.sync_group.Input
---@field group string name, path or id of the group
---@field input any addresses and domains: a column email, as for plan
---@field removeOthers? boolean true: remove the members that are not in the list
---@field file? string file of the plan; without it the plan ends with the process

---@class mimecast.reconcile.Input
---@field roster any path of a CSV or JSON Lines file, list of rows, iterator, or open file: a column email, and accountDisabled = true for people who have left
---@field domain string domain whose accounts are compared
---@field file? string file of the plan; without it the plan ends with the process
---@field groups? table names of groups to compare: each has a column of its name, true or false
---@field protect? table addresses and patterns that are listed, and never disabled
---@field keepOrphans? boolean true: accounts without a person on the roster are only listed
---@field includeDirectory? boolean true: change accounts that come from a directory as well
---@field date? string date of the roster; by default that of its end mark, or of the file
---@field endMark? string begin of the last line, which shows that the roster was not cut
---@field minShare? number least ratio of people to those of the last roster; 0.9 by default
---@field maxRosterAge? number largest age of the roster in seconds; 604800 by default
---@field onProgress? function is called with a table of counts

---@class mimecast.undo.Input
---@field journal string path of the run's journal
---@field file? string file of the undo plan

---@class mimecast.get_account.Input

---@class mimecast.get_account.Output
---@field accountCode? string the account's code; also "Account Code"
---@field accountName? string the account's name
---@field mimecastId? string the account's number at Mimecast
---@field region? string region that hosts the account, such as us
---@field type? string type of account, such as full
---@field domain? string the account's domain; also "Domain"
---@field userCount? integer number of users
---@field packages? any[] purchased packages, in no fixed order
---@field contactName? string name of the contact person
---@field contactEmail? string address of the contact person
---@field telephone? string telephone number of the contact person
---@field adminEmail? string address of the administrator
---@field supportCode? string code for support requests
---@field passphrase? string passphrase for support requests
---@field mailPlatform? string mail system of the account
---@field databaseCode? string database that holds the account
---@field archive? boolean the account has the archive
---@field gateway? boolean the account has the gateway
---@field policyInheritance? boolean policies are inherited
---@field maxRetention? integer largest number of days that mail is kept
---@field maxRetentionConfirmed? boolean the retention was confirmed
---@field minRetentionEnabled? boolean the account has a smallest retention
---@field automatedSegmentPurge? boolean the service purges segments of the archive
---@field searchReason? boolean a search must give its reason
---@field contentAdministratorDefaultView? string first view of a content administrator
---@field adminSessionTimeout? integer minutes until an administrator is signed out
---@field exportApi? boolean the export API is open
---@field exgestAllowQuery? boolean queries may export data
---@field exgestAllowExtraction? boolean extractions may export data
---@field expressAccount? boolean the account is an express account
---@field cybergraphV2Enabled? boolean CyberGraph 2 is enabled

---@class mimecast.get_dashboard_notifications.Input
---@field accountCode? string code of the account; also "Account Code"

---@class mimecast.get_dashboard_notifications.Row
---@field notifications? any notices: id, title, displayMessage, noticeType (PRODUCT_NEWS or SERVICE_NOTIFICATION), warningLevel (GOOD or INFO), visibleFrom, enabled, customerCode, clusterCode

---@class mimecast.get_packages.Input

---@class mimecast.get_packages.Row.products
---@field id? string the product's id; also "ID"
---@field name? string the product's name; also "Name"

---@class mimecast.get_packages.Row
---@field products? mimecast.get_packages.Row.products a product

---@class mimecast.get_support_info.Input

---@class mimecast.get_support_info.Output
---@field customerAdvocate? string name of the customer advocate at Mimecast
---@field customerDevelopmentManager? string name of the customer development manager
---@field hostingJurisdiction? string region that hosts the account
---@field supportJurisdiction? string region that supports the account
---@field mailtoLink? string mailto link of support
---@field officePhone? string telephone number of the region's office
---@field mainProduct? string main product of the contract
---@field partnerName? string name of the partner, if any
---@field renewalDate? string renewal date of the contract
---@field supportPackage? string purchased support package

---@class mimecast.whoami.Input

---@class mimecast.whoami.Output.accountCodes
---@field cg? string account code at Cloud Gateway
---@field ci? string account code at Cloud Integrated
---@field x1? string account code at X1
---@field lead? string the leading account code

---@class mimecast.whoami.Output.homeAccount
---@field cg? string account code at Cloud Gateway
---@field ci? string account code at Cloud Integrated
---@field x1? string account code at X1
---@field lead? string the leading account code

---@class mimecast.whoami.Output
---@field version? string version of the response format
---@field type? string type of account
---@field accountCodes? mimecast.whoami.Output.accountCodes account of the calls; also account-codes
---@field homeAccount? mimecast.whoami.Output.homeAccount account of the application; also home-account

---@class mimecast.get_aliases.Input
---@field email string the user's primary address; also emailAddress, "Email Address"

---@class mimecast.get_aliases.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.remove_alias.Input
---@field alias string the alias to remove
---@field aliasFor string the user's primary address

---@class mimecast.remove_alias.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.update_alias.Input
---@field alias string the new alias
---@field aliasFor string the user's primary address

---@class mimecast.update_alias.Output
---@field alias? string the alias
---@field aliasFor? string the user's primary address
---@field aliasDisplayName? string display name of the alias
---@field domain? string the alias's domain; also "Domain"
---@field internal? boolean the address belongs to an internal domain; also isInternal, "Internal"
---@field type? string origin of the address, such as created_manually, created_by_email or contact_from_ldap; also "Type"

---@class mimecast.find_attribute_types.Input

---@class mimecast.find_attribute_types.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.get_attributes.Input
---@field email string the user's address; also emailAddress, "Email Address"

---@class mimecast.get_attributes.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.update_attributes.Input.attributes
---@field id? string the attribute's id, or give its name; also "ID"
---@field name? string the attribute's name, or give its id; also "Name"
---@field value any the value, of the attribute's type

---@class mimecast.update_attributes.Input
---@field email string the user's address; also emailAddress, "Email Address"
---@field attributes mimecast.update_attributes.Input.attributes[] the attributes to set; also "Attributes"

---@class mimecast.update_attributes.Output
---@field resolvedFrom? string the address of the request, if the service resolved it to another one
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_audit_categories.Input

---@class mimecast.list_audit_categories.Row
---@field code? string code, as list_audit_events takes it
---@field id? any the category's id; also "ID"
---@field name? string the category's name; also "Name"

---@class mimecast.list_audit_events.Input
---@field start string|number start of the period; also startDateTime
---@field finish string|number end of the period; also endDateTime
---@field query? string only events that hold this text; also "Query"
---@field categories? string[] only events of these categories, by their code
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_audit_events.Row
---@field id? string the event's id; also "ID"
---@field auditType? string type of the event, such as User Logged On or User Password Changed
---@field user? string address of the user who caused it; empty for the service
---@field eventTime? string time of the event
---@field eventInfo? string description of the event
---@field category? string code of the category, such as authentication_logs

---@class mimecast.list_audit_events.List
---@field [integer] mimecast.list_audit_events.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_audit_events.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_audit_events.Row|false|nil, string?, mimecast.Error?

---@class mimecast.add_delegate_user.Input
---@field primaryAddress string primary address of the delegate, the user who gets access
---@field delegateAddress string primary address of the mailbox

---@class mimecast.add_delegate_user.Output
---@field id? string id of the delegation; also "ID"
---@field success? boolean whether access was given

---@class mimecast.find_delegate_users.Input
---@field primaryAddress string primary address of the delegate

---@class mimecast.find_delegate_users.Row
---@field id? string id of the delegation; also "ID"
---@field email? string address of the mailbox; also emailAddress, "Email Address"
---@field username? string display name of the mailbox; also name, "Username"
---@field source? string origin of the delegation, such as ADCON, the administration console; also "Source"

---@class mimecast.get_delegated_access.Input

---@class mimecast.get_delegated_access.Output.delegateAccess
---@field accountCode? string the account's code; also "Account Code"
---@field regionCode? string the account's region
---@field adconUrl? string URL of the administration console
---@field roleId? integer number of the caller's role in the account
---@field roleName? string the role's name

---@class mimecast.get_delegated_access.Output.localAccount
---@field accountCode? string the account's code; also "Account Code"
---@field regionCode? string the account's region
---@field adconUrl? string URL of the administration console
---@field roleId? integer number of the caller's role in the account
---@field roleName? string the role's name

---@class mimecast.get_delegated_access.Output
---@field delegateAccess? mimecast.get_delegated_access.Output.delegateAccess[] the other accounts
---@field localAccount? mimecast.get_delegated_access.Output.localAccount the caller's account

---@class mimecast.remove_delegate_user.Input
---@field id string id of the delegation, from find_delegate_users; also "ID"

---@class mimecast.remove_delegate_user.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.execute_sync.Input

---@class mimecast.execute_sync.Row
---@field type? string the connector's kind, such as ACTIVE_DIRECTORY; also "Type"
---@field syncStatus? string started, if the synchronisation has started

---@class mimecast.get_connections.Input

---@class mimecast.get_connections.Row.ldapSettings
---@field rootDn? string root of the tree
---@field hostname? string the server's name
---@field encryptionMode? string encryption of the connection
---@field port? integer the server's port
---@field userDn? string the user that signs in

---@class mimecast.get_connections.Row.office365Settings
---@field tenantDomain? string the tenant's domain
---@field clientId? string id of the application in Microsoft 365

---@class mimecast.get_connections.Row
---@field id? string the connector's id; also "ID"
---@field description? string description
---@field info? any further information
---@field enabled? boolean the connector takes part in synchronisations
---@field serverType? string office_365, active_directory, domino or ad_push
---@field ldapSettings? mimecast.get_connections.Row.ldapSettings connection to an LDAP server
---@field adPushSettings? any settings of a directory that pushes
---@field office365Settings? mimecast.get_connections.Row.office365Settings connection to Microsoft 365
---@field status? string ok, or an error; also "Status"
---@field lastSync? string time of the last synchronisation
---@field syncRunning? boolean a synchronisation is running
---@field domains? any[] domains of the directory
---@field acknowledgeDisabledAccounts? boolean accounts disabled in the directory are disabled in Mimecast

---@class mimecast.create_domain.Input
---@field domain string the domain's name, without @; also "Domain"
---@field inboundType? "any"|"smtp"|"ldap"|"known" check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.create_domain.Output
---@field id? string id of the pending domain; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field created? string time of creation
---@field expiry? string expiry of the verification code

---@class mimecast.delete_pending_domain.Input
---@field id string id of the pending domain; also "ID"
---@field domain string the domain's name, without @; also "Domain"

---@class mimecast.delete_pending_domain.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.get_provision_status.Input
---@field domain string the domain's name, without @; also "Domain"

---@class mimecast.get_provision_status.Output
---@field resolvedFrom? string the address of the request, if the service resolved it to another one
---@field [string] any fields without documentation, under their wire names

---@class mimecast.get_verification_code.Input
---@field domain string the domain's name, without @; also "Domain"

---@class mimecast.get_verification_code.Output
---@field resolvedFrom? string the address of the request, if the service resolved it to another one
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_domains.Input
---@field domain? string only this domain; also "Domain"

---@class mimecast.list_domains.Row
---@field id? string the domain's id; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field sendOnly? boolean the domain only sends
---@field isLocal? boolean the domain is local; also local
---@field inboundType? string check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.list_pending_domains.Input
---@field domain? string only this domain; also "Domain"

---@class mimecast.list_pending_domains.Row
---@field id? string id of the pending domain; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field created? string time of creation
---@field expiry? string expiry of the verification code

---@class mimecast.verify_domain.Input
---@field domain string the domain's name, without @; also "Domain"
---@field inboundType? "any"|"smtp"|"ldap"|"known" check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.verify_domain.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.add_group_member.Input
---@field id string the group's id; also "ID"
---@field email? string the address to add, or give domain; also emailAddress, "Email Address"
---@field domain? string the domain to add, or give email; also "Domain"
---@field notes? string notes on the member; also "Notes"

---@class mimecast.add_group_member.Output
---@field userId? string id of the entry in the group; also id, "User ID"
---@field groupId? string id of the group; also folderId, "Group ID"
---@field email? string the member's address; also emailAddress, "Email Address"
---@field domainId? string id of a domain as member; also "Domain ID"
---@field domain? string a domain as member; also "Domain"
---@field internal? boolean the address belongs to an internal domain; also "Internal"

---@class mimecast.create_group.Input
---@field name string the group's name; also description, "Name"
---@field parentId? string id of the parent group; the root by default; also "Parent ID"

---@class mimecast.create_group.Output
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also "Folder Count"

---@class mimecast.delete_group.Input
---@field id string the group's id; also "ID"

---@class mimecast.delete_group.Output
---@field id? string the group's id; also "ID"
---@field status? string outcome of the deletion; also "Status"
---@field [string] any fields without documentation, under their wire names

---@class mimecast.find_groups.Input
---@field query? string part of the group's name; also "Query"
---@field source? "cloud"|"ldap" only groups of this origin: cloud or ldap; also "Source"
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.find_groups.Row
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also "Folder Count"

---@class mimecast.find_groups.List
---@field [integer] mimecast.find_groups.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.find_groups.Iterator: mimecast.Iterator
---@overload fun(): mimecast.find_groups.Row|false|nil, string?, mimecast.Error?

---@class mimecast.get_group.Input
---@field id string the group's id; also "ID"
---@field source? "cloud"|"ldap" origin of the group: cloud or ldap; also "Source"

---@class mimecast.get_group.Output
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also "Folder Count"

---@class mimecast.list_group_members.Input
---@field id string the group's id; also "ID"
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_group_members.Row
---@field username? string display name; also name, "Username"
---@field email? string the member's address; no address if the member is a domain; also emailAddress, "Email Address"
---@field domain? string a domain as member, or the domain of the address; also "Domain"
---@field internal? boolean the address belongs to an internal domain; also "Internal"
---@field type? string origin of the address, such as created_manually, created_by_email or contact_from_ldap; also "Type"
---@field notes? string notes on the member; also "Notes"

---@class mimecast.list_group_members.List
---@field [integer] mimecast.list_group_members.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_group_members.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_group_members.Row|false|nil, string?, mimecast.Error?

---@class mimecast.remove_group_member.Input
---@field id string the group's id; also "ID"
---@field email? string the address to remove, or give domain; also emailAddress, "Email Address"
---@field domain? string the domain to remove, or give email; also "Domain"

---@class mimecast.remove_group_member.Output
---@field userId? string id of the entry in the group; also id, "User ID"
---@field groupId? string id of the group; also folderId, "Group ID"
---@field email? string the member's address; also emailAddress, "Email Address"
---@field domainId? string id of a domain as member; also "Domain ID"
---@field domain? string a domain as member; also "Domain"
---@field internal? boolean the address belongs to an internal domain; also "Internal"

---@class mimecast.update_group.Input
---@field id string the group's id; also "ID"
---@field name? string the new name; also description, "Name"
---@field parentId? string id of the new parent group; also "Parent ID"

---@class mimecast.update_group.Output
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also "Folder Count"

---@class mimecast.get_hold_summary.Input

---@class mimecast.get_hold_summary.Row
---@field policyInfo? string policy that holds the messages
---@field numberOfItems? integer number of messages

---@class mimecast.list_held_messages.Input.searchBy
---@field fieldName "all"|"subject"|"sender"|"recipient"|"reason_code"|"reasonCode"|"senderIP" the field
---@field value string the text

---@class mimecast.list_held_messages.Input.filterBy
---@field route? "all"|"internal"|"outbound"|"inbound"|"external" direction of the message
---@field heldGroup? string group that may release the message, such as administrator

---@class mimecast.list_held_messages.Input
---@field admin? boolean true: for all recipients; false (default): for the caller; also "Admin"
---@field start? string|number start of the period
---@field finish? string|number end of the period; also end
---@field searchBy? mimecast.list_held_messages.Input.searchBy only messages with a text in a field
---@field filterBy? mimecast.list_held_messages.Input.filterBy[] only messages that match these filters
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_held_messages.Row.from
---@field email? string address; also emailAddress, "Email Address"
---@field displayableName? string display name

---@class mimecast.list_held_messages.Row.fromHeader
---@field email? string address; also emailAddress, "Email Address"
---@field displayableName? string display name

---@class mimecast.list_held_messages.Row.to
---@field email? string address; also emailAddress, "Email Address"
---@field displayableName? string display name

---@class mimecast.list_held_messages.Row.toHeader
---@field email? string address; also emailAddress, "Email Address"
---@field displayableName? string display name

---@class mimecast.list_held_messages.Row
---@field id? string the message's id; also "ID"
---@field dateReceived? string time of arrival
---@field reason? string reason, as text
---@field reasonCode? string reason, as a code in lower case
---@field reasonId? string the same code in upper case; prefer reasonCode
---@field from? mimecast.list_held_messages.Row.from sender in the envelope
---@field fromHeader? mimecast.list_held_messages.Row.fromHeader sender in the header
---@field to? mimecast.list_held_messages.Row.to recipient in the envelope
---@field toHeader? mimecast.list_held_messages.Row.toHeader recipient in the header
---@field subject? string the message's subject
---@field route? string direction of the message: INBOUND, OUTBOUND or INTERNAL
---@field hasAttachments? boolean the message has attachments
---@field policyInfo? string policy that holds the message
---@field size? integer size in bytes

---@class mimecast.list_held_messages.List
---@field [integer] mimecast.list_held_messages.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_held_messages.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_held_messages.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_held_release_logs.Input.searchBy
---@field fieldName string the field
---@field value string the text

---@class mimecast.list_held_release_logs.Input.filterBy
---@field route? "all"|"internal"|"outbound"|"inbound"|"external" direction of the message

---@class mimecast.list_held_release_logs.Input
---@field start? string|number start of the period
---@field finish? string|number end of the period; also end
---@field searchBy? mimecast.list_held_release_logs.Input.searchBy only messages with a text in a field
---@field filterBy? mimecast.list_held_release_logs.Input.filterBy[] only messages that match these filters
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_held_release_logs.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_held_release_logs.List
---@field [integer] mimecast.list_held_release_logs.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_held_release_logs.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_held_release_logs.Row|false|nil, string?, mimecast.Error?

---@class mimecast.reject_held_messages.Input
---@field ids string[] the messages' ids
---@field message? string text for the sender
---@field reasonType? "MESSAGE CONTAINS UNDESIRABLE CONTENT"|"MESSAGE CONTAINS CONFIDENTIAL INFORMATION"|"REVIEWER DISAPPROVES OF CONTENT"|"INAPPROPRIATE COMMUNICATION"|"MESSAGE GOES AGAINST EMAIL POLICIES" reason for the rejection
---@field notify? boolean true: notify the sender; false by default

---@class mimecast.reject_held_messages.Row
---@field id? string the message's id; also "ID"
---@field reject? boolean whether it was rejected

---@class mimecast.release_held_message.Input
---@field id string the message's id; also "ID"

---@class mimecast.release_held_message.Output
---@field id? string the message's id; also "ID"
---@field release? boolean whether it was released

---@class mimecast.get_import_status.Input
---@field id string id of the import; also "ID"

---@class mimecast.get_import_status.Output
---@field id? string id of the import; also "ID"
---@field status? string progress; also "Status"
---@field totalUsers? integer number of users in the file
---@field successfulImportedUsers? integer number of imported users
---@field created? string time of creation
---@field sourceFile? any the imported file
---@field importer? any user who started the import
---@field reportFile? any report on the import
---@field notifyEmailAddress? string address to notify when the import has ended
---@field allowAddressMigration? boolean true: an address may move here from another place in the account
---@field clearGroup? boolean true: empty the group before the import

---@class mimecast.import_users.Input
---@field groupId? string id of the profile group of the users; also "Group ID"
---@field fileType "csv" kind of file: csv
---@field csv string a header line and a line for each user; the last line ends with a line break
---@field notifyEmailAddress? string address to notify when the import has ended
---@field allowAddressMigration? boolean true: an address may move here from another place in the account
---@field clearGroup? boolean true: empty the group before the import

---@class mimecast.import_users.Output
---@field id? string id of the import; also "ID"
---@field [string] any fields without documentation, under their wire names

---@class mimecast.create_managed_url.Input
---@field url string the link, without a fragment (#)
---@field action "block"|"permit" block or permit
---@field matchType? "explicit"|"domain" explicit: this link only; domain: all links to its domain
---@field comment? string comment
---@field disableRewrite? boolean true: do not rewrite the link in mail
---@field disableUserAwareness? boolean true: do not ask the user about the link
---@field disableLogClick? boolean true: do not log clicks on the link

---@class mimecast.create_managed_url.Output
---@field id? string the entry's id; also "ID"
---@field scheme? string http or https
---@field domain? string the link's host; also "Domain"
---@field port? integer the link's port, or -1
---@field path? string the link's path
---@field queryString? string query string, after the question mark
---@field action? "block"|"permit" block or permit
---@field matchType? "explicit"|"domain" explicit: this link only; domain: all links to its domain
---@field comment? string comment
---@field disableRewrite? boolean true: do not rewrite the link in mail
---@field disableUserAwareness? boolean true: do not ask the user about the link
---@field disableLogClick? boolean true: do not log clicks on the link

---@class mimecast.decode_url.Input
---@field url string the rewritten link

---@class mimecast.decode_url.Output
---@field url? string the original link
---@field success? boolean whether the link was decoded

---@class mimecast.delete_managed_url.Input
---@field id string the entry's id; also "ID"

---@class mimecast.delete_managed_url.Output

---@class mimecast.list_managed_urls.Input
---@field domainOrUrl? string only entries with this domain or link
---@field exactMatch? boolean true: domainOrUrl is the whole value; false (default): a part of it
---@field domainOrComment? string only entries with this text in their domain or comment
---@field sortByUrl? boolean true: sorted by link; false by default
---@field sortOrder? "asc"|"desc" with sortByUrl: asc (default) or desc
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_managed_urls.Row
---@field id? string the entry's id; also "ID"
---@field scheme? string http or https
---@field domain? string the link's host; also "Domain"
---@field port? integer the link's port, or -1
---@field path? string the link's path
---@field queryString? string query string, after the question mark
---@field action? "block"|"permit" block or permit
---@field matchType? "explicit"|"domain" explicit: this link only; domain: all links to its domain
---@field comment? string comment
---@field disableRewrite? boolean true: do not rewrite the link in mail
---@field disableUserAwareness? boolean true: do not ask the user about the link
---@field disableLogClick? boolean true: do not log clicks on the link

---@class mimecast.list_managed_urls.List
---@field [integer] mimecast.list_managed_urls.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_managed_urls.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_managed_urls.Row|false|nil, string?, mimecast.Error?

---@class mimecast.find_messages.Input.options
---@field from? string the sender's address or domain
---@field to? string the recipient's address or domain
---@field subject? string the message's subject
---@field senderIP? string IP address of the sender's server
---@field url? string a link in the mail
---@field route? ("all"|"internal"|"outbound"|"inbound"|"external")[] directions of the message

---@class mimecast.find_messages.Input
---@field messageId? string Message-ID from the mail's header, or give options
---@field options? mimecast.find_messages.Input.options search terms, or give messageId; also advancedTrackAndTraceOptions
---@field start? string|number start of the period
---@field finish? string|number end of the period; also end
---@field searchReason? string reason for the search, for the activity log
---@field attachments? boolean true: only messages with attachments
---@field route? ("all"|"internal"|"outbound"|"inbound"|"external")[] directions of the message
---@field status? ("processing"|"delivery"|"system"|"held"|"accepted"|"bulk_processing"|"bulk_delivery"|"bounced"|"deferred"|"rejected"|"archived")[] only messages in these states; also "Status"

---@class mimecast.find_messages.Row.fromEnv
---@field email? string address; also emailAddress, "Email Address"

---@class mimecast.find_messages.Row.fromHdr
---@field email? string address; also emailAddress, "Email Address"

---@class mimecast.find_messages.Row.to
---@field email? string address; also emailAddress, "Email Address"
---@field displayableName? string display name

---@class mimecast.find_messages.Row
---@field id? string the message's id, for get_message_info; also "ID"
---@field status? string state of delivery; also "Status"
---@field fromEnv? mimecast.find_messages.Row.fromEnv sender in the envelope
---@field fromHdr? mimecast.find_messages.Row.fromHdr sender in the header
---@field to? mimecast.find_messages.Row.to[] recipients
---@field subject? string the message's subject
---@field received? string time of arrival
---@field sent? string time of sending
---@field route? string direction of the message: inbound, outbound or internal
---@field senderIP? string IP address of the sender's server
---@field spamScore? any spam score
---@field detectionLevel? string detection level
---@field info? string details of the state

---@class mimecast.find_processing_messages.Input.searchBy
---@field fieldName string the field
---@field value string the text

---@class mimecast.find_processing_messages.Input.filterBy
---@field route? "all"|"internal"|"outbound"|"inbound"|"external" direction of the message
---@field attachments? boolean true: only messages with attachments

---@class mimecast.find_processing_messages.Input
---@field start? string|number start of the period
---@field finish? string|number end of the period; also end
---@field sortOrder? string order by date, such as desc
---@field searchBy? mimecast.find_processing_messages.Input.searchBy only messages with a text in a field
---@field filterBy? mimecast.find_processing_messages.Input.filterBy[] only messages that match these filters
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.find_processing_messages.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.find_processing_messages.List
---@field [integer] mimecast.find_processing_messages.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.find_processing_messages.Iterator: mimecast.Iterator
---@overload fun(): mimecast.find_processing_messages.Row|false|nil, string?, mimecast.Error?

---@class mimecast.get_message_info.Input
---@field id string the message's id, from find_messages; also "ID"

---@class mimecast.get_message_info.Output
---@field id? string the message's id; also "ID"
---@field status? string state of delivery; also "Status"
---@field recipientInfo? any the received message: messageInfo and recipientMetaInfo
---@field deliveredMessage? any the delivered message, by recipient
---@field retentionInfo? any retention and its reason
---@field spamInfo? any results of the spam checks

---@class mimecast.list_rejections.Input
---@field admin? boolean true: for all recipients; also "Admin"
---@field start? string|number start of the period
---@field finish? string|number end of the period; also end
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_rejections.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_rejections.List
---@field [integer] mimecast.list_rejections.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_rejections.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_rejections.Row|false|nil, string?, mimecast.Error?

---@class mimecast.create_pending_cloud_domain.Input
---@field domain string the domain to register, without @; also "Domain"
---@field inboundType? "any"|"smtp"|"ldap"|"known"|"backup_mx"|"smtp_null" check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.create_pending_cloud_domain.Output
---@field id? string id of the pending domain; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field created? string time of creation; also createdDateTime
---@field expiry? string expiry of the verification code; also expiryDateTime
---@field isLocal? boolean the domain is local; also local
---@field sendOnly? boolean the domain only sends
---@field [string] any fields without documentation, under their wire names

---@class mimecast.delete_pending_cloud_domain.Input
---@field id string the domain's id; also domain_id, "ID"

---@class mimecast.delete_pending_cloud_domain.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.generate_domain_tokens.Input
---@field domains string[] the pending domains, by name

---@class mimecast.generate_domain_tokens.Row
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field status? string extended, or failed; also "Status"

---@class mimecast.get_cloud_domain.Input
---@field id string the domain's id; also domain_id, "ID"

---@class mimecast.get_cloud_domain.Output
---@field id? string the domain's id; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field isLocal? boolean the domain is local; also local
---@field sendOnly? boolean the domain only sends
---@field inboundType? string check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.get_dns_records.Input
---@field id string the domain's id; also domain_id, "ID"
---@field recordType "a"|"aaaa"|"cname"|"mx"|"ns"|"txt" kind of record; also record_type

---@class mimecast.get_dns_records.Output
---@field domain? string the domain's name, without @; also "Domain"
---@field recordType? string kind of record
---@field records? any[] the records

---@class mimecast.get_external_domain.Input
---@field id string the domain's id; also domain_id, "ID"

---@class mimecast.get_external_domain.Output
---@field id? string the domain's id; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field [string] any fields without documentation, under their wire names

---@class mimecast.get_pending_cloud_domain.Input
---@field id string the domain's id; also domain_id, "ID"

---@class mimecast.get_pending_cloud_domain.Output
---@field id? string id of the pending domain; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field created? string time of creation; also createdDateTime
---@field expiry? string expiry of the verification code; also expiryDateTime
---@field isLocal? boolean the domain is local; also local
---@field sendOnly? boolean the domain only sends
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_cloud_domains.Input
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_cloud_domains.Row
---@field id? string the domain's id; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field isLocal? boolean the domain is local; also local
---@field sendOnly? boolean the domain only sends
---@field inboundType? string check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.list_cloud_domains.List
---@field [integer] mimecast.list_cloud_domains.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_cloud_domains.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_cloud_domains.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_external_domains.Input
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_external_domains.Row
---@field id? string the domain's id; also "ID"
---@field domain? string the domain's name, without @; also "Domain"

---@class mimecast.list_external_domains.List
---@field [integer] mimecast.list_external_domains.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_external_domains.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_external_domains.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_pending_cloud_domains.Input
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_pending_cloud_domains.Row
---@field id? string id of the pending domain; also "ID"
---@field domain? string the domain's name, without @; also "Domain"
---@field token? string verification code for a TXT record of the domain
---@field created? string time of creation; also createdDateTime
---@field expiry? string expiry of the verification code; also expiryDateTime
---@field isLocal? boolean the domain is local; also local
---@field sendOnly? boolean the domain only sends

---@class mimecast.list_pending_cloud_domains.List
---@field [integer] mimecast.list_pending_cloud_domains.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_pending_cloud_domains.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_pending_cloud_domains.Row|false|nil, string?, mimecast.Error?

---@class mimecast.update_cloud_domain.Input
---@field id string the domain's id; also domain_id, "ID"
---@field inboundType "any"|"smtp"|"ldap"|"known"|"backup_mx"|"smtp_null" check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), known (known recipients only)

---@class mimecast.update_cloud_domain.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.verify_cloud_domains.Input
---@field domains string[] the domains to check, by name

---@class mimecast.verify_cloud_domains.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.verify_pending_cloud_domains.Input
---@field domains string[] the domains to verify, by name

---@class mimecast.verify_pending_cloud_domains.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.add_cloud_group_members.Input.members
---@field email? string the member's address, or give domain; also emailAddress, "Email Address"
---@field domain? string a domain as member, or give email; also "Domain"
---@field notes? string notes on the member; also note, "Notes"

---@class mimecast.add_cloud_group_members.Input
---@field id string the group's id; also group_id, "ID"
---@field members mimecast.add_cloud_group_members.Input.members[] members to add; also groupMembers

---@class mimecast.add_cloud_group_members.Output.results
---@field success? boolean whether the change was made

---@class mimecast.add_cloud_group_members.Output
---@field results? mimecast.add_cloud_group_members.Output.results[] outcome for each member, in the order given
---@field [string] any fields without documentation, under their wire names

---@class mimecast.create_cloud_group.Input
---@field name string the group's name; also description, "Name"
---@field parentId? string id of the parent group; the root by default; also "Parent ID"

---@class mimecast.create_cloud_group.Output
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also groupCount, "Folder Count"
---@field [string] any fields without documentation, under their wire names

---@class mimecast.get_cloud_group.Input
---@field id string the group's id; also group_id, "ID"

---@class mimecast.get_cloud_group.Output
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also groupCount, "Folder Count"

---@class mimecast.list_cloud_group_members.Input
---@field id string the group's id; also group_id, "ID"
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_cloud_group_members.Row
---@field username? string display name; also name, "Username"
---@field email? string the member's address; no address if the member is a domain; also emailAddress, "Email Address"
---@field domain? string a domain as member, or the domain of the address; also "Domain"
---@field internal? boolean the address belongs to an internal domain; also "Internal"
---@field type? string origin of the address, such as created_manually, created_by_email or contact_from_ldap; also "Type"
---@field notes? string notes on the member; also note, "Notes"

---@class mimecast.list_cloud_group_members.List
---@field [integer] mimecast.list_cloud_group_members.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_cloud_group_members.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_cloud_group_members.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_cloud_groups.Input
---@field query? string part of the group's name; also "Query"
---@field source? "cloud"|"ldap" only groups of this origin: cloud or ldap; also "Source"
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_cloud_groups.Row
---@field id? string the group's id; also "ID"
---@field name? string the group's name; also description, "Name"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field parentId? string id of the parent group; also "Parent ID"
---@field userCount? integer number of members; also "User Count"
---@field folderCount? integer number of groups directly below it; also groupCount, "Folder Count"

---@class mimecast.list_cloud_groups.List
---@field [integer] mimecast.list_cloud_groups.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_cloud_groups.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_cloud_groups.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_cloud_users.Input
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_cloud_users.Row
---@field id? string the user's id; also "ID"
---@field email? string the user's address; also emailAddress, "Email Address"
---@field username? string display name; also name, "Username"
---@field domain? string the domain's name, without @; also "Domain"
---@field type? string type of user; also "Type"
---@field addressType? string origin of the address, such as created_manually, created_by_email or created_by_ldap_sync; also "Address Type"
---@field alias? boolean the address is an alias; also isAlias, "Alias"
---@field internal? boolean the address belongs to an internal domain; also "Internal"
---@field accountDisabled? boolean the account is disabled; also disabled, "Account Disabled"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field created? string time of creation; also createdDateTime
---@field updated? string time of the last change; also updatedDateTime

---@class mimecast.list_cloud_users.List
---@field [integer] mimecast.list_cloud_users.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_cloud_users.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_cloud_users.Row|false|nil, string?, mimecast.Error?

---@class mimecast.remove_cloud_group_members.Input.members
---@field email? string the member's address, or give domain; also emailAddress, "Email Address"
---@field domain? string a domain as member, or give email; also "Domain"

---@class mimecast.remove_cloud_group_members.Input
---@field id string the group's id; also group_id, "ID"
---@field members mimecast.remove_cloud_group_members.Input.members[] members to remove; also groupMembers

---@class mimecast.remove_cloud_group_members.Output.results
---@field success? boolean whether the change was made

---@class mimecast.remove_cloud_group_members.Output
---@field results? mimecast.remove_cloud_group_members.Output.results[] outcome for each member, in the order given
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_roles.Input
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 100 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_roles.Row
---@field id? string the role's id; also "ID"
---@field roleName? string the role's name

---@class mimecast.list_roles.List
---@field [integer] mimecast.list_roles.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_roles.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_roles.Row|false|nil, string?, mimecast.Error?

---@class mimecast.create_blocked_sender_policy.Input.policy.from.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.create_blocked_sender_policy.Input.policy.from
---@field type "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.create_blocked_sender_policy.Input.policy.from.attribute the attribute, for address_attribute_value

---@class mimecast.create_blocked_sender_policy.Input.policy.to.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.create_blocked_sender_policy.Input.policy.to
---@field type "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.create_blocked_sender_policy.Input.policy.to.attribute the attribute, for address_attribute_value

---@class mimecast.create_blocked_sender_policy.Input.policy.conditions
---@field sourceIPs? string[] address ranges of the servers
---@field hostnames? string[] host names of the servers
---@field spfDomains? string[] domains whose SPF record lists the servers

---@class mimecast.create_blocked_sender_policy.Input.policy
---@field description string name of the policy, kept with the mail
---@field fromPart? "envelope_from"|"header_from"|"both" which sender to compare; envelope_from by default
---@field from? mimecast.create_blocked_sender_policy.Input.policy.from the senders; the newer form of fromType and fromValue
---@field to? mimecast.create_blocked_sender_policy.Input.policy.to the recipients; the newer form of toType and toValue
---@field fromType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the senders
---@field fromValue? string address, domain or group id for fromType
---@field toType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the recipients
---@field toValue? string address, domain or group id for toType
---@field fromEternal? boolean true: no start date
---@field toEternal? boolean true: no end date
---@field fromDate? string|number start of the policy
---@field toDate? string|number end of the policy
---@field override? boolean true: the policy overrides other policies
---@field bidirectional? boolean true: the policy also applies to mail in the other direction
---@field conditions? mimecast.create_blocked_sender_policy.Input.policy.conditions only mail from these servers
---@field comment? string comment

---@class mimecast.create_blocked_sender_policy.Input
---@field option "no_action"|"block_sender" block_sender, or no_action for an exception
---@field policy mimecast.create_blocked_sender_policy.Input.policy the policy

---@class mimecast.create_blocked_sender_policy.Output.policy.from.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.create_blocked_sender_policy.Output.policy.from
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.create_blocked_sender_policy.Output.policy.from.attribute the attribute, for address_attribute_value

---@class mimecast.create_blocked_sender_policy.Output.policy.to.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.create_blocked_sender_policy.Output.policy.to
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.create_blocked_sender_policy.Output.policy.to.attribute the attribute, for address_attribute_value

---@class mimecast.create_blocked_sender_policy.Output.policy.conditions
---@field sourceIPs? string[] address ranges of the servers
---@field hostnames? string[] host names of the servers
---@field spfDomains? string[] domains whose SPF record lists the servers

---@class mimecast.create_blocked_sender_policy.Output.policy
---@field description? string name of the policy, kept with the mail
---@field fromPart? "envelope_from"|"header_from"|"both" which sender to compare; envelope_from by default
---@field from? mimecast.create_blocked_sender_policy.Output.policy.from the senders; the newer form of fromType and fromValue
---@field to? mimecast.create_blocked_sender_policy.Output.policy.to the recipients; the newer form of toType and toValue
---@field fromType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the senders
---@field fromValue? string address, domain or group id for fromType
---@field toType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the recipients
---@field toValue? string address, domain or group id for toType
---@field fromEternal? boolean true: no start date
---@field toEternal? boolean true: no end date
---@field fromDate? string start of the policy
---@field toDate? string end of the policy
---@field override? boolean true: the policy overrides other policies
---@field bidirectional? boolean true: the policy also applies to mail in the other direction
---@field conditions? mimecast.create_blocked_sender_policy.Output.policy.conditions only mail from these servers
---@field comment? string comment
---@field enabled? boolean the policy is enabled
---@field enforced? boolean the policy cannot be overridden
---@field createTime? string time of creation
---@field lastUpdated? string time of the last change

---@class mimecast.create_blocked_sender_policy.Output
---@field id? string the policy's id; also "ID"
---@field option? "no_action"|"block_sender" block_sender, or no_action for an exception
---@field policy? mimecast.create_blocked_sender_policy.Output.policy the policy

---@class mimecast.delete_blocked_sender_policy.Input
---@field id string the policy's id; also "ID"

---@class mimecast.delete_blocked_sender_policy.Output
---@field id? string the policy's id; also "ID"

---@class mimecast.get_blocked_sender_policy.Input
---@field id? string only the policy with this id; also "ID"

---@class mimecast.get_blocked_sender_policy.Row.policy.from.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.get_blocked_sender_policy.Row.policy.from
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.get_blocked_sender_policy.Row.policy.from.attribute the attribute, for address_attribute_value

---@class mimecast.get_blocked_sender_policy.Row.policy.to.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.get_blocked_sender_policy.Row.policy.to
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.get_blocked_sender_policy.Row.policy.to.attribute the attribute, for address_attribute_value

---@class mimecast.get_blocked_sender_policy.Row.policy.conditions
---@field sourceIPs? string[] address ranges of the servers
---@field hostnames? string[] host names of the servers
---@field spfDomains? string[] domains whose SPF record lists the servers

---@class mimecast.get_blocked_sender_policy.Row.policy
---@field description? string name of the policy, kept with the mail
---@field fromPart? "envelope_from"|"header_from"|"both" which sender to compare; envelope_from by default
---@field from? mimecast.get_blocked_sender_policy.Row.policy.from the senders; the newer form of fromType and fromValue
---@field to? mimecast.get_blocked_sender_policy.Row.policy.to the recipients; the newer form of toType and toValue
---@field fromType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the senders
---@field fromValue? string address, domain or group id for fromType
---@field toType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the recipients
---@field toValue? string address, domain or group id for toType
---@field fromEternal? boolean true: no start date
---@field toEternal? boolean true: no end date
---@field fromDate? string start of the policy
---@field toDate? string end of the policy
---@field override? boolean true: the policy overrides other policies
---@field bidirectional? boolean true: the policy also applies to mail in the other direction
---@field conditions? mimecast.get_blocked_sender_policy.Row.policy.conditions only mail from these servers
---@field comment? string comment
---@field enabled? boolean the policy is enabled
---@field enforced? boolean the policy cannot be overridden
---@field createTime? string time of creation
---@field lastUpdated? string time of the last change

---@class mimecast.get_blocked_sender_policy.Row
---@field id? string the policy's id; also "ID"
---@field option? "no_action"|"block_sender" block_sender, or no_action for an exception
---@field policy? mimecast.get_blocked_sender_policy.Row.policy the policy

---@class mimecast.permit_or_block_sender.Input
---@field sender string address of the sender
---@field to string address of the recipient
---@field action "permit"|"block" permit: no spam checks; block: reject the mail

---@class mimecast.permit_or_block_sender.Output
---@field id? string the entry's id; also "ID"
---@field sender? string address of the sender
---@field to? string address of the recipient
---@field type? string Permit or Block; also "Type"

---@class mimecast.update_blocked_sender_policy.Input.policy.from.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.update_blocked_sender_policy.Input.policy.from
---@field type "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.update_blocked_sender_policy.Input.policy.from.attribute the attribute, for address_attribute_value

---@class mimecast.update_blocked_sender_policy.Input.policy.to.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.update_blocked_sender_policy.Input.policy.to
---@field type "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.update_blocked_sender_policy.Input.policy.to.attribute the attribute, for address_attribute_value

---@class mimecast.update_blocked_sender_policy.Input.policy.conditions
---@field sourceIPs? string[] address ranges of the servers
---@field hostnames? string[] host names of the servers
---@field spfDomains? string[] domains whose SPF record lists the servers

---@class mimecast.update_blocked_sender_policy.Input.policy
---@field description? string name of the policy, kept with the mail
---@field fromPart? "envelope_from"|"header_from"|"both" which sender to compare; envelope_from by default
---@field from? mimecast.update_blocked_sender_policy.Input.policy.from the senders; the newer form of fromType and fromValue
---@field to? mimecast.update_blocked_sender_policy.Input.policy.to the recipients; the newer form of toType and toValue
---@field fromType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the senders
---@field fromValue? string address, domain or group id for fromType
---@field toType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the recipients
---@field toValue? string address, domain or group id for toType
---@field fromEternal? boolean true: no start date
---@field toEternal? boolean true: no end date
---@field fromDate? string|number start of the policy
---@field toDate? string|number end of the policy
---@field override? boolean true: the policy overrides other policies
---@field bidirectional? boolean true: the policy also applies to mail in the other direction
---@field conditions? mimecast.update_blocked_sender_policy.Input.policy.conditions only mail from these servers
---@field comment? string comment

---@class mimecast.update_blocked_sender_policy.Input
---@field id string the policy's id; also "ID"
---@field option? "no_action"|"block_sender" block_sender, or no_action for an exception
---@field policy? mimecast.update_blocked_sender_policy.Input.policy the policy

---@class mimecast.update_blocked_sender_policy.Output.policy.from.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.update_blocked_sender_policy.Output.policy.from
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.update_blocked_sender_policy.Output.policy.from.attribute the attribute, for address_attribute_value

---@class mimecast.update_blocked_sender_policy.Output.policy.to.attribute
---@field id? string the attribute's id; also "ID"
---@field name? string the attribute's name; also "Name"
---@field value? string value of the attribute

---@class mimecast.update_blocked_sender_policy.Output.policy.to
---@field type? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" type of sender or recipient; also "Type"
---@field email? string the address, for individual_email_address; also emailAddress, "Email Address"
---@field emailDomain? string the domain, for email_domain
---@field groupId? string id of the group, for profile_group; also "Group ID"
---@field headerDisplayName? string the name, for header_display_name
---@field attribute? mimecast.update_blocked_sender_policy.Output.policy.to.attribute the attribute, for address_attribute_value

---@class mimecast.update_blocked_sender_policy.Output.policy.conditions
---@field sourceIPs? string[] address ranges of the servers
---@field hostnames? string[] host names of the servers
---@field spfDomains? string[] domains whose SPF record lists the servers

---@class mimecast.update_blocked_sender_policy.Output.policy
---@field description? string name of the policy, kept with the mail
---@field fromPart? "envelope_from"|"header_from"|"both" which sender to compare; envelope_from by default
---@field from? mimecast.update_blocked_sender_policy.Output.policy.from the senders; the newer form of fromType and fromValue
---@field to? mimecast.update_blocked_sender_policy.Output.policy.to the recipients; the newer form of toType and toValue
---@field fromType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the senders
---@field fromValue? string address, domain or group id for fromType
---@field toType? "everyone"|"internal_addresses"|"external_addresses"|"email_domain"|"profile_group"|"individual_email_address"|"address_attribute_value"|"free_mail_domains"|"header_display_name" the recipients
---@field toValue? string address, domain or group id for toType
---@field fromEternal? boolean true: no start date
---@field toEternal? boolean true: no end date
---@field fromDate? string start of the policy
---@field toDate? string end of the policy
---@field override? boolean true: the policy overrides other policies
---@field bidirectional? boolean true: the policy also applies to mail in the other direction
---@field conditions? mimecast.update_blocked_sender_policy.Output.policy.conditions only mail from these servers
---@field comment? string comment
---@field enabled? boolean the policy is enabled
---@field enforced? boolean the policy cannot be overridden
---@field createTime? string time of creation
---@field lastUpdated? string time of the last change

---@class mimecast.update_blocked_sender_policy.Output
---@field id? string the policy's id; also "ID"
---@field option? "no_action"|"block_sender" block_sender, or no_action for an exception
---@field policy? mimecast.update_blocked_sender_policy.Output.policy the policy

---@class mimecast.list_attachment_logs.Input
---@field route? "all"|"inbound"|"outbound"|"internal" direction of the message; all by default
---@field result? "all"|"safe"|"malicious"|"timeout"|"error"|"unsafe" result of the scan; all by default
---@field oldestFirst? boolean true: oldest first; false (default): newest first
---@field start? string|number start of the period; the beginning of today by default; also from
---@field finish? string|number end of the period; now by default; also to
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_attachment_logs.Row
---@field senderAddress? string address of the sender
---@field recipientAddress? string address of the recipient
---@field fileName? string the attachment's name
---@field fileType? string the attachment's type
---@field fileHash? string the attachment's hash
---@field result? string result of the scan
---@field actionTriggered? string action
---@field date? string time of the event
---@field details? string description of the result
---@field route? string direction of the message: inbound, outbound or internal
---@field messageId? string Message-ID from the mail's header
---@field subject? string the message's subject
---@field definition? string the applied definition

---@class mimecast.list_attachment_logs.List
---@field [integer] mimecast.list_attachment_logs.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_attachment_logs.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_attachment_logs.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_impersonation_logs.Input
---@field query? string only messages with this text in searchField; also "Query"
---@field searchField? "all"|"senderAddress"|"recipientAddress"|"subject"|"policy" field to search for query; all by default
---@field actions? ("hold"|"bounce"|"none")[] only messages with these actions
---@field identifiers? ("newly_observed_domain"|"internal_user_name"|"reply_address_mismatch"|"targeted_threat_dictionary"|"similar_internal_domain"|"custom_external_domain"|"mimecast_external_domain"|"advanced_similar_internal_domain"|"advanced_custom_external_domain"|"advanced_mimecast_external_domain"|"custom_name_list")[] only messages with one of these indicators
---@field taggedMalicious? boolean only messages that are tagged as malicious, or are not
---@field oldestFirst? boolean true: oldest first; false (default): newest first
---@field start? string|number start of the period; the beginning of today by default; also from
---@field finish? string|number end of the period; now by default; also to
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_impersonation_logs.Row
---@field id? string the entry's id; also "ID"
---@field senderAddress? string address of the sender
---@field senderIpAddress? string IP address of the sender's server
---@field recipientAddress? string address of the recipient
---@field subject? string the message's subject
---@field definition? string the applied definition
---@field hits? integer number of indicators
---@field identifiers? string[] the indicators
---@field impersonationResults? any[] details of the indicators
---@field action? string action
---@field taggedExternal? boolean the message is tagged as external
---@field taggedMalicious? boolean the message is tagged as malicious
---@field eventTime? string time of the event
---@field messageId? string Message-ID from the mail's header

---@class mimecast.list_impersonation_logs.List
---@field [integer] mimecast.list_impersonation_logs.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_impersonation_logs.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_impersonation_logs.Row|false|nil, string?, mimecast.Error?

---@class mimecast.list_url_logs.Input
---@field route? "all"|"inbound"|"outbound"|"internal" direction of the message; all by default
---@field scanResult? "all"|"clean"|"malicious"|"suspicious" result of the scan; all by default
---@field oldestFirst? boolean true: oldest first; false (default): newest first
---@field start? string|number start of the period; the beginning of today by default; also from
---@field finish? string|number end of the period; now by default; also to
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_url_logs.Row
---@field userEmailAddress? string address of the user who clicked
---@field fromUserEmailAddress? string address of the sender
---@field url? string the link
---@field ttpDefinition? string the applied definition
---@field subject? string the message's subject
---@field action? string action: allow, warn or block
---@field actions? any action, as text
---@field adminOverride? string decision of an administrator
---@field userOverride? string decision of the user
---@field scanResult? string result of the scan
---@field category? string category of the link
---@field sendingIp? string IP address of the sender's server
---@field userAwarenessAction? string the user's response to the prompt
---@field date? string time of the event
---@field route? string direction of the message: inbound, outbound or internal
---@field creationMethod? string how the check was triggered
---@field emailPartsDescription? string[] parts of the mail that contain the link
---@field messageId? string Message-ID from the mail's header
---@field tagMap? any details of the scan

---@class mimecast.list_url_logs.List
---@field [integer] mimecast.list_url_logs.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_url_logs.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_url_logs.Row|false|nil, string?, mimecast.Error?

---@class mimecast.add_to_purge_list.Input
---@field emails string[] the addresses, at most 1000; also emailAddresses

---@class mimecast.add_to_purge_list.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.create_user.Input
---@field email string the new user's address; also emailAddress, "Email Address"
---@field username? string display name; also name, "Username"
---@field password? string|mimecast.Secret cloud password; never comes back; also "Password"
---@field accountCode? string code of the Mimecast account that the user belongs to; also "Account Code"
---@field forcePasswordChange? boolean true: the password must be changed at the next sign-in; also "Force Password Change"

---@class mimecast.create_user.Output
---@field id? string the user's id; also "ID"
---@field email? string the user's address; also emailAddress, "Email Address"
---@field username? string display name; also name, "Username"
---@field accountCode? string code of the Mimecast account that the user belongs to; also "Account Code"
---@field forcePasswordChange? boolean true: the password must be changed at the next sign-in; also "Force Password Change"

---@class mimecast.get_most_used_contacts.Input

---@class mimecast.get_most_used_contacts.Row
---@field [string] any fields without documentation, under their wire names

---@class mimecast.list_users.Input
---@field domain? string only users of this domain; also "Domain"
---@field settings? boolean true: read the settings of each account as well, by update_user without a change; needs its permission
---@field limit? integer largest number of rows; 500 for a list by default
---@field pageSize? integer rows in a page, at most 500 (default)
---@field cursor? string where to continue, from an iterator's cursor()

---@class mimecast.list_users.Row
---@field username? string display name; also name, "Username"
---@field email? string the user's address; also emailAddress, "Email Address"
---@field domain? string the domain's name, without @; also "Domain"
---@field addressType? string origin of the address, such as created_manually, created_by_email or created_by_ldap_sync; also "Address Type"
---@field source? string origin of the entry: cloud or ldap; also "Source"
---@field alias? boolean the address is an alias; also "Alias"
---@field kind? string account, alias (has no settings), or role: postmaster@, abuse@
---@field passwordNeverExpires? boolean true: exempt from the account's password expiry; false: subject to it; also "Password Never Expires"
---@field forcePasswordChange? boolean true: the password must be changed at the next sign-in; also "Force Password Change"
---@field archiveStartDate? string start of the visible archive, for a new employee who takes over a former employee's address; also "Archive Start Date"
---@field allowPop3? boolean the user may read mail over POP3; also allowPop, "Allow POP3"
---@field allowSmtp? boolean the user may submit mail over SMTP; also "Allow SMTP"
---@field accountLocked? boolean the account is locked; also "Account Locked"
---@field accountDisabled? boolean the account is disabled; also "Account Disabled"
---@field error? string the service's code, if it rejects to read the account

---@class mimecast.list_users.List
---@field [integer] mimecast.list_users.Row
---@field total? integer number of rows that the service counts
---@field cursor? string where to continue, if there are more rows

---@class mimecast.list_users.Iterator: mimecast.Iterator
---@overload fun(): mimecast.list_users.Row|false|nil, string?, mimecast.Error?

---@class mimecast.read_user.Input
---@field email string the address of the user to read; also emailAddress, "Email Address"
---@field showAvatar? boolean true: the response has the user's picture

---@class mimecast.read_user.Output.links
---@field name? string the link's name; also "Name"
---@field method? string HTTP method of the call; also "Method"
---@field uri? string URI of the call; also "URI"

---@class mimecast.read_user.Output.attributes
---@field phoneNumber? string phone number; also "Phone Number"

---@class mimecast.read_user.Output
---@field username? string display name; also name, "Username"
---@field id? string the user's id, usually the address; also "ID"
---@field email? string the user's address; also emailAddress, "Email Address"
---@field role? string name of the user's administrator role; na, empty or missing without a role; also "Role"
---@field companyName? string name of the user's company; also "Company Name"
---@field links? mimecast.read_user.Output.links[] API calls for this user; also "Links"
---@field attributes? mimecast.read_user.Output.attributes the user's attributes; also "Attributes"
---@field localPassword? boolean the user has a cloud password; also "Local Password"
---@field changePassword? boolean the user must change the password; also "Change Password"
---@field external? boolean the user is external; also "External"
---@field editable? boolean the user can be changed; also "Editable"
---@field admin? boolean the user is an administrator; also "Admin"
---@field accountCode? string code of the Mimecast account that the user belongs to; also "Account Code"
---@field timeZone? string the user's time zone; also serverTimeZone, "Time Zone"
---@field avatarCode? string the picture, in base64; also "Avatar Code"
---@field avatarMimeType? string the picture's MIME type; also "Avatar Mime Type"
---@field resolvedFrom? string the address of the request, if the service resolved it to another one

---@class mimecast.remove_from_purge_list.Input
---@field emails string[] the addresses, at most 1000; also emailAddresses

---@class mimecast.remove_from_purge_list.Output
---@field [string] any fields without documentation, under their wire names

---@class mimecast.update_user.Input
---@field email string the address of the user to update; also emailAddress, "Email Address"
---@field username? string display name; also name, "Username"
---@field password? string|mimecast.Secret new cloud password; never comes back; also "Password"
---@field passwordNeverExpires? boolean true: exempt from the account's password expiry; false: subject to it; also "Password Never Expires"
---@field forcePasswordChange? boolean true: the password must be changed at the next sign-in; also "Force Password Change"
---@field archiveStartDate? string|number start of the visible archive, for a new employee who takes over a former employee's address; also "Archive Start Date"
---@field allowPop3? boolean the user may read mail over POP3; also allowPop, "Allow POP3"
---@field allowSmtp? boolean the user may submit mail over SMTP; also "Allow SMTP"
---@field accountLocked? boolean the account is locked; also "Account Locked"
---@field accountDisabled? boolean the account is disabled; also "Account Disabled"

---@class mimecast.update_user.Output
---@field email? string the user's address; also emailAddress, "Email Address"
---@field username? string display name; also name, "Username"
---@field passwordNeverExpires? boolean true: exempt from the account's password expiry; false: subject to it; also "Password Never Expires"
---@field forcePasswordChange? boolean true: the password must be changed at the next sign-in; also "Force Password Change"
---@field archiveStartDate? string start of the visible archive, for a new employee who takes over a former employee's address; also "Archive Start Date"
---@field allowPop3? boolean the user may read mail over POP3; also allowPop, "Allow POP3"
---@field allowSmtp? boolean the user may submit mail over SMTP; also "Allow SMTP"
---@field accountLocked? boolean the account is locked; also "Account Locked"
---@field accountDisabled? boolean the account is disabled; also "Account Disabled"
---@field resolvedFrom? string the address of the request, if the service resolved it to another one

---@class mimecast.Client
local Client = {}

---End the client's binding of API 1.0; its keys become invalid.
---@return boolean? ok true if the binding has ended
---@return string? message
---@return mimecast.Error? err
function Client:logout() end

---Return a client with other options that shares connections, token, rate limit and counters.
---Options are timeout, attempts, batchSize, concurrency, passwordRetryWindow, readOnly and retryUnknown; others raise an error.
---@param options mimecast.Options the options to override
---@return mimecast.Client client the new client
function Client:with(options) end

---Describes the client: API generation, gateway, fingerprint of its credentials, clock and sleep.
---@return mimecast.ClientInfo info a table without secrets
function Client:info() end

---Requests the gateway's root without credentials, to show whether the gateway can be reached.
---@return { status: integer, headers: table<string, string>, seconds: number }? response headers by lower-case name
---@return string? message
---@return mimecast.Error? err
function Client:ping() end

---Returns the headers that authorise a request, with the token or with access key and signature masked.
---@param path string of the request, like /api/user/update-user
---@return table<string, string>? headers by name
---@return string? message
---@return mimecast.Error? err
function Client:masked_headers(path) end

---Close the client's connections; the client cannot be used any more.
function Client:close() end

---Send an authorised request to any path of the API.
---The response is not checked: a failure that the service reports is a result here.
---@param input mimecast.call.Input the request
---@return mimecast.Response? response status, headers and body, unchanged
---@return string? message
---@return mimecast.Error? err
function Client:call(input) end

---Run a function for each input, several at a time on one thread, with the results in order.
---Outside nginx the function may wait in calls of this client only; another yield raises an error.
---@generic T, R
---@param inputs T[] the inputs of the function
---@param run fun(input: T, i: integer): R?, string?, mimecast.Error? makes the calls for one input
---@param options? { concurrency?: integer } calls in flight, 16 by default
---@return (R|false)[] results false if the function returned nil
---@return table<integer, mimecast.Error|string> failures by position
function Client:map(inputs, run, options) end

---Run functions concurrently on one thread, with their results in order.
---@param functions (fun(): any, string?, mimecast.Error?)[] functions that make calls
---@param options? { concurrency?: integer } calls in flight, 16 by default
---@return any[] results false if a function returned nil
---@return table<integer, mimecast.Error|string> failures by position
function Client:gather(functions, options) end

---Return the client's counters: calls, items, requests, retries, waits, tokens, bytes, latencies.
---stats:prometheus(labels) returns them as Prometheus text.
---@return mimecast.Stats? stats a copy of the counters
---@return string? message
---@return mimecast.Error? err
function Client:stats() end

---Read an account's current settings without changing them.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:user_settings(email) end

---Read what the service tells about a user: settings, profile, aliases, delegated mailboxes, groups.
---The service has no list of a user's groups: the members of each group are read. A part that the application may not read has an error value in problems.
---@param email string address of the user
---@param options? { maxGroups?: integer } most groups to read (default 200)
---@return { settings?: table, profile?: table, aliases?: table[], mailboxes?: table[], groups?: table[], problems: table<string, mimecast.Error> }? overview the parts
---@return string? message
---@return mimecast.Error? err
function Client:user_overview(email, options) end

---Disable an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:disable_user(email) end

---Enable a disabled account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:enable_user(email) end

---Lock an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:lock_user(email) end

---Unlock an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:unlock_user(email) end

---Require a new password at the user's next sign-in.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:force_password_change(email) end

---Set a user's cloud password and unlock the account in the same request.
---The service rejects the password of a locked account unless the same request unlocks it.
---@param email string address of the user
---@param password string|mimecast.Secret the new password
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:set_password(email, password) end

---Give an address to a new employee and hide the archive before a date.
---@param email string address of the user
---@param date string|number start of the visible archive: ISO 8601 with a zone, or seconds since 1970
---@param more? table further settings, as update_user takes them
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function Client:reuse_address(email, date, more) end

---Bring a user's settings into a given state: read them, write the differences only, and return the changes.
---Dates are compared as points in time. A password cannot be read: it counts as a change each time, without value.
---@param input mimecast.update_user.Input the settings, as update_user takes them
---@return mimecast.update_user.Output? user as update_user returns it
---@return table<string, { from: any, to: any }|true>|string|nil changes by field, true for a password; empty if nothing differed; the message if user is nil
---@return mimecast.Error? err the error value
function Client:ensure_user(input) end

---Find a profile group by its name, its path or its id.
---A path like Staff/Finance tells groups of one name apart; case matters. A name of several groups is an error that lists their paths and ids. An id is returned without a lookup.
---@param group string name, path or id
---@return mimecast.find_groups.Row? group as find_groups returns it
---@return string? message
---@return mimecast.Error? err
function Client:find_group(group) end

---Add an address or a domain to a profile group unless it is a member already.
---@param input mimecast.ensure_group_member.Input the group and the member
---@return mimecast.add_group_member.Output? member as the service returns it; group, address and domain if nothing changed
---@return boolean|string|nil changed true if it was added; the message if member is nil
---@return mimecast.Error? err the error value
function Client:ensure_group_member(input) end

---Remove an address or a domain from a profile group if it is a member.
---@param input mimecast.ensure_no_group_member.Input the group and the member
---@return mimecast.add_group_member.Output? member as the service returns it; group, address and domain if nothing changed
---@return boolean|string|nil changed true if it was removed; the message if member is nil
---@return mimecast.Error? err the error value
function Client:ensure_no_group_member(input) end

---Add the members of one profile group to another, with their notes.
---No member is removed from either group. Check failed for members that could not be added.
---@param input mimecast.copy_members.Input the two groups
---@return { added: string[], unchanged: string[], failed: table<string, mimecast.Error> }? result added members, unchanged members, and the error values of failed members
---@return string? message
---@return mimecast.Error? err
function Client:copy_members(input) end

---Plan changes of many accounts: check the rows, read the current settings, write the changes into a plan.
---Nothing is changed; plan:apply{ journal = … } applies the plan. Given a path, opens a plan. See doc/bulk.md.
---@param input mimecast.plan.Input|string rows and options, or the path of a plan
---@return mimecast.Plan? plan counts, rows() and apply(options)
---@return string? message
---@return mimecast.Error? err
function Client:plan(input) end

---Plan and apply changes in one step; journal and report record every row.
---Takes the options of plan and of plan:apply. See doc/bulk.md.
---@param input mimecast.bulk.Input rows and options
---@return mimecast.Report? report counts that add up, and csv(path)
---@return string? message
---@return mimecast.Error? err
function Client:bulk(input) end

---Plan what brings the members of a profile group in line with a list: members to add, and others to remove.
---Nothing is changed; plan:apply{ journal = … } applies the plan, undo reverses it. A second plan changes nothing.
---@param input mimecast.sync_group.Input the group and the list
---@return mimecast.Plan? plan a row for each member, with member = true or false
---@return string? message
---@return mimecast.Error? err
function Client:sync_group(input) end

---Hold the accounts of a domain against a roster: plan what to disable and enable, and list all differences.
---Nothing is changed; plan:apply{ journal = … } applies the plan. plan.findings lists orphans, leavers, people without an account and wrong members of groups. Takes the options of plan that say how a file is read. See doc/reconcile.md.
---@param input mimecast.reconcile.Input roster and options
---@return mimecast.Plan? plan with findings: counts, rows(kind), members(group)
---@return string? message
---@return mimecast.Error? err
function Client:reconcile(input) end

---Write the plan that restores what a run changed, from its journal.
---plan.irreversible lists what cannot be restored, such as passwords. See doc/bulk.md.
---@param input mimecast.undo.Input the run
---@return mimecast.Plan? plan the undo plan
---@return string? message
---@return mimecast.Error? err
function Client:undo(input) end

---Open the report of a plan or of a journal: its rows with their states. Nothing is requested.
---The states are ok, unchanged, rejected, unknown, skipped and not_sent. See doc/bulk.md.
---@param path string path of a plan or of a journal
---@return mimecast.RunReport? report counts, rows(states) and close()
---@return string? message
---@return mimecast.Error? err
function Client:report(path) end

---Read the account: its code, region, number of users and packages.
---@param input? mimecast.get_account.Input
---@return mimecast.get_account.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_account(input) end

---List the notices of the administration console.
---@param input? mimecast.get_dashboard_notifications.Input
---@return mimecast.get_dashboard_notifications.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_dashboard_notifications(input) end

---List the products that a partner can provision.
---Under API 1.0 it needs a partner's role.
---@param input? mimecast.get_packages.Input
---@return mimecast.get_packages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_packages(input) end

---Read the support contract of the account and the support contacts.
---@param input? mimecast.get_support_info.Input
---@return mimecast.get_support_info.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_support_info(input) end

---Read the accounts that the application's credentials belong to.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_account under API 1.0.
---@param input? mimecast.whoami.Input
---@return mimecast.whoami.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:whoami(input) end

---List the aliases of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_aliases.Input
---@return mimecast.get_aliases.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_aliases(input) end

---Remove an alias from a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_alias.Input
---@return mimecast.remove_alias.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:remove_alias(input) end

---remove_alias for a list of items, 5 items a request.
---Remove an alias from a user.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.remove_alias.Input[]
---@return (mimecast.remove_alias.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:remove_aliases(inputs) end

---Make an address an alias of a user. An alias of another user moves to this user.
---@param input mimecast.update_alias.Input
---@return mimecast.update_alias.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_alias(input) end

---update_alias for a list of items, 5 items a request.
---Make an address an alias of a user. An alias of another user moves to this user.
---@param inputs mimecast.update_alias.Input[]
---@return (mimecast.update_alias.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:update_aliases(inputs) end

---List the types of attributes in the tenant.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_attribute_types.Input
---@return mimecast.find_attribute_types.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:find_attribute_types(input) end

---List the attributes of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_attributes.Input
---@return mimecast.get_attributes.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_attributes(input) end

---Set attributes of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.update_attributes.Input
---@return mimecast.update_attributes.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_attributes(input) end

---List the categories of audit events.
---@param input? mimecast.list_audit_categories.Input
---@return mimecast.list_audit_categories.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_audit_categories(input) end

---List the audit events of a period within the last 60 days.
---@param input mimecast.list_audit_events.Input
---@return mimecast.list_audit_events.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_audit_events(input) end

---list_audit_events for all pages, row by row.
---List the audit events of a period within the last 60 days.
---@param input mimecast.list_audit_events.Input
---@return mimecast.list_audit_events.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:audit_events(input) end

---Give a user access to another user's mailbox.
---@param input mimecast.add_delegate_user.Input
---@return mimecast.add_delegate_user.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:add_delegate_user(input) end

---List the mailboxes that a user has access to as a delegate.
---Pass the address of the delegate: a query for a shared mailbox returns an empty list.
---@param input mimecast.find_delegate_users.Input
---@return mimecast.find_delegate_users.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:find_delegate_users(input) end

---List the accounts that the caller can administer.
---API 1.0 only: API 2.0 does not list it: there the application belongs to one account; whoami tells which.
---@param input? mimecast.get_delegated_access.Input
---@return mimecast.get_delegated_access.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_delegated_access(input) end

---Remove a delegate's access to a mailbox.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_delegate_user.Input
---@return mimecast.remove_delegate_user.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:remove_delegate_user(input) end

---remove_delegate_user for a list of items, 25 items a request.
---Remove a delegate's access to a mailbox.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.remove_delegate_user.Input[]
---@return (mimecast.remove_delegate_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:remove_delegate_users(inputs) end

---Start the synchronisation of all directory connectors.
---Under API 2.0 the call may time out (status 504) although the synchronisation has started: read get_connections before you call again.
---@param input? mimecast.execute_sync.Input
---@return mimecast.execute_sync.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:execute_sync(input) end

---List the directory connectors and how their last synchronisation went.
---@param input? mimecast.get_connections.Input
---@return mimecast.get_connections.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_connections(input) end

---Register a domain and return its verification code.
---Put the code into a TXT record, then call verify_domain. A subdomain of the account's domain needs no code; the service rejects a subdomain of another account's domain.
---@param input mimecast.create_domain.Input
---@return mimecast.create_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_domain(input) end

---create_domain for a list of items, 50 items a request.
---Register a domain and return its verification code.
---Put the code into a TXT record, then call verify_domain. A subdomain of the account's domain needs no code; the service rejects a subdomain of another account's domain.
---@param inputs mimecast.create_domain.Input[]
---@return (mimecast.create_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:create_domains(inputs) end

---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.delete_pending_domain.Input
---@return mimecast.delete_pending_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:delete_pending_domain(input) end

---delete_pending_domain for a list of items, 500 items a request.
---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.delete_pending_domain.Input[]
---@return (mimecast.delete_pending_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:delete_pending_domains(inputs) end

---Read the state of the registration of a domain.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_provision_status.Input
---@return mimecast.get_provision_status.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_provision_status(input) end

---Read the verification code of a pending domain.
---generate_domain_tokens, its REST counterpart, also extends the expiry of the code.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_verification_code.Input
---@return mimecast.get_verification_code.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_verification_code(input) end

---List the account's internal domains, or one of them.
---@param input? mimecast.list_domains.Input
---@return mimecast.list_domains.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_domains(input) end

---List the domains that are registered and not yet verified, or one of them.
---@param input? mimecast.list_pending_domains.Input
---@return mimecast.list_pending_domains.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_pending_domains(input) end

---Look up the TXT record of a pending domain, and add the domain to the account if the record is correct.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.verify_domain.Input
---@return mimecast.verify_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:verify_domain(input) end

---verify_domain for a list of items, 50 items a request.
---Look up the TXT record of a pending domain, and add the domain to the account if the record is correct.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.verify_domain.Input[]
---@return (mimecast.verify_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:verify_domains(inputs) end

---Add an address or a domain to a profile group.
---@param input mimecast.add_group_member.Input
---@return mimecast.add_group_member.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:add_group_member(input) end

---add_group_member for a list of items, 10 items a request.
---Add an address or a domain to a profile group.
---@param inputs mimecast.add_group_member.Input[]
---@return (mimecast.add_group_member.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:add_group_members(inputs) end

---Create a profile group, at the root or below a parent group.
---@param input mimecast.create_group.Input
---@return mimecast.create_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_group(input) end

---create_group for a list of items, 10 items a request.
---Create a profile group, at the root or below a parent group.
---@param inputs mimecast.create_group.Input[]
---@return (mimecast.create_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:create_groups(inputs) end

---Delete a profile group that has neither members nor groups below it.
---The fields of the response are not documented, and it may be empty.
---@param input mimecast.delete_group.Input
---@return mimecast.delete_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:delete_group(input) end

---delete_group for a list of items, 10 items a request.
---Delete a profile group that has neither members nor groups below it.
---The fields of the response are not documented, and it may be empty.
---@param inputs mimecast.delete_group.Input[]
---@return (mimecast.delete_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:delete_groups(inputs) end

---List the profile groups, or the groups whose name contains a text.
---@param input? mimecast.find_groups.Input
---@return mimecast.find_groups.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:find_groups(input) end

---find_groups for all pages, row by row.
---List the profile groups, or the groups whose name contains a text.
---@param input? mimecast.find_groups.Input
---@return mimecast.find_groups.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:groups(input) end

---Read a profile group.
---API 1.0 only: API 2.0 does not list it; use get_cloud_group there, or find_groups.
---@param input mimecast.get_group.Input
---@return mimecast.get_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_group(input) end

---List the addresses and domains in a profile group.
---Under API 1.0 the permission is Directories | Groups | Read.
---@param input mimecast.list_group_members.Input
---@return mimecast.list_group_members.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_group_members(input) end

---list_group_members for all pages, row by row.
---List the addresses and domains in a profile group.
---Under API 1.0 the permission is Directories | Groups | Read.
---@param input mimecast.list_group_members.Input
---@return mimecast.list_group_members.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:group_members(input) end

---Remove an address or a domain from a profile group.
---@param input mimecast.remove_group_member.Input
---@return mimecast.remove_group_member.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:remove_group_member(input) end

---remove_group_member for a list of items, 10 items a request.
---Remove an address or a domain from a profile group.
---@param inputs mimecast.remove_group_member.Input[]
---@return (mimecast.remove_group_member.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:remove_group_members(inputs) end

---Rename a profile group, or move it below another group.
---@param input mimecast.update_group.Input
---@return mimecast.update_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_group(input) end

---update_group for a list of items, 10 items a request.
---Rename a profile group, or move it below another group.
---@param inputs mimecast.update_group.Input[]
---@return (mimecast.update_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:update_groups(inputs) end

---Count the held messages by reason.
---@param input? mimecast.get_hold_summary.Input
---@return mimecast.get_hold_summary.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_hold_summary(input) end

---List the held messages.
---Without admin = true the list has only the caller's messages.
---@param input? mimecast.list_held_messages.Input
---@return mimecast.list_held_messages.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_held_messages(input) end

---list_held_messages for all pages, row by row.
---List the held messages.
---Without admin = true the list has only the caller's messages.
---@param input? mimecast.list_held_messages.Input
---@return mimecast.list_held_messages.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:held_messages(input) end

---List the held messages that were released.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_held_release_logs.Input
---@return mimecast.list_held_release_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_held_release_logs(input) end

---list_held_release_logs for all pages, row by row.
---List the held messages that were released.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_held_release_logs.Input
---@return mimecast.list_held_release_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:held_release_logs(input) end

---Reject held messages.
---@param input mimecast.reject_held_messages.Input
---@return mimecast.reject_held_messages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:reject_held_messages(input) end

---Release a held message to its recipient.
---@param input mimecast.release_held_message.Input
---@return mimecast.release_held_message.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:release_held_message(input) end

---release_held_message for a list of items, 25 items a request.
---Release a held message to its recipient.
---@param inputs mimecast.release_held_message.Input[]
---@return (mimecast.release_held_message.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:release_held_messages(inputs) end

---Read the progress of an import of users.
---@param input mimecast.get_import_status.Input
---@return mimecast.get_import_status.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_import_status(input) end

---Import users from CSV text, into the internal directory or a profile group.
---The response has the import's id for get_import_status. It is not documented, and its fields keep their wire names. The service also accepts spreadsheets (xls, xlsx): send them with call.
---@param input mimecast.import_users.Input
---@return mimecast.import_users.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:import_users(input) end

---Permit or block a link.
---An entry cannot be changed: delete it and create it again.
---@param input mimecast.create_managed_url.Input
---@return mimecast.create_managed_url.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_managed_url(input) end

---Decode a link that Mimecast has rewritten.
---@param input mimecast.decode_url.Input
---@return mimecast.decode_url.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:decode_url(input) end

---decode_url for a list of items, 25 items a request.
---Decode a link that Mimecast has rewritten.
---@param inputs mimecast.decode_url.Input[]
---@return (mimecast.decode_url.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:decode_urls(inputs) end

---Delete a link's entry.
---The response has no fields.
---@param input mimecast.delete_managed_url.Input
---@return mimecast.delete_managed_url.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:delete_managed_url(input) end

---List the permitted and blocked links.
---@param input? mimecast.list_managed_urls.Input
---@return mimecast.list_managed_urls.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_managed_urls(input) end

---list_managed_urls for all pages, row by row.
---List the permitted and blocked links.
---@param input? mimecast.list_managed_urls.Input
---@return mimecast.list_managed_urls.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:managed_urls(input) end

---Find messages by Message-ID, or by sender, recipient, subject, server address or link.
---The search covers about 30 days; an earlier start causes err_track_and_trace_invalid_start_date.
---@param input? mimecast.find_messages.Input
---@return mimecast.find_messages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:find_messages(input) end

---List the messages in processing or waiting for delivery.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_processing_messages.Input
---@return mimecast.find_processing_messages.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:find_processing_messages(input) end

---find_processing_messages for all pages, row by row.
---List the messages in processing or waiting for delivery.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_processing_messages.Input
---@return mimecast.find_processing_messages.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:processing_messages(input) end

---Read the details of a message.
---@param input mimecast.get_message_info.Input
---@return mimecast.get_message_info.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_message_info(input) end

---List the messages that the gateway rejected.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_rejections.Input
---@return mimecast.list_rejections.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_rejections(input) end

---list_rejections for all pages, row by row.
---List the messages that the gateway rejected.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_rejections.Input
---@return mimecast.list_rejections.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:rejections(input) end

---Register a domain, which is pending until it is verified.
---Neither request nor response is documented: this module assumes the fields of create_domain and a row of list_pending_cloud_domains.
---Other fields of the response are not documented; they are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use create_domain under API 1.0.
---@param input mimecast.create_pending_cloud_domain.Input
---@return mimecast.create_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_pending_cloud_domain(input) end

---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use delete_pending_domain under API 1.0.
---@param input mimecast.delete_pending_cloud_domain.Input
---@return mimecast.delete_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:delete_pending_cloud_domain(input) end

---Extend the verification codes of pending domains for 30 days and return them.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_verification_code under API 1.0.
---@param input mimecast.generate_domain_tokens.Input
---@return mimecast.generate_domain_tokens.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:generate_domain_tokens(input) end

---Read an internal domain.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input mimecast.get_cloud_domain.Input
---@return mimecast.get_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_cloud_domain(input) end

---Look up the DNS records of an internal domain.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; query the DNS under API 1.0.
---@param input mimecast.get_dns_records.Input
---@return mimecast.get_dns_records.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_dns_records(input) end

---Read an external domain of the account.
---The response is not documented: this module assumes a row of list_external_domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input mimecast.get_external_domain.Input
---@return mimecast.get_external_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_external_domain(input) end

---Read a domain that is registered and not yet verified.
---The response is not documented: this module assumes a row of list_pending_cloud_domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input mimecast.get_pending_cloud_domain.Input
---@return mimecast.get_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_pending_cloud_domain(input) end

---List the account's internal domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input? mimecast.list_cloud_domains.Input
---@return mimecast.list_cloud_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_cloud_domains(input) end

---list_cloud_domains for all pages, row by row.
---List the account's internal domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input? mimecast.list_cloud_domains.Input
---@return mimecast.list_cloud_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:cloud_domains(input) end

---List the external domains of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input? mimecast.list_external_domains.Input
---@return mimecast.list_external_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_external_domains(input) end

---list_external_domains for all pages, row by row.
---List the external domains of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input? mimecast.list_external_domains.Input
---@return mimecast.list_external_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:external_domains(input) end

---List the domains that are registered and not yet verified.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input? mimecast.list_pending_cloud_domains.Input
---@return mimecast.list_pending_cloud_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_pending_cloud_domains(input) end

---list_pending_cloud_domains for all pages, row by row.
---List the domains that are registered and not yet verified.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input? mimecast.list_pending_cloud_domains.Input
---@return mimecast.list_pending_cloud_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:pending_cloud_domains(input) end

---Change how an internal domain checks recipients.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 cannot change a domain.
---@param input mimecast.update_cloud_domain.Input
---@return mimecast.update_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_cloud_domain(input) end

---Check whether the MX records of internal domains point to Mimecast.
---The nesting of the response is not documented. Its fields keep their wire names: mxRecords (hostname, priority) and status (mx_ok, mx_error, mx_missing, mx_single_host, mx_priority_mismatch, mx_invalid_priority, mx_non_mimecast).
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; query the DNS under API 1.0.
---@param input mimecast.verify_cloud_domains.Input
---@return mimecast.verify_cloud_domains.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:verify_cloud_domains(input) end

---Look up the TXT records of pending domains, and add the domains with a correct record to the account.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use verify_domain under API 1.0.
---@param input mimecast.verify_pending_cloud_domains.Input
---@return mimecast.verify_pending_cloud_domains.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:verify_pending_cloud_domains(input) end

---Add addresses and domains to a profile group.
---The response is not documented; a result says whether its member was added.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use add_group_member under API 1.0.
---@param input mimecast.add_cloud_group_members.Input
---@return mimecast.add_cloud_group_members.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:add_cloud_group_members(input) end

---Create a profile group, at the root or below a parent group.
---Clients of the service read only the id of the response.
---Other fields of the response are not documented; they are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use create_group under API 1.0.
---@param input mimecast.create_cloud_group.Input
---@return mimecast.create_cloud_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_cloud_group(input) end

---Read a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_group under API 1.0.
---@param input mimecast.get_cloud_group.Input
---@return mimecast.get_cloud_group.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:get_cloud_group(input) end

---List the addresses and domains in a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_group_members under API 1.0.
---@param input mimecast.list_cloud_group_members.Input
---@return mimecast.list_cloud_group_members.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_cloud_group_members(input) end

---list_cloud_group_members for all pages, row by row.
---List the addresses and domains in a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_group_members under API 1.0.
---@param input mimecast.list_cloud_group_members.Input
---@return mimecast.list_cloud_group_members.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:cloud_group_members(input) end

---List the profile groups, or the groups whose name contains a text.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use find_groups under API 1.0.
---@param input? mimecast.list_cloud_groups.Input
---@return mimecast.list_cloud_groups.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_cloud_groups(input) end

---list_cloud_groups for all pages, row by row.
---List the profile groups, or the groups whose name contains a text.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use find_groups under API 1.0.
---@param input? mimecast.list_cloud_groups.Input
---@return mimecast.list_cloud_groups.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:cloud_groups(input) end

---List the users of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_users under API 1.0.
---@param input? mimecast.list_cloud_users.Input
---@return mimecast.list_cloud_users.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_cloud_users(input) end

---list_cloud_users for all pages, row by row.
---List the users of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_users under API 1.0.
---@param input? mimecast.list_cloud_users.Input
---@return mimecast.list_cloud_users.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:cloud_users(input) end

---Remove addresses and domains from a profile group.
---The response is not documented; a result says whether its member was removed.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use remove_group_member under API 1.0.
---@param input mimecast.remove_cloud_group_members.Input
---@return mimecast.remove_cloud_group_members.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:remove_cloud_group_members(input) end

---List the roles of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; read_user has a user's role under API 1.0.
---@param input? mimecast.list_roles.Input
---@return mimecast.list_roles.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_roles(input) end

---list_roles for all pages, row by row.
---List the roles of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; read_user has a user's role under API 1.0.
---@param input? mimecast.list_roles.Input
---@return mimecast.list_roles.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:roles(input) end

---Create a policy that blocks senders, or an exception.
---@param input mimecast.create_blocked_sender_policy.Input
---@return mimecast.create_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_blocked_sender_policy(input) end

---Delete a policy that blocks senders.
---API 1.0 only: API 2.0 has only create and get here; use call with its REST paths for policies.
---@param input mimecast.delete_blocked_sender_policy.Input
---@return mimecast.delete_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:delete_blocked_sender_policy(input) end

---List the policies that block senders, or one policy.
---@param input? mimecast.get_blocked_sender_policy.Input
---@return mimecast.get_blocked_sender_policy.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_blocked_sender_policy(input) end

---Permit or block a sender for a recipient.
---@param input mimecast.permit_or_block_sender.Input
---@return mimecast.permit_or_block_sender.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:permit_or_block_sender(input) end

---permit_or_block_sender for a list of items, 100 items a request.
---Permit or block a sender for a recipient.
---@param inputs mimecast.permit_or_block_sender.Input[]
---@return (mimecast.permit_or_block_sender.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:permit_or_block_senders(inputs) end

---Change a policy that blocks senders.
---API 1.0 only: API 2.0 has only create and get here; use call with its REST paths for policies.
---@param input mimecast.update_blocked_sender_policy.Input
---@return mimecast.update_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_blocked_sender_policy(input) end

---List the scanned attachments, with the results of the scan.
---@param input? mimecast.list_attachment_logs.Input
---@return mimecast.list_attachment_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_attachment_logs(input) end

---list_attachment_logs for all pages, row by row.
---List the scanned attachments, with the results of the scan.
---@param input? mimecast.list_attachment_logs.Input
---@return mimecast.list_attachment_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:attachment_logs(input) end

---List the messages that look like an impersonation.
---@param input? mimecast.list_impersonation_logs.Input
---@return mimecast.list_impersonation_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_impersonation_logs(input) end

---list_impersonation_logs for all pages, row by row.
---List the messages that look like an impersonation.
---@param input? mimecast.list_impersonation_logs.Input
---@return mimecast.list_impersonation_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:impersonation_logs(input) end

---List the clicks on links, with the results of the scan.
---@param input? mimecast.list_url_logs.Input
---@return mimecast.list_url_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_url_logs(input) end

---list_url_logs for all pages, row by row.
---List the clicks on links, with the results of the scan.
---@param input? mimecast.list_url_logs.Input
---@return mimecast.list_url_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:url_logs(input) end

---Add internal or external addresses to the purge list.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.add_to_purge_list.Input
---@return mimecast.add_to_purge_list.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:add_to_purge_list(input) end

---Create a cloud user in a domain of the account.
---@param input mimecast.create_user.Input
---@return mimecast.create_user.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:create_user(input) end

---create_user for a list of items, 1 item a request.
---Create a cloud user in a domain of the account.
---@param inputs mimecast.create_user.Input[]
---@return (mimecast.create_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:create_users(inputs) end

---List the most used contacts from Azure Active Directory.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.get_most_used_contacts.Input
---@return mimecast.get_most_used_contacts.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function Client:get_most_used_contacts(input) end

---List the internal users and their aliases, of one domain or of all domains.
---The documentation of API 1.0 requires domain. The list has postmaster@ and abuse@ of every domain. settings needs update_user's permission: update_user with the address alone reads them. This was seen under API 1.0 and is not documented, so that one account is tried first.
---@param input? mimecast.list_users.Input
---@return mimecast.list_users.List? rows
---@return string? message
---@return mimecast.Error? err
function Client:list_users(input) end

---list_users for all pages, row by row.
---List the internal users and their aliases, of one domain or of all domains.
---The documentation of API 1.0 requires domain. The list has postmaster@ and abuse@ of every domain. settings needs update_user's permission: update_user with the address alone reads them. This was seen under API 1.0 and is not documented, so that one account is tried first.
---@param input? mimecast.list_users.Input
---@return mimecast.list_users.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function Client:users(input) end

---Read a user's profile. For the settings of the account, call update_user with only email.
---The service rejects an address of another account with err_xdk_operation_forbidden_for_address.
---@param input mimecast.read_user.Input
---@return mimecast.read_user.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:read_user(input) end

---Remove addresses from the purge list.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_from_purge_list.Input
---@return mimecast.remove_from_purge_list.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:remove_from_purge_list(input) end

---Change an account's settings; other settings stay as they are. With only email, read them.
---@param input mimecast.update_user.Input
---@return mimecast.update_user.Output? result
---@return string? message
---@return mimecast.Error? err
function Client:update_user(input) end

---update_user for a list of items, 5 items a request.
---Change an account's settings; other settings stay as they are. With only email, read them.
---@param inputs mimecast.update_user.Input[]
---@return (mimecast.update_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function Client:update_users(inputs) end

---@class mimecast
---@field _VERSION string
local mimecast = {}

---Make a client from options.
---The credentials select the generation of the API. An unknown option raises an error; an invalid value is returned as an error.
---@param options mimecast.Options credentials and other options
---@return mimecast.Client? client the client
---@return string? message
---@return mimecast.Error? err
function mimecast.new(options) end

---Return the client of the module's functions; the first call makes it from the environment or a profile.
---@return mimecast.Client? client the client
---@return string? message
---@return mimecast.Error? err
function mimecast.default() end

---Return the headers of a request to API 1.0, without a client and without I/O.
---@param input mimecast.sign.Input keys and path; optionally date and id
---@return table<string, string>? headers Authorization, x-mc-app-id, x-mc-date, x-mc-req-id
---@return string? message
---@return mimecast.Error? err
function mimecast.sign(input) end

---Ask the service for the region of an address and the login types of its user (API 1.0).
---Needs no credentials. A gateway that does not serve API 1.0 is rejected.
---@param input mimecast.discover.Input address and application
---@return { baseUrl: string, region?: string, authenticate: string[], email: string }? found the tenant's gateway and the login types
---@return string? message
---@return mimecast.Error? err
function mimecast.discover(input) end

---Log a user in to API 1.0: create or renew a binding of an access key and a secret key.
---A client with email and password renews its binding itself. Use login in a program that stores the keys.
---@param input mimecast.login.Input the user; accessKey and secretKey of a binding to renew
---@return mimecast.Keys? keys accessKey and secretKey as secrets, for mimecast.new; duration in seconds, bindingType, extendOnValidate, username, baseUrl
---@return string? message
---@return mimecast.Error? err
function mimecast.login(input) end

---End the client's binding of API 1.0; its keys become invalid.
---@return boolean? ok true if the binding has ended
---@return string? message
---@return mimecast.Error? err
function mimecast.logout() end

---Send an authorised request to any path of the API.
---The response is not checked: a failure that the service reports is a result here.
---@param input mimecast.call.Input the request
---@return mimecast.Response? response status, headers and body, unchanged
---@return string? message
---@return mimecast.Error? err
function mimecast.call(input) end

---Run a function for each input, several at a time on one thread, with the results in order.
---Outside nginx the function may wait in calls of this client only; another yield raises an error.
---@generic T, R
---@param inputs T[] the inputs of the function
---@param run fun(input: T, i: integer): R?, string?, mimecast.Error? makes the calls for one input
---@param options? { concurrency?: integer } calls in flight, 16 by default
---@return (R|false)[] results false if the function returned nil
---@return table<integer, mimecast.Error|string> failures by position
function mimecast.map(inputs, run, options) end

---Run functions concurrently on one thread, with their results in order.
---@param functions (fun(): any, string?, mimecast.Error?)[] functions that make calls
---@param options? { concurrency?: integer } calls in flight, 16 by default
---@return any[] results false if a function returned nil
---@return table<integer, mimecast.Error|string> failures by position
function mimecast.gather(functions, options) end

---Return the client's counters: calls, items, requests, retries, waits, tokens, bytes, latencies.
---stats:prometheus(labels) returns them as Prometheus text.
---@return mimecast.Stats? stats a copy of the counters
---@return string? message
---@return mimecast.Error? err
function mimecast.stats() end

---Wrap a text so that it is not printed and is wiped when it is collected.
---Every secret option and every password field accepts a secret.
---@param text string the text
---@return mimecast.Secret secret prints as secret(…)
function mimecast.secret(text) end

---Print a list of all functions, or the input and the result of a function.
---@param name? string a function or a family of functions
function mimecast.help(name) end

---Declare an operation: it becomes a function with the same checks as all others.
---Raises an error for an invalid table or a name in use. See doc/adding-an-operation.md.
---@param operation mimecast.Operation the operation and its name
function mimecast.operation(operation) end

---Read an account's current settings without changing them.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.user_settings(email) end

---Read what the service tells about a user: settings, profile, aliases, delegated mailboxes, groups.
---The service has no list of a user's groups: the members of each group are read. A part that the application may not read has an error value in problems.
---@param email string address of the user
---@param options? { maxGroups?: integer } most groups to read (default 200)
---@return { settings?: table, profile?: table, aliases?: table[], mailboxes?: table[], groups?: table[], problems: table<string, mimecast.Error> }? overview the parts
---@return string? message
---@return mimecast.Error? err
function mimecast.user_overview(email, options) end

---Disable an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.disable_user(email) end

---Enable a disabled account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.enable_user(email) end

---Lock an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.lock_user(email) end

---Unlock an account.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.unlock_user(email) end

---Require a new password at the user's next sign-in.
---@param email string address of the user
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.force_password_change(email) end

---Set a user's cloud password and unlock the account in the same request.
---The service rejects the password of a locked account unless the same request unlocks it.
---@param email string address of the user
---@param password string|mimecast.Secret the new password
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.set_password(email, password) end

---Give an address to a new employee and hide the archive before a date.
---@param email string address of the user
---@param date string|number start of the visible archive: ISO 8601 with a zone, or seconds since 1970
---@param more? table further settings, as update_user takes them
---@return mimecast.update_user.Output? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.reuse_address(email, date, more) end

---Bring a user's settings into a given state: read them, write the differences only, and return the changes.
---Dates are compared as points in time. A password cannot be read: it counts as a change each time, without value.
---@param input mimecast.update_user.Input the settings, as update_user takes them
---@return mimecast.update_user.Output? user as update_user returns it
---@return table<string, { from: any, to: any }|true>|string|nil changes by field, true for a password; empty if nothing differed; the message if user is nil
---@return mimecast.Error? err the error value
function mimecast.ensure_user(input) end

---Find a profile group by its name, its path or its id.
---A path like Staff/Finance tells groups of one name apart; case matters. A name of several groups is an error that lists their paths and ids. An id is returned without a lookup.
---@param group string name, path or id
---@return mimecast.find_groups.Row? group as find_groups returns it
---@return string? message
---@return mimecast.Error? err
function mimecast.find_group(group) end

---Add an address or a domain to a profile group unless it is a member already.
---@param input mimecast.ensure_group_member.Input the group and the member
---@return mimecast.add_group_member.Output? member as the service returns it; group, address and domain if nothing changed
---@return boolean|string|nil changed true if it was added; the message if member is nil
---@return mimecast.Error? err the error value
function mimecast.ensure_group_member(input) end

---Remove an address or a domain from a profile group if it is a member.
---@param input mimecast.ensure_no_group_member.Input the group and the member
---@return mimecast.add_group_member.Output? member as the service returns it; group, address and domain if nothing changed
---@return boolean|string|nil changed true if it was removed; the message if member is nil
---@return mimecast.Error? err the error value
function mimecast.ensure_no_group_member(input) end

---Add the members of one profile group to another, with their notes.
---No member is removed from either group. Check failed for members that could not be added.
---@param input mimecast.copy_members.Input the two groups
---@return { added: string[], unchanged: string[], failed: table<string, mimecast.Error> }? result added members, unchanged members, and the error values of failed members
---@return string? message
---@return mimecast.Error? err
function mimecast.copy_members(input) end

---Plan changes of many accounts: check the rows, read the current settings, write the changes into a plan.
---Nothing is changed; plan:apply{ journal = … } applies the plan. Given a path, opens a plan. See doc/bulk.md.
---@param input mimecast.plan.Input|string rows and options, or the path of a plan
---@return mimecast.Plan? plan counts, rows() and apply(options)
---@return string? message
---@return mimecast.Error? err
function mimecast.plan(input) end

---Plan and apply changes in one step; journal and report record every row.
---Takes the options of plan and of plan:apply. See doc/bulk.md.
---@param input mimecast.bulk.Input rows and options
---@return mimecast.Report? report counts that add up, and csv(path)
---@return string? message
---@return mimecast.Error? err
function mimecast.bulk(input) end

---Plan what brings the members of a profile group in line with a list: members to add, and others to remove.
---Nothing is changed; plan:apply{ journal = … } applies the plan, undo reverses it. A second plan changes nothing.
---@param input mimecast.sync_group.Input the group and the list
---@return mimecast.Plan? plan a row for each member, with member = true or false
---@return string? message
---@return mimecast.Error? err
function mimecast.sync_group(input) end

---Hold the accounts of a domain against a roster: plan what to disable and enable, and list all differences.
---Nothing is changed; plan:apply{ journal = … } applies the plan. plan.findings lists orphans, leavers, people without an account and wrong members of groups. Takes the options of plan that say how a file is read. See doc/reconcile.md.
---@param input mimecast.reconcile.Input roster and options
---@return mimecast.Plan? plan with findings: counts, rows(kind), members(group)
---@return string? message
---@return mimecast.Error? err
function mimecast.reconcile(input) end

---Write the plan that restores what a run changed, from its journal.
---plan.irreversible lists what cannot be restored, such as passwords. See doc/bulk.md.
---@param input mimecast.undo.Input the run
---@return mimecast.Plan? plan the undo plan
---@return string? message
---@return mimecast.Error? err
function mimecast.undo(input) end

---Open the report of a plan or of a journal: its rows with their states. Nothing is requested.
---The states are ok, unchanged, rejected, unknown, skipped and not_sent. See doc/bulk.md.
---@param path string path of a plan or of a journal
---@return mimecast.RunReport? report counts, rows(states) and close()
---@return string? message
---@return mimecast.Error? err
function mimecast.report(path) end

---Read the account: its code, region, number of users and packages.
---@param input? mimecast.get_account.Input
---@return mimecast.get_account.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_account(input) end

---List the notices of the administration console.
---@param input? mimecast.get_dashboard_notifications.Input
---@return mimecast.get_dashboard_notifications.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_dashboard_notifications(input) end

---List the products that a partner can provision.
---Under API 1.0 it needs a partner's role.
---@param input? mimecast.get_packages.Input
---@return mimecast.get_packages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_packages(input) end

---Read the support contract of the account and the support contacts.
---@param input? mimecast.get_support_info.Input
---@return mimecast.get_support_info.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_support_info(input) end

---Read the accounts that the application's credentials belong to.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_account under API 1.0.
---@param input? mimecast.whoami.Input
---@return mimecast.whoami.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.whoami(input) end

---List the aliases of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_aliases.Input
---@return mimecast.get_aliases.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_aliases(input) end

---Remove an alias from a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_alias.Input
---@return mimecast.remove_alias.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.remove_alias(input) end

---remove_alias for a list of items, 5 items a request.
---Remove an alias from a user.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.remove_alias.Input[]
---@return (mimecast.remove_alias.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.remove_aliases(inputs) end

---Make an address an alias of a user. An alias of another user moves to this user.
---@param input mimecast.update_alias.Input
---@return mimecast.update_alias.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_alias(input) end

---update_alias for a list of items, 5 items a request.
---Make an address an alias of a user. An alias of another user moves to this user.
---@param inputs mimecast.update_alias.Input[]
---@return (mimecast.update_alias.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.update_aliases(inputs) end

---List the types of attributes in the tenant.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_attribute_types.Input
---@return mimecast.find_attribute_types.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.find_attribute_types(input) end

---List the attributes of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_attributes.Input
---@return mimecast.get_attributes.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_attributes(input) end

---Set attributes of a user.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.update_attributes.Input
---@return mimecast.update_attributes.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_attributes(input) end

---List the categories of audit events.
---@param input? mimecast.list_audit_categories.Input
---@return mimecast.list_audit_categories.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_audit_categories(input) end

---List the audit events of a period within the last 60 days.
---@param input mimecast.list_audit_events.Input
---@return mimecast.list_audit_events.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_audit_events(input) end

---list_audit_events for all pages, row by row.
---List the audit events of a period within the last 60 days.
---@param input mimecast.list_audit_events.Input
---@return mimecast.list_audit_events.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.audit_events(input) end

---Give a user access to another user's mailbox.
---@param input mimecast.add_delegate_user.Input
---@return mimecast.add_delegate_user.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.add_delegate_user(input) end

---List the mailboxes that a user has access to as a delegate.
---Pass the address of the delegate: a query for a shared mailbox returns an empty list.
---@param input mimecast.find_delegate_users.Input
---@return mimecast.find_delegate_users.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.find_delegate_users(input) end

---List the accounts that the caller can administer.
---API 1.0 only: API 2.0 does not list it: there the application belongs to one account; whoami tells which.
---@param input? mimecast.get_delegated_access.Input
---@return mimecast.get_delegated_access.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_delegated_access(input) end

---Remove a delegate's access to a mailbox.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_delegate_user.Input
---@return mimecast.remove_delegate_user.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.remove_delegate_user(input) end

---remove_delegate_user for a list of items, 25 items a request.
---Remove a delegate's access to a mailbox.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.remove_delegate_user.Input[]
---@return (mimecast.remove_delegate_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.remove_delegate_users(inputs) end

---Start the synchronisation of all directory connectors.
---Under API 2.0 the call may time out (status 504) although the synchronisation has started: read get_connections before you call again.
---@param input? mimecast.execute_sync.Input
---@return mimecast.execute_sync.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.execute_sync(input) end

---List the directory connectors and how their last synchronisation went.
---@param input? mimecast.get_connections.Input
---@return mimecast.get_connections.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_connections(input) end

---Register a domain and return its verification code.
---Put the code into a TXT record, then call verify_domain. A subdomain of the account's domain needs no code; the service rejects a subdomain of another account's domain.
---@param input mimecast.create_domain.Input
---@return mimecast.create_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_domain(input) end

---create_domain for a list of items, 50 items a request.
---Register a domain and return its verification code.
---Put the code into a TXT record, then call verify_domain. A subdomain of the account's domain needs no code; the service rejects a subdomain of another account's domain.
---@param inputs mimecast.create_domain.Input[]
---@return (mimecast.create_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.create_domains(inputs) end

---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.delete_pending_domain.Input
---@return mimecast.delete_pending_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.delete_pending_domain(input) end

---delete_pending_domain for a list of items, 500 items a request.
---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.delete_pending_domain.Input[]
---@return (mimecast.delete_pending_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.delete_pending_domains(inputs) end

---Read the state of the registration of a domain.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_provision_status.Input
---@return mimecast.get_provision_status.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_provision_status(input) end

---Read the verification code of a pending domain.
---generate_domain_tokens, its REST counterpart, also extends the expiry of the code.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.get_verification_code.Input
---@return mimecast.get_verification_code.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_verification_code(input) end

---List the account's internal domains, or one of them.
---@param input? mimecast.list_domains.Input
---@return mimecast.list_domains.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_domains(input) end

---List the domains that are registered and not yet verified, or one of them.
---@param input? mimecast.list_pending_domains.Input
---@return mimecast.list_pending_domains.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_pending_domains(input) end

---Look up the TXT record of a pending domain, and add the domain to the account if the record is correct.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.verify_domain.Input
---@return mimecast.verify_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.verify_domain(input) end

---verify_domain for a list of items, 50 items a request.
---Look up the TXT record of a pending domain, and add the domain to the account if the record is correct.
---The response is not documented; its fields are returned under their API names.
---@param inputs mimecast.verify_domain.Input[]
---@return (mimecast.verify_domain.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.verify_domains(inputs) end

---Add an address or a domain to a profile group.
---@param input mimecast.add_group_member.Input
---@return mimecast.add_group_member.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.add_group_member(input) end

---add_group_member for a list of items, 10 items a request.
---Add an address or a domain to a profile group.
---@param inputs mimecast.add_group_member.Input[]
---@return (mimecast.add_group_member.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.add_group_members(inputs) end

---Create a profile group, at the root or below a parent group.
---@param input mimecast.create_group.Input
---@return mimecast.create_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_group(input) end

---create_group for a list of items, 10 items a request.
---Create a profile group, at the root or below a parent group.
---@param inputs mimecast.create_group.Input[]
---@return (mimecast.create_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.create_groups(inputs) end

---Delete a profile group that has neither members nor groups below it.
---The fields of the response are not documented, and it may be empty.
---@param input mimecast.delete_group.Input
---@return mimecast.delete_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.delete_group(input) end

---delete_group for a list of items, 10 items a request.
---Delete a profile group that has neither members nor groups below it.
---The fields of the response are not documented, and it may be empty.
---@param inputs mimecast.delete_group.Input[]
---@return (mimecast.delete_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.delete_groups(inputs) end

---List the profile groups, or the groups whose name contains a text.
---@param input? mimecast.find_groups.Input
---@return mimecast.find_groups.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.find_groups(input) end

---find_groups for all pages, row by row.
---List the profile groups, or the groups whose name contains a text.
---@param input? mimecast.find_groups.Input
---@return mimecast.find_groups.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.groups(input) end

---Read a profile group.
---API 1.0 only: API 2.0 does not list it; use get_cloud_group there, or find_groups.
---@param input mimecast.get_group.Input
---@return mimecast.get_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_group(input) end

---List the addresses and domains in a profile group.
---Under API 1.0 the permission is Directories | Groups | Read.
---@param input mimecast.list_group_members.Input
---@return mimecast.list_group_members.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_group_members(input) end

---list_group_members for all pages, row by row.
---List the addresses and domains in a profile group.
---Under API 1.0 the permission is Directories | Groups | Read.
---@param input mimecast.list_group_members.Input
---@return mimecast.list_group_members.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.group_members(input) end

---Remove an address or a domain from a profile group.
---@param input mimecast.remove_group_member.Input
---@return mimecast.remove_group_member.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.remove_group_member(input) end

---remove_group_member for a list of items, 10 items a request.
---Remove an address or a domain from a profile group.
---@param inputs mimecast.remove_group_member.Input[]
---@return (mimecast.remove_group_member.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.remove_group_members(inputs) end

---Rename a profile group, or move it below another group.
---@param input mimecast.update_group.Input
---@return mimecast.update_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_group(input) end

---update_group for a list of items, 10 items a request.
---Rename a profile group, or move it below another group.
---@param inputs mimecast.update_group.Input[]
---@return (mimecast.update_group.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.update_groups(inputs) end

---Count the held messages by reason.
---@param input? mimecast.get_hold_summary.Input
---@return mimecast.get_hold_summary.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_hold_summary(input) end

---List the held messages.
---Without admin = true the list has only the caller's messages.
---@param input? mimecast.list_held_messages.Input
---@return mimecast.list_held_messages.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_held_messages(input) end

---list_held_messages for all pages, row by row.
---List the held messages.
---Without admin = true the list has only the caller's messages.
---@param input? mimecast.list_held_messages.Input
---@return mimecast.list_held_messages.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.held_messages(input) end

---List the held messages that were released.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_held_release_logs.Input
---@return mimecast.list_held_release_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_held_release_logs(input) end

---list_held_release_logs for all pages, row by row.
---List the held messages that were released.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_held_release_logs.Input
---@return mimecast.list_held_release_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.held_release_logs(input) end

---Reject held messages.
---@param input mimecast.reject_held_messages.Input
---@return mimecast.reject_held_messages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.reject_held_messages(input) end

---Release a held message to its recipient.
---@param input mimecast.release_held_message.Input
---@return mimecast.release_held_message.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.release_held_message(input) end

---release_held_message for a list of items, 25 items a request.
---Release a held message to its recipient.
---@param inputs mimecast.release_held_message.Input[]
---@return (mimecast.release_held_message.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.release_held_messages(inputs) end

---Read the progress of an import of users.
---@param input mimecast.get_import_status.Input
---@return mimecast.get_import_status.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_import_status(input) end

---Import users from CSV text, into the internal directory or a profile group.
---The response has the import's id for get_import_status. It is not documented, and its fields keep their wire names. The service also accepts spreadsheets (xls, xlsx): send them with call.
---@param input mimecast.import_users.Input
---@return mimecast.import_users.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.import_users(input) end

---Permit or block a link.
---An entry cannot be changed: delete it and create it again.
---@param input mimecast.create_managed_url.Input
---@return mimecast.create_managed_url.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_managed_url(input) end

---Decode a link that Mimecast has rewritten.
---@param input mimecast.decode_url.Input
---@return mimecast.decode_url.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.decode_url(input) end

---decode_url for a list of items, 25 items a request.
---Decode a link that Mimecast has rewritten.
---@param inputs mimecast.decode_url.Input[]
---@return (mimecast.decode_url.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.decode_urls(inputs) end

---Delete a link's entry.
---The response has no fields.
---@param input mimecast.delete_managed_url.Input
---@return mimecast.delete_managed_url.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.delete_managed_url(input) end

---List the permitted and blocked links.
---@param input? mimecast.list_managed_urls.Input
---@return mimecast.list_managed_urls.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_managed_urls(input) end

---list_managed_urls for all pages, row by row.
---List the permitted and blocked links.
---@param input? mimecast.list_managed_urls.Input
---@return mimecast.list_managed_urls.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.managed_urls(input) end

---Find messages by Message-ID, or by sender, recipient, subject, server address or link.
---The search covers about 30 days; an earlier start causes err_track_and_trace_invalid_start_date.
---@param input? mimecast.find_messages.Input
---@return mimecast.find_messages.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.find_messages(input) end

---List the messages in processing or waiting for delivery.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_processing_messages.Input
---@return mimecast.find_processing_messages.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.find_processing_messages(input) end

---find_processing_messages for all pages, row by row.
---List the messages in processing or waiting for delivery.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.find_processing_messages.Input
---@return mimecast.find_processing_messages.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.processing_messages(input) end

---Read the details of a message.
---@param input mimecast.get_message_info.Input
---@return mimecast.get_message_info.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_message_info(input) end

---List the messages that the gateway rejected.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_rejections.Input
---@return mimecast.list_rejections.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_rejections(input) end

---list_rejections for all pages, row by row.
---List the messages that the gateway rejected.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.list_rejections.Input
---@return mimecast.list_rejections.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.rejections(input) end

---Register a domain, which is pending until it is verified.
---Neither request nor response is documented: this module assumes the fields of create_domain and a row of list_pending_cloud_domains.
---Other fields of the response are not documented; they are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use create_domain under API 1.0.
---@param input mimecast.create_pending_cloud_domain.Input
---@return mimecast.create_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_pending_cloud_domain(input) end

---Delete a pending domain.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use delete_pending_domain under API 1.0.
---@param input mimecast.delete_pending_cloud_domain.Input
---@return mimecast.delete_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.delete_pending_cloud_domain(input) end

---Extend the verification codes of pending domains for 30 days and return them.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_verification_code under API 1.0.
---@param input mimecast.generate_domain_tokens.Input
---@return mimecast.generate_domain_tokens.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.generate_domain_tokens(input) end

---Read an internal domain.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input mimecast.get_cloud_domain.Input
---@return mimecast.get_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_cloud_domain(input) end

---Look up the DNS records of an internal domain.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; query the DNS under API 1.0.
---@param input mimecast.get_dns_records.Input
---@return mimecast.get_dns_records.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_dns_records(input) end

---Read an external domain of the account.
---The response is not documented: this module assumes a row of list_external_domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input mimecast.get_external_domain.Input
---@return mimecast.get_external_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_external_domain(input) end

---Read a domain that is registered and not yet verified.
---The response is not documented: this module assumes a row of list_pending_cloud_domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input mimecast.get_pending_cloud_domain.Input
---@return mimecast.get_pending_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_pending_cloud_domain(input) end

---List the account's internal domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input? mimecast.list_cloud_domains.Input
---@return mimecast.list_cloud_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_cloud_domains(input) end

---list_cloud_domains for all pages, row by row.
---List the account's internal domains.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_domains under API 1.0.
---@param input? mimecast.list_cloud_domains.Input
---@return mimecast.list_cloud_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.cloud_domains(input) end

---List the external domains of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input? mimecast.list_external_domains.Input
---@return mimecast.list_external_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_external_domains(input) end

---list_external_domains for all pages, row by row.
---List the external domains of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 has no such call.
---@param input? mimecast.list_external_domains.Input
---@return mimecast.list_external_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.external_domains(input) end

---List the domains that are registered and not yet verified.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input? mimecast.list_pending_cloud_domains.Input
---@return mimecast.list_pending_cloud_domains.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_pending_cloud_domains(input) end

---list_pending_cloud_domains for all pages, row by row.
---List the domains that are registered and not yet verified.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_pending_domains under API 1.0.
---@param input? mimecast.list_pending_cloud_domains.Input
---@return mimecast.list_pending_cloud_domains.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.pending_cloud_domains(input) end

---Change how an internal domain checks recipients.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; API 1.0 cannot change a domain.
---@param input mimecast.update_cloud_domain.Input
---@return mimecast.update_cloud_domain.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_cloud_domain(input) end

---Check whether the MX records of internal domains point to Mimecast.
---The nesting of the response is not documented. Its fields keep their wire names: mxRecords (hostname, priority) and status (mx_ok, mx_error, mx_missing, mx_single_host, mx_priority_mismatch, mx_invalid_priority, mx_non_mimecast).
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; query the DNS under API 1.0.
---@param input mimecast.verify_cloud_domains.Input
---@return mimecast.verify_cloud_domains.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.verify_cloud_domains(input) end

---Look up the TXT records of pending domains, and add the domains with a correct record to the account.
---The response is not documented; its fields are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use verify_domain under API 1.0.
---@param input mimecast.verify_pending_cloud_domains.Input
---@return mimecast.verify_pending_cloud_domains.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.verify_pending_cloud_domains(input) end

---Add addresses and domains to a profile group.
---The response is not documented; a result says whether its member was added.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use add_group_member under API 1.0.
---@param input mimecast.add_cloud_group_members.Input
---@return mimecast.add_cloud_group_members.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.add_cloud_group_members(input) end

---Create a profile group, at the root or below a parent group.
---Clients of the service read only the id of the response.
---Other fields of the response are not documented; they are returned under their API names.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use create_group under API 1.0.
---@param input mimecast.create_cloud_group.Input
---@return mimecast.create_cloud_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_cloud_group(input) end

---Read a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use get_group under API 1.0.
---@param input mimecast.get_cloud_group.Input
---@return mimecast.get_cloud_group.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.get_cloud_group(input) end

---List the addresses and domains in a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_group_members under API 1.0.
---@param input mimecast.list_cloud_group_members.Input
---@return mimecast.list_cloud_group_members.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_cloud_group_members(input) end

---list_cloud_group_members for all pages, row by row.
---List the addresses and domains in a profile group.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_group_members under API 1.0.
---@param input mimecast.list_cloud_group_members.Input
---@return mimecast.list_cloud_group_members.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.cloud_group_members(input) end

---List the profile groups, or the groups whose name contains a text.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use find_groups under API 1.0.
---@param input? mimecast.list_cloud_groups.Input
---@return mimecast.list_cloud_groups.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_cloud_groups(input) end

---list_cloud_groups for all pages, row by row.
---List the profile groups, or the groups whose name contains a text.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use find_groups under API 1.0.
---@param input? mimecast.list_cloud_groups.Input
---@return mimecast.list_cloud_groups.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.cloud_groups(input) end

---List the users of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_users under API 1.0.
---@param input? mimecast.list_cloud_users.Input
---@return mimecast.list_cloud_users.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_cloud_users(input) end

---list_cloud_users for all pages, row by row.
---List the users of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use list_users under API 1.0.
---@param input? mimecast.list_cloud_users.Input
---@return mimecast.list_cloud_users.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.cloud_users(input) end

---Remove addresses and domains from a profile group.
---The response is not documented; a result says whether its member was removed.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; use remove_group_member under API 1.0.
---@param input mimecast.remove_cloud_group_members.Input
---@return mimecast.remove_cloud_group_members.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.remove_cloud_group_members(input) end

---List the roles of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; read_user has a user's role under API 1.0.
---@param input? mimecast.list_roles.Input
---@return mimecast.list_roles.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_roles(input) end

---list_roles for all pages, row by row.
---List the roles of the account.
---API 2.0 only: it belongs to the REST families, which only API 2.0 has; read_user has a user's role under API 1.0.
---@param input? mimecast.list_roles.Input
---@return mimecast.list_roles.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.roles(input) end

---Create a policy that blocks senders, or an exception.
---@param input mimecast.create_blocked_sender_policy.Input
---@return mimecast.create_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_blocked_sender_policy(input) end

---Delete a policy that blocks senders.
---API 1.0 only: API 2.0 has only create and get here; use call with its REST paths for policies.
---@param input mimecast.delete_blocked_sender_policy.Input
---@return mimecast.delete_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.delete_blocked_sender_policy(input) end

---List the policies that block senders, or one policy.
---@param input? mimecast.get_blocked_sender_policy.Input
---@return mimecast.get_blocked_sender_policy.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_blocked_sender_policy(input) end

---Permit or block a sender for a recipient.
---@param input mimecast.permit_or_block_sender.Input
---@return mimecast.permit_or_block_sender.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.permit_or_block_sender(input) end

---permit_or_block_sender for a list of items, 100 items a request.
---Permit or block a sender for a recipient.
---@param inputs mimecast.permit_or_block_sender.Input[]
---@return (mimecast.permit_or_block_sender.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.permit_or_block_senders(inputs) end

---Change a policy that blocks senders.
---API 1.0 only: API 2.0 has only create and get here; use call with its REST paths for policies.
---@param input mimecast.update_blocked_sender_policy.Input
---@return mimecast.update_blocked_sender_policy.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_blocked_sender_policy(input) end

---List the scanned attachments, with the results of the scan.
---@param input? mimecast.list_attachment_logs.Input
---@return mimecast.list_attachment_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_attachment_logs(input) end

---list_attachment_logs for all pages, row by row.
---List the scanned attachments, with the results of the scan.
---@param input? mimecast.list_attachment_logs.Input
---@return mimecast.list_attachment_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.attachment_logs(input) end

---List the messages that look like an impersonation.
---@param input? mimecast.list_impersonation_logs.Input
---@return mimecast.list_impersonation_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_impersonation_logs(input) end

---list_impersonation_logs for all pages, row by row.
---List the messages that look like an impersonation.
---@param input? mimecast.list_impersonation_logs.Input
---@return mimecast.list_impersonation_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.impersonation_logs(input) end

---List the clicks on links, with the results of the scan.
---@param input? mimecast.list_url_logs.Input
---@return mimecast.list_url_logs.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_url_logs(input) end

---list_url_logs for all pages, row by row.
---List the clicks on links, with the results of the scan.
---@param input? mimecast.list_url_logs.Input
---@return mimecast.list_url_logs.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.url_logs(input) end

---Add internal or external addresses to the purge list.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.add_to_purge_list.Input
---@return mimecast.add_to_purge_list.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.add_to_purge_list(input) end

---Create a cloud user in a domain of the account.
---@param input mimecast.create_user.Input
---@return mimecast.create_user.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.create_user(input) end

---create_user for a list of items, 1 item a request.
---Create a cloud user in a domain of the account.
---@param inputs mimecast.create_user.Input[]
---@return (mimecast.create_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.create_users(inputs) end

---List the most used contacts from Azure Active Directory.
---The response is not documented; its fields are returned under their API names.
---@param input? mimecast.get_most_used_contacts.Input
---@return mimecast.get_most_used_contacts.Row[]? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.get_most_used_contacts(input) end

---List the internal users and their aliases, of one domain or of all domains.
---The documentation of API 1.0 requires domain. The list has postmaster@ and abuse@ of every domain. settings needs update_user's permission: update_user with the address alone reads them. This was seen under API 1.0 and is not documented, so that one account is tried first.
---@param input? mimecast.list_users.Input
---@return mimecast.list_users.List? rows
---@return string? message
---@return mimecast.Error? err
function mimecast.list_users(input) end

---list_users for all pages, row by row.
---List the internal users and their aliases, of one domain or of all domains.
---The documentation of API 1.0 requires domain. The list has postmaster@ and abuse@ of every domain. settings needs update_user's permission: update_user with the address alone reads them. This was seen under API 1.0 and is not documented, so that one account is tried first.
---@param input? mimecast.list_users.Input
---@return mimecast.list_users.Iterator? iterator
---@return string? message
---@return mimecast.Error? err
function mimecast.users(input) end

---Read a user's profile. For the settings of the account, call update_user with only email.
---The service rejects an address of another account with err_xdk_operation_forbidden_for_address.
---@param input mimecast.read_user.Input
---@return mimecast.read_user.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.read_user(input) end

---Remove addresses from the purge list.
---The response is not documented; its fields are returned under their API names.
---@param input mimecast.remove_from_purge_list.Input
---@return mimecast.remove_from_purge_list.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.remove_from_purge_list(input) end

---Change an account's settings; other settings stay as they are. With only email, read them.
---@param input mimecast.update_user.Input
---@return mimecast.update_user.Output? result
---@return string? message
---@return mimecast.Error? err
function mimecast.update_user(input) end

---update_user for a list of items, 5 items a request.
---Change an account's settings; other settings stay as they are. With only email, read them.
---@param inputs mimecast.update_user.Input[]
---@return (mimecast.update_user.Output|false)[] results false where an item failed
---@return table<integer, mimecast.Error> failures by position
function mimecast.update_users(inputs) end

return mimecast
