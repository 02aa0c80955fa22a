import { type Graph, isGraph } from './graph.ts'
import type { Op } from './op.ts'

/**
 * A string that is equal for equal params; tells NaN, infinities and -0 apart, which JSON does not. Params are plain data,
 * of which graphs (the steps of `scan`) are compared as objects: `canonical` makes equal ones one object.
 */
export function paramsKey(params: unknown): string {
  if (typeof params === 'number') return Object.is(params, -0) ? '-0' : String(params)
  if (typeof params !== 'object' || params === null) return JSON.stringify(params) ?? 'undefined'
  let key = ''
  if (Array.isArray(params)) {
    for (const entry of params) key += `${paramsKey(entry)},`
    return `[${key}]`
  }
  if (isGraph(params)) return `graph ${numberOf(params)}`
  for (const name in params) key += `${name}:${paramsKey((params as Record<string, unknown>)[name])},`
  return `{${key}}`
}

const numbers = new WeakMap<Graph | Op, number>()
let count = 0

/** A number of its own for each object. */
function numberOf(object: Graph | Op): number {
  let number = numbers.get(object)
  if (number === undefined) numbers.set(object, (number = count++))
  return number
}

const known = new Map<string, WeakRef<Graph>>()
const knownAtMost = 256

/**
 * The one graph that stands for all equal graphs without constants, so that programs made for one serve them all. Equal
 * means the same ops in the same order; ops are compared as objects.
 */
export function canonical(graph: Graph): Graph {
  const avals = graph.inputs.map(({ dtype, shape }) => `${dtype},${shape}`).join()
  const nodes = graph.nodes.map(({ op, inputs, params }) => `${numberOf(op)}(${inputs})${paramsKey(params)}`)
  const key = `${avals}|${nodes.join()}|${graph.outputs}`
  const found = known.get(key)?.deref()
  if (found) return found
  if (known.size >= knownAtMost) known.clear()
  known.set(key, new WeakRef(graph))
  return graph
}
