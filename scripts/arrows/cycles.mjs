/**
 * Returns the import cycles of a graph, one path for each strongly connected component (Tarjan, SIAM J. Comput. 1972).
 * @param {Map<string, string[]>} edges file -> imported files
 */
export function findCycles(edges) {
  const order = new Map()
  const low = new Map()
  const stack = []
  const cycles = []

  const enter = (node) => {
    order.set(node, order.size)
    low.set(node, order.get(node))
    stack.push(node)
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) enter(next)
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)))
    }
    if (low.get(node) !== order.get(node)) return
    const component = new Set(stack.splice(stack.indexOf(node)))
    if (component.size > 1 || edges.get(node)?.includes(node)) cycles.push(shortestLoop(node, edges, component))
  }

  for (const node of edges.keys()) if (!order.has(node)) enter(node)
  return cycles
}

function shortestLoop(start, edges, component) {
  const paths = [[start]]
  const seen = new Set()
  for (const path of paths) {
    for (const next of edges.get(path.at(-1)) ?? []) {
      if (next === start) return [...path, start]
      if (!component.has(next) || seen.has(next)) continue
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return [start]
}
