import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { slice, transpose } from './movement.ts'
import { pad } from './padding.ts'
import { type PerAxis, paddingPairs, perAxis, spatialRank } from './spatial.ts'
import { foldOp, windowOp } from './window-op.ts'

function requireImages(name: string, x: Tensor): void {
  if (x.rank === 4) return
  throw new ShapeError(
    `${name} takes images [n, height, width, channels] and got a tensor of shape ${formatShape(x.shape)}.`,
  )
}

/**
 * Images `[n, h, w, c]` with the channels spread over blocks of pixels: `[n, h * size, w * size, c / size^2]`. Keras:
 * `depth_to_space`.
 *
 * @example
 * import { depthToSpace, tensor } from '@gradus/tensor'
 * depthToSpace(tensor([[[[1, 2, 3, 4]]]]), 2).array() // => [[[[1], [2]], [[3], [4]]]]
 */
export const depthToSpace = /* @__PURE__ */ operation(
  'depthToSpace',
  (x: Tensor, blockSize: number): Tensor => {
    requireImages('depthToSpace', x)
    const [n, h, w, c] = x.shape as [number, number, number, number]
    const depth = c / (blockSize * blockSize)
    if (blockSize < 1 || !Number.isInteger(depth)) {
      throw new ShapeError(`depthToSpace: ${c} channels do not fill blocks of ${blockSize} x ${blockSize} pixels.`)
    }
    const blocks = transpose(reshape(x, [n, h, w, blockSize, blockSize, depth]), [0, 1, 3, 2, 4, 5])
    return reshape(blocks, [n, h * blockSize, w * blockSize, depth])
  },
  ['tensor', 'integer'],
)

/**
 * Images `[n, h, w, c]` with blocks of pixels as channels: `[n, h / size, w / size, c * size^2]`, the inverse of `depthToSpace`.
 * Keras: `space_to_depth`.
 *
 * @example
 * import { spaceToDepth, tensor } from '@gradus/tensor'
 * spaceToDepth(tensor([[[[1], [2]], [[3], [4]]]]), 2).array() // => [[[[1, 2, 3, 4]]]]
 */
export const spaceToDepth = /* @__PURE__ */ operation(
  'spaceToDepth',
  (x: Tensor, blockSize: number): Tensor => {
    requireImages('spaceToDepth', x)
    const [n, h, w, c] = x.shape as [number, number, number, number]
    if (blockSize < 1 || h % blockSize !== 0 || w % blockSize !== 0) {
      throw new ShapeError(
        `spaceToDepth: images of ${h} x ${w} pixels are not made of blocks of ${blockSize} x ${blockSize}.`,
      )
    }
    const [rows, columns] = [h / blockSize, w / blockSize]
    const blocks = transpose(reshape(x, [n, rows, blockSize, columns, blockSize, c]), [0, 1, 3, 2, 4, 5])
    return reshape(blocks, [n, rows, columns, c * blockSize * blockSize])
  },
  ['tensor', 'integer'],
)

/** A number is for both axes. */
export interface UnfoldOptions {
  readonly dilation?: PerAxis
  readonly padding?: PerAxis
  readonly stride?: PerAxis
}

const unfoldOptions = ['dilation', 'padding', 'stride'] as const

function windowsOf(name: string, kernelSize: PerAxis, { dilation = 1, padding = 0, stride = 1 }: UnfoldOptions) {
  return {
    sizes: perAxis(name, 'kernelSize', kernelSize, 2),
    dilations: perAxis(name, 'dilation', dilation, 2),
    strides: perAxis(name, 'stride', stride, 2),
    around: perAxis(name, 'padding', padding, 2, 0),
  }
}

/**
 * The windows of images with the channels first, `[n, c, h, w]`, as columns: `[n, c * kernel, windows]`. As in Keras (`unfold`) and
 * PyTorch, where channels come first; `extractPatches` is for channels last.
 *
 * @example
 * import { tensor, unfold } from '@gradus/tensor'
 * unfold(tensor([[[[1, 2], [3, 4]]]]), [1, 2]).array() // => [[[1, 3], [2, 4]]]
 */
