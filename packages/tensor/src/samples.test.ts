import { expect, it } from 'vitest'
import * as tensor from './index.ts'
import { opSamples, paramsOf } from './samples.ts'

const ops = Object.entries(tensor).filter(([name]) => name.endsWith('Op')) as [string, tensor.Op][]

it('has samples of every exported op', () => {
  const sampled = new Set(opSamples.map(({ op }) => op))
  expect(ops.length).toBeGreaterThan(80)
  expect(ops.filter(([, op]) => !sampled.has(op)).map(([name]) => name)).toEqual([])
})

it('has samples of each op once, and at least one', () => {
  const names = opSamples.map(({ op }) => op.name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(opSamples.filter(({ samples }) => samples.length === 0).map(({ op }) => op.name)).toEqual([])
})

it('names each op as its export', () => {
  expect(ops.filter(([name, op]) => name !== `${op.name}Op`).map(([name]) => name)).toEqual([])
})

it('does not export samples from the main entry', () => {
  expect(Object.keys(tensor).filter((name) => /Samples$/.test(name))).toEqual([])
})

it('has inputs that the shape rules accept', () => {
  for (const { op, samples } of opSamples) {
    for (const sample of samples) {
      const { inputs } = sample
      const avals = inputs.map(
        ({ shape, dtype = 'float' }) => ({ shape, dtype: dtype === 'float' ? 'float32' : dtype }) as const,
      )
      for (const { values, shape } of inputs)
        if (values) expect([op.name, values.length]).toEqual([op.name, tensor.sizeOf(shape)])
      expect(() => op.shape(avals, paramsOf(sample, avals)), op.name).not.toThrow()
    }
  }
})
