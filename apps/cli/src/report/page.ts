import { escaped, pictureStyle } from './charts/svg.ts'

/** A part of a page. */
export interface Section {
  readonly title: string
  /** HTML. */
  readonly body: string
}

interface Page {
  readonly title: string
  /** HTML below the title. */
  readonly lead: string
  readonly sections: readonly Section[]
}

const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1f2328;--soft:#59636e;--line:#d8dee4;--card:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--soft:#9aa4af;--line:#343b44;--card:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:70rem;font:16px/1.5 system-ui,Helvetica,Arial,sans-serif;background:var(--back);color:var(--text)}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
p{margin:.4rem 0}.soft,figcaption{color:var(--soft);font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;margin:1rem 0;padding:0}
.tiles div{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}.tiles dt{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.tiles dd{margin:0;font-size:1.15rem;font-weight:600;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.2rem}
.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr))}
figure{margin:0;min-width:0;max-width:40rem}figure svg{width:100%;height:auto;display:block}
.scroll{overflow-x:auto;max-height:26rem;overflow-y:auto}
table{border-collapse:collapse;font-size:.85rem}th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{position:sticky;top:0;background:var(--card)}
pre{background:var(--card);padding:.8rem;border-radius:.5rem;overflow:auto;max-height:26rem;font-size:.8rem;line-height:1.35}
details{margin:.3rem 0}summary{cursor:pointer;color:var(--soft);font-size:.9rem}
img.input{image-rendering:pixelated;width:4rem;height:auto;display:block}
.note{border-left:3px solid #c2410c;padding:.3rem .8rem;background:var(--card)}
`

/** A page in one file that loads nothing else. */
export function toPage({ title, lead, sections }: Page): string {
  const parts = sections.map(({ title, body }) => `<section>\n<h2>${escaped(title)}</h2>\n${body}\n</section>`)
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}${pictureStyle()}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    lead,
    ...parts,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** Pairs of names and values as tiles. */
export function tiles(entries: readonly (readonly [name: string, value: string])[]): string {
  const items = entries.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`)
  return `<dl class="tiles">${items.join('')}</dl>`
}

/** Charts beside and below each other. */
export function grid(charts: readonly string[], size?: 'small'): string {
  return `<div class="charts${size ? ` ${size}` : ''}">${charts.join('\n')}</div>`
}

/** A remark on something that the page lacks. */
export function note(text: string): string {
  return `<p class="note">${escaped(text)}</p>`
}
