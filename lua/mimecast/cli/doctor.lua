return { summary = "x", define = function() end, run = function() return true end }
