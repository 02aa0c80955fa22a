import { type Backend, cast, type DType, onBackend, tensor } from '@gradus/tensor'
import { halfBits, halfValue } from '@gradus/tensor/internals'
import { type Check, demand } from '../check.ts'
import type { OpCheckSetup } from './op-checks.ts'

const finite = Array.from({ length: 2 ** 15 }, (_, bits) => halfValue(bits)).filter(Number.isFinite)
const everyHalf = [...finite, ...finite.map((x) => -x), Infinity, -Infinity, NaN]

/** Numbers exactly between two float16 numbers, slightly below and slightly above. */
const between = finite.slice(0, -1).flatMap((low, index) => {
  const middle = (low + finite[index + 1]!) / 2
  return [middle, middle * (1 - 2 ** -23), middle * (1 + 2 ** -23), -middle]
})
const numbers = [...between, 65519, 65520, -65520, 1e-8, -1e-30, 1e30, Infinity, -Infinity, NaN]

/** The checks of float16: reading all float16 numbers, and rounding numbers between them. */
export function halfChecks({ backend, dtypes }: OpCheckSetup): Check[] {
  if (!dtypes.includes('float16')) return []
  const check = (name: string, body: (backend: Backend) => Promise<void>): Check => ({
    name: `float16: ${name}`,
    run: async () => body(await backend()),
  })
  return [
    check('every float16 number has its value', async (b) => {
      compare(everyHalf, await converted(b, everyHalf, 'float16', 'float32'), everyHalf)
    }),
    check('every number is rounded to the nearest float16 number', async (b) => {
      const nearest = numbers.map((x) => halfValue(halfBits(x)))
      compare(numbers, await converted(b, numbers, 'float32', 'float16'), nearest)
    }),
  ]
}

async function converted(backend: Backend, values: readonly number[], from: DType, to: DType): Promise<number[]> {
  const [x, y] = onBackend(backend, () => {
    const given = tensor([...values], { dtype: from })
    return [given, cast(given, to)] as const
  })
  const result = Array.from(await y.data())
  x.dispose()
  y.dispose()
  return result
}

function compare(given: readonly number[], actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((value, index) => {
    const found = actual[index]!
    const equal = found === value || (Number.isNaN(found) && Number.isNaN(value))
    demand(equal, `${given[index]} becomes ${found} instead of ${value}.`)
  })
}
