/** A box of a drawing, before and after it has a place. `center` is along the row, `row` counts from the first. */
export interface Box {
  readonly id: string
  /** Its extent along the row. */
  readonly extent: number
  row: number
  center: number
}

/** The places of boxes, and for each edge the boxes and points from one end to the other. */
export interface Layout {
  readonly rows: readonly (readonly Box[])[]
  readonly paths: readonly (readonly Box[])[]
}

/**
 * Places the nodes of a graph without cycles in rows, so that arrows go from row to row: each node is one row behind the last of its
 * sources, an edge over several rows gets a point in each, and nodes are sorted and moved toward the mean of their neighbors
 * (Sugiyama et al., 1981).
 */
export function layoutOf(
  nodes: readonly { readonly id: string; readonly extent: number }[],
  edges: readonly (readonly [from: string, to: string])[],
  gap: number,
): Layout {
  const boxes = new Map(nodes.map(({ id, extent }) => [id, { id, extent, row: 0, center: 0 } as Box]))
  const ends = edges.map(([from, to]) => [boxes.get(from)!, boxes.get(to)!] as const)
  // the longest path to a node has at most as many edges as there are nodes
  for (let changed = true, pass = 0; changed && pass < nodes.length; pass++) {
    changed = false
    for (const [from, to] of ends) {
      if (to.row > from.row) continue
      to.row = from.row + 1
      changed = true
    }
  }
  const rows: Box[][] = []
  const put = (box: Box) => {
    ;(rows[box.row] ??= []).push(box)
    return box
  }
  for (const box of boxes.values()) put(box)
  const paths = ends.map(([from, to], index) => {
    const points = Array.from({ length: Math.max(0, to.row - from.row - 1) }, (_, step) =>
      put({ id: `edge${index}.${step}`, extent: 8, row: from.row + step + 1, center: 0 }),
    )
    return [from, ...points, to]
  })
  const neighbors = neighborsOf(paths)
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0
    for (const row of down ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map((box, index) => [box, wantedFor(neighbors.get(box)?.[down ? 0 : 1], index)]))
      row.sort((a, b) => wanted.get(a)! - wanted.get(b)!)
      row.forEach((box, index) => {
        box.center = index
      })
    }
  }
  for (const row of rows)
    spread(
      row,
      row.map(() => 0),
      gap,
    )
  for (let sweep = 0; sweep < 12; sweep++) {
    const side = sweep % 2
    for (const row of side === 0 ? rows : [...rows].reverse()) {
      spread(
        row,
        row.map((box) => wantedFor(neighbors.get(box)?.[side], box.center)),
        gap,
      )
    }
  }
  return { rows, paths }
}

/** The boxes before and behind each box. */
function neighborsOf(paths: readonly (readonly Box[])[]): Map<Box, readonly [before: Box[], behind: Box[]]> {
  const neighbors = new Map<Box, readonly [Box[], Box[]]>()
  const of = (box: Box) => {
    const known = neighbors.get(box) ?? ([[], []] as const)
    neighbors.set(box, known)
    return known
  }
  for (const path of paths) {
    for (let step = 1; step < path.length; step++) {
      of(path[step]!)[0].push(path[step - 1]!)
      of(path[step - 1]!)[1].push(path[step]!)
    }
  }
  return neighbors
}

function wantedFor(boxes: readonly Box[] | undefined, otherwise: number): number {
  if (!boxes || boxes.length === 0) return otherwise
  return boxes.reduce((total, { center }) => total + center, 0) / boxes.length
}

/** Places the boxes of a row near the wanted centers, in their order and without overlap. */
function spread(row: readonly Box[], wanted: readonly number[], gap: number): void {
  const distance = (index: number) => (row[index - 1]!.extent + row[index]!.extent) / 2 + gap
  const forth: number[] = []
  for (let index = 0; index < row.length; index++) {
    forth[index] = index === 0 ? wanted[0]! : Math.max(wanted[index]!, forth[index - 1]! + distance(index))
  }
  const back: number[] = []
  for (let index = row.length - 1; index >= 0; index--) {
    const next = back[index + 1]
    back[index] = next === undefined ? wanted[index]! : Math.min(wanted[index]!, next - distance(index + 1))
  }
  row.forEach((box, index) => {
    box.center = (forth[index]! + back[index]!) / 2
  })
}
