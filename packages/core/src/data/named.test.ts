import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { toHostArray } from './host-array.ts'
import { toHostValues } from './host-values.ts'
import { mapNamed, namedEntries, numbersOf, toNamedArrays, toNamedValues } from './named.ts'

await useBackend(cpu())

it('distinguishes several inputs from one', async () => {
  const pair = [[[1, 2]], [[3]]]
  expect(await toNamedArrays(pair, 'x', { several: true })).toHaveLength(2)
  await expect(toNamedArrays(pair, 'x')).rejects.toThrow('x[1][0] has 1 values')
  expect(await toNamedArrays([toHostArray([1], 'a'), toHostArray([2], 'b')], 'x')).toHaveLength(2)
})

it('takes numbers, strings and tensors by name', async () => {
  const values = await toNamedValues({ age: [1, 2], city: ['Bern', 'Genf'], size: tensor([3, 4]) }, 'x')
  expect(values).toEqual({
    age: { data: new Float32Array([1, 2]), shape: [2], dtype: 'float32' },
    city: { data: ['Bern', 'Genf'], shape: [2], dtype: 'string' },
    size: { data: new Float32Array([3, 4]), shape: [2], dtype: 'float32' },
  })
  expect(namedEntries(values, 'x').map(([name]) => name)).toEqual(['x.age', 'x.city', 'x.size'])
  expect(() => numbersOf(values, 'x')).toThrow('x.city holds strings, such as "Bern"; expected numbers.')
  await expect(toNamedArrays({ city: ['Bern'] }, 'x')).rejects.toThrow('x.city holds strings')
})

it('reads strings as one input unless `several` is set', async () => {
  expect(await toNamedValues([['a', 'b']], 'x')).toEqual({ data: ['a', 'b'], shape: [1, 2], dtype: 'string' })
  const words = toHostValues(['a'], 'x')
  expect(await toNamedValues(words, 'x')).toBe(words)
  expect(await toNamedValues([words, toHostArray([1], 'x')], 'x')).toHaveLength(2)
  expect(await toNamedValues([['a'], ['b']], 'x', { several: true })).toMatchObject([{ data: ['a'] }, { data: ['b'] }])
})

it('maps the values and keeps their structure', () => {
  const [a, b] = [toHostArray([1], 'a'), toHostArray([1, 2], 'b')]
  const sizeOf = ({ data }: typeof a) => toHostArray([data.length], 'size')
  expect(mapNamed(a, sizeOf)).toMatchObject({ data: new Float32Array([1]) })
  expect(mapNamed([a, b], sizeOf)).toMatchObject([{}, { data: new Float32Array([2]) }])
  expect(mapNamed({ b }, sizeOf)).toMatchObject({ b: { data: new Float32Array([2]) } })
})
