import type { PlotGraph, PlotGroup, PlotNode } from './plot-graph.ts'

/** The direction in which layers follow each other: top to bottom, left to right, or the other way. */
export type RankDir = 'TB' | 'LR' | 'BT' | 'RL'

/** Returns a graph in the language of Graphviz. */
export function dotOf({ root, edges }: PlotGraph, rankdir: RankDir): string {
  const node = ({ id, title, lines }: PlotNode) => {
    const cells = [title, ...lines].map(recordText)
    return `${id} [label="${cells.length === 1 ? cells[0] : `{${cells.join('|')}}`}"];`
  }
  const group = ({ id, title, nodes, groups }: PlotGroup): string[] => {
    const inner = [...nodes.map(node), ...groups.flatMap(group)]
    if (title === undefined) return inner
    const label = title.replace(/["\\]/g, '\\$&')
    return [`subgraph cluster_${id} {`, ...indented(['style=dashed;', `label="${label}";`, ...inner]), '}']
  }
  const arrows = edges.map(([from, to]) => `${from} -> ${to};`)
  const head = [`rankdir=${rankdir};`, 'node [shape=record, fontname=Helvetica];']
  return ['digraph model {', ...indented([...head, ...group(root), ...arrows]), '}', ''].join('\n')
}

/** Returns a graph in the language of Mermaid. */
export function mermaidOf({ root, edges }: PlotGraph, rankdir: RankDir): string {
  const node = ({ id, title, lines }: PlotNode) => `${id}["${[title, ...lines].map(entities).join('<br/>')}"]`
  const group = ({ id, title, nodes, groups }: PlotGroup): string[] => {
    const inner = [...nodes.map(node), ...groups.flatMap(group)]
    return title === undefined ? inner : [`subgraph ${id}["${entities(title)}"]`, ...indented(inner), 'end']
  }
  const arrows = edges.map(([from, to]) => `${from} --> ${to}`)
  return [`flowchart ${rankdir}`, ...indented([...group(root), ...arrows]), ''].join('\n')
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

/** A text in a cell of a record: some characters have a meaning there. */
function recordText(text: string): string {
  return text.replace(/[{}|<>"\\]/g, '\\$&')
}

function entities(text: string): string {
  return text.replace(/[#"<>&]/g, (character) => `#${character.charCodeAt(0)};`)
}
