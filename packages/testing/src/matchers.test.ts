import { cpu } from '@gradus/backend-cpu'
import { type Backend, onBackend, tensor } from '@gradus/tensor'
import { beforeAll, expect, it } from 'vitest'
import { tensorMatchers } from './matchers.ts'

beforeAll(() => {
  expect.extend(tensorMatchers)
})

const make = (values: Parameters<typeof tensor>[0], backend: Backend = cpu()) =>
  onBackend(backend, () => tensor(values))

it('compares shape and values', () => {
  const x = make([
    [1, 2.5],
    [Number.NaN, -0],
  ])
  expect(x).toEqualTensor([
    [1, 2.5],
    [Number.NaN, 0],
  ])
  expect(x).not.toEqualTensor([
    [1, 2],
    [Number.NaN, 0],
  ])
  expect(x).not.toEqualTensor([1, 2.5, Number.NaN, 0])
  expect(x).toHaveShape([2, 2])
  expect(x).not.toHaveShape([4])
})

it('takes tensors, with their dtype, and booleans', () => {
  expect(make([1, 2])).toEqualTensor(make([1, 2]))
  expect(make([1, 2])).not.toEqualTensor(onBackend(cpu(), () => tensor([1, 2], { dtype: 'int32' })))
  expect(make([true, false])).toEqualTensor([true, false])
  expect(make(3)).toEqualTensor(3)
})

it('names the position of a difference and the tolerance', () => {
  expect(make([1, 2])).toEqualTensor([1, 2.01], { tolerance: 0.01 })
  expect(() => expect(make([[1, 2]])).toEqualTensor([[1, 3]], { tolerance: 0.1 })).toThrow(
    'expected 3 and got 2 at [0, 1] (tolerance 0.1)',
  )
  expect(() => expect(make([1])).toEqualTensor([[1]])).toThrow('expected float32[1, 1] and got float32[1]')
  expect(() => expect(3).toEqualTensor(3)).toThrow('expected a tensor and got 3')
})

it('waits for values on backends without synchronous reads', async () => {
  const backend: Backend = { ...cpu() }
  Object.assign(backend, { readSync: undefined })
  const x = make([1, 2], backend)
  await expect(x).toEqualTensor([1, 2])
  await expect(async () => expect(x).toEqualTensor([1, 3])).rejects.toThrow('expected 3 and got 2')
})
