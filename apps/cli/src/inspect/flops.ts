import { isFloat, sizeOf } from '@gradus/tensor'
import {
  type Aval,
  avalsOf,
  bodyOf,
  type ConvParams,
  type Graph,
  type Node,
  numberingOf,
  type ScanParams,
} from '@gradus/tensor/internals'

/** How operations are counted, for people. */
export const flopsConvention = 'a multiply-add counts 2, a function such as exp 1, moving data 0'

/** Elementwise ops that choose or convert numbers. */
const free = new Set(['identity', 'cast', 'where', 'logicalAnd', 'logicalOr', 'logicalXor', 'logicalNot'])
const reductions = new Set(['sum', 'prod', 'max', 'min', 'any', 'all', 'argMax', 'argMin'])

/**
 * The floating-point operations of each node of a graph of primitives. Padding of a convolution counts as its other inputs; the zeros
 * between the inputs of a transposed one do not.
 */
export function flopsOf(graph: Graph): number[] {
  const { avals } = numberingOf(graph)
  return graph.nodes.map((node) =>
    flopsOfNode(
      node,
      node.inputs.map((value) => avals[value]!),
    ),
  )
}

function flopsOfNode(node: Node, inputs: readonly Aval[]): number {
  const { op, aval, params } = node
  const size = sizeOf(aval.shape)
  const first = inputs[0]
  if (op.name === 'matmul') {
    const { transposeA } = params as { readonly transposeA: boolean }
    return 2 * size * first!.shape.at(transposeA ? -2 : -1)!
  }
  if (op.name === 'conv') return convFlops(inputs[1]!, aval, params as ConvParams)
  if (reductions.has(op.name)) return Math.max(0, sizeOf(first!.shape) - size)
  if (op.name === 'cumsum' || op.name === 'cumprod') return size
  if (op.name === 'scatterAdd') return sizeOf(inputs[2]!.shape)
  if (op.name === 'fold') return sizeOf(first!.shape)
  const body = bodyOf(params)
  if (body) return (params as ScanParams).length * flopsOf(body).reduce((sum, flops) => sum + flops, 0)
  const isNumber = [aval, ...inputs].some(({ dtype }) => isFloat(dtype))
  return op.elementwise && isNumber && !free.has(op.name) ? size : 0
}

/** Two operations for each product of a kernel element with an input that is not an inserted zero. */
function convFlops(kernel: Aval, output: Aval, params: ConvParams): number {
  const spatial = kernel.shape.slice(0, -2)
  const channels = kernel.shape.at(-2)!
  const products = spatial.reduce((count, taps, axis) => {
    const positions = output.shape[axis + 1]!
    const [stride, dilation, inserted] = [
      params.strides[axis]!,
      params.kernelDilation[axis]!,
      params.inputDilation[axis]!,
    ]
    if (inserted === 1) return count * positions * taps
    const low = params.padding[axis]![0]
    let real = 0
    for (let at = 0; at < positions; at++) {
      for (let tap = 0; tap < taps; tap++) if ((at * stride + tap * dilation - low) % inserted === 0) real++
    }
    return count * real
  }, 1)
  return 2 * products * channels * output.shape[0]! * output.shape.at(-1)!
}

/** The nodes of a graph that its outputs need. */
export function neededNodes(graph: Graph): boolean[] {
  const { first } = numberingOf(graph)
  const needed = new Set(graph.outputs)
  const result = graph.nodes.map(() => false)
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!
    if (!avalsOf(node).some((_, output) => needed.has(first[index]! + output))) continue
    result[index] = true
    for (const value of node.inputs) needed.add(value)
  }
  return result
}
