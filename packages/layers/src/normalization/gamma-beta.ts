import type { Initializer, Rng } from '@gradus/core'
import { add, type FloatDType, mul, reshape, type Shape, type Tensor } from '@gradus/tensor'
import * as constraints from '../constraints/index.ts'
import * as initializers from '../initializers/index.ts'
import { constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'

/** The options of the scale gamma and the offset beta that follow a normalization. */
export const gammaBetaFields = {
  /** Whether an offset beta is added. */
  center: { type: 'boolean', default: true },
  /** Whether to multiply by gamma. */
  scale: { type: 'boolean', default: true },
  betaInitializer: { type: initializerKind, among: initializers, default: 'zeros' },
  gammaInitializer: { type: initializerKind, among: initializers, default: 'ones' },
  betaRegularizer: { type: regularizerKind, among: regularizers },
  gammaRegularizer: { type: regularizerKind, among: regularizers },
  betaConstraint: { type: constraintKind, among: constraints },
  gammaConstraint: { type: constraintKind, among: constraints },
} as const

/** `gamma` with `scale`, `beta` with `center`. */
interface GammaBeta {
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

/** The options from which the parameters are made. */
interface GammaBetaOptions {
  readonly center: boolean
  readonly scale: boolean
  readonly gammaInitializer: Initializer
  readonly betaInitializer: Initializer
}

/** Makes the parameters of a normalization, each of this shape. */
export function makeGammaBeta(
  rng: Rng,
  shape: Shape,
  dtype: FloatDType,
  { center, scale, gammaInitializer, betaInitializer }: GammaBetaOptions,
): GammaBeta {
  return {
    ...(scale ? { gamma: gammaInitializer.make(rng.next(), shape, dtype) } : {}),
    ...(center ? { beta: betaInitializer.make(rng.next(), shape, dtype) } : {}),
  }
}

/** Multiplies by gamma and adds beta, which are reshaped to `shape` to fit the axes of `x`. */
export function withGammaBeta(x: Tensor, { gamma, beta }: GammaBeta, shape: Shape): Tensor {
  const scaled = gamma ? mul(x, reshape(gamma, shape)) : x
  return beta ? add(scaled, reshape(beta, shape)) : scaled
}
