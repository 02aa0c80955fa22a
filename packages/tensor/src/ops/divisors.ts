import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { equal, mul, where } from './arithmetic.ts'
import { alignOperands } from './operands.ts'
import { abs, floorDivide, mod } from './rounding.ts'
import { requireInteger } from './rules.ts'
import { scan } from './scan.ts'

/** The number of steps that Euclid's algorithm needs at most for numbers of 32 bits. */
const steps = 47

/**
 * The greatest common divisors of integers, by Euclid's algorithm. NumPy and Keras: `gcd`.
 *
 * @example
 * import { gcd, tensor } from '@gradus/tensor'
 * gcd(tensor([12, 7], { dtype: 'int32' }), 18).array() // => [6, 1]
 */
export const gcd = /* @__PURE__ */ operation(
  'gcd',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('gcd', [a, b]) as [Tensor, Tensor]
    requireInteger('gcd', x)
    const step = ({ larger, smaller }: { larger: Tensor; smaller: Tensor }) => {
      const done = equal(smaller, 0)
      const rest = mod(larger, where(done, 1, smaller))
      return [{ larger: where(done, larger, smaller), smaller: where(done, 0, rest) }, null] as const
    }
    const [{ larger }] = scan(step, { larger: abs(x), smaller: abs(y) }, null, { length: steps })
    return larger
  },
  ['any', 'any'],
)

/** The least common multiples of integers. NumPy and Keras: `lcm`. */
export const lcm = /* @__PURE__ */ operation(
  'lcm',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('lcm', [a, b]) as [Tensor, Tensor]
    const divisor = gcd(x, y)
    return mul(floorDivide(abs(x), where(equal(divisor, 0), 1, divisor)), abs(y))
  },
  ['any', 'any'],
)
