--- Files as programs write them, with the options that read each: the table of doc/files.md and its specs. The addresses are
-- those of the sandbox; nothing is of a person.
--
-- A case: program; file (its name); bytes; options (of the command line, nil if the file is planned as it is); without (what is
-- said without the options); rows (the changes of the plan). A case without rows cannot be read: `remedy` is what is said.
local encoders = {}

-- U+0080 to U+00FF are the same bytes in Windows-1252, apart from 0x80 to 0x9F.
local function codes(text, encode)
  return (text:gsub("[%z\1-\127\194-\244][\128-\191]*", function(char)
    local first, second, third = char:byte(1, 3)
    local code = first < 128 and first or first < 224 and (first % 32) * 64 + second % 64
      or (first % 16) * 4096 + (second % 64) * 64 + third % 64
    return encode(code)
  end))
end

function encoders.windows_1252(text) return codes(text, string.char) end

function encoders.utf16le(text)
  return "\255\254" .. codes(text, function(code) return string.char(code % 256, math.floor(code / 256)) end)
end

-- Only the letters of the cases.
local mac_letters = { [233] = "\142", [252] = "\159" }

function encoders.mac_roman(text)
  return codes(text, function(code) return mac_letters[code] or string.char(code) end)
end

local mark = "\239\187\191"

local function lines(list, line_end) return table.concat(list, line_end or "\r\n") .. (line_end or "\r\n") end

local ann, bob, carol = "ann@example.com", "bob@example.com", "carol@example.com"
local disable_ann = { ann .. ": accountDisabled=true" }
local words_de, words_fr = "--true WAHR --false FALSCH", "--true VRAI --false FAUX"
local disable = "--set accountDisabled=true"

local german = lines { "email;username;accountDisabled", ann .. ";Jürgen Beispiel;WAHR", bob .. ";;FALSCH" }
local german_rows = { ann .. ': accountDisabled=true username="Jürgen Beispiel"' }
local french = lines { "E-mail;Nom complet;Désactivé", ann .. ";Renée Exemple;VRAI", bob .. ";;FAUX" }
local french_map = "--map 'Nom complet=username' --map Désactivé=accountDisabled"
local french_rows = { ann .. ': accountDisabled=true username="Renée Exemple"' }

