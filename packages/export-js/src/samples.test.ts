import { cpu } from '@gradus/backend-cpu'
import { simplify, trace } from '@gradus/graph'
import { type DType, sizeOf, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { applyAll, type Op, type Sample, type SampleInput } from '@gradus/tensor/internals'
import { opSamples, paramsOf } from '@gradus/tensor/samples'
import { beforeAll, describe, expect, it } from 'vitest'
import { graphCode } from './graph-code.ts'
import type { Port } from './inference-model.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

/** Numbers from -1 to 1 that look random. */
function noise(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((Math.sin(index * 12.9898 + 78.233) * 43758.5453) % 1) as number)
}

function input({ shape, dtype = 'float', values, low = -2, high = 2 }: SampleInput, float: DType): Tensor {
  const resolved = dtype === 'float' ? float : dtype
  const numbers = values ?? noise(sizeOf(shape)).map((x) => low + ((x + 1) / 2) * (high - low))
  const isWhole = resolved === 'int32' || resolved === 'uint32' || resolved === 'bool'
  const whole = isWhole ? numbers.map(Math.trunc) : numbers
  return tensor(resolved === 'bool' ? whole.map((x) => x !== 0) : whole, { shape, dtype: resolved })
}

const port = (name: string, { shape, dtype }: Tensor): Port => ({ name, shape, dtype })

/** The results of an op as exported code computes them. */
async function exported(op: Op<never>, inputs: readonly Tensor[], params: unknown): Promise<number[][]> {
  const { graph, result } = trace((...given: Tensor[]) => applyAll(op as Op, given, params), inputs as Tensor[])
  const names = inputs.map((_, index) => `x${index}`)
  const outputs = (result as readonly Tensor[]).map((output, index) => port(`y${index}`, output))
  const code = await graphCode(
    simplify(graph),
    inputs.map((tensor, index) => port(names[index]!, tensor)),
    outputs,
  )
  const predict = new Function(`${code}\nreturn predict`)() as (rows: readonly unknown[]) => unknown[]
  const values = inputs.map((tensor) => [...tensor.dataSync()])
  const row = inputs.length === 1 ? values[0] : Object.fromEntries(names.map((name, index) => [name, values[index]]))
  const [made] = predict([inputs.length === 0 ? {} : row])
  const flat = (value: unknown) => [value].flat(Number.POSITIVE_INFINITY).map(Number)
  return outputs.length === 1 ? [flat(made)] : outputs.map(({ name }) => flat((made as Record<string, unknown>)[name]))
}

const limits = { float16: 2e-3, float32: 1e-6, float64: 1e-12 } as const

/** Ops that take no halves. */
const wide = ['cumsum', 'cumprod', 'argsort']

describe.each(['float32', 'float64', 'float16'] as const)('exported code computes in %s', (float) => {
  const taken = opSamples.filter(({ op }) => float !== 'float16' || !wide.includes(op.name))
  it.each(taken.map(({ op, samples }) => [op.name, op, samples] as const))('%s', async (_, op, samples) => {
    for (const sample of samples as readonly Sample<never>[]) {
      const inputs = sample.inputs.map((entry) => input(entry, float))
      const params = paramsOf(sample, inputs)
      const expected = applyAll(op as Op, inputs, params).map((output) => [...output.dataSync()])
      const made = await exported(op as Op<never>, inputs, params)
      for (const [output, values] of expected.entries()) {
        expect(made[output]).toHaveLength(values.length)
        for (const [index, value] of values.entries()) {
          const own = made[output]![index]!
          if (!Number.isFinite(value)) expect(own).toBe(value)
          else expect(Math.abs(own - value) / Math.max(1, Math.abs(value))).toBeLessThan(limits[float])
        }
      }
    }
  })
})
