import { type Graph, isGraph } from './graph.ts'
import type { Op } from './op.ts'

/**
 * A string that is equal for equal params. Unlike JSON it distinguishes NaN, infinities and -0. Params are plain data; graphs in
 * them (the bodies of `scan`) are compared as objects, because `canonical` makes equal graphs one object.
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

/** A number that identifies an object. */
function numberOf(object: Graph | Op): number {
  let number = numbers.get(object)
  if (number === undefined) numbers.set(object, (number = count++))
  return number
}

const known = new Map<string, WeakRef<Graph>>()
const knownAtMost = 256

/**
 * Returns one graph for all equal graphs without constants, so that they share programs. Equal graphs have the same ops in the
 * same order; ops are compared as objects.
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
