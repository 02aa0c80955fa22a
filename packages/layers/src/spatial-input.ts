import { type BaseLayer, shapeError } from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import type { DataFormat } from './data-format.ts'

/** The number of spatial axes of the inputs of a layer. */
export type SpatialRank = 1 | 2 | 3

const inputs = {
  1: { name: 'sequences', axes: 'steps', shape: '[-1, 100, 1]', single: 'Sequences of single numbers' },
  2: { name: 'images', axes: 'height, width', shape: '[-1, 28, 28, 1]', single: 'Gray images' },
  3: { name: 'volumes', axes: 'depth, height, width', shape: '[-1, 8, 8, 8, 1]', single: 'Volumes of single numbers' },
} as const

/** The plural name of inputs with this number of spatial axes. */
export function spatialName(rank: SpatialRank): string {
  return inputs[rank].name
}

/** The position of the channels in inputs with a batch axis. */
export function channelAxisOf(rank: SpatialRank, format: DataFormat): number {
  return format === 'channelsLast' ? rank + 1 : 1
}

/** The position of the first spatial axis. */
export function firstSpatialAxis(format: DataFormat): number {
  return format === 'channelsLast' ? 1 : 2
}

/** The positions of the spatial axes. */
export function spatialAxesOf(rank: SpatialRank, format: DataFormat): number[] {
  return Array.from({ length: rank }, (_, index) => index + firstSpatialAxis(format))
}

/**
 * Throws `ShapeError` unless the shape has a batch axis, `rank` spatial axes and a channel axis. `advice` says how to get such
 * an input; by default it is to add an axis of one channel.
 */
export function requireSpatial(
  layer: BaseLayer,
  shape: Shape,
  rank: SpatialRank,
  format: DataFormat,
  advice?: string,
): void {
  if (shape.length === rank + 2) return
  const { name, axes, shape: example, single } = inputs[rank]
  const wanted = format === 'channelsLast' ? `[batch, ${axes}, channels]` : `[batch, channels, ${axes}]`
  throw shapeError(
    layer,
    `${name} of shape ${wanted}`,
    shape,
    advice ?? `${single} need an axis of one channel, as in reshape(x, ${example}).`,
  )
}

/** The number of channels of an input. Throws `ShapeError` as `requireSpatial` does. */
export function channelsOf(layer: BaseLayer, shape: Shape, rank: SpatialRank, format: DataFormat): number {
  requireSpatial(layer, shape, rank, format)
  return shape[channelAxisOf(rank, format)]!
}
