"""How a paper looks as an HTML file, on a screen and in print."""

STYLE = """\
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem; background: #fff; color: #0b0c0c;
  font: 1rem/1.5 system-ui, Arial, sans-serif; overflow-wrap: break-word }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .75rem; break-after: avoid }
h1 { font-size: 2rem; margin-top: 0 }
h2 { font-size: 1.5rem; border-top: 1px solid #b1b4b6; padding-top: 1rem }
h3 { font-size: 1.19rem }
p { margin: 0 0 1rem; max-width: 48rem }
.under { margin: 0; font-weight: 700 }
.under + p:not(.under) { margin-top: 1rem }
.wide { overflow-x: auto; margin: 0 0 1.5rem }
.wide:focus-visible { outline: 3px solid #0b0c0c }
table { border-collapse: collapse; width: 100%; font-size: .94rem }
caption { text-align: left; color: #505a5f; padding: 0 0 .4rem }
th, td { border-bottom: 1px solid #b1b4b6; padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top }
thead th { border-bottom: 2px solid #0b0c0c; vertical-align: bottom }
tbody th { font-weight: 400 }
.totals > * { border-top: 2px solid #0b0c0c; font-weight: 700 }
.figures { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.words { min-width: 12rem; overflow-wrap: anywhere }
.tag { display: inline-block; padding: 0 .4rem; font-weight: 700; outline: 1px solid #0b0c0c; outline-offset: -1px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact }
ins { background: #cce2d8; text-decoration: underline }
del, s { color: #505a5f; text-decoration: line-through }
dl > div { display: flex; gap: 1rem; border-bottom: 1px solid #b1b4b6; padding: .35rem 0 }
dt { flex: 0 0 10rem; font-weight: 700 }
dd { margin: 0; min-width: 0 }
.picture { margin: 0 0 1.5rem }
.picture svg { width: 100%; height: auto }
.page { break-after: page }
footer { border-top: 1px solid #b1b4b6; margin-top: 2rem; padding-top: 1rem; font-size: .88rem }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt }
  h1 { font-size: 18pt }
  h2 { font-size: 14pt }
  h3 { font-size: 11pt }
  p { max-width: none }
  table { font-size: 8.5pt }
  thead { display: table-header-group }
  tr, .picture, .short { break-inside: avoid }
  p:has(+ .wide) { break-after: avoid }
  .wide { overflow: visible }
  .words { min-width: 0 }
}
"""
