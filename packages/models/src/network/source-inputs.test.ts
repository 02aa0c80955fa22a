import { input } from '@gradus/core'
import { Add, Dense } from '@gradus/layers'
import { expect, it } from 'vitest'
import { getSourceInputs } from './source-inputs.ts'

it('finds the inputs of a tensor once each, in the order of its calls', () => {
  const [a, b, c] = [input({ shape: [2] }), input({ shape: [2] }), input({ shape: [2] })]
  const shared = new Dense({ units: 2 }).call(b)
  const sum = new Add().call([shared, new Add().call([a, shared])])
  expect(getSourceInputs(sum)).toEqual([b, a])
  expect(getSourceInputs(new Dense({ units: 1 }).call(c))).toEqual([c])
  expect(getSourceInputs(c)).toEqual([c])
  let deep = a
  for (let i = 0; i < 300; i++) deep = new Add().call([deep, deep])
  expect(getSourceInputs(deep)).toEqual([a])
})

it('names other values', () => {
  expect(() => getSourceInputs([1] as never)).toThrow('getSourceInputs takes a symbolic tensor')
})
