import type { Kernel, NdArray } from '@gradus/graph'
import { sizeOf, type TypedArray } from '@gradus/tensor'
import { hostArray, stridesOf } from '@gradus/tensor/internals'
import { multiply } from './multiply.ts'

interface ConvParams {
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
  readonly inputDilation: readonly number[]
  readonly kernelDilation: readonly number[]
  readonly groups: number
}

/**
 * A spatial axis. `sees` holds, for each output coordinate and each tap of the kernel, the input coordinate, or -1 outside.
 */
interface Axis {
  readonly outputs: number
  readonly taps: number
  readonly sees: Int32Array
  /** The stride of the input along this axis, in elements. */
  readonly stride: number
  /** The number of patch elements per tap of this axis. */
  readonly covers: number
}

/** Patches of about this many elements are gathered before they are multiplied, so that they stay in the cache. */
const gathered = 32768

export const convolutionKernels: Readonly<Record<string, Kernel>> = {
  conv(output, [x, kernel], params: ConvParams) {
    if (output.data.length === 0) return
    if (params.groups > 1 && params.groups === x.shape[x.shape.length - 1]) convolveDepthwise(output, x, kernel, params)
    else convolve(output, x, kernel, params)
  },
}

/**
 * A convolution is a matrix product: patches of the input, one row per output position, times the kernel as a matrix with
 * one column per feature. Patches are gathered for a few positions at a time, never for the whole batch.
 */
function convolve(output: NdArray, x: NdArray, kernel: NdArray, params: ConvParams): void {
  const features = output.shape[output.shape.length - 1]
  const perGroup = features / params.groups
  const channels = kernel.shape[kernel.shape.length - 2]
  const axes = axesOf(output, x, kernel, channels, params)
  const patch = sizeOf(kernel.shape.slice(0, -1))
  const positions = output.data.length / features
  const block = Math.min(positions, Math.max(8, Math.floor(gathered / Math.max(1, patch))))
  const patches = hostArray(x.dtype, block * patch)
  for (let group = 0; group < params.groups; group++) {
    for (let position = 0; position < positions; position += block) {
      const rows = Math.min(block, positions - position)
      for (let row = 0; row < rows; row++) {
        gatherPatch(patches, row * patch, x, group * channels, channels, axes, position + row)
      }
      multiply(
        { data: output.data, offset: position * features + group * perGroup, rowStride: features, columnStride: 1 },
        { data: patches, offset: 0, rowStride: patch, columnStride: 1 },
        { data: kernel.data, offset: group * perGroup, rowStride: features, columnStride: 1 },
        rows,
        patch,
        perGroup,
      )
    }
  }
}

/**
 * With one channel per group the matrices would have one row, so each patch holds all channels and is multiplied
 * elementwise.
 */
function convolveDepthwise(output: NdArray, x: NdArray, kernel: NdArray, params: ConvParams): void {
  const features = output.shape[output.shape.length - 1]
  const channels = params.groups
  const perChannel = features / channels
  const axes = axesOf(output, x, kernel, channels, params)
  const taps = sizeOf(kernel.shape.slice(0, -2))
  const patch = hostArray(x.dtype, taps * channels)
  const sums = new Float64Array(features)
  const weights = kernel.data
  for (let position = 0, to = 0; to < output.data.length; position++, to += features) {
    gatherPatch(patch, 0, x, 0, channels, axes, position)
    sums.fill(0)
    for (let tap = 0, weight = 0; tap < taps; tap++) {
      for (let j = 0; j < perChannel; j++) {
        for (let c = 0, f = j; c < channels; c++, f += perChannel)
          sums[f] += patch[tap * channels + c] * weights[weight + f]
      }
      weight += features
    }
    output.data.set(sums, to)
  }
}

function axesOf(output: NdArray, x: NdArray, kernel: NdArray, channels: number, params: ConvParams): Axis[] {
  const strides = stridesOf(x.shape)
  const rank = params.strides.length
  return params.strides.map((stride, axis) => {
    const outputs = output.shape[axis + 1]
    const taps = kernel.shape[axis]
    const sees = new Int32Array(outputs * taps)
    for (let o = 0; o < outputs; o++) {
      for (let tap = 0; tap < taps; tap++) {
        // the coordinate in the dilated and padded input, then in the input
        const position = o * stride - params.padding[axis][0] + tap * params.kernelDilation[axis]
        const coordinate = position / params.inputDilation[axis]
        const inside = Number.isInteger(coordinate) && coordinate >= 0 && coordinate < x.shape[axis + 1]
        sees[o * taps + tap] = inside ? coordinate : -1
      }
    }
    return {
      outputs,
      taps,
      sees,
      stride: strides[axis + 1],
      covers: sizeOf(kernel.shape.slice(axis + 1, rank)) * channels,
    }
  })
}

/** Gathers the patch of an output position, which counts through batch and space. */
function gatherPatch(
  patches: TypedArray,
  to: number,
  x: NdArray,
  channel: number,
  channels: number,
  axes: readonly Axis[],
  position: number,
): void {
  const firsts: number[] = []
  let rest = position
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { outputs, taps } = axes[axis]
    firsts[axis] = (rest % outputs) * taps
    rest = Math.floor(rest / outputs)
  }
  const image = x.data.length / x.shape[0]
  gatherTaps(patches, to, x.data, rest * image + channel, channels, axes, firsts, 0)
}

function gatherTaps(
  patches: TypedArray,
  start: number,
  x: TypedArray,
  origin: number,
  channels: number,
  axes: readonly Axis[],
  firsts: readonly number[],
  depth: number,
): void {
  if (depth === axes.length) {
    for (let c = 0; c < channels; c++) patches[start + c] = x[origin + c]
    return
  }
  const { taps, sees, stride, covers } = axes[depth]
  const first = firsts[depth]
  for (let tap = 0; tap < taps; tap++) {
    const coordinate = sees[first + tap]
    const to = start + tap * covers
    if (coordinate < 0) for (let i = 0; i < covers; i++) patches[to + i] = 0
    else gatherTaps(patches, to, x, origin + coordinate * stride, channels, axes, firsts, depth + 1)
  }
}
