import {
  apply,
  applyAll,
  type ConvParams,
  convOp,
  flip,
  foldOp,
  type Graph,
  matmul,
  type Node,
  type Op,
  padOp,
  reshape,
  sizeOf,
  slice,
  Tensor,
  traceOpen,
  transpose,
} from '@gradus/tensor'

/**
 * The graph without convolutions whose input has padding or gaps. The input is padded (or cut, where padding is negative) in
 * memory once, and a convolution reads it without asking where it is; or, where that would multiply many zeros, products
 * of every input with every weight are added up where they belong.
 */
export function plainConvolutions(graph: Graph): Graph {
  if (!graph.nodes.some(needsRewriting)) return graph
  const given = [...graph.inputs, ...graph.constants].map(({ shape, dtype }) => new Tensor({ shape, dtype }))
  const replayed = (...values: Tensor[]) => {
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((value) => values[value]!)
      if (needsRewriting(node)) values.push(rewritten(inputs[0]!, inputs[1]!, node.params as ConvParams))
      else values.push(...applyAll(node.op, inputs, node.params))
    }
    return graph.outputs.map((value) => values[value]!)
  }
  const { nodes, outputs } = traceOpen(replayed, given, () => true).graph
  return { ...graph, nodes, outputs }
}

function needsRewriting({ op, params }: Node): boolean {
  if (op !== (convOp as Op)) return false
  const { padding, inputDilation } = params as ConvParams
  return padding.some(([low, high]) => low !== 0 || high !== 0) || inputDilation.some((gap) => gap !== 1)
}

function rewritten(x: Tensor, kernel: Tensor, params: ConvParams): Tensor {
  return multipliesZeros(x, kernel, params) ? spread(x, kernel, params) : padded(x, kernel, params)
}

function padded(x: Tensor, kernel: Tensor, params: ConvParams): Tensor {
  const plain: ConvParams = {
    ...params,
    padding: params.padding.map(() => [0, 0] as const),
    inputDilation: params.inputDilation.map(() => 1),
  }
  return apply(convOp, [widened(x, params.padding, params.inputDilation), kernel], plain)
}

/** So many products in vain, per input and weight, cost about as much as bringing a product to memory and back. */
const productsPerTransfer = 12

/** Whether padding or gaps are so large a part of the input that it is better to multiply without them. */
function multipliesZeros(x: Tensor, kernel: Tensor, params: ConvParams): boolean {
  if (params.groups !== 1 || params.strides.some((stride) => stride !== 1)) return false
  const channels = x.shape.at(-1)!
  const positions = sizeOf(x.shape.slice(1, -1))
  const outputs = sizeOf(convOp.shape([x, kernel], params).shape.slice(1, -1))
  return positions > 0 && (outputs / positions - 1) * channels > productsPerTransfer
}

/** Each input times each weight as one product of matrices, added up where they belong. */
function spread(x: Tensor, kernel: Tensor, { padding, inputDilation, kernelDilation }: ConvParams): Tensor {
  const spatial = x.shape.slice(1, -1)
  const sizes = kernel.shape.slice(0, spatial.length)
  const [channels, filters] = kernel.shape.slice(-2) as [number, number]
  const axes = sizes.map((_, axis) => axis)
  const weights = transpose(flip(kernel, axes), [axes.length, ...axes, axes.length + 1])
  const products = matmul(
    reshape(x, [x.size / Math.max(1, channels), channels]),
    reshape(weights, [channels, sizeOf(sizes) * filters]),
  )
  const reach = sizes.map((size, axis) => (size - 1) * kernelDilation[axis]!)
  const whole = apply(foldOp, [reshape(products, [x.shape[0]!, ...spatial, ...sizes, filters])], {
    sizes,
    strides: inputDilation,
    dilations: kernelDilation,
    spatial: spatial.map((length, axis) => (length - 1) * inputDilation[axis]! + reach[axis]! + 1),
  })
  // this is the convolution with padding as far as the kernel reaches
  const rest = padding.map(([low, high], axis) => [low - reach[axis]!, high - reach[axis]!] as const)
  return widened(whole, rest, [])
}

/** Spatial axes with zeros before, after and between elements; with fewer elements where the numbers are negative. */
function widened(
  x: Tensor,
  padding: readonly (readonly [low: number, high: number])[],
  inputDilation: readonly number[],
): Tensor {
  const around = (amounts: readonly number[]) => [0, ...amounts.map((amount) => Math.max(0, amount)), 0]
  const low = around(padding.map(([before]) => before))
  const high = around(padding.map(([, after]) => after))
  const interior = [0, ...padding.map((_, axis) => (inputDilation[axis] ?? 1) - 1), 0]
  const larger = [low, high, interior].flat().some((count) => count > 0)
    ? apply(padOp, [x], { low, high, interior })
    : x
  const start = around(padding.map(([before]) => -before))
  const end = around(padding.map(([, after]) => -after))
  if ([...start, ...end].every((count) => count === 0)) return larger
  return slice(
    larger,
    start,
    larger.shape.map((length, axis) => length - start[axis]! - end[axis]!),
  )
}
