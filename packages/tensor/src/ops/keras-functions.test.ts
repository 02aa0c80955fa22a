// The functions of keras.ops against values and derivatives that Keras 3.15 computed with JAX. Inputs are given by position: `{ input: 0 }`.
import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { describe, expect, it } from 'vitest'
import { onBackend } from '../backend.ts'
import { type DType, isFloat } from '../dtype.ts'
import * as ops from '../ops.ts'
import { sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { add, cast, mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { arange, tensor } from './create.ts'
import { flatten } from './rearrange.ts'
import recorded from './recorded/keras-functions.json' with { type: 'json' }
import { cos } from './trigonometric.ts'

type Value = number | string
type Call = (...args: unknown[]) => unknown

interface Recorded {
  readonly name: string
  readonly inputs: readonly { readonly shape: number[]; readonly dtype: string; readonly values: readonly Value[] }[]
  readonly args: readonly unknown[]
  readonly outputs: readonly { readonly shape: number[]; readonly values: readonly Value[] }[]
  readonly gradients?: Readonly<Record<string, readonly Value[]>>
  readonly tolerance?: number
}

const cases = recorded as readonly Recorded[]

function argument(given: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(given)) return given.map((entry) => argument(entry, inputs))
  if (typeof given !== 'object' || given === null) return given
  if ('input' in given) return inputs[given.input as number]
  const options = Object.entries((given as { options: object }).options)
  return Object.fromEntries(options.map(([key, value]) => [key, argument(value, inputs)]))
}

function call({ name, args }: Recorded, inputs: readonly Tensor[]): Tensor[] {
  const result = (ops as unknown as Record<string, Call>)[name]!(...args.map((given) => argument(given, inputs)))
  if (result instanceof Tensor) return [result]
  return Object.values(result as object)
}

function expectClose(actual: Tensor, expected: readonly Value[], tolerance: number): void {
  const wanted = expected.map(Number)
  const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs))
  const values = Array.from<number>(actual.dataSync())
  expect(values.length).toBe(wanted.length)
  values.forEach((value, index) => {
    const want = wanted[index]!
    if (Object.is(value, want) || value === want) return
    expect(Math.abs(value - want) / scale, `element ${index}: ${value}, not ${want}`).toBeLessThanOrEqual(tolerance)
  })
}

/** The sum of the floating outputs, weighted with cos(0), cos(1), ... */
function weighted(outputs: readonly Tensor[]): Tensor {
  const sums = outputs
    .filter(({ dtype }) => isFloat(dtype))
    .map((output) => sum(mul(flatten(output), cos(cast(arange(sizeOf(output.shape)), output.dtype)))))
  return sums.reduce((total, next) => add(total, next))
}

describe.each([
  ['cpu', await cpu()],
  ['wasm', await wasm()],
])('functions of Keras on %s', (_, backend) => {
  it.each(cases.map((one, index) => [`${one.name} ${JSON.stringify(one.args)} (${index})`, one] as const))(
    '%s',
    (_, one) => {
      onBackend(backend, () => {
        const inputs = one.inputs.map(({ shape, dtype, values }) =>
          tensor(values.map(Number), { shape, dtype: dtype as DType }),
        )
        const tolerance = one.tolerance ?? 2e-6
        const outputs = call(one, inputs)
        expect(outputs.map(({ shape }) => shape)).toEqual(one.outputs.map(({ shape }) => shape))
        outputs.forEach((output, index) => {
          expectClose(output, one.outputs[index]!.values, tolerance)
        })
        for (const [at, expected] of Object.entries(one.gradients ?? {})) {
          const slope = grad((x: Tensor) =>
            weighted(
              call(
                one,
                inputs.map((given, index) => (index === Number(at) ? x : given)),
              ),
            ),
          )
          expectClose(slope(inputs[Number(at)]!), expected, tolerance)
        }
      })
    },
  )
})
