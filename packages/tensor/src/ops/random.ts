import { type ArgumentKinds, checkArguments } from '../arguments.ts'
import { computeDType, type FloatDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { currentInterpreter, eager } from '../interpreter.ts'
import { normalizeAxis, type Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { tidy } from '../tidy.ts'
import { add, cast, less, maximum, minimum, mul, neg, sub } from './arithmetic.ts'
import { broadcastTo } from './broadcast.ts'
import { erfInv } from './error-function.ts'
import { log } from './exponential.ts'
import { bitwiseAnd, shiftRight } from './logical.ts'
import { transpose } from './movement.ts'
import { randomBits, splitKey } from './random-key.ts'
import { argMax } from './reduction.ts'
import { argsort } from './sorting.ts'

/** The interval [low, high), [0, 1) by default. */
export interface UniformOptions {
  readonly low?: number
  readonly high?: number
  readonly dtype?: FloatDType
}

/** Mean and standard deviation, 0 and 1 by default. */
export interface NormalOptions {
  readonly mean?: number
  readonly stddev?: number
  readonly dtype?: FloatDType
}

const normalArguments: ArgumentKinds = ['key', 'integers', ['mean', 'stddev', 'dtype']]

/**
 * Numbers evenly distributed over [low, high).
 * Throws `RangeError` if `low` exceeds `high` or one of them is not finite.
 *
 * @example
 * import { randomKey, randomUniform } from '@gradus/tensor'
 * randomUniform(randomKey(1), [2, 3], { low: -1, high: 1 }).shape // => [2, 3]
 */
export function randomUniform(key: Tensor, shape: Shape, options: UniformOptions = {}): Tensor {
  checkArguments('randomUniform', [key, shape, options], ['key', 'integers', ['low', 'high', 'dtype']])
  const { low = 0, high = 1, dtype = 'float32' } = options
  if (!(low <= high) || !Number.isFinite(high - low)) {
    throw new RangeError(
      `randomUniform: [${low}, ${high}) is not an interval; low must not exceed high, and both must be finite.`,
    )
  }
  if (dtype === 'float16') return cast(randomUniform(key, shape, { low, high }), dtype)
  const unit = () => unitInterval(key, shape, dtype)
  if (low === 0) return high === 1 ? unit() : inTurn(unit, (x) => mul(x, high))
  const spread = () =>
    inTurn(
      unit,
      (x) => mul(x, high - low),
      (x) => add(x, low),
    )
  // low + u (high - low) can round up to high, which does not belong to the interval
  return low === high ? spread() : inTurn(spread, (x) => minimum(x, below(high, dtype)))
}

/** Applies functions one after another. Without a trace or a gradient each result is freed when the next one is there. */
function inTurn(first: () => Tensor, ...steps: readonly ((x: Tensor) => Tensor)[]): Tensor {
  const freed = (body: () => Tensor) => (currentInterpreter() === eager ? tidy(body) : body())
  return steps.reduce<() => Tensor>((before, step) => () => freed(() => step(before())), first)()
}

/** The dtypes in which random numbers are made; those of float16 are made in float32. */
type WideFloat = Exclude<FloatDType, 'float16'>

/** [0, 1): as many random bits as the mantissa holds, so that every value is exact. */
function unitInterval(key: Tensor, shape: Shape, dtype: WideFloat): Tensor {
  if (dtype === 'float32') {
    return inTurn(
      () => randomBits(key, shape),
      (x) => shiftRight(x, 8),
      (x) => cast(x, dtype),
      (x) => mul(x, 2 ** -24),
    )
  }
  const [upper, lower] = wordPair(key, shape)
  // 27 + 26 bits
  return mul(add(mul(cast(shiftRight(upper, 5), dtype), 2 ** 26), cast(shiftRight(lower, 6), dtype)), 2 ** -53)
}

/** (-1, 1), symmetric and without the ends: odd multiples of 2^-23 (2^-52 for float64), all of them exact. */
function openInterval(key: Tensor, shape: Shape, dtype: WideFloat): Tensor {
  if (dtype === 'float32') {
    return inTurn(
      () => randomBits(key, shape),
      (x) => shiftRight(x, 9),
      (x) => cast(x, dtype),
      (x) => mul(x, 2 ** -22),
      (x) => add(x, 2 ** -23 - 1),
    )
  }
  const [upper, lower] = wordPair(key, shape)
  const whole = add(mul(cast(shiftRight(upper, 6), dtype), 2 ** 26), cast(shiftRight(lower, 6), dtype))
  return add(mul(whole, 2 ** -51), 2 ** -52 - 1)
}

function wordPair(key: Tensor, shape: Shape): [Tensor, Tensor] {
  const [a, b] = splitKey(key, 2) as [Tensor, Tensor]
  return [randomBits(a, shape), randomBits(b, shape)]
}

/** The largest number of the dtype below `x`. */
function below(x: number, dtype: WideFloat): number {
  const [float, bits] = dtype === 'float32' ? [new Float32Array([x]), 32] : [new Float64Array([x]), 64]
  const rounded = float[0]!
  if (rounded < x) return rounded
  if (rounded === 0) return bits === 32 ? -(2 ** -149) : -Number.MIN_VALUE
  const step = rounded > 0 ? -1 : 1
  if (bits === 32) new Int32Array(float.buffer)[0]! += step
  else new BigInt64Array(float.buffer)[0]! += BigInt(step)
  return float[0]!
}

/**
 * Normally distributed numbers, by the inverse of the error function.
 *
 * @example
 * import { randomKey, randomNormal } from '@gradus/tensor'
 * randomNormal(randomKey(1), [4], { mean: 5, stddev: 0 }).array() // => [5, 5, 5, 5]
 */
export function randomNormal(key: Tensor, shape: Shape, options: NormalOptions = {}): Tensor {
  checkArguments('randomNormal', [key, shape, options], normalArguments)
  const { mean = 0, stddev = 1, dtype = 'float32' } = options
  if (dtype === 'float16') return cast(randomNormal(key, shape, { mean, stddev }), dtype)
  const standard = () =>
    inTurn(
      () => openInterval(key, shape, dtype),
      erfInv,
      (x) => mul(x, Math.SQRT2 * stddev),
    )
  return mean === 0 ? standard() : inTurn(standard, (x) => add(x, mean))
}

// erf(2 / sqrt(2)): the probability of being within two standard deviations
const withinTwo = 0.9544997361036416

/**
 * Normally distributed numbers, of which those beyond two standard deviations are left out; `stddev` is that of the
 * distribution before (0.8796 of it remain). As Keras's truncated normal.
 */
export function truncatedNormal(key: Tensor, shape: Shape, options: NormalOptions = {}): Tensor {
  checkArguments('truncatedNormal', [key, shape, options], normalArguments)
  const { mean = 0, stddev = 1, dtype = 'float32' } = options
  if (dtype === 'float16') return cast(truncatedNormal(key, shape, { mean, stddev }), dtype)
  const scaled = () =>
    inTurn(
      () => openInterval(key, shape, dtype),
      (x) => mul(x, withinTwo),
      erfInv,
      (x) => mul(x, Math.SQRT2),
      (x) => minimum(x, 2),
      (x) => maximum(x, -2),
      (x) => mul(x, stddev),
    )
  return mean === 0 ? scaled() : inTurn(scaled, (x) => add(x, mean))
}

/** `true` with probability `p`, a number or a tensor that is broadcast to `shape`. */
export function bernoulli(key: Tensor, p: TensorLike, shape: Shape): Tensor {
  checkArguments('bernoulli', [key, p, shape], ['key', 'any', 'integers'])
  const dtype = p instanceof Tensor && p.dtype === 'float64' ? 'float64' : 'float32'
  return less(randomUniform(key, shape, { dtype }), p)
}

/** The numbers 0 to n - 1 in random order, int32. */
export function permutation(key: Tensor, n: number): Tensor {
  checkArguments('permutation', [key, n], ['key', 'integer'])
  return argsort(randomBits(key, [n]))
}

/**
 * Whole numbers from `low` to `high - 1`, int32, every one equally likely.
 * Throws `RangeError` unless low < high and both fit int32.
 *
 * @example
 * import { randomInt, randomKey } from '@gradus/tensor'
 * randomInt(randomKey(1), [3], 4, 5).array() // => [4, 4, 4]
 */
export function randomInt(key: Tensor, shape: Shape, low: number, high: number): Tensor {
  checkArguments('randomInt', [key, shape, low, high], ['key', 'integers', 'integer', 'integer'])
  const span = high - low
  if (![low, high].every(Number.isInteger) || span < 1 || low < -(2 ** 31) || high > 2 ** 31) {
    throw new RangeError(`randomInt: there is no int32 from ${low} to ${high} - 1; use whole numbers with low < high.`)
  }
  if (span === 2 ** 32) return asSigned(randomBits(key, shape))
  // floor(r span / 2^64) for 64 random bits r in two words: a bias of 2^-32 at most, where r mod span would show
  const [upper, lower] = wordPair(key, shape)
  const product = mul(upper, span)
  const carried = add(product, highWord(lower, span))
  const offset = add(highWord(upper, span), cast(less(carried, product), 'uint32'))
  return add(asSigned(offset), low)
}

/** The int32 with the same 32 bits. A cast saturates, so it is made of two halves with integer arithmetic, which wraps. */
function asSigned(x: Tensor): Tensor {
  return add(mul(cast(shiftRight(x, 16), 'int32'), 2 ** 16), cast(bitwiseAnd(x, 0xffff), 'int32'))
}

/** The upper word of the 64-bit product of uint32 numbers, by the 16-bit halves of both. */
function highWord(x: Tensor, factor: number): Tensor {
  const [factorHigh, factorLow] = [Math.floor(factor / 2 ** 16), factor % 2 ** 16]
  const [xHigh, xLow] = [shiftRight(x, 16), bitwiseAnd(x, 0xffff)]
  const first = add(mul(xHigh, factorLow), shiftRight(mul(xLow, factorLow), 16))
  const second = add(mul(xLow, factorHigh), bitwiseAnd(first, 0xffff))
  return add(mul(xHigh, factorHigh), add(shiftRight(first, 16), shiftRight(second, 16)))
}

/**
 * Draws classes with probabilities `softmax(logits)` along `axis`, int32. Without `samples` one draw takes the place of the
 * axis; with it there is a last axis of that many independent draws. By the Gumbel trick: the largest of
 * logits + Gumbel noise.
 */
export function categorical(
  key: Tensor,
  logits: Tensor,
  options: { readonly axis?: number; readonly samples?: number } = {},
): Tensor {
  checkArguments('categorical', [key, logits, options], ['key', 'tensor', ['axis', 'samples']])
  const { axis = -1, samples } = options
  const along = normalizeAxis('categorical', axis, logits.rank)
  const dtype = computeDType(logits.dtype)
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new ShapeError(`categorical needs float logits and got ${dtype}. Use cast(logits, 'float32').`)
  }
  const shape = samples === undefined ? logits.shape : [samples, ...logits.shape]
  // Gumbel: -log(-log(u)) with u in (0, 1)
  const uniform = mul(add(openInterval(key, shape, dtype), 1), 0.5)
  const noisy = sub(broadcastTo(cast(logits, dtype), shape), log(neg(log(uniform))))
  if (samples === undefined) return argMax(noisy, { axis: along })
  const drawn = argMax(noisy, { axis: along + 1 })
  return transpose(drawn, [...drawn.shape.slice(1).map((_, i) => i + 1), 0])
}