export const unfold = /* @__PURE__ */ operation(
  'unfold',
  (x: Tensor, kernelSize: PerAxis, options: UnfoldOptions = {}): Tensor => {
    const { sizes, dilations, strides, around } = windowsOf('unfold', kernelSize, options)
    if (x.rank !== 4)
      throw new ShapeError(`unfold takes images [n, channels, height, width] and got ${formatShape(x.shape)}.`)
    const edges = around.map((count): [number, number] => [count, count])
    const padded = pad(transpose(x, [0, 2, 3, 1]), [[0, 0], ...edges, [0, 0]])
    const patches = apply(windowOp, [padded], { sizes, dilations, strides })
    const [n, rows, columns, h, w, c] = patches.shape as [number, number, number, number, number, number]
    return reshape(transpose(patches, [0, 5, 3, 4, 1, 2]), [n, c * h * w, rows * columns])
  },
  ['tensor', 'axes', unfoldOptions],
)

/**
 * Adds the columns of `unfold`, `[n, c * kernel, windows]`, at the positions of their windows in images `[n, c, ...outputSize]`.
 * Keras: `fold`.
 *
 * @example
 * import { fold, tensor } from '@gradus/tensor'
 * fold(tensor([[[1, 3], [2, 4]]]), [2, 2], [1, 2]).array() // => [[[[1, 2], [3, 4]]]]
 */
export const fold = /* @__PURE__ */ operation(
  'fold',
  (x: Tensor, outputSize: PerAxis, kernelSize: PerAxis, options: UnfoldOptions = {}): Tensor => {
    const { sizes, dilations, strides, around } = windowsOf('fold', kernelSize, options)
    const output = perAxis('fold', 'outputSize', outputSize, 2)
    const spatial = output.map((length, axis) => length + 2 * around[axis]!)
    const counts = spatial.map(
      (length, axis) => Math.floor((length - (sizes[axis]! - 1) * dilations[axis]! - 1) / strides[axis]!) + 1,
    )
    const [rows, columns] = counts as [number, number]
    const [h, w] = sizes as [number, number]
    const channels = x.rank === 3 ? x.shape[1]! / (h * w) : Number.NaN
    if (!Number.isInteger(channels) || x.shape[2] !== rows * columns) {
      throw new ShapeError(
        `fold: ${formatShape(x.shape)} are not the windows [n, channels * ${h * w}, ${rows * columns}] of images of ${output.join(' x ')} pixels.`,
      )
    }
    const patches = transpose(reshape(x, [x.shape[0]!, channels, h, w, rows, columns]), [0, 4, 5, 2, 3, 1])
    const images = apply(foldOp, [patches], { sizes, dilations, strides, spatial })
    const cut = slice(images, [0, ...around], [-1, ...output])
    return transpose(cut, [0, 3, 1, 2])
  },
  ['tensor', 'axes', 'axes', unfoldOptions],
)

/** The distance between patches (by default their size), and between the pixels of one. */
export interface PatchOptions {
  readonly strides?: PerAxis
  readonly dilation?: PerAxis
  readonly padding?: 'valid' | 'same'
}

/**
 * The patches of images `[n, h, w, c]` or volumes `[n, d, h, w, c]`, each in one row of channels: `[n, ...patches, size * c]`. Keras:
 * `ops.image.extract_patches`.
 *
 * @example
 * import { extractPatches, tensor } from '@gradus/tensor'
 * extractPatches(tensor([[[[1], [2]], [[3], [4]]]]), 2).array() // => [[[[1, 2, 3, 4]]]]
 */
export const extractPatches = /* @__PURE__ */ operation(
  'extractPatches',
  (x: Tensor, size: PerAxis, options: PatchOptions = {}): Tensor => {
    const rank = spatialRank('extractPatches', x.shape)
    const sizes = perAxis('extractPatches', 'size', size, rank)
    const strides = perAxis('extractPatches', 'strides', options.strides ?? sizes, rank)
    const dilations = perAxis('extractPatches', 'dilation', options.dilation ?? 1, rank)
    const layout = { input: x.shape.slice(1, -1), size: sizes, strides, dilation: dilations }
    const pairs = paddingPairs('extractPatches', options.padding ?? 'valid', layout)
    const padded = pad(x, [[0, 0], ...pairs, [0, 0]])
    const patches = apply(windowOp, [padded], { sizes, strides, dilations })
    const channels = sizes.reduce((product, length) => product * length, x.shape.at(-1)!)
    return reshape(patches, [...patches.shape.slice(0, rank + 1), channels])
  },
  ['tensor', 'axes', ['strides', 'dilation', 'padding']],
)
