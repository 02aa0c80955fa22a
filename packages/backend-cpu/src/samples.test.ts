import { type DType, tensor, useBackend } from '@gradus/tensor'
import { applyAll, type SampleInput, scanOp } from '@gradus/tensor/internals'
import { opSamples, paramsOf } from '@gradus/tensor/samples'
import { beforeAll, describe, expect, it } from 'vitest'
import { noise } from '../test/run-kernel.ts'
import { cpu } from './cpu.ts'
import { kernels } from './kernels.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

function input({ shape, dtype = 'float', values, low = -2, high = 2 }: SampleInput, float: DType) {
  const resolved = dtype === 'float' ? float : dtype
  const numbers = values ?? [...noise(shape, 1).data].map((x) => low + ((x + 1) / 2) * (high - low))
  const whole = resolved === 'float32' || resolved === 'float64' ? numbers : numbers.map(Math.trunc)
  return tensor(resolved === 'bool' ? whole.map((x) => x !== 0) : whole, { shape, dtype: resolved })
}

describe('the samples of every op', () => {
  it('name a kernel for each primitive', () => {
    // kernelBackend runs loops
    const primitives = new Set(opSamples.filter(({ op }) => !op.inline && op !== scanOp).map(({ op }) => op.name))
    expect([...primitives].filter((name) => !Object.hasOwn(kernels(), name))).toEqual([])
    expect(Object.keys(kernels()).filter((name) => !primitives.has(name))).toEqual([])
  })

  // float32 kernels agree with float64 kernels to the precision of float32
  it.each(opSamples.map(({ op, samples }) => [op.name, op, samples] as const))(
    '%s in both precisions',
    (_, op, samples) => {
      for (const sample of samples) {
        const run = (float: DType) => {
          const inputs = sample.inputs.map((entry) => input(entry, float))
          return applyAll(op, inputs, paramsOf(sample, inputs)).flatMap((output) => [...output.dataSync()])
        }
        const single = run('float32')
        for (const [i, value] of run('float64').entries()) {
          if (Number.isFinite(value))
            expect(Math.abs(single[i] - value) / (1 + Math.abs(value)), op.name).toBeLessThan(2e-6)
          else expect(single[i]).toBe(value)
        }
      }
    },
  )
})
