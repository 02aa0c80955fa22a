import { type Backend, cast, type DType, onBackend, tensor } from '@gradus/tensor'
import { halfBits, halfValue } from '@gradus/tensor/internals'
import { type Check, demand } from '../check.ts'
import type { OpCheckSetting } from './op-checks.ts'

const finite = Array.from({ length: 2 ** 15 }, (_, bits) => halfValue(bits)).filter(Number.isFinite)
const everyHalf = [...finite, ...finite.map((x) => -x), Infinity, -Infinity, NaN]

/** Numbers exactly between two halves, just below and just above. */
const between = finite.slice(0, -1).flatMap((low, place) => {
  const middle = (low + finite[place + 1]!) / 2
  return [middle, middle * (1 - 2 ** -23), middle * (1 + 2 ** -23), -middle]
})
const numbers = [...between, 65519, 65520, -65520, 1e-8, -1e-30, 1e30, Infinity, -Infinity, NaN]

/** What a backend with float16 does with every number that a half can be, and with those between them. */
export function halfChecks({ backend, dtypes }: OpCheckSetting): Check[] {
  if (!dtypes.includes('float16')) return []
  const check = (name: string, body: (backend: Backend) => Promise<void>): Check => ({
    name: `float16: ${name}`,
    run: async () => body(await backend()),
  })
  return [
    check('every half is read as the number it stands for', async (b) => {
      compare(everyHalf, await converted(b, everyHalf, 'float16', 'float32'), everyHalf)
    }),
    check('every number becomes the nearest half', async (b) => {
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
  expected.forEach((value, place) => {
    const found = actual[place]!
    const alike = found === value || (Number.isNaN(found) && Number.isNaN(value))
    demand(alike, `${given[place]} becomes ${found} instead of ${value}.`)
  })
}
