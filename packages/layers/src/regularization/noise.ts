import { type BaseLayer, ConfigError, describeValue, type Rng, shapeError } from '@gradus/core'
import {
  bernoulli,
  div,
  formatShape,
  type Shape,
  type SymbolicShape,
  type Tensor,
  where,
  zerosLike,
} from '@gradus/tensor'

/** The option for the seed of a layer that draws random numbers. */
export const seedField = 'integer'

/** The option for the shape of a mask, which `requireNoiseShape` and `maskShapeOf` check. */
export const noiseShapeField = 'shape'

/** The option for the fraction of the values that is set to 0. */
export const rateField = { type: 'number', min: 0, max: 1, required: true, example: '0.25' } as const

/** Random numbers for a call: those of the call, or with a seed others that also depend on the seed. */
export function streamOf(rng: Rng, seed: number | undefined): Rng {
  return seed === undefined ? rng : rng.fork(String(seed))
}

/** `x` with each value of `shape`, broadcast, set to 0 with probability `rate`, and the others divided by 1 - rate. */
export function dropped(x: Tensor, rate: number, shape: Shape, stream: Rng): Tensor {
  if (rate === 0) return x
  if (rate === 1) return zerosLike(x)
  return where(bernoulli(stream.next(), 1 - rate, shape), div(x, 1 - rate), 0)
}

/** Throws `ConfigError` for an option `noiseShape` with other entries than positive whole numbers and nulls. */
export function requireNoiseShape(layer: BaseLayer, noiseShape: SymbolicShape | undefined): void {
  if (!noiseShape?.some((d) => d !== null && !(Number.isInteger(d) && d >= 1))) return
  throw new ConfigError(
    `${layer.type}: 'noiseShape' must be a list of positive whole numbers and nulls and is ${describeValue(noiseShape)}. Example: [null, 1, 8].`,
  )
}

/** The shape of the mask for `x`: its own, or `noiseShape` with nulls filled in. Throws `ShapeError` if it does not fit. */
export function maskShapeOf(layer: BaseLayer, x: Tensor, noiseShape: SymbolicShape | undefined): Shape {
  const shape = x.shape.map((d, axis) => noiseShape?.[axis] ?? d)
  if (noiseShape && (noiseShape.length !== x.rank || shape.some((d, axis) => d !== 1 && d !== x.shape[axis]))) {
    throw shapeError(
      layer,
      `an input that 'noiseShape' ${formatShape(noiseShape)} can be broadcast to`,
      x.shape,
      'Each of its entries must be null, 1 or the dimension of the input.',
    )
  }
  return shape
}
