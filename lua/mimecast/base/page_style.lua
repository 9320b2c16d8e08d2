--- The style that the pages of the project share: light and dark, tables, forms, counts.
return [[
:root { color-scheme: light dark; --text: #1a1d21; --back: #fff; --soft: #f2f4f7; --line: #c9ced6; --dim: #555d68;
  --accent: #0b57b0; --bad: #a3161f; --badback: #fdecec; --warn: #744a00; --warnback: #fff3d6; --good: #14602c;
  --goodback: #e4f5e9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7eaee; --back: #14171b; --soft: #20252b; --line: #414953; --dim: #a8b1bd; --accent: #8fc1ff;
    --bad: #ffb0b0; --badback: #4a1a1e; --warn: #ffd98a; --warnback: #45340e; --good: #9fe3b4; --goodback: #14381f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1rem 1.5rem 3rem; font: 1rem/1.45 system-ui, sans-serif; color: var(--text);
  background: var(--back); }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
.facts dt, .counts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; }
.counts div { border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .8rem; min-width: 6rem; }
.counts dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.warning { margin: 0 0 1rem; padding: .5rem .8rem; border-left: .3rem solid var(--warn); background: var(--warnback);
  color: var(--warn); }
form { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; }
input, select, button { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--dim);
  border-radius: .3rem; padding: .25rem .6rem; }
button { cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
table.small { width: auto; }
caption { text-align: left; color: var(--dim); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { background: var(--soft); white-space: nowrap; }
tbody th { font-weight: 500; }
.columns { display: flex; flex-wrap: wrap; column-gap: 4rem; }
th.number, td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: .3rem; background: var(--soft); white-space: nowrap; }
.rejected, .unknown { color: var(--bad); background: var(--badback); }
.ok { color: var(--good); background: var(--goodback); }
]]
