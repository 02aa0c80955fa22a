import { expect, it } from 'vitest'
import * as main from './index.ts'
import * as internals from './internals.ts'
import type { Op } from './op.ts'
import * as kerasNames from './ops/keras-names.ts'
import * as operations from './ops.ts'
import { opSamples, paramsOf } from './samples.ts'
import { sizeOf } from './shape.ts'

/** The ops that operations carry, and those of the internals, by the names under which they are exported. */
const carried = Object.entries<object>(operations).flatMap(([name, value]) =>
  'op' in value && !(name in kerasNames) ? [[name, value.op]] : [],
)
const others = Object.entries(internals).filter(([name, value]) => name.endsWith('Op') && typeof value === 'object')
const ops = [...carried, ...others] as [string, Op][]

it('has samples of every op', () => {
  const sampled = new Set(opSamples.map(({ op }) => op))
  expect(ops.length).toBeGreaterThan(80)
  expect(ops.filter(([, op]) => !sampled.has(op)).map(([name]) => name)).toEqual([])
  expect(sampled.size).toBe(ops.length)
})

it('has samples of each op once, and at least one', () => {
  const names = opSamples.map(({ op }) => op.name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(opSamples.filter(({ samples }) => samples.length === 0).map(({ op }) => op.name)).toEqual([])
})

it('names each op as its export', () => {
  expect(carried.filter(([name, op]) => name !== (op as Op).name)).toEqual([])
  expect(others.filter(([name, op]) => name !== `${(op as Op).name}Op`)).toEqual([])
})

it('has functions of tensors and no ops or samples in the entries for users', () => {
  expect(Object.keys({ ...main, ...operations }).filter((name) => /(Op|Samples)$/.test(name))).toEqual([])
  expect(Object.entries(operations).filter(([, value]) => typeof value !== 'function')).toEqual([])
  const hidden: readonly unknown[] = Object.values(internals)
  expect(Object.entries(main).filter(([, value]) => hidden.includes(value))).toEqual([])
})

it('has inputs that the shape rules accept', () => {
  for (const { op, samples } of opSamples) {
    for (const sample of samples) {
      const { inputs } = sample
      const avals = inputs.map(
        ({ shape, dtype = 'float' }) => ({ shape, dtype: dtype === 'float' ? 'float32' : dtype }) as const,
      )
      for (const { values, shape } of inputs)
        if (values) expect([op.name, values.length]).toEqual([op.name, sizeOf(shape)])
      expect(() => op.shape(avals, paramsOf(sample, avals)), op.name).not.toThrow()
    }
  }
})
