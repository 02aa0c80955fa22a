import type { PlotGraph, PlotGroup, PlotNode } from './plot-graph.ts'
import { type Box, layoutOf } from './plot-layout.ts'
import type { RankDir } from './plot-text.ts'

const lineHeight = 18
const letterWidth = 7
const padding = 12
const margin = 24

interface Size {
  readonly width: number
  readonly height: number
}

interface Rectangle extends Size {
  readonly x: number
  readonly y: number
}

/** Returns a graph as an SVG image. */
export function svgOf({ root, edges }: PlotGraph, rankdir: RankDir): string {
  const vertical = rankdir === 'TB' || rankdir === 'BT'
  const nodes = nodesIn(root)
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node)]))
  const along = ({ width, height }: Size) => (vertical ? width : height)
  const across = ({ width, height }: Size) => (vertical ? height : width)
  const items = nodes.map(({ id }) => ({ id, extent: along(sizes.get(id)!) }))
  const { rows, paths } = layoutOf(items, edges, 28)
  // the position of each row: rows are as thick as their thickest box
  const thickness = rows.map((row) => Math.max(0, ...row.map(({ id }) => (sizes.has(id) ? across(sizes.get(id)!) : 0))))
  const starts = thickness.map((_, row) => thickness.slice(0, row).reduce((total, d) => total + d + 44, 0))
  const total = starts.at(-1)! + thickness.at(-1)!
  const flipped = rankdir === 'BT' || rankdir === 'RL'
  const middle = ({ row, center }: Box) => {
    const position = starts[row]! + thickness[row]! / 2
    const placed = flipped ? total - position : position
    return vertical ? { x: center, y: placed } : { x: placed, y: center }
  }
  const places = new Map<string, Rectangle>()
  for (const box of rows.flat()) {
    const size = sizes.get(box.id)
    if (!size) continue
    const { x, y } = middle(box)
    places.set(box.id, { x: x - size.width / 2, y: y - size.height / 2, ...size })
  }
  const frames = framesOf(root, places)
  const area = around([...places.values(), ...frames.map(({ place }) => place)], margin)
  const arrows = paths.map((path) => arrowOf(path.map(middle), places, path, vertical, flipped))
  const { x, y, width, height } = area
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${[x, y, width, height].map(round).join(' ')}" width="${round(width)}" height="${round(height)}" font-family="Helvetica, Arial, sans-serif" font-size="12">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#444"/></marker></defs>',
    ...frames.map(
      ({ title, place }) =>
        `${rectangle(place, 'fill="none" stroke="#888" stroke-dasharray="5 4"')}${textAt(place.x + 8, place.y + 14, title, 'fill="#666"')}`,
    ),
    ...arrows,
    ...nodes.map((node) => drawn(node, places.get(node.id)!)),
    '</svg>',
    '',
  ].join('\n')
}

function nodesIn({ nodes, groups }: PlotGroup): PlotNode[] {
  return [...nodes, ...groups.flatMap(nodesIn)]
}

function sizeOf({ title, lines }: PlotNode): Size {
  const letters = Math.max(...[title, ...lines].map((text) => text.length))
  return { width: letters * letterWidth + 2 * padding, height: (1 + lines.length) * lineHeight + padding }
}

/** The frames of nested models, the outer ones first. */
function framesOf(
  group: PlotGroup,
  places: ReadonlyMap<string, Rectangle>,
): { readonly title: string; readonly place: Rectangle }[] {
  const inner = group.groups.flatMap((nested) => framesOf(nested, places))
  if (group.title === undefined) return inner
  const held = [...group.nodes.map(({ id }) => places.get(id)!), ...inner.map(({ place }) => place)]
  if (held.length === 0) return inner
  const { x, y, width, height } = around(held, 10)
  return [{ title: group.title, place: { x, y: y - 12, width, height: height + 12 } }, ...inner]
}

function around(list: readonly Rectangle[], distance: number): Rectangle {
  const [x, y] = [Math.min(...list.map((r) => r.x)) - distance, Math.min(...list.map((r) => r.y)) - distance]
  const right = Math.max(...list.map((r) => r.x + r.width)) + distance
  const bottom = Math.max(...list.map((r) => r.y + r.height)) + distance
  return { x, y, width: right - x, height: bottom - y }
}

type Point = { readonly x: number; readonly y: number }

/** A curve from the border of one box to that of another, through the points between them. */
function arrowOf(
  points: readonly Point[],
  places: ReadonlyMap<string, Rectangle>,
  path: readonly Box[],
  vertical: boolean,
  flipped: boolean,
): string {
  const border = ({ x, y }: Point, { id }: Box, leaves: boolean): Point => {
    const { width, height } = places.get(id)!
    const sign = leaves === flipped ? -1 : 1
    return vertical ? { x, y: y + (sign * height) / 2 } : { x: x + (sign * width) / 2, y }
  }
  const [first, last] = [border(points[0]!, path[0]!, true), border(points.at(-1)!, path.at(-1)!, false)]
  const stops = [first, ...points.slice(1, -1), last]
  const curves = stops.slice(1).map((to, index) => {
    const from = stops[index]!
    const bends = vertical
      ? [from.x, (from.y + to.y) / 2, to.x, (from.y + to.y) / 2]
      : [(from.x + to.x) / 2, from.y, (from.x + to.x) / 2, to.y]
    return `C${[...bends, to.x, to.y].map(round).join(' ')}`
  })
  return `<path d="M${round(first.x)} ${round(first.y)}${curves.join('')}" fill="none" stroke="#444" marker-end="url(#arrow)"/>`
}

function drawn({ title, lines }: PlotNode, place: Rectangle): string {
  const { x, y, width } = place
  const center = x + width / 2
  const head = { ...place, height: lineHeight + padding / 2 }
  return [
    rectangle(place, 'fill="#fff" stroke="#222" rx="3"'),
    rectangle(head, 'fill="#222" rx="3"'),
    textAt(center, y + lineHeight - 2, title, 'fill="#fff" font-weight="bold" text-anchor="middle"'),
    ...lines.map((line, index) =>
      textAt(center, y + lineHeight * (index + 2) + 1, line, 'fill="#222" text-anchor="middle"'),
    ),
  ].join('')
}

function rectangle({ x, y, width, height }: Rectangle, style: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${style}/>`
}

function textAt(x: number, y: number, text: string, style: string): string {
  const escaped = text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${escaped}</text>`
}

function round(x: number): number {
  return Math.round(x * 10) / 10
}
