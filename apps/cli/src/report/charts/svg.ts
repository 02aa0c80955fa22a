import { type Picture, type Shape, type Table, type Tone, tones } from './shapes.ts'

/** Text for HTML and XML: markup characters are escaped, and control characters that XML forbids are replaced. */
export function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML does not allow
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  )
}

const classOf = (tone: Tone) => tone.replace('series-', 's')

/** The rules of the classes that pictures use: colors for light and for dark surroundings. */
export function pictureStyle(): string {
  const rules = (mode: 0 | 1) =>
    (Object.keys(tones) as Tone[])
      .map((tone) => `.f-${classOf(tone)}{fill:${tones[tone][mode]}}.k-${classOf(tone)}{stroke:${tones[tone][mode]}}`)
      .join('')
  return `${rules(0)}@media (prefers-color-scheme:dark){${rules(1)}}`
}

let ids = 0

/** A picture as an `svg` element. `standalone` is for a file: with its style and a background. */
export function toSvg({ title, description, width, height, shapes }: Picture, standalone = false): string {
  const id = standalone ? 'chart' : `chart-${++ids}`
  const own = standalone
    ? `<style>.back{fill:#fff}${pictureStyle()}@media (prefers-color-scheme:dark){.back{fill:#0d1117}}</style>` +
      `<rect class="back" width="${width}" height="${height}"/>`
    : ''
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"${standalone ? ` width="${width}" height="${height}"` : ''} ` +
    `role="img" aria-labelledby="${id}-title ${id}-text" font-family="system-ui, Helvetica, Arial, sans-serif">` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>` +
    `${own}${shapes.map(shapeSvg).join('')}</svg>`
  )
}

function shapeSvg(shape: Shape): string {
  const tone = classOf(shape.tone)
  if (shape.kind === 'line') {
    const points = shape.points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ')
    const dash = shape.dash ? ' stroke-dasharray="6 4"' : ''
    return `<polyline class="k-${tone}" points="${points}" fill="none" stroke-width="${shape.width ?? 2}" stroke-linejoin="round"${dash}/>`
  }
  if (shape.kind === 'text') {
    const { x, y, text, anchor = 'start', size = 12, bold, upright } = shape
    const turn = upright ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : ''
    return (
      `<text class="f-${tone}" x="${short(x)}" y="${short(y)}" font-size="${size}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}` +
      `${bold ? ' font-weight="600"' : ''}${turn}>${escaped(text)}</text>`
    )
  }
  const opacity = shape.opacity === undefined ? '' : ` fill-opacity="${short(shape.opacity)}"`
  if (shape.kind === 'dot')
    return `<circle class="f-${tone}" cx="${short(shape.x)}" cy="${short(shape.y)}" r="${shape.r}"${opacity}/>`
  const { x, y, width, height } = shape
  return `<rect class="f-${tone}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"${opacity}/>`
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** A table as HTML. */
export function tableHtml({ head, rows }: Table): string {
  const cells = (tag: string, row: readonly string[]) => row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')
  const heads = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')
  return `<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** A picture with its numbers as a table, for a page. */
export function figureHtml(picture: Picture): string {
  const { table, description } = picture
  const numbers = table ? `<details><summary>Numbers</summary>${tableHtml(table)}</details>` : ''
  return `<figure>${toSvg(picture)}<figcaption>${escaped(description)}</figcaption>${numbers}</figure>`
}
