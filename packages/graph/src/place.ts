import { sizeOf } from '@gradus/tensor'
import { type Aval, bytesPerElement, type Graph, numberingOf } from '@gradus/tensor/internals'

/** Where a value lives while a program runs. */
export type Place =
  | { readonly at: 'input'; readonly index: number }
  | { readonly at: 'constant'; readonly index: number }
  /** Computed once, when the program is compiled. */
  | { readonly at: 'static' }
  | { readonly at: 'arena'; readonly offset: number }
  /** In the buffer of output `index`. */
  | { readonly at: 'output'; readonly index: number }

/** How a program provides one output. */
export type OutputSource =
  /** A new buffer, into which the program writes. */
  | { readonly from: 'new' }
  /** The buffer of a donated input, overwritten or returned unchanged. */
  | { readonly from: 'donated'; readonly input: number }
  /**
   * A copy of a value that lives elsewhere, made at the end of the program: into a new buffer, or into that of the donated
   * input `into`. No copy overwrites the source of another copy.
   */
  | { readonly from: 'copy'; readonly into?: number }

/** The donated input whose buffer becomes an output; undefined where the output has a new buffer. */
export function donorOf(source: OutputSource): number | undefined {
  if (source.from === 'donated') return source.input
  return source.from === 'copy' ? source.into : undefined
}

/** The size of a value in memory, in bytes. */
export function byteSize({ shape, dtype }: Aval): number {
  return sizeOf(shape) * bytesPerElement(dtype)
}

/** For each value its root: the value of which it is a view, or itself. They share memory. */
export function viewRoots(graph: Graph): number[] {
  const { maker, avals } = numberingOf(graph)
  const roots: number[] = []
  avals.forEach((_, value) => {
    const node = graph.nodes[maker[value]!]
    roots.push(node?.op.view ? roots[node.inputs[0]!]! : value)
  })
  return roots
}
