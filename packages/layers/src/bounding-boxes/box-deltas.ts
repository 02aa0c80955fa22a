import { ConfigError, describeValue, isPlainObject } from '@gradus/core'
import { add, concat, div, exp, log, maximum, mul, sliceAxis, sub, type Tensor, tensor } from '@gradus/tensor'
import { type BoxFormat, fromCorners, toCorners } from '../images/box-formats.ts'
import { type BoxData, boxesOf, type SizeOptions, sizeFor } from './box-arguments.ts'

/** Options of `encodeBoxToDeltas` and `decodeDeltasToBoxes`. */
export interface DeltaOptions extends SizeOptions {
  /** The form of the anchors. */
  readonly anchorFormat: BoxFormat
  /** The form of the boxes. */
  readonly boxFormat: BoxFormat
  /** The form of the deltas (default `centerYxhw`). */
  readonly encodingFormat?: 'centerXywh' | 'centerYxhw'
  /** Four numbers by which deltas are divided. */
  readonly variance?: readonly number[]
}

const epsilon = 1e-7

/**
 * Encodes boxes relative to anchors `[n, 4]`: the distance of the centers in sizes of the anchor, and the logarithm of the ratio of the
 * sizes. Throws `ConfigError` for other formats and for a variance of other than four numbers. Keras:
 * `keras.utils.bounding_boxes.encode_box_to_deltas`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * const options = { anchorFormat: 'xyxy', boxFormat: 'xyxy' } as const
 * const deltas = boundingBoxes.encodeBoxToDeltas([[0, 0, 10, 10]], [[5, 0, 15, 10]], options)
 * deltas.array() // => [[0, 0.5, 0, 0]]
 */
export function encodeBoxToDeltas(anchors: BoxData, boxes: BoxData, options: DeltaOptions): Tensor {
  const { code, size, variance } = checked('encodeBoxToDeltas', options)
  const form = (data: BoxData, format: BoxFormat) =>
    fromCorners(toCorners(boxesOf('encodeBoxToDeltas', data), format, size), code, size)
  const [anchor, box] = [form(anchors, options.anchorFormat), form(boxes, options.boxFormat)]
  const sizes = maximum(lastTwo(anchor), epsilon)
  const deltas = concat(
    [div(sub(firstTwo(box), firstTwo(anchor)), sizes), log(div(maximum(lastTwo(box), epsilon), sizes))],
    -1,
  )
  return variance ? div(deltas, variance) : deltas
}

/**
 * Returns the boxes that deltas relative to anchors are, the inverse of `encodeBoxToDeltas`. Objects of anchors and deltas by level give an
 * object of boxes. Keras: `keras.utils.bounding_boxes.decode_deltas_to_boxes`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * const options = { anchorFormat: 'xyxy', boxFormat: 'xyxy' } as const
 * boundingBoxes.decodeDeltasToBoxes([[0, 0, 10, 10]], [[0, 0.5, 0, 0]], options).array() // => [[5, 0, 15, 10]]
 */
export function decodeDeltasToBoxes<B extends BoxData | Readonly<Record<string, BoxData>>>(
  anchors: B,
  deltas: B,
  options: DeltaOptions,
): B extends BoxData ? Tensor : { readonly [K in keyof B]: Tensor }
export function decodeDeltasToBoxes(anchors: unknown, deltas: unknown, options: DeltaOptions): unknown {
  if (isPlainObject(anchors) && isPlainObject(deltas)) {
    const levels = Object.entries(anchors as Record<string, BoxData>)
    return Object.fromEntries(
      levels.map(([level, own]) => [level, decodeDeltasToBoxes(own, deltas[level] as BoxData, options)]),
    )
  }
  const { code, size, variance } = checked('decodeDeltasToBoxes', options)
  const anchor = fromCorners(
    toCorners(boxesOf('decodeDeltasToBoxes', anchors as BoxData), options.anchorFormat, size),
    code,
    size,
  )
  const given = boxesOf('decodeDeltasToBoxes', deltas as BoxData)
  const scaled = variance ? mul(given, variance) : given
  const centers = add(mul(firstTwo(scaled), lastTwo(anchor)), firstTwo(anchor))
  const boxes = concat([centers, mul(exp(lastTwo(scaled)), lastTwo(anchor))], -1)
  return fromCorners(toCorners(boxes, code, size), options.boxFormat, size)
}

function checked(owner: string, options: DeltaOptions) {
  const { anchorFormat, boxFormat, encodingFormat: code = 'centerYxhw', variance } = options
  if (code !== 'centerXywh' && code !== 'centerYxhw')
    throw new ConfigError(
      `${owner}: encodingFormat must be 'centerXywh' or 'centerYxhw' and is ${describeValue(code)}.`,
    )
  if (variance && variance.length !== 4)
    throw new ConfigError(`${owner}: variance must be four numbers and is ${describeValue(variance)}.`)
  const size = sizeFor(owner, [anchorFormat, boxFormat], options)
  return { code, size, variance: variance && tensor([...variance]) }
}

function firstTwo(boxes: Tensor): Tensor {
  return sliceAxis(boxes, boxes.rank - 1, 0, 2)
}

function lastTwo(boxes: Tensor): Tensor {
  return sliceAxis(boxes, boxes.rank - 1, 2, 2)
}
