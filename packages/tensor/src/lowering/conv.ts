import { apply } from '../interpreter.ts'
import { reshape } from '../ops/broadcast.ts'
import { type ConvParams, convOp } from '../ops/conv-op.ts'
import { matmul } from '../ops/matmul.ts'
import { flip, slice, transpose } from '../ops/movement.ts'
import { padOp } from '../ops/movement-op.ts'
import { foldOp } from '../ops/window-op.ts'
import { sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import type { ContractionRule, Lowerings } from './rule.ts'

const conv: ContractionRule<ConvParams> = {
  kind: 'contraction',
  loops({ params: { groups }, aval, inputs }) {
    const [x, kernel] = inputs
    const [perGroup, filters] = kernel!.shape.slice(-2) as [number, number]
    return {
      batch: groups === 1 ? [] : [groups],
      m: [x!.shape[0]!, ...aval.shape.slice(1, -1)],
      n: [filters / groups],
      k: [...kernel!.shape.slice(0, -2), perGroup],
    }
  },
  coordinates({ params: { strides, kernelDilation, groups }, inputs }, { batch, m, n, k }, index) {
    const [perGroup, filters] = inputs[1]!.shape.slice(-2) as [number, number]
    const [sample, ...spatial] = m
    const [taps, channel] = [k.slice(0, -1), k.at(-1)!]
    const source = spatial.map((position, i) =>
      index.plus(index.times(position, strides[i]!), index.times(taps[i]!, kernelDilation[i]!)),
    )
    const inGroup = (within: typeof channel, width: number) =>
      batch[0] === undefined ? within : index.plus(index.times(batch[0], width), within)
    const filter = inGroup(n[0]!, filters / groups)
    return {
      a: [sample!, ...source, inGroup(channel, perGroup)],
      b: [...taps, channel, filter],
      out: [sample!, ...spatial, filter],
    }
  },
  covers: ({ padding, inputDilation }) =>
    padding.every(([low, high]) => low === 0 && high === 0) && inputDilation.every((distance) => distance === 1),
  rewrite: ([x, kernel], params) => (multipliesZeros(x!, kernel!, params) ? spread : padded)(x!, kernel!, params),
}

/**
 * Stores the input with padding (negative padding cuts off) and gaps in memory, so that the convolution reads it without
 * conditions.
 */
function padded(x: Tensor, kernel: Tensor, params: ConvParams): Tensor {
  const plain: ConvParams = {
    ...params,
    padding: params.padding.map(() => [0, 0] as const),
    inputDilation: params.inputDilation.map(() => 1),
  }
  return apply(convOp, [widened(x, params.padding, params.inputDilation), kernel], plain)
}

/** This many products with a zero cost about as much as writing a product to memory and reading it again. */
const productsPerTransfer = 12

/** Whether padding and gaps make up so much of the input that `spread` is faster. */
function multipliesZeros(x: Tensor, kernel: Tensor, params: ConvParams): boolean {
  if (params.groups !== 1 || params.strides.some((stride) => stride !== 1)) return false
  const channels = x.shape.at(-1)!
  const positions = sizeOf(x.shape.slice(1, -1))
  const outputs = sizeOf(convOp.shape([x, kernel], params).shape.slice(1, -1))
  return positions > 0 && (outputs / positions - 1) * channels > productsPerTransfer
}

/** Multiplies each input by each weight, as one matrix product, and adds the products at their output positions. */
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
  // the sum has the padding that the reach of the kernel implies; the rest is added or cut off
  const rest = padding.map(([low, high], axis) => [low - reach[axis]!, high - reach[axis]!] as const)
  return widened(whole, rest, [])
}

/** Adds zeros before, after and between the elements of the spatial axes; negative padding removes elements. */
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

export const convLowerings: Lowerings = { conv }