local cases = {
  { program = "Excel, English, CSV UTF-8", file = "excel-en-utf8.csv",
    bytes = mark .. lines { "Email,Account Disabled", ann .. ",TRUE", bob .. ",FALSE" }, rows = disable_ann },
  { program = "Excel, English, CSV", file = "excel-en.csv",
    bytes = encoders.windows_1252(lines { "Email,Username,Account Disabled", ann .. ",José Example,TRUE" }),
    options = "--encoding windows-1252", without = "line 2: username must be valid UTF-8",
    rows = { ann .. ': accountDisabled=true username="José Example"' } },
  { program = "Excel, English, Unicode Text", file = "excel-en-unicode.txt",
    bytes = encoders.utf16le(lines { "E-mail\tAccount Disabled", ann .. "\tTRUE" }), rows = disable_ann },
  { program = "Excel, German, CSV UTF-8", file = "excel-de-utf8.csv", bytes = mark .. german, options = words_de,
    without = "line 2: accountDisabled must be true or false, not other text", rows = german_rows },
  { program = "Excel, German, CSV", file = "excel-de.csv", bytes = encoders.windows_1252(german),
    options = "--encoding windows-1252 " .. words_de, without = "line 2: username must be valid UTF-8", rows = german_rows },
  { program = "Excel, German, Unicode Text", file = "excel-de-unicode.txt",
    bytes = encoders.utf16le((german:gsub(";", "\t"))), options = words_de,
    without = "line 2: accountDisabled must be true or false, not other text", rows = german_rows },
  { program = "Excel, French, CSV UTF-8", file = "excel-fr-utf8.csv", bytes = mark .. french,
    options = french_map .. " " .. words_fr, without = "line 1: Nom complet, Désactivé are not columns of update_user",
    rows = french_rows },
  { program = "Excel, French, CSV", file = "excel-fr.csv", bytes = encoders.windows_1252(french),
    options = "--encoding windows-1252 " .. french_map .. " " .. words_fr,
    without = "line 1: Nom complet, D\\xe9sactiv\\xe9 are not columns of update_user", rows = french_rows },
  { program = "Excel, French, Unicode Text", file = "excel-fr-unicode.txt",
    bytes = encoders.utf16le((french:gsub(";", "\t"))), options = french_map .. " " .. words_fr,
    without = "line 1: Nom complet, Désactivé are not columns of update_user", rows = french_rows },
  { program = "Excel for Mac, CSV (Macintosh)", file = "excel-mac.csv",
    bytes = encoders.mac_roman(lines({ "Email,Username", ann .. ",José Example" }, "\r")), options = "--encoding macintosh",
    without = "line 2: username must be valid UTF-8", rows = { ann .. ': username="José Example"' } },
  { program = "Excel, empty rows and columns", file = "excel-empty.csv",
    bytes = lines { "Email,Account Disabled,,", ann .. ",TRUE,,", ",,,", ",,," }, rows = disable_ann },
  { program = "Excel, with a line for its separator", file = "excel-sep.csv",
    bytes = lines { "sep=;", "Email;Account Disabled", ann .. ";TRUE" }, rows = disable_ann },
  { program = "Google Sheets, CSV", file = "google-sheets.csv",
    bytes = "email,accountDisabled\r\n" .. ann .. ",TRUE\r\n" .. bob .. ",", rows = disable_ann },
  { program = "Google Sheets, TSV", file = "google-sheets.tsv",
    bytes = "email\taccountDisabled\r\n" .. ann .. "\tTRUE", rows = disable_ann },
  { program = "Google Workspace, users", file = "google-workspace.csv",
    bytes = lines({ "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],"
        .. "Last Sign In [READ ONLY]",
      "Ann,Example," .. ann .. ",Suspended,2026/10/01 10:00:00", "Bob,Example," .. bob .. ",Active,Never logged in" }, "\n"),
    options = "--map 'Email Address [Required]=email' --where 'Status [READ ONLY]=Suspended' " .. disable
      .. " --ignore-other-columns",
    without = "line 1: First Name [Required], Last Name [Required], Email Address [Required], Status [READ ONLY], Last Sign In "
      .. "[READ ONLY] are not columns of update_user", rows = disable_ann },
  { program = "LibreOffice, CSV", file = "libreoffice.csv",
    bytes = lines({ '"email","username","accountDisabled"', '"' .. ann .. '","Ann, left",TRUE' }, "\n"),
    rows = { ann .. ': accountDisabled=true username="Ann, left"' } },
  { program = "LibreOffice, UTF-16, semicolons", file = "libreoffice-utf16.csv",
    bytes = encoders.utf16le(lines({ "email;accountDisabled", ann .. ";TRUE" }, "\n")), rows = disable_ann },
  { program = "PowerShell 5, Export-Csv", file = "powershell5.csv",
    bytes = lines { "#TYPE Selected.System.Management.Automation.PSCustomObject", '"Mail","Username","Disabled"',
      '"' .. ann .. '","","True"', '"' .. bob .. '","","False"' }, rows = disable_ann },
  { program = "PowerShell 5, Export-Csv -Encoding Unicode", file = "powershell5-unicode.csv",
    bytes = encoders.utf16le(lines { '"Mail","Username","Disabled"', '"' .. ann .. '","","True"' }), rows = disable_ann },
  { program = "PowerShell 5, Export-Csv -UseCulture -Encoding Default", file = "powershell5-culture.csv",
    bytes = encoders.windows_1252(lines { '"Mail";"Username";"Disabled"', '"' .. ann .. '";"Jürgen Beispiel";"True"' }),
    options = "--encoding windows-1252", without = "line 2: username must be valid UTF-8", rows = german_rows },
  { program = "PowerShell 5, a list of addresses by >", file = "powershell5-list.txt",
    bytes = encoders.utf16le(lines { ann, carol }), options = disable, without = "2 rows: 0 would change, 2 unchanged",
    rows = { ann .. ": accountDisabled=true", carol .. ": accountDisabled=true" } },
  { program = "PowerShell 7, Export-Csv", file = "powershell7.csv",
    bytes = lines({ '"UserPrincipalName","allowPop3","accountDisabled"', '"' .. ann .. '","","True"' }, "\n"),
    rows = disable_ann },
  { program = "Active Directory, Get-ADUser", file = "get-aduser.csv",
    bytes = lines { '"DistinguishedName","Enabled","mail","SamAccountName","UserPrincipalName"',
      '"CN=Ann Example,OU=Staff,DC=example,DC=com","False","' .. ann .. '","ann","ann@corp.example.com"',
      '"CN=Bob Example,OU=Staff,DC=example,DC=com","True","' .. bob .. '","bob","bob@corp.example.com"' },
    options = "--columns mail --where Enabled=False " .. disable,
    without = 'line 1: email could be the column "mail" or "UserPrincipalName"', rows = disable_ann },
  { program = "Active Directory, csvde", file = "csvde.csv",
    bytes = lines { "DN,objectClass,userAccountControl,mail", '"CN=Ann Example,OU=Staff,DC=example,DC=com",user,514,' .. ann,
      '"CN=Bob Example,OU=Staff,DC=example,DC=com",user,512,' .. bob },
    options = "--where userAccountControl=514 " .. disable .. " --ignore-other-columns",
    without = "line 1: DN, objectClass, userAccountControl are not columns of update_user", rows = disable_ann },
  { program = "Okta, users", file = "okta.csv",
    bytes = lines({ "user.id,user.login,user.email,user.status", "00u1," .. ann .. "," .. ann .. ",DEPROVISIONED",
      "00u2," .. bob .. "," .. bob .. ",ACTIVE" }, "\n"),
    options = "--map user.email=email --where user.status=DEPROVISIONED " .. disable .. " --ignore-other-columns",
    without = "line 1: user.id, user.login, user.email, user.status are not columns of update_user", rows = disable_ann },
  { program = "Entra, users", file = "entra.csv",
    bytes = mark .. lines { "userPrincipalName,displayName,surname,mail,userType,accountEnabled",
      ann .. ",Ann E.,Example,ann.example@example.com,Member,False", bob .. ",Bob E.,Example,,Member,True" },
    options = "--columns userPrincipalName --where accountEnabled=False " .. disable,
    without = 'line 1: email could be the column "userPrincipalName" or "mail"', rows = disable_ann },
  { program = "BambooHR and the like", file = "hr.csv",
    bytes = lines({ '"Employee #","Last Name","Work Email","Status","Termination Date"',
      '"1001","Example","' .. ann .. '","Inactive","2026-12-31"', '"1002","Example","' .. bob .. '","Active",""' }, "\n"),
    options = "--map 'Work Email=email' --where Status=Inactive " .. disable .. " --ignore-other-columns",
    without = "line 1: Employee #, Last Name, Work Email, Status, Termination Date are not columns of update_user",
    rows = disable_ann },
  { program = "an HR system, German, first days", file = "hr-de.csv",
    bytes = mark .. lines { "Personalnummer;E-Mail;Eintritt", "1001;" .. ann .. ";15.07.2026" },
    options = "--map Eintritt=archiveStartDate --date-format dd.mm.yyyy --timezone Europe/Berlin --ignore-other-columns",
    without = "line 1: Personalnummer, Eintritt are not columns of update_user",
    rows = { ann .. ': archiveStartDate="2026-07-14T22:00:00+0000"' } },
  { program = "an HR system, dates with the month's name", file = "hr-months.csv",
    bytes = lines { "Email - Primary Work,Hire Date", ann .. ",15-Jul-2026" },
    options = "--map 'Email - Primary Work=email' --map 'Hire Date=archiveStartDate' --date-format dd-mmm-yyyy --timezone UTC",
    without = "line 1: Email - Primary Work, Hire Date are not columns of update_user",
    rows = { ann .. ': archiveStartDate="2026-07-15T00:00:00+0000"' } },
  { program = "an American report", file = "report-us.csv",
    bytes = lines { "Email,Archive Start Date", ann .. ",7/15/2026 5:00:00 PM" },
    options = "--date-format 'm/d/yyyy h:mm:ss am/pm' --timezone America/New_York",
    without = "line 2: archiveStartDate is not an ISO 8601 date and time",
    rows = { ann .. ': archiveStartDate="2026-07-15T21:00:00+0000"' } },
  { program = "a database, dates without dashes", file = "database.txt",
    bytes = lines({ "email|archiveStartDate", ann .. "|20260715" }, "\n"),
    options = "--separator '|' --date-format yyyymmdd --timezone UTC",
    without = "line 1: has no column that is a field: its columns are separated by bars",
    rows = { ann .. ': archiveStartDate="2026-07-15T00:00:00+0000"' } },
  { program = "a ticket system, yes and no", file = "tickets.csv",
    bytes = lines({ "Mail,Disabled", ann .. ",Yes", bob .. ",No" }, "\n"), options = "--true yes --false no",
    without = "line 2: accountDisabled must be true or false, not other text", rows = disable_ann },
  { program = "Outlook, names with addresses", file = "outlook.csv",
    bytes = lines { '"To"', '"Ann Example <' .. ann .. '>"' }, options = "--map 'To=address(email)' " .. disable,
    without = "line 1: must name the columns, like email,accountDisabled; no column is a field", rows = disable_ann },
  { program = "mimecast users --csv, edited", file = "users.csv",
    bytes = lines({ "username,email,domain,addressType,source,alias,accountDisabled",
      "'=Ann," .. ann .. ",example.com,created_manually,cloud,false,true" }, "\n"),
    rows = { ann .. ': accountDisabled=true username="=Ann"' } },
  { program = "Excel, a workbook", file = "leavers.xlsx", bytes = "PK\3\4\20\0\6\0\8\0\0\0!\0[Content_Types].xml",
    remedy = "it is an Excel workbook (.xlsx) or another ZIP archive, not a text" },
  { program = "Excel, dates as day numbers", file = "day-numbers.csv",
    bytes = lines { "Email Address,Archive Start Date", ann .. ",46387" },
    remedy = "line 2: archiveStartDate is a bare number, which can be a spreadsheet's day, seconds or milliseconds" },
  { program = "a quote that never ends", file = "open-quote.csv",
    bytes = lines { "email,accountDisabled", ann .. ",True", '"' .. bob .. ",True", carol .. ",True" },
    remedy = "line 3: begins a row whose last quoted cell never ends" },
}

return cases
