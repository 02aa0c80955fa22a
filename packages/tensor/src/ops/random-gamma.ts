import { checkArguments } from '../arguments.ts'
import type { Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { add, cast, div, greater, less, maximum, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, full } from './broadcast.ts'
import { exp, log, sqrt, square } from './exponential.ts'
import { logicalAnd } from './logical.ts'
import { randomNormal, randomUniform } from './random.ts'
import { splitKey } from './random-key.ts'
import { sigmoid } from './sigmoid.ts'

/** The number of proposals. Each is accepted with a probability above 0.95, so that the last one is hardly ever needed. */
const proposals = 8

/** Uniform numbers above 0. */
function positiveUniform(key: Tensor, shape: Shape): Tensor {
  return sub(1, randomUniform(key, shape))
}

/**
 * Logarithms of numbers with a gamma distribution of the shape `alpha`, a positive number or a tensor that is broadcast to `shape`.
 * Small shapes give numbers that only their logarithms tell from 0. By the method of Marsaglia and Tsang (2000).
 */
export function randomLogGamma(key: Tensor, shape: Shape, alpha: TensorLike): Tensor {
  checkArguments('randomLogGamma', [key, shape, alpha], ['key', 'integers', 'any'])
  const a = alpha instanceof Tensor ? broadcastTo(cast(alpha, 'float32'), shape) : full(shape, alpha as number)
  // a shape below 1 is raised by 1, and the result multiplied by u^(1/a)
  const isSmall = less(a, 1)
  const d = sub(where(isSmall, add(a, 1), a), 1 / 3)
  const c = div(1, sqrt(mul(d, 9)))
  const [first, ...rest] = splitKey(key, 2 * proposals + 1) as [Tensor, ...Tensor[]]
  let result = log(d)
  let accepted: Tensor | undefined
  for (let i = 0; i < proposals; i++) {
    const x = randomNormal(rest[2 * i]!, shape)
    const base = add(mul(c, x), 1)
    const isPositive = greater(base, 0)
    const logCube = mul(log(where(isPositive, base, 1)), 3)
    const limit = add(mul(square(x), 0.5), mul(d, add(sub(1, exp(logCube)), logCube)))
    const passes = logicalAnd(isPositive, less(log(positiveUniform(rest[2 * i + 1]!, shape)), limit))
    const value = add(log(d), logCube)
    result = accepted ? where(accepted, result, where(passes, value, result)) : where(passes, value, result)
    accepted = accepted ? greater(add(cast(accepted, 'int32'), cast(passes, 'int32')), 0) : passes
  }
  const boost = div(log(positiveUniform(first, shape)), maximum(a, 1e-30))
  return where(isSmall, add(result, boost), result)
}

/**
 * Numbers with a gamma distribution of the shape `alpha` (a positive number, or a tensor that is broadcast to `shape`) and the
 * scale 1, float32. Keras: `random.gamma`.
 *
 * @example
 * import { randomGamma, randomKey } from '@gradus/tensor'
 * randomGamma(randomKey(1), [2, 3], 0.5).shape // => [2, 3]
 */
export function randomGamma(key: Tensor, shape: Shape, alpha: TensorLike): Tensor {
  return exp(randomLogGamma(key, shape, alpha))
}

/**
 * Numbers from 0 to 1 with a beta distribution, float32; `alpha` and `beta` are positive numbers, or tensors that are broadcast to
 * `shape`. Keras: `random.beta`.
 *
 * @example
 * import { randomBeta, randomKey } from '@gradus/tensor'
 * randomBeta(randomKey(1), [4], 0.2, 0.2).shape // => [4]
 */
export function randomBeta(key: Tensor, shape: Shape, alpha: TensorLike, beta: TensorLike): Tensor {
  const [a, b] = splitKey(key, 2) as [Tensor, Tensor]
  return sigmoid(sub(randomLogGamma(a, shape, alpha), randomLogGamma(b, shape, beta)))
}
